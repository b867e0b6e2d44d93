"""The table of numerics."""

from __future__ import annotations

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

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
