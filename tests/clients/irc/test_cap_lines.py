"""The answers to ``CAP``."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.cap_lines import cap_lines
from twisted_chat.clients.irc.capabilities import offer
from twisted_chat.clients.irc.message import MAX_BODY, Message, format_message
from twisted_chat.clients.irc.profile import Profile


class CapLineTests(SynchronousTestCase):
    """Each names the client, as far as it has a nickname."""

    def answers(self, nick: str, *params: str) -> list[Message]:
        profile = Profile({"batch": ""})
        return cap_lines(profile, params, nick, "chat.server")

    def test_answer_names_the_client(self) -> None:
        """Or has a star in place of its nickname."""
        for nick, shown in (("", "*"), ("alice", "alice")):
            (line,) = self.answers(nick, "REQ", "batch")
            self.assertEqual(line, Message("CAP", (shown, "ACK", "batch")))

    def test_list_is_one_line_if_it_fits(self) -> None:
        """Even the longest that there is, unless the server has a long name."""
        mechanisms = ("PLAIN", "SCRAM-SHA-256", "EXTERNAL")
        profile = Profile(offer(mechanisms, registration=True))
        for server, count in (("chat.server", 1), ("chat." + "x" * 60, 2)):
            lines = cap_lines(profile, ("LS", "302"), "", server)
            self.assertEqual(len(lines), count)
            for line in lines:
                size = len(format_message(replace(line, source=server)))
                self.assertLessEqual(size, MAX_BODY + 2)

    def test_unknown_subcommand_is_named(self) -> None:
        """Also an empty one."""
        for subcommand, shown in (("NEXT", "NEXT"), ("", "*")):
            (line,) = self.answers("alice", subcommand)
            self.assertEqual((line.command, line.params[0]), ("410", shown))
