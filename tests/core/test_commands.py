"""The dispatch table: what a route needs, and its help."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.commands import Command, CommandTable
from twisted_chat.core.replies import Refused
from twisted_chat.core.routes import standard_table


def nothing() -> None:
    """A handler."""


class ArgumentsTests(SynchronousTestCase):
    """The usage is the guard."""

    def split(self, usage: str, text: str) -> tuple[str, ...]:
        return Command("x", usage, "", nothing).arguments(text)

    def refused(self, usage: str, text: str) -> None:
        """Typed like this one is told how it is typed."""
        with self.assertRaises(Refused) as caught:
            self.split(usage, text)
        self.assertEqual(caught.exception.code, "usage")
        self.assertEqual(caught.exception.text, f"usage: \\x {usage}".rstrip())

    def test_none(self) -> None:
        """A route without arguments takes none."""
        self.assertEqual(self.split("", " "), ())
        self.refused("", "a")

    def test_one(self) -> None:
        """One word, with any space around it."""
        self.assertEqual(self.split("NAME", "  bob "), ("bob",))
        self.refused("NAME", "")
        self.refused("NAME", "a b")

    def test_one_that_may_be_left_out(self) -> None:
        """It is empty then."""
        self.assertEqual(self.split("[ROOM]", ""), ("",))
        self.assertEqual(self.split("[ROOM]", "tea"), ("tea",))
        self.refused("[ROOM]", "a b")

    def test_the_rest_of_the_line(self) -> None:
        """A text keeps the spaces within it."""
        self.assertEqual(self.split("TEXT", " a  b "), ("a  b",))
        self.assertEqual(self.split("WORDS", "a b"), ("a b",))
        self.assertEqual(self.split("NAME TEXT", "bob  a  b "), ("bob", "a  b"))
        self.assertEqual(self.split("[TEXT]", ""), ("",))
        self.assertEqual(self.split("[TEXT]", " a b "), ("a b",))
        self.refused("TEXT", "  ")
        self.refused("NAME TEXT", "bob")
        self.refused("NAME TEXT", "bob  ")


class TableTests(SynchronousTestCase):
    """Routes by name and alias."""

    def setUp(self) -> None:
        self.table: CommandTable[Callable[[], None]] = CommandTable()
        self.table.route("say", "TEXT", "say it", aliases=("tell",))(nothing)
        self.table.route("go", "", "leave")(nothing)
        self.table.route("inner", internal=True)(nothing)

    def test_find(self) -> None:
        """By its name or alias, in any case."""
        for name in ("say", "SAY", "tell", "Tell"):
            self.assertEqual(self.table.find(name).name, "say")
        found = self.table.find("inner", internal=True)
        self.assertIs(found.handler, nothing)

    def test_there_is_none(self) -> None:
        """One is told so, and where to look."""
        with self.assertRaises(Refused) as caught:
            self.table.find("foo")
        self.assertEqual(caught.exception.code, "no_such_command")
        self.assertEqual(caught.exception.text, r"no such command: \foo (try \help)")

    def test_taken(self) -> None:
        """Two routes of one name are a mistake that shows at once."""
        for name, aliases in (("say", ()), ("tell", ()), ("new", ("go",))):
            with self.assertRaises(ValueError):
                self.table.route(name, aliases=aliases)(nothing)

    def test_known(self) -> None:
        """What may be typed with a slash: what people are told of."""
        self.assertIn("say", self.table)
        self.assertIn("TELL", self.table)
        self.assertNotIn("foo", self.table)
        self.assertNotIn("", self.table)
        self.assertNotIn("inner", self.table)
        self.assertNotIn(7, self.table)

    def test_copy(self) -> None:
        """What someone adds to their table is in theirs only."""
        copy = self.table.copy()
        copy.route("mine", "", "my own")(nothing)
        self.assertIn("mine", copy)
        self.assertNotIn("mine", self.table)
        self.assertNotIn("roll", standard_table())

    def test_help(self) -> None:
        """All routes in their order, each once, without those for programs."""
        self.assertEqual(self.table.help(), (r"\say TEXT  say it", r"\go        leave"))
        self.assertEqual(CommandTable[Callable[[], None]]().help(), ())
        self.assertEqual([c.name for c in self.table], ["say", "go", "inner"])

    def test_help_for_one(self) -> None:
        """With or without its backslash, and also by its alias."""
        expected = (r"\say TEXT - say it", r"also: \tell")
        for name in ("say", r"\say", "/say", "tell", "SAY"):
            self.assertEqual(self.table.help(name), expected)
        self.assertEqual(self.table.help("go"), (r"\go - leave",))
        for name in ("foo", "inner"):
            with self.assertRaises(Refused):
                self.table.help(name)
