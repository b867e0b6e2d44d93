"""The answers to ``CAP``."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.cap_lines import cap_lines
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.profile import Profile


class CapLineTests(SynchronousTestCase):
    """Each names the client, as far as it has a nickname."""

    def answers(self, nick: str, *params: str) -> list[Message]:
        profile = Profile({"batch": ""})
        return cap_lines(profile, Message("CAP", params), nick)

    def test_answer_names_the_client(self) -> None:
        """Or has a star in place of its nickname."""
        for nick, shown in (("", "*"), ("alice", "alice")):
            (line,) = self.answers(nick, "REQ", "batch")
            self.assertEqual(line, Message("CAP", (shown, "ACK", "batch")))

    def test_unknown_subcommand_is_named(self) -> None:
        """Also an empty one."""
        for subcommand, shown in (("NEXT", "NEXT"), ("", "*")):
            (line,) = self.answers("alice", subcommand)
            self.assertEqual((line.command, line.params[0]), ("410", shown))
