"""What a client is shown of a room."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.answers import MAX_ANSWER, MAX_HISTORY_BYTES
from twisted_chat.clients.irc import answers


class RoomLineTests(IrcCase):
    """Names and history, as the capabilities say."""

    def names(self, capabilities: str) -> list[str]:
        peer = self.irc("bob", capabilities=capabilities)
        seen = peer.asks("NAMES #tea")
        peer.goes()
        return seen[0].partition(":")[2].split()

    def test_operators_and_voices_have_a_prefix(self) -> None:
        """The highest, or all of them; with the host where that is asked for."""
        alice = self.irc("alice", "tea")
        self.eve.types(r"\join tea")
        self.room.settle()
        for name in ("alice", "eve"):
            member = self.room.chat.pool.named(name)
            assert member is not None
        source = self.source(alice)[1:]
        self.assertEqual(self.names(""), ["@alice", "eve"])
        self.eve.types(r"\leave")
        self.assertEqual(self.names("userhost-in-names"), [f"@{source}"])
        self.assertEqual(self.names("multi-prefix"), ["@alice"])

    def test_names_may_be_left_out(self) -> None:
        """Of the answer to JOIN, not of that to NAMES."""
        peer = self.irc("bob", capabilities="draft/no-implicit-names")
        seen = peer.asks("JOIN #lobby")
        self.assertEqual(len(seen), 1)
        self.assertEqual(len(peer.asks("NAMES #lobby")), 2)

    def test_names_of_several_rooms_have_a_bound(self) -> None:
        """Those of one room have another one: its list should be complete."""
        self.irc("alice", "tea", "milk")
        bob = self.irc("bob")
        self.patch(answers, "_HEAD", MAX_ANSWER // 2)
        numerics = [line[:3] for line in bob.asks("NAMES #tea,#milk")]
        self.assertEqual(numerics, ["353", "366"])
        numerics = [line[:3] for line in bob.asks("NAMES #tea")]
        self.assertEqual(numerics, ["353", "366"])
        self.patch(answers, "_HEAD", answers.MAX_NAMES_BYTES)
        self.assertEqual([line[:3] for line in bob.asks("NAMES #tea")], ["366"])

    def test_history_that_is_shown_has_a_bound(self) -> None:
        """The last messages are shown, as many as fit."""
        self.eve.types("\\join tea", "one", "two")
        self.patch(answers, "_TAGS", MAX_HISTORY_BYTES // 2)
        bob = self.irc("bob")
        seen = [line for line in bob.asks("JOIN #tea") if "PRIVMSG" in line]
        self.assertEqual(len(seen), 1)
        self.assertTrue(seen[0].endswith("two"), seen)

    def test_history_is_not_shown_to_those_who_ask_for_it(self) -> None:
        """With CHATHISTORY."""
        self.eve.types("hello")
        peer = self.irc("bob", capabilities="draft/chathistory batch")
        self.assertEqual(len(peer.asks("JOIN #lobby")), 3)

    def test_hidden_room_is_marked(self) -> None:
        """As secret."""
        alice = self.irc("alice", "tea")
        self.room.chat.moderation.settings("tea").hidden = True
        self.assertEqual(alice.asks("NAMES #tea")[0], "353 alice @ #tea :@alice")

    def test_who_set_a_topic_is_known_when_its_room_was_empty(self) -> None:
        """Or the server has started again: it is read from the store."""
        alice = self.irc("alice", "tea")
        alice.asks("TOPIC #tea :green", "PART #tea")
        self.room.advance(60)
        self.assertNotIn("tea", self.room.pool.rooms)
        seen = alice.asks("JOIN #tea")
        self.assertEqual(
            seen[1:3],
            ["332 alice #tea :green", "333 alice #tea alice 1700000000"],
        )
