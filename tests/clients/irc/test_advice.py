"""What is told in IRC in place of routes, which nobody can type there."""

from __future__ import annotations

import re
from typing import Any

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.advice import text_of
from twisted_chat.core.events import HistoryGap, Stored
from twisted_chat.core.replies import ErrorReply, Refused

ROUTE = re.compile(r"(?<!\\)\\[a-z]+")


class AdviceTests(IrcCase):
    """IRC has words of its own."""

    def test_advice_is_that_of_irc(self) -> None:
        """By the code, if the core advises something."""
        advised = ErrorReply("logged_in", "you are logged in as bob", "\\logout first")
        self.assertEqual(
            text_of(advised), "you are logged in as bob: /msg NickServ LOGOUT first"
        )
        unadvised = ErrorReply("logged_in", "you are logged in as bob")
        self.assertEqual(text_of(unadvised), "you are logged in as bob")

    def test_without_advice_for_irc_the_reason_is_told(self) -> None:
        """Rather than what cannot be typed."""
        refused = Refused("no_such_nick", "nobody is called eve", "(try \\who)")
        self.assertEqual(text_of(refused), "nobody is called eve")

    def test_no_answer_names_a_route(self) -> None:
        """Whatever is refused, to whomever, and by which command."""
        self.account("carol")
        self.eve.types(r"\join tea", r"\room key secret", r"\nick dora")
        alice = self.irc("alice", "lobby", capabilities="batch draft/chathistory")
        guest = self.irc("guest_1234")
        bob = self.irc("bob", "garden")
        bob.sends("NICKSERV REGISTER correct-horse")
        seen: list[str] = []
        for peer in (alice, bob, guest):
            for line in (
                "PRIVMSG NickServ :REGISTER correct-horse",
                "PRIVMSG NickServ :IDENTIFY carol nope-nope",
                "PRIVMSG NickServ :IDENTIFY nobody nope-nope",
                "PRIVMSG NickServ :LOGOUT",
                "PRIVMSG NickServ :LOGOUT",
                "REGISTER * * correct-horse",
                "NICK carol",
                "NICK guest_1",
                "JOIN #tea",
                "PRIVMSG #tea :hello",
                "PRIVMSG #nowhere :hello",
                f"PRIVMSG #lobby :{self.room.chat.operators.code}",
                f"TOPIC #lobby :{self.room.chat.operators.code}",
                f"SETNAME :{self.room.chat.operators.code}",
                f"AWAY :{self.room.chat.operators.code}",
                "PRIVMSG #lobby :/logni carol secret",
                "CHATHISTORY LATEST #tea * 10",
                "REDACT #tea 12",
                "REDACT #lobby 12",
                "MARKREAD #tea timestamp=2026-01-01T00:00:00.000Z",
                "INVITE dora #lobby",
                "KICK #lobby alice",
                "KICK #tea alice",
                "MODE #garden -o bob",
                "MODE #garden +b bob",
                "MODE #garden +b 192.0.2.1",
                "MODE #garden +b $a:nobody",
                "INVITE bob #garden",
                "KILL alice",
                "OPER carol nope-nope",
                "AUTHENTICATE PLAIN",
                "WHOIS nobody",
                "TOPIC #tea :x",
                "PART #tea",
            ):
                seen += (f"{line} -> {told}" for told in peer.asks(line))
        self.assertGreater(len(seen), 60)
        self.assertEqual([told for told in seen if ROUTE.search(told)], [])

    def test_gap_of_the_store_is_told_without_a_route(self) -> None:
        """Clients ask for the history by themselves."""
        alice = self.irc("alice", "lobby")
        gap: Any = HistoryGap("lobby")
        self.room.chat.announce([Stored("z1", 0, gap, "")])
        (told,) = alice.sees()
        self.assertTrue(told.startswith("NOTICE alice :some messages in #lobby are"))
        self.assertNotRegex(told, ROUTE)

    def test_what_an_account_missed_is_told_without_a_route(self) -> None:
        """It is shown the last messages when it joins, or asks for them."""
        bob = self.irc("bob", "lobby")
        bob.sends("NICKSERV REGISTER correct-horse")
        bob.goes()
        self.eve.types("hello")
        again = self.peer()
        again.sends("NICK robert", "USER b 0 * :B")
        told = again.asks("NICKSERV IDENTIFY bob correct-horse")
        self.assertIn("NOTICE robert :1 message since you left", told)
