"""The table of numerics."""

from __future__ import annotations

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc import numerics
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.numerics import Numeric

NAMED = {
    name: value for name, value in vars(numerics).items() if isinstance(value, Numeric)
}


class NumericTests(SynchronousTestCase):
    """Each number stands for one thing."""

    def test_names_and_numbers_are_as_published(self) -> None:
        """Errors are 400 to 599, and 900 to 999 for accounts; each number once."""
        for name, numeric in NAMED.items():
            self.assertRegex(numeric.number, r"\A[0-9]{3}\Z")
            if numeric.number < "600":
                is_error = numeric.number >= "400"
                self.assertEqual(name.startswith("ERR_"), is_error, name)
        numbers = Counter(numeric.number for numeric in NAMED.values())
        self.assertEqual([each for each, n in numbers.items() if n > 1], [])

    def test_text_follows_the_parameters(self) -> None:
        """Its own, or the one that is given."""
        numeric = numerics.ERR_NOSUCHNICK
        self.assertEqual(numeric("bob"), Message("401", ("bob", "No such nick")))
        self.assertEqual(numeric("bob", text="Gone"), Message("401", ("bob", "Gone")))
        self.assertEqual(numerics.RPL_MYINFO("a", "b"), Message("004", ("a", "b")))

    def test_what_a_client_has_sent_is_one_word(self) -> None:
        """Before the text, whatever it is: only the last parameter may be a text."""
        for sent, word in (
            ("#a b", "#a_b"),
            (":bob", "bob"),
            (":: x", "_x"),
            (":", "*"),
            ("", "*"),
        ):
            error = numerics.ERR_NOSUCHNICK(sent)
            self.assertEqual(error.params, (word, "No such nick"))
        self.assertEqual(numerics.RPL_AWAY("a b", ": out").params, ("a_b", ": out"))


class EchoedWordTests(IrcCase):
    """A command whose parameter cannot be named as it is is answered all the same."""

    def test_answer_names_one_word(self) -> None:
        """Without blanks and without a colon before it, which begins a text."""
        bob = self.irc("bob", "lobby")
        for command, answers in (
            ("WHOIS :a b", ["401 bob a_b :No such nick", "318 bob a_b"]),
            ("WHOIS ::", ["401 bob * :No such nick", "318 bob *"]),
            ("WHOWAS ::a", ["406 bob a :There was no such nickname", "369 bob a"]),
            ("WHO ::a", ["315 bob a"]),
            ("NAMES :#a b", ["366 bob #a_b"]),
            ("NAMES ::", ["366 bob *"]),
            ("CAP :a b", ["410 bob a_b"]),
            ("CAP ::", ["410 bob *"]),
            ("HELP ::a", ["524 bob a"]),
            ("JOIN :#a b", ["403 bob #a_b"]),
        ):
            found = bob.asks(command)
            self.assertEqual(len(found), len(answers), found)
            for line, beginning in zip(found, answers, strict=True):
                self.assertTrue(line.startswith(beginning), (command, line))

    def test_answer_to_a_long_word_is_one_line_that_clients_read(self) -> None:
        """With the server before it, the word may be longer than a line."""
        bob = self.irc("bob", "lobby")
        for command in ("WHOIS", "NAMES", "WHO", "HELP", "WHOWAS", "JOIN", "LIST"):
            for line in bob.asks(f"{command} {'x' * (510 - 1 - len(command))}"):
                self.assertLessEqual(len(f":chat.server {line}\r\n".encode()), 512)
