"""How much one answer has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import make_runtime
from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc import answers
from twisted_chat.clients.irc.answers import (
    in_portions,
    lines_that_fit,
    messages_that_fit,
)
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.protocol import unframed
from twisted_chat.clients.irc.raw import Raw
from twisted_chat.core.events import Message as Post
from twisted_chat.core.events import Stored
from twisted_chat.core.runtime import ScheduledCall

LIMIT = 50_000

CAPABILITIES = frozenset(
    ("account-tag", "batch", "draft/multiline", "message-tags", "server-time")
)


def stored(number: int, text: str, raw: str | None = None) -> Stored:
    """A message whose names are as long as they may be."""
    name = "\u674e" * 32
    return Stored(f"id-{number:016}", number, Post(name, name, text, "id", raw))


class FittingTests(IrcCase):
    """What is sent at once has a bound, whatever it consists of."""

    def test_lines_are_counted_by_their_bytes(self) -> None:
        """The first ones are sent."""
        for text in ("", "x" * 300, "\u20ac" * 100):
            line = Message("352", ("bob", text))
            shown = lines_that_fit([line] * 1000, LIMIT)
            sent = self.shared.codecs.codec(frozenset(), unframed).encode(shown, "bob")
            self.assertLessEqual(len(sent), LIMIT)
            self.assertGreater(len(shown), 100)
        self.assertEqual(len(lines_that_fit([Message("315")] * 9)), 9)

    def test_messages_are_counted_by_the_bytes_of_their_lines(self) -> None:
        """With their sources and tags, in whatever lines they are."""
        raw = Raw("PRIVMSG", "\x02x", {"+draft/reply": "x" * 300}).pack()
        codecs = self.shared.codecs
        lines = "\n".join("x" * 90)
        for text in ("x", "x" * 400, "\u20ac" * 1000, lines, "x" * 16_000):
            history = [stored(number, text) for number in range(100)]
            history += [stored(number, text, raw) for number in range(100)]
            shown = messages_that_fit(history, limit=LIMIT)
            self.assertEqual(shown, tuple(history[-len(shown) :]))
            for capabilities in (CAPABILITIES, frozenset[str]()):
                codec = codecs.codec(capabilities, unframed)
                sent = codec.encode([codec.history("#tea", shown)], "bob")
                self.assertIn(len(sent), range(LIMIT // 5, LIMIT), text[:9])

    def test_first_messages_may_be_wanted(self) -> None:
        """In the same order."""
        history = [stored(number, "x" * 1000) for number in range(50)]
        shown = messages_that_fit(history, first=True, limit=LIMIT)
        self.assertEqual(shown, tuple(history[: len(shown)]))
        self.assertIn(len(shown), range(10, 50))


class PortionTests(SynchronousTestCase):
    """What takes long does not stop everything else."""

    def test_others_have_a_turn_after_each_portion(self) -> None:
        """All items come, in order."""
        self.patch(answers, "PORTION", 2)
        due: list[Callable[[], object]] = []
        seen: list[int] = []

        def call_later(_delay: float, call: Callable[[], object]) -> ScheduledCall:
            due.append(call)
            return Clock().callLater(0, call)

        async def look() -> None:
            async for number in in_portions(runtime, range(5)):
                seen.append(number)  # noqa: PERF401 - one after the other

        runtime = replace(make_runtime(Clock(), []), call_later=call_later)
        runtime.spawn(look())
        self.assertEqual(seen, [0, 1])
        due.pop()()
        self.assertEqual(seen, [0, 1, 2, 3])
        due.pop()()
        self.assertEqual(seen, [0, 1, 2, 3, 4])
        self.assertEqual(due, [])
