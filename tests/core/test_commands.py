"""The command table: arguments, names, guards and help."""

from __future__ import annotations

import json
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.socketio_codec import decode_event
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.commands import Command, CommandTable
from twisted_chat.core.replies import Notice, Refused, Reply, Request, RouteInfo
from twisted_chat.core.routes.table import standard_table
from twisted_chat.socketio.packets import EVENT, Packet
from twisted_chat.testing import TestChat


def no_op() -> None:
    """A handler that does nothing."""


def socketio_event(name: str, value: str) -> Packet:
    data = [name, value]
    return Packet(EVENT, data=data, text=json.dumps(data))


class ArgumentTests(SynchronousTestCase):
    """Arguments are parsed as the usage says."""

    def parse(self, usage: str, text: str) -> tuple[str, ...]:
        return Command("x", usage, "", no_op).arguments(text)

    def assert_refused(self, usage: str, text: str, why: str) -> None:
        """The text is refused with the reason and the usage."""
        with self.assertRaises(Refused) as caught:
            self.parse(usage, text)
        self.assertEqual(caught.exception.code, "usage")
        self.assertEqual(caught.exception.reason, why)
        usage = f"\\x {usage}".rstrip()
        self.assertEqual(caught.exception.advice, f"(usage: {usage})")

    def test_route_without_arguments_takes_none(self) -> None:
        """White space does not count as an argument."""
        self.assertEqual(self.parse("", " "), ())
        self.assert_refused("", "a", "nothing can follow")

    def test_required_argument_is_one_word(self) -> None:
        """White space around it is ignored."""
        self.assertEqual(self.parse("NAME", "  bob "), ("bob",))
        self.assert_refused("NAME", "", "NAME is missing")
        self.assert_refused("NAME", "a b", "a nickname has no spaces")
        self.assert_refused("NAME TEXT", "bob", "TEXT is missing")
        self.assert_refused("WHO", "bob eve", "WHO is one word")

    def test_optional_argument_is_empty_if_left_out(self) -> None:
        """It is one word otherwise."""
        self.assertEqual(self.parse("[ROOM]", ""), ("",))
        self.assertEqual(self.parse("[ROOM]", "tea"), ("tea",))
        self.assert_refused("[ROOM]", "a b", "a room name has no spaces")
        self.assert_refused("[N]", "1 2", "only a number can follow")

    def test_text_is_the_rest_of_the_line(self) -> None:
        """It keeps the white space within."""
        self.assertEqual(self.parse("TEXT", " a  b "), ("a  b",))
        self.assertEqual(self.parse("WORDS", "a b"), ("a b",))
        self.assertEqual(self.parse("NAME TEXT", "bob  a  b "), ("bob", "a  b"))
        self.assertEqual(self.parse("[TEXT]", ""), ("",))
        self.assertEqual(self.parse("[TEXT]", " a b "), ("a b",))

    def test_only_a_text_may_be_longer_than_a_line(self) -> None:
        """It has a limit of its own."""
        for usage in ("", "NAME", "WORDS", "[SETTING]", "NAME [DURATION]"):
            refused = self.assertRaises(Refused, self.parse, usage, "x" * 4097)
            self.assertEqual(refused.code, "too_long", usage)
        for usage in ("TEXT", "[TEXT]"):
            self.assertEqual(self.parse(usage, "x" * 4097), ("x" * 4097,))

    def test_required_text_must_not_be_empty(self) -> None:
        """White space does not count as text."""
        self.assert_refused("TEXT", "  ", "TEXT is missing")
        self.assert_refused("NAME TEXT", "bob", "TEXT is missing")
        self.assert_refused("NAME TEXT", "bob  ", "TEXT is missing")


class TableTests(SynchronousTestCase):
    """Routes by name and alias."""

    def setUp(self) -> None:
        self.table: CommandTable[Callable[[], None]] = CommandTable()
        self.table.route("say", "TEXT", "say it", aliases=("tell",))(no_op)
        self.table.route("go", "", "leave")(no_op)
        self.table.route("inner", internal=True)(no_op)

    def test_route_is_found_by_name_and_alias_in_any_case(self) -> None:
        """It has one entry."""
        for name in ("say", "SAY", "tell", "Tell"):
            self.assertEqual(self.table.find(name).name, "say")

    def test_internal_route_is_found_only_as_internal(self) -> None:
        """Nor is any other route found as internal."""
        found = self.table.find("inner", internal=True)
        self.assertIs(found.handler, no_op)
        for name, internal in (("inner", False), ("say", True)):
            with self.assertRaises(Refused) as caught:
                self.table.find(name, internal=internal)
            self.assertEqual(caught.exception.code, "no_such_command")

    def test_unknown_route_is_refused(self) -> None:
        """With the route that lists them."""
        with self.assertRaises(Refused) as caught:
            self.table.find("foo")
        self.assertEqual(caught.exception.code, "no_such_command")
        self.assertEqual(caught.exception.text, r"no such command: \foo (try \help)")

    def test_long_name_of_an_unknown_route_is_cut(self) -> None:
        """A line may be nothing but a name."""
        with self.assertRaises(Refused) as caught:
            self.table.find("x" * 4000)
        self.assertRegex(caught.exception.text, r"no such command: \\x+\u2026 \(try")
        self.assertLess(len(caught.exception.text), 200)

    def test_declared_name_cannot_be_declared_again(self) -> None:
        """Neither as a name nor as an alias."""
        for name, aliases in (("say", ()), ("tell", ()), ("new", ("go",))):
            with self.assertRaises(ValueError):
                self.table.route(name, aliases=aliases)(no_op)

    def test_table_contains_the_routes_that_can_be_typed(self) -> None:
        """By name and alias, in any case."""
        for name in ("say", "TELL"):
            self.assertIn(name, self.table)
        for value in ("foo", "", "inner", 7):
            self.assertNotIn(value, self.table)

    def test_routes_added_to_a_copy_are_in_the_copy_only(self) -> None:
        """The standard table stays as it is."""
        copy = self.table.copy()
        copy.route("mine", "", "my own")(no_op)
        self.assertIn("mine", copy)
        self.assertNotIn("mine", self.table)
        standard_table().route("roll", "", "roll dice")(no_op)  # type: ignore[arg-type]
        self.assertNotIn("roll", standard_table())

    def test_help_lists_each_route_once_in_order(self) -> None:
        """Without internal routes."""
        self.assertEqual(self.table.help(), (r"\say TEXT  say it", r"\go        leave"))
        self.assertEqual(CommandTable[Callable[[], None]]().help(), ())

    def test_listing_has_the_routes_that_can_be_typed(self) -> None:
        """The same tuple each time, until a route is added."""
        listing = self.table.listing()
        self.assertEqual(
            listing,
            (
                RouteInfo("say", "TEXT", "say it", ("tell",)),
                RouteInfo("go", "", "leave"),
            ),
        )
        self.assertIs(self.table.listing(), listing)
        copy = self.table.copy()
        copy.route("mine", "[N]", "my own")(no_op)
        self.assertEqual(copy.listing(), (*listing, RouteInfo("mine", "[N]", "my own")))
        self.table.route("more")(no_op)
        self.assertEqual(self.table.listing()[-1], RouteInfo("more", "", ""))

    def test_table_iterates_over_each_route_once(self) -> None:
        """With internal routes."""
        self.assertEqual([c.name for c in self.table], ["say", "go", "inner"])

    def test_help_of_one_route_has_its_aliases(self) -> None:
        """The name may have a backslash or a slash, and be an alias."""
        expected = (r"\say TEXT - say it", r"also: \tell")
        for name in ("say", r"\say", "/say", "tell", "SAY"):
            self.assertEqual(self.table.help(name), expected)
        self.assertEqual(self.table.help("go"), (r"\go - leave",))

    def test_help_of_an_unknown_or_internal_route_is_refused(self) -> None:
        """Nobody can type it."""
        for name in ("foo", "inner"):
            with self.assertRaises(Refused):
                self.table.help(name)


class GuardTests(SynchronousTestCase):
    """Guards are called before the handler."""

    def setUp(self) -> None:
        self.calls: list[str] = []
        table = standard_table()

        def passes(context: CommandContext) -> None:
            self.calls.append("passes")

        def refuses(context: CommandContext) -> None:
            self.calls.append("refuses")
            raise Refused("no", f"not {context.word}")

        def last(context: CommandContext) -> None:
            self.calls.append("last")

        def handler(context: CommandContext) -> Reply:
            self.calls.append("handler")
            return Notice(("done",))

        table.route("allowed", "NAME", guards=(passes, last))(handler)
        table.route("refused", "NAME", guards=(passes, refuses, last))(handler)
        self.chat = TestChat(table)
        (self.alice,) = self.chat.people("alice")

    def test_guards_are_called_in_order_before_the_handler(self) -> None:
        """Each of them once."""
        self.alice.types(r"\allowed bob")
        self.assertEqual(self.alice.sees(), ["done"])
        self.assertEqual(self.calls, ["passes", "last", "handler"])

    def test_first_guard_that_refuses_is_the_last_call(self) -> None:
        """Its text is the reply."""
        self.alice.types(r"\refused bob")
        self.assertEqual(self.alice.sees(), ["error: not bob"])
        self.assertEqual(self.calls, ["passes", "refuses"])

    def test_usage_is_checked_before_the_guards(self) -> None:
        """A guard relies on the arguments."""
        self.alice.types(r"\refused")
        self.assertEqual(
            self.alice.sees(), [r"error: NAME is missing (usage: \refused NAME)"]
        )
        self.assertEqual(self.calls, [])


class InternalRouteTests(SynchronousTestCase):
    """Internal routes are for adapters: no codec decodes one from what a user types."""

    def setUp(self) -> None:
        self.chat = TestChat()
        (self.alice,) = self.chat.people("alice")
        self.names = [command.name for command in standard_table() if command.internal]

    def test_standard_table_has_internal_routes(self) -> None:
        """They are not in the help."""
        self.assertEqual(
            self.names,
            [
                *("take_nick", "custom_event", "snapshot", "presence"),
                *("delete_one", "log_in", "enter_server", "read_up_to"),
            ],
        )
        lines = "\n".join(self.chat.chat.table.help())
        for name in self.names:
            self.assertNotIn(name, lines)

    def test_typed_internal_route_is_unknown(self) -> None:
        """In any case, with a backslash or as a plain request."""
        for name in self.names:
            for typed in (name, name.upper(), f"{name} x"):
                word = typed.split()[0]
                error = rf"error: no such command: \{word} (try"
                self.alice.types(f"\\{typed}")
                self.alice.asks(Request(word, ""))
                for line in self.alice.sees():
                    self.assertTrue(line.startswith(error), line)

    def test_internal_route_with_a_slash_is_a_message(self) -> None:
        """Like any word that is not a route."""
        for name in self.names:
            # That one looks like a route with a password.
            if name != "log_in":
                self.alice.types(f"/{name}")
                self.assertEqual(self.alice.sees(), [f"alice: /{name}"])

    def test_no_codec_decodes_an_internal_route(self) -> None:
        """Whatever a client of any kind types or claims."""
        table = self.chat.chat.table
        line, objects = LineCodec(), JsonCodec()
        for name in self.names:
            typed = f"\\{name}"
            text = json.dumps(typed)
            decoded = [
                line.decode(typed.encode(), table),
                *line.decode_frame(typed, table),
                *objects.decode_frame(f'{{"type":"{name}"}}', table),
                *objects.decode_frame(f'{{"type":"command","text":{text}}}', table),
                *objects.decode_frame(
                    f'{{"type":"command","text":{text},"internal":true}}', table
                ),
                *decode_event(socketio_event("messages", typed)),
                *decode_event(socketio_event("chat", typed)),
            ]
            self.assertEqual(len(decoded), 7)
            for request in decoded:
                self.assertFalse(request.internal, request)
