"""What HELP says of each command."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.command_table import standard_commands
from twisted_chat.clients.irc.help_texts import HELP, help_text

_SAME = ("HELPOP", "NS", "CS", "CHANSERV", "PONG", "ERROR")
"""Other names of commands, and what clients send by themselves."""


class HelpTextsTests(SynchronousTestCase):
    """Texts for people."""

    def test_every_command_is_explained(self) -> None:
        """Its usage begins with its name."""
        for command in standard_commands():
            if command.name not in _SAME:
                self.assertIn(command.name, HELP)
        for name, (usage, summary) in HELP.items():
            self.assertEqual(usage.split()[0], name)
            self.assertTrue(summary)

    def test_other_names_have_the_same_text(self) -> None:
        """One that is unknown has none."""
        self.assertEqual(help_text("NS"), HELP["NICKSERV"])
        self.assertIsNone(help_text("FOO"))
