"""TAGMSG, and requests between clients."""

from __future__ import annotations

from tests.support.irc_clients import PASSWORD, IrcCase
from twisted_chat.core.replies import Request


class RelayTests(IrcCase):
    """Alice and bob know tags, and carol does not; eve is a line client."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc(
            "alice", "lobby", capabilities="message-tags echo-message"
        )
        self.bob = self.irc("bob", "lobby", capabilities="message-tags")
        self.carol = self.irc("carol", "lobby")
        for client in (self.alice, self.bob, self.eve):
            client.sees()

    def test_tags_are_relayed_to_those_who_know_them(self) -> None:
        """Only those of clients; with an id."""
        (echo,) = self.alice.asks(r"@+typing=active;+x=a\:b;other=1 TAGMSG #lobby")
        (shown,) = self.bob.sees()
        self.assertEqual(echo, shown)
        self.assertRegex(
            echo,
            r"\A@msgid=\S+;\+typing=active;\+x=a\\:b :alice!\S+ TAGMSG #lobby\Z",
        )
        self.assertEqual((self.carol.sees(), self.eve.sees()), ([], []))

    def test_tags_are_sent_to_one_member(self) -> None:
        """And to nobody else; to oneself as well."""
        self.bob.asks("@+typing=done TAGMSG alice")
        (shown,) = self.alice.sees()
        self.assertTrue(shown.endswith("TAGMSG alice"), shown)
        self.assertEqual(len(self.alice.asks("@+a TAGMSG alice")), 2)

    def test_without_tags_nothing_is_sent(self) -> None:
        """It would say nothing."""
        self.assertEqual(self.alice.asks("TAGMSG #lobby", "@x=1 TAGMSG bob"), [])
        self.assertEqual(self.bob.sees(), [])

    def test_requests_between_clients_reach_irc_clients_only(self) -> None:
        """In a room or to a member, and the answers."""
        for sent in (
            "PRIVMSG #lobby :\x01PING 7\x01",
            "NOTICE carol :\x01VERSION x\x01",
        ):
            self.alice.asks(sent)
            (shown,) = self.carol.sees()
            self.assertTrue(shown.endswith(sent), shown)
        self.assertEqual(self.eve.sees(), [])
        self.assertEqual(self.room.pool.rooms["lobby"].history(), ())

    def test_nothing_is_relayed_of_who_may_not_talk(self) -> None:
        """Nor where there is nobody."""
        self.alice.asks("JOIN #tea", "MODE #tea +m")
        self.bob.asks("JOIN #tea")
        self.alice.sees()
        for sent, error in (
            ("@+a TAGMSG #tea", "404 bob #tea "),
            ("@+a TAGMSG #milk", "404 bob #milk "),
            ("@+a TAGMSG nobody", "401 bob nobody "),
            ("PRIVMSG #tea :\x01A\x01", "404 bob #tea "),
            ("TAGMSG", "461 bob TAGMSG "),
            ("@+a TAGMSG a,b,c,d,e", "407 bob "),
        ):
            (line,) = self.bob.asks(sent)
            self.assertTrue(line.startswith(error), line)
        self.assertEqual(self.alice.sees(), [])

    def test_nothing_is_relayed_behind_a_mute(self) -> None:
        """Neither to a room nor to a member."""
        self.account("root", operator=True)
        self.eve.types(f"\\login root {PASSWORD}")
        for sent in (
            "@+a TAGMSG #lobby",
            "@+a TAGMSG bob",
            "PRIVMSG bob :\x01PING 7\x01",
        ):
            self.bob.sees()
            with self.room.together():
                self.eve.types(r"\mute alice")
                self.alice.sends(sent)
            self.settle()
            self.assertIn("muted", self.alice.sees()[-1])
            shown = " ".join(self.bob.sees())
            self.assertNotIn("TAGMSG", shown)
            self.assertNotIn("PING", shown)
            self.eve.types(r"\unmute alice")

    def test_who_is_ignored_is_not_relayed(self) -> None:
        """As its messages are not shown."""
        self.room.clock.advance(0)
        self.eve.types(r"\join lobby")
        self.room.chat.receive(self.bob.client, ignore("alice"))
        self.settle()
        self.bob.sees()
        self.alice.asks("@+a TAGMSG #lobby", "@+a TAGMSG bob")
        self.assertEqual(self.bob.sees(), [])


def ignore(nick: str) -> Request:
    """What a line client would type."""
    return Request("ignore", nick)
