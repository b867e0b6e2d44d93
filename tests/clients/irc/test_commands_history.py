"""CHATHISTORY and MARKREAD."""

from __future__ import annotations

import re

from tests.support.irc_clients import IrcCase, IrcPeer
from twisted_chat.clients.irc.times import server_time

CAPABILITIES = "message-tags server-time batch echo-message draft/chathistory"


class HistoryCase(IrcCase):
    """Alice and bob are in #tea.

    :ivar ids: of the messages in #tea.
    :ivar times: when they were sent.
    """

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea", capabilities=CAPABILITIES)
        self.bob = self.irc("bob", "tea", capabilities=CAPABILITIES)
        self.alice.sees()

    def say(self, count: int) -> None:
        """Have alice say the numbers from 0, each a second after the one before."""
        for number in range(count):
            self.alice.sends(f"PRIVMSG #tea :{number}")
            self.room.advance(1)
        history = self.room.pool.rooms["tea"].history()
        self.ids = [f"msgid={stored.position}" for stored in history]
        self.times = [f"timestamp={server_time(stored.time)}" for stored in history]
        self.bob.sees()

    def batch(self, peer: IrcPeer, sent: str, kind: str = "chathistory") -> list[str]:
        """The lines of the one batch in an answer, without tags and sources."""
        first, *lines, last = peer.asks(sent)
        found = re.match(rf"BATCH \+(\w+) {kind}", first)
        assert found is not None, first
        self.assertEqual(last, f"BATCH -{found[1]}")
        for line in lines:
            self.assertIn(f"batch={found[1]}", line.split()[0])
        return [re.sub(r"\A@\S+ (?::\S+ )?", "", line) for line in lines]

    def texts(self, sent: str) -> str:
        """The texts of the messages of #tea that bob is sent, one letter each."""
        lines = self.batch(self.bob, f"CHATHISTORY {sent}")
        return "".join(line.rpartition(":")[2][-1] for line in lines)


class ChathistoryTests(HistoryCase):
    """What was said in a room."""

    def setUp(self) -> None:
        super().setUp()
        self.say(10)

    def test_each_subcommand_by_id_and_by_time(self) -> None:
        """In order, nothing twice; points themselves are left out."""
        for points in (self.ids, self.times):
            for sent, texts in (
                (f"LATEST #tea {points[4]} 99", "56789"),
                (f"LATEST #tea {points[4]} 3", "789"),
                (f"BEFORE #tea {points[6]} 99", "012345"),
                (f"BEFORE #tea {points[6]} 2", "45"),
                (f"BEFORE #tea {points[0]} 2", ""),
                (f"AFTER #tea {points[3]} 99", "456789"),
                (f"AFTER #tea {points[3]} 3", "456"),
                (f"AFTER #tea {points[9]} 3", ""),
                (f"AROUND #tea {points[7]} 1", "7"),
                (f"AROUND #tea {points[7]} 3", "678"),
                (f"AROUND #tea {points[0]} 4", "01"),
                (f"BETWEEN #tea {points[0]} {points[9]} 99", "12345678"),
                (f"BETWEEN #tea {points[9]} {points[0]} 99", "12345678"),
                (f"BETWEEN #tea {points[0]} {points[9]} 3", "123"),
                (f"BETWEEN #tea {points[9]} {points[0]} 3", "678"),
            ):
                self.assertEqual(self.texts(sent), texts, sent)

    def test_latest_messages_need_no_point(self) -> None:
        """They are as when they were sent."""
        self.assertEqual(self.texts("LATEST #tea * 99"), "0123456789")
        self.assertEqual(self.texts("LATEST #tea * 5"), "56789")
        self.assertEqual(self.texts("latest #TEA * 1"), "9")
        (line,) = (
            line
            for line in self.bob.asks("CHATHISTORY LATEST #tea * 1")
            if "PRIVMSG" in line
        )
        self.assertIn(self.ids[9], line)
        self.assertIn(self.times[9].replace("timestamp", "time"), line)
        self.assertIn(f"{self.source(self.alice)} PRIVMSG #tea :9", line)

    def test_time_may_be_before_or_after_everything(self) -> None:
        """Nothing is lost at the ends."""
        early, late = "timestamp=1971-01-01T00:00:00Z", "timestamp=2031-01-01T00:00:00Z"
        for sent, texts in (
            (f"AFTER #tea {early} 3", "012"),
            (f"BEFORE #tea {late} 3", "789"),
            (f"AFTER #tea {late} 3", ""),
            (f"BEFORE #tea {early} 3", ""),
            (f"AROUND #tea {late} 4", "89"),
            (f"BETWEEN #tea {late} {early} 3", "789"),
            (f"BETWEEN #tea {early} {self.ids[2]} 9", "01"),
        ):
            self.assertEqual(self.texts(sent), texts, sent)

    def test_paging_forward_misses_nothing(self) -> None:
        """As a client does that was away."""
        seen, after = "0", self.ids[0]
        while texts := self.texts(f"AFTER #tea {after} 4"):
            seen += texts
            after = self.ids[len(seen) - 1]
        self.assertEqual(seen, "0123456789")

    def test_deleted_messages_and_those_of_ignored_members_are_left_out(self) -> None:
        """And corrected ones are as they are now."""
        self.alice.asks(f"REDACT #tea {self.ids[9].removeprefix('msgid=')}")
        self.eve.types(r"\join tea", "x", r"\edit y")
        self.bob.sees()
        self.assertEqual(self.texts("LATEST #tea * 3"), "78y")
        self.eve.types(r"\ignore alice")
        carol = self.irc("carol", "tea", capabilities=CAPABILITIES)
        carol.sees()
        self.assertEqual(len(self.batch(carol, "CHATHISTORY LATEST #tea * 9")), 9)

    def test_topics_are_replayed_to_those_who_know_events(self) -> None:
        """In their place between the messages."""
        self.alice.asks("TOPIC #tea :green", "PRIVMSG #tea :last")
        self.bob.sees()
        latest = "CHATHISTORY LATEST #tea * 2"
        self.assertEqual(
            self.batch(self.bob, latest), ["PRIVMSG #tea :9", "PRIVMSG #tea :last"]
        )
        self.bob.asks("CAP REQ draft/event-playback")
        self.assertEqual(
            self.batch(self.bob, latest), ["TOPIC #tea :green", "PRIVMSG #tea :last"]
        )

    def test_label_is_on_the_batch(self) -> None:
        """Of the whole answer."""
        self.bob.asks("CAP REQ labeled-response")
        first = self.bob.asks("@label=7 CHATHISTORY LATEST #tea * 1")[0]
        self.assertRegex(first, r"\A@label=7 (:\S+ )?BATCH \+\w+ chathistory #tea\Z")

    def test_refusals(self) -> None:
        """Each has its code."""
        self.bob.asks("PART #tea", "CAP REQ standard-replies")
        for sent, error in (
            ("", "NEED_MORE_PARAMS * "),
            (" LATEST", "NEED_MORE_PARAMS LATEST "),
            (" LATEST #tea", "NEED_MORE_PARAMS LATEST "),
            (" BETWEEN #tea * 5", "NEED_MORE_PARAMS BETWEEN "),
            (" FOO #tea * 5", "UNKNOWN_COMMAND FOO "),
            (" LATEST #tea * 5", "INVALID_TARGET LATEST #tea "),
            (" LATEST #nowhere * 5", "INVALID_TARGET LATEST #nowhere "),
            (" LATEST eve * x", "INVALID_PARAMS LATEST "),
            (" BEFORE eve * 5", "INVALID_PARAMS BEFORE "),
            (" BEFORE eve id=4 5", "INVALID_PARAMS BEFORE "),
            (" TARGETS x y 5", "INVALID_PARAMS TARGETS "),
        ):
            (line,) = self.bob.asks(f"CHATHISTORY{sent}")
            self.assertTrue(line.startswith(f"FAIL CHATHISTORY {error}:"), line)

    def test_store_that_fails_is_an_error(self) -> None:
        """The client may ask again."""
        self.room.journal.fail(what="read")
        (line,) = self.bob.asks("CHATHISTORY LATEST #tea * 5")
        self.assertTrue(
            line.startswith("FAIL CHATHISTORY MESSAGE_ERROR LATEST #tea :"), line
        )


class DirectHistoryTests(HistoryCase):
    """Direct messages, and whom they are from."""

    def setUp(self) -> None:
        super().setUp()
        for peer, sent in (
            (self.alice, "PRIVMSG bob :1"),
            (self.bob, "PRIVMSG alice :2"),
            (self.alice, "PRIVMSG eve :3"),
            (self.alice, "PRIVMSG bob :4"),
        ):
            peer.asks(sent)
            self.room.advance(1)
        self.bob.sees()

    def test_conversation_is_the_same_for_both(self) -> None:
        """By the nickname of the other, in any case."""
        expected = ["PRIVMSG bob :1", "PRIVMSG alice :2", "PRIVMSG bob :4"]
        for peer, target in ((self.alice, "bob"), (self.bob, "ALICE")):
            sent = f"CHATHISTORY LATEST {target} * 9"
            self.assertEqual(self.batch(peer, sent), expected)
        self.assertEqual(self.batch(self.bob, "CHATHISTORY LATEST eve * 9"), [])
        self.assertEqual(self.batch(self.bob, "CHATHISTORY LATEST nobody * 9"), [])

    def test_partner_that_has_left_is_known_by_its_nickname(self) -> None:
        """A newcomer of that name is someone else."""
        self.bob.goes()
        sent = "CHATHISTORY LATEST bob * 9"
        self.assertEqual(len(self.batch(self.alice, sent)), 3)
        bob = self.irc("bob", capabilities=CAPABILITIES)
        self.assertEqual(self.batch(bob, "CHATHISTORY LATEST alice * 9"), [])

    def test_targets_are_rooms_and_partners_with_new_messages(self) -> None:
        """In the order of their last messages, which are between the times."""
        self.say(1)
        begin, end = "timestamp=1971-01-01T00:00:00Z", "timestamp=2031-01-01T00:00:00Z"
        kind = "draft/chathistory-targets"
        found = self.batch(self.alice, f"CHATHISTORY TARGETS {begin} {end} 9", kind)
        targets = [line.split()[2] for line in found]
        self.assertEqual(targets, ["eve", "bob", "#tea"])
        for sent, expected in (
            (f"{begin} {end} 2", ["eve", "bob"]),
            (f"{end} {begin} 2", ["bob", "#tea"]),
            (f"{begin} {self.times[0]} 9", ["eve", "bob"]),
            (f"{end} {self.times[0]} 9", []),
        ):
            found = self.batch(self.alice, f"CHATHISTORY TARGETS {sent}", kind)
            self.assertEqual([line.split()[2] for line in found], expected)
        self.assertTrue(found == [])


TIMES = [f"timestamp=202{year}-01-01T00:00:00.000Z" for year in range(5)]


class MarkreadTests(HistoryCase):
    """How far a client has read."""

    def setUp(self) -> None:
        super().setUp()
        self.bob.asks("CAP REQ :draft/read-marker standard-replies")

    def test_marker_is_kept_and_only_moves_forward(self) -> None:
        """Of rooms and of direct messages; of a guest until it leaves."""
        for target in ("#tea", "alice"):
            self.assertEqual(
                self.bob.asks(f"MARKREAD {target}"), [f"MARKREAD {target} *"]
            )
            known = f"MARKREAD {target} {TIMES[2]}"
            self.assertEqual(self.bob.asks(f"MARKREAD {target} {TIMES[2]}"), [known])
            self.assertEqual(self.bob.asks(f"MARKREAD {target} {TIMES[1]}"), [known])
            self.assertEqual(self.bob.asks(f"MARKREAD {target}"), [known])

    def test_marker_is_shown_before_the_end_of_the_names(self) -> None:
        """Of a room that is joined."""
        seen = self.bob.asks("JOIN #milk")
        self.assertLess(
            seen.index("MARKREAD #milk *"),
            seen.index("366 bob #milk :End of /NAMES list"),
        )
        self.bob.asks(f"MARKREAD #milk {TIMES[1]}", "PART #milk")
        self.assertIn(f"MARKREAD #milk {TIMES[1]}", self.bob.asks("JOIN #milk"))

    def test_refusals(self) -> None:
        """Each has its code."""
        for sent, error in (
            ("MARKREAD", "NEED_MORE_PARAMS "),
            ("MARKREAD #tea *", "INVALID_PARAMS #tea "),
            ("MARKREAD #tea timestamp=x", "INVALID_PARAMS #tea "),
            ("MARKREAD a:b", "INVALID_PARAMS a:b "),
        ):
            (line,) = self.bob.asks(sent)
            self.assertTrue(line.startswith(f"FAIL MARKREAD {error}:"), line)
