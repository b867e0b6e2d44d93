"""SASL as lines."""

from __future__ import annotations

from tests.support.accounts import AccountsTestCase
from twisted_chat.clients.irc.message import Message, format_message
from twisted_chat.clients.irc.sasl import (
    Aborted,
    Answer,
    Authenticated,
    Challenge,
    Failed,
    Incomplete,
    TooLong,
    UnknownMechanism,
)
from twisted_chat.clients.irc.sasl_lines import sasl_lines


class SaslLinesTests(AccountsTestCase):
    """What ``AUTHENTICATE`` is answered."""

    def lines(self, answer: Answer) -> list[Message]:
        return list(sasl_lines(answer, "bob!b@h"))

    def test_challenge_is_one_line_for_each_part(self) -> None:
        """Without a colon, which some clients take for a part of it."""
        lines = self.lines(Challenge(("QUJD", "+")))
        self.assertEqual(
            [format_message(line) for line in lines],
            [b"AUTHENTICATE QUJD\r\n", b"AUTHENTICATE +\r\n"],
        )

    def test_success_names_the_account(self) -> None:
        """In two numerics."""
        lines = self.lines(Authenticated(self.register()))
        self.assertEqual(
            [(line.command, line.params) for line in lines],
            [
                ("900", ("bob!b@h", "bob", "You are now logged in as bob")),
                ("903", ("SASL authentication successful",)),
            ],
        )

    def test_each_failure_has_its_numeric(self) -> None:
        """And a text."""
        for answer, number, text in (
            (Failed("no"), "904", "no"),
            (TooLong(), "905", "SASL message too long"),
            (Aborted(), "906", "SASL authentication aborted"),
        ):
            self.assertEqual(self.lines(answer), [Message(number, (text,))])

    def test_unknown_mechanism_is_answered_with_the_known_ones(self) -> None:
        """If there are any."""
        lines = self.lines(UnknownMechanism(("PLAIN", "EXTERNAL")))
        self.assertEqual([line.command for line in lines], ["908", "904"])
        self.assertEqual(lines[0].params[0], "PLAIN,EXTERNAL")
        (line,) = self.lines(UnknownMechanism(()))
        self.assertEqual(line.command, "904")
        self.assertIn("only over TLS", line.params[0])

    def test_incomplete_response_is_not_answered(self) -> None:
        """The rest is still to come."""
        self.assertEqual(self.lines(Incomplete()), [])
