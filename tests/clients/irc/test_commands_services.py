"""NickServ and ChanServ."""

from __future__ import annotations

from dataclasses import replace

from tests.support.irc_clients import PASSWORD, IrcCase
from twisted_chat.core.client import Identity
from twisted_chat.core.events import DirectMessage

NOTICE = ":NickServ!NickServ@chat.server NOTICE alice :"


class NickServTests(IrcCase):
    """What people type from habit."""

    def setUp(self) -> None:
        super().setUp()
        self.account("bob")
        self.alice = self.irc("alice", "lobby")

    def says(self, text: str) -> list[str]:
        """What a message to NickServ is answered."""
        return self.alice.asks(f"PRIVMSG NickServ :{text}")

    def test_identify_logs_in(self) -> None:
        """By message or command; the nickname stays."""
        self.account("carol", "password-1")
        for command in (
            "PRIVMSG nickserv :IDENTIFY carol password-1",
            "PRIVMSG NickServ@services :identify carol password-1",
            "NICKSERV IDENTIFY carol password-1",
            "NS :ID carol password-1",
        ):
            logged_in, told = self.alice.asks(command)
            self.assertRegex(logged_in, r"\A900 alice alice!~chat@\S+ carol :")
            self.assertEqual(told, f"{NOTICE}You are logged in as carol")
            self.says("LOGOUT")
            self.alice.sends("NICK alice")

    def test_identify_without_a_name_means_the_nickname(self) -> None:
        """Under which one is registered."""
        self.account("alice", "password-1")
        self.assertIn("logged in as alice", self.says("IDENTIFY password-1")[1])

    def test_password_may_have_blanks_after_a_name(self) -> None:
        """As one that was registered on another wire."""
        self.account("carol", "pass word  one")
        self.assertIn("as carol", self.says(" IDENTIFY  carol  pass word  one ")[1])

    def test_password_that_is_registered_may_have_blanks(self) -> None:
        """All of it is registered, but for an email address after it."""
        for number, address in enumerate(("", " me@example.org", "  a.b@mail.example")):
            peer = self.irc(f"carol{number}")
            peer.sends(f"PRIVMSG NickServ :REGISTER correct h@rse  one{address}")
            peer.sees()
            peer.sends("PRIVMSG NickServ :LOGOUT")
            identify = f"IDENTIFY carol{number} correct h@rse  one"
            self.assertIn("logged in", peer.asks(f"NS :{identify}")[-1])

    def test_refusals_are_told(self) -> None:
        """By NickServ."""
        wrong = f"{NOTICE}error: wrong name or password"
        self.assertEqual(self.says("IDENTIFY bob no"), [wrong])
        self.assertEqual(self.says("LOGOUT")[0][: len(NOTICE) + 6], f"{NOTICE}error:")
        self.assertIn("at least 8 characters", self.says("REGISTER short")[0])
        unknown = f"{NOTICE}Unknown command; send HELP"
        for text in ("FOO", "IDENTIFY", "REGISTER"):
            self.assertEqual(self.says(text), [unknown])

    def test_passwords_need_tls_where_it_is_required(self) -> None:
        """They would be read on their way."""
        accounts = self.room.chat.accounts
        accounts.policy = replace(accounts.policy, requires_tls=True)
        identity = Identity("192.0.2.7", wire="irc")
        self.alice.client.identity = identity
        for text in ("IDENTIFY bob no", "REGISTER correct-horse"):
            self.assertIn("only over TLS", self.says(text)[0])

    def test_register_and_logout(self) -> None:
        """The nickname becomes an account, and then one is a guest again."""
        logged_in, told = self.says("REGISTER correct-horse me@example.org")
        self.assertTrue(logged_in.startswith("900 alice "))
        self.assertEqual(told, f"{NOTICE}Your nickname is registered now: alice")
        renamed, logged_out, told = self.says("LOGOUT")
        self.assertRegex(renamed, r" NICK guest_\d+\Z")
        self.assertRegex(logged_out, r"\A901 guest_\d+ guest_\d+!\S+ :You are now")
        self.assertIn("You are logged out", told)

    def test_client_that_logs_in_as_well_is_shown_its_nickname_first(self) -> None:
        """Also if the room has to be read, as something of it was deleted."""
        self.account("carol", "password-1")
        first, second = self.irc("one", "lobby"), self.irc("two")
        first.sends("PRIVMSG NickServ :IDENTIFY carol password-1")
        for text in ("hi", "oops"):
            self.eve.types(text)
        self.eve.types(r"\delete")
        renamed, joined, *_, said, _logged_in, _told = second.asks(
            "PRIVMSG NickServ :IDENTIFY carol password-1"
        )
        self.assertTrue(renamed.startswith(":two!"), renamed)
        self.assertTrue(renamed.endswith(" NICK one"), renamed)
        self.assertTrue(joined.endswith(" JOIN #lobby"), joined)
        self.assertTrue(said.endswith(" PRIVMSG #lobby :hi"), said)

    def test_one_of_several_clients_logs_out(self) -> None:
        """It is shown its new nickname; the others stay who they are."""
        self.account("carol", "password-1")
        first, second = self.irc("one", "lobby"), self.irc("two", "lobby")
        for peer in (first, second):
            peer.sends("PRIVMSG NickServ :IDENTIFY carol password-1")
        first.sees()
        nick = first.nick
        self.assertEqual(second.nick, nick)
        renamed, _logged_out, _told = second.asks("PRIVMSG NickServ :LOGOUT")
        self.assertTrue(renamed.startswith(f":{nick}!"), renamed)
        self.assertTrue(renamed.endswith(f" NICK {second.nick}"), renamed)
        self.assertEqual(first.nick, nick)
        (joined,) = first.sees()
        self.assertTrue(joined.startswith(f":{second.nick}!"), joined)
        self.assertTrue(joined.endswith(" JOIN #lobby"), joined)

    def test_help_is_answered(self) -> None:
        """Also to an empty command."""
        for lines in (self.says("HELP"), self.says("help IDENTIFY")):
            self.assertIn("IDENTIFY", " ".join(lines))
        self.assertIn("REGISTER", " ".join(self.alice.asks("NICKSERV")))

    def test_nothing_of_it_is_stored_or_shown(self) -> None:
        """Passwords stay secret."""
        self.eve.sees()
        self.says(f"IDENTIFY bob {PASSWORD}x")
        self.alice.sends("NOTICE NickServ :REGISTER secret-word")
        self.assertEqual(self.eve.sees(), [])
        for batch in self.room.journal.batches:
            for event in batch:
                self.assertNotIsInstance(event, DirectMessage)
                self.assertNotIn("secret-word", repr(event))


class ChanServTests(IrcCase):
    """ChanServ only explains."""

    def test_help_is_answered(self) -> None:
        """Whatever it is asked."""
        alice = self.irc("alice")
        for command in ("PRIVMSG ChanServ :HELP", "CHANSERV REGISTER #tea", "CS"):
            lines = alice.asks(command)
            self.assertIn("MODE #room", " ".join(lines))
            self.assertTrue(
                lines[0].startswith(":ChanServ!ChanServ@chat.server NOTICE")
            )
