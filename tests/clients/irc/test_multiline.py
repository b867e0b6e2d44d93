"""Messages of several lines as they are received."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.formatting import CUT
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.multiline import (
    CONCAT,
    Multiline,
    MultilineError,
    is_long,
    parts,
)
from twisted_chat.core.limits import MAX_TEXT, MAX_TEXT_LINES


def opening(*params: str, **tags: str) -> Message:
    return Message("BATCH", params or ("+1", "draft/multiline", "#tea"), "", tags)


def line(text: str, *, joined: bool = False, target: str = "#tea") -> Message:
    tags = {"batch": "1", **({CONCAT: ""} if joined else {})}
    return Message("PRIVMSG", (target, text), "", tags)


class MultilineTests(SynchronousTestCase):
    """One message."""

    def assert_refused(self, code: str, *lines: Message) -> MultilineError:
        batch = Multiline(opening())
        *good, bad = lines
        for each in good:
            batch.add(each)
        error = self.assertRaises(MultilineError, batch.add, bad)
        assert isinstance(error, MultilineError)
        self.assertEqual(error.code, f"multiline_{code}")
        return error

    def test_lines_are_one_text(self) -> None:
        """With marks where a line was cut."""
        batch = Multiline(opening(label="7", x="y"))
        for each in (line("one"), line(""), line("tw"), line("o", joined=True)):
            batch.add(each)
        self.assertEqual(batch.end(), f"one\n\ntw{CUT}o")
        self.assertEqual(batch.reference.label, "7")
        self.assertEqual(batch.reference.command, "PRIVMSG")
        self.assertEqual(batch.tags, {})

    def test_tags_of_clients_are_those_of_the_beginning(self) -> None:
        """For the whole message."""
        message = Message(
            *("BATCH", ("+1", "draft/multiline", "#tea")), "", {"+a": "b"}
        )
        self.assertEqual(Multiline(message).tags, {"+a": "b"})

    def test_other_batches_are_refused(self) -> None:
        """Without an id, of another kind, without a target."""
        for params in (
            ("+",),
            ("+1",),
            ("+1", "netjoin", "#tea"),
            ("+1", "draft/multiline"),
        ):
            self.assertRaises(MultilineError, Multiline, opening(*params))

    def test_other_lines_are_refused(self) -> None:
        """With another command, batch or target, or an empty one that goes on."""
        other = Message("PRIVMSG", ("#tea", "x"), "", {"batch": "2"})
        self.assert_refused("invalid", other)
        self.assert_refused("invalid", Message("JOIN", ("#tea",), "", {"batch": "1"}))
        notice = Message("NOTICE", ("#tea", "x"), "", {"batch": "1"})
        self.assert_refused("invalid", line("one"), notice)
        self.assert_refused("invalid", line("one"), line("", joined=True))
        self.assert_refused("invalid", line("one", joined=True))
        error = self.assert_refused("invalid_target", line("x", target="bob"))
        self.assertEqual(error.names, ("#tea", "bob"))

    def test_size_is_bounded(self) -> None:
        """As that of all messages."""
        lines = [line("x")] * (MAX_TEXT_LINES + 1)
        error = self.assert_refused("max_lines", *lines)
        self.assertEqual(error.names, (str(MAX_TEXT_LINES),))
        half = "x" * (MAX_TEXT // 2)
        error = self.assert_refused("max_bytes", line(half), line(half))
        self.assertEqual(error.names, (str(MAX_TEXT),))
        batch = Multiline(opening())
        batch.add(line(half))
        batch.add(line(half, joined=True))

    def test_message_without_any_text_is_refused(self) -> None:
        """Of empty lines, or of none."""
        batch = Multiline(opening())
        self.assertRaises(MultilineError, batch.end)
        batch.add(line(""))
        self.assertRaises(MultilineError, batch.end)

    def test_text_is_shown_in_the_lines_in_which_it_was_sent(self) -> None:
        """A line that is too long is cut once more."""
        joined = {CONCAT: ""}
        self.assertEqual(
            list(parts(f"one\n\ntw{CUT}o", 20)),
            [("one", {}), ("", {}), ("tw", {}), ("o", joined)],
        )
        self.assertEqual(
            list(parts("x" * 500, 400)),
            [("x" * 110, {}), *[("x" * 110, joined)] * 3, ("x" * 60, joined)],
        )
        self.assertFalse(is_long("short", 20))
        for text in ("a\nb", f"a{CUT}b", "x" * 500):
            self.assertTrue(is_long(text, 20))
