"""All commands together."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.command_table import standard_commands


class CommandTableTests(SynchronousTestCase):
    """Each file adds its commands."""

    def test_commands_have_names_in_upper_case(self) -> None:
        """And their routes are found by them."""
        table = standard_commands()
        for command in table:
            self.assertEqual(command.name, command.name.upper())
            if command.route is not None:
                self.assertEqual(command.route.name, f"irc {command.name.lower()}")
        for name in ("CAP", "JOIN", "PRIVMSG"):
            self.assertIn(name, table)
