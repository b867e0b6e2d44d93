"""What clients are told of limits and features."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc import isupport
from twisted_chat.clients.irc.message import MAX_BODY, Message, format_message


class IsupportTests(SynchronousTestCase):
    """Tokens, 13 in a line."""

    def test_tokens_are_well_formed_and_named_once(self) -> None:
        """In upper case, perhaps with a value."""
        names = [token.partition("=")[0] for token in isupport.TOKENS]
        self.assertEqual(len(names), len(set(names)))
        for token in isupport.TOKENS:
            self.assertRegex(token, re.compile(r"[A-Z0-9]+(=[!-~]*)?\Z"))

    def test_lines_are_short_enough(self) -> None:
        """With the longest nickname."""
        self.patch(isupport, "TOKENS", tuple(f"TOKEN{n}" for n in range(30)))
        lines = list(isupport.isupport())
        self.assertEqual([len(line.params) for line in lines], [14, 14, 5])
        for line in lines:
            assert isinstance(line, Message)
            self.assertLess(len(format_message(line)), MAX_BODY - 150)
