"""The lines for what is refused."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.errors import error_lines, refused_line
from twisted_chat.clients.irc.message import MessageError, parse
from twisted_chat.clients.irc.reference import Reference
from twisted_chat.core.replies import ErrorReply


class ErrorTests(SynchronousTestCase):
    """A numeric where there is one."""

    def line(self, command: str, target: str, code: str) -> tuple[str, ...]:
        error = ErrorReply(code, "some reason")
        (line,) = error_lines(error, Reference(command, target), "bob")
        return (line.command, *line.params)

    def test_reason_has_the_numeric_of_its_command(self) -> None:
        """It names what the command named, or the command."""
        for command, target, code, number, *params in (
            ("NICK", "eve", "nick_taken", "433", "eve"),
            ("WHOIS", "eve", "no_such_nick", "401", "eve"),
            ("PART", "#tea", "not_in_room", "442", "#tea"),
            ("PRIVMSG", "#tea", "not_in_room", "404", "#tea"),
            ("JOIN", "#tea", "banned", "474", "#tea"),
            ("TOPIC", "#tea", "not_operator", "482", "#tea"),
            ("KILL", "eve", "not_operator", "481"),
            ("JOIN", "", "too_few_parameters", "461", "JOIN"),
            ("FOO", "", "unknown_command", "421", "FOO"),
        ):
            line = self.line(command, target, code)
            self.assertEqual(line[:-1], (number, *params))

    def test_some_reasons_say_more_than_the_numeric(self) -> None:
        """Such as for how long."""
        self.assertEqual(
            self.line("PRIVMSG", "#tea", "muted"), ("404", "#tea", "Some reason")
        )

    def test_target_is_one_word(self) -> None:
        """Or it could not precede the text."""
        self.assertEqual(self.line("NICK", "a b", "nick_invalid")[1], "a_b")
        self.assertEqual(self.line("NICK", ":", "nick_invalid")[1], "*")

    def test_reason_without_a_numeric_is_a_standard_reply(self) -> None:
        """With its code."""
        self.assertEqual(
            self.line("TOPIC", "#tea", "too_long"),
            ("FAIL", "TOPIC", "TOO_LONG", "some reason"),
        )

    def test_what_answers_no_command_is_a_notice(self) -> None:
        """A ban is not; and whoever is kicked has been shown that.

        A mute is told only to those who are not in the room in which it is shown.
        """
        for code, shown in (
            ("store", [("NOTICE", ("bob", "error: some reason"))]),
            ("banned", [("465", ("Some reason",))]),
            ("kicked", []),
            ("muted", [("NOTICE", ("bob", "error: some reason"))]),
        ):
            lines = error_lines(ErrorReply(code, "some reason"), Reference(""), "bob")
            self.assertEqual([(each.command, each.params) for each in lines], shown)

    def test_line_that_is_not_a_message_is_refused(self) -> None:
        """With its label; an empty one is ignored."""
        for line, code, label in (
            (b"@label=7 PRIVMSG #tea :\xff", "invalid_utf8", "7"),
            (b"PRIVMSG #tea :" + b"x" * 600, "line_too_long", ""),
            (b"@label=7 FOO_BAR x", "unknown_command", "7"),
            (b":alice", None, ""),
        ):
            error = self.assertRaises(MessageError, parse, line)
            refused = refused_line(error)
            if refused is None:
                self.assertIsNone(code)
            else:
                self.assertEqual((refused[0].code, refused[1].label), (code, label))
