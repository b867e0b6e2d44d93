"""The table of commands: declared, decoded, refused."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.commands import IrcTable, lines, request_of
from twisted_chat.clients.irc.message import Message, parse
from twisted_chat.clients.irc.reference import Reference
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.replies import Native, Refused, Reply, Request


class TableTests(SynchronousTestCase):
    """A command with a handler is an internal route of the core."""

    def setUp(self) -> None:
        self.table = IrcTable()

        @self.table.handler("FOO", 1)
        def foo(_context: CommandContext) -> Reply:
            return lines()

        @self.table.decoder("SAY", 1)
        def say(message: Message, reference: Reference) -> list[Request]:
            if message.params[0] == "no":
                raise Refused("no_text", "no")
            return [Request("", message.params[0], ref=str(reference))]

    def requests(self, line: str) -> tuple[Request, ...]:
        return self.table.requests(parse(line.encode()))

    def test_handler_is_given_the_parameters(self) -> None:
        """And the reply the command, its target and its label."""
        (request,) = self.requests("@label=7 foo #tea :two words")
        reference = Reference("FOO", "#tea", "7")
        self.assertEqual(request, request_of(reference, "#tea", "two words"))
        (route,) = self.table.routes()
        self.assertEqual((request.route, request.internal), (route.name, True))
        self.assertTrue(route.internal)

    def test_decoder_makes_requests_of_the_core(self) -> None:
        """Without a route of its own."""
        (request,) = self.requests("SAY :hi all")
        self.assertEqual((request.route, request.text), ("", "hi all"))

    def test_what_cannot_be_decoded_is_refused(self) -> None:
        """An unknown command, too few parameters, or for a reason of its own."""
        for line, code in (
            ("BAR", "unknown_command"),
            ("FOO", "too_few_parameters"),
            ("SAY no", "no_text"),
        ):
            (request,) = self.requests(f"@label=7 {line}")
            assert request.refusal is not None
            self.assertEqual(request.refusal.code, code)
            self.assertEqual(Reference.of(request.ref).label, "7")

    def test_command_is_declared_once(self) -> None:
        """In all files together."""
        with self.assertRaises(ValueError):
            self.table.decoder("FOO")(lambda _message, _reference: ())
        self.assertIn("FOO", self.table)

    def test_reply_is_some_lines(self) -> None:
        """Which the codec completes."""
        self.assertEqual(lines(Message("PONG")), Native((Message("PONG"),)))
