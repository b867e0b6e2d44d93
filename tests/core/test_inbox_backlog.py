"""The inbox: what waits for a client, and how much of it is taken at once."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.inbox import InboxCase, RateLimitCase
from tests.support.memory_use import bytes_used
from twisted_chat.clients.attach import Attachment
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.backlog import MAX_BACKLOG, Decode
from twisted_chat.core.inbox import MAX_AT_ONCE, MAX_IN_FLIGHT_SIZE, TOO_MUCH
from twisted_chat.core.interfaces import Codec
from twisted_chat.core.limits import TOKEN_BYTES, RateLimit
from twisted_chat.core.replies import NOTHING, Refused, Request, refusal
from twisted_chat.testing import FakeConnection, TestChat

BUDGET = 256 * 1024
"""Bytes that what waits for one client may take."""


class Receiver:
    """A connection whose adapter passes units on, whether it should or not."""

    def __init__(
        self, room: TestChat, codec: Codec, decode: Decode, limit: RateLimit | None
    ) -> None:
        self.connection = FakeConnection()
        self.paused = 0
        self.inbox = Attachment(
            room.chat,
            self.connection,
            codec,
            rate_limit=limit,
            decode=decode,
            source=self,
        )
        room.settle()
        self.connection.take()

    def pause(self) -> None:
        self.paused += 1

    def resume(self) -> None:
        self.paused -= 1


class BudgetTests(RateLimitCase):
    """What waits takes little memory, however small its pieces."""

    def receiver(self, codec: LineCodec | JsonCodec) -> Receiver:
        routes = self.chat.chat.table

        def decode(unit: str) -> list[Request] | Iterator[Request]:
            return codec.decode_frame(unit, routes)

        return Receiver(self.chat, codec, decode, self.rate_limit)

    def test_lines_of_one_character(self) -> None:
        """A segment of 64 KiB has 32,768 of them."""
        client = self.receiver(LineCodec())

        def send() -> None:
            for _ in range(32 * 1024):
                client.inbox.receive("a")

        self.assertLess(bytes_used(send), BUDGET)
        self.assertEqual(client.paused, 1)
        self.assertIsNone(client.connection.closed)

    def test_empty_frames_that_are_refused(self) -> None:
        """A segment of 64 KiB has 10,922 of them."""
        client = self.receiver(JsonCodec())

        def send() -> None:
            for _ in range(10_922):
                client.inbox.receive("")

        self.assertLess(bytes_used(send), BUDGET)

    def test_lines_of_one_frame(self) -> None:
        """A frame of 64 KiB may have 32,768 of them."""
        client = self.receiver(LineCodec())
        frame = "a\n" * (32 * 1024)
        self.assertLess(bytes_used(lambda: client.inbox.receive(frame)), BUDGET)
        self.assertEqual(client.paused, 1)

    def test_too_much_input_ends_the_connection(self) -> None:
        """An adapter does not pass on as much; what was taken stays."""
        client = self.receiver(LineCodec())
        for _ in range(MAX_BACKLOG // 1000 + 20):
            client.inbox.receive("x" * 1000)
        self.assertEqual(client.connection.closed, TOO_MUCH)
        self.wait(1)
        posted = [line for line in self.bob.sees() if "xxx" in line]
        self.assertEqual(len(posted), 15)

    def test_refusal_has_no_traceback(self) -> None:
        """It would take several times as much memory as the rest."""
        for text in ("", "{}", '{"type":"x"}', '{"type":"who","room":1}'):
            [request] = JsonCodec().decode_frame(text, self.chat.chat.table)
            self.assertIsNotNone(request.refusal)
            self.assertIsNone(getattr(request.refusal, "__traceback__", 1), text)
            self.assertIsNone(getattr(request.refusal, "__context__", 1), text)
        try:
            try:
                raise ValueError
            except ValueError:
                raise Refused("code", "text")  # noqa: B904
        except Refused as refused:
            request = refusal(refused, "7")
        self.assertEqual((request.ref, request.refusal), ("7", request.refusal))
        self.assertIsNone(getattr(request.refusal, "__traceback__", 1))
        self.assertIsNone(getattr(request.refusal, "__context__", 1))


class PriceTests(RateLimitCase):
    """What is costly to read is not cheap to send."""

    def test_frame_counts_as_its_bytes(self) -> None:
        """Though nothing of them is posted."""
        codec, routes = JsonCodec(), self.chat.chat.table
        client = Receiver(
            self.chat,
            codec,
            lambda unit: codec.decode_frame(unit, routes),
            self.rate_limit,
        )
        for _ in range(3):
            client.inbox.receive('{"type":"x"}' + " " * 4 * TOKEN_BYTES)
        client.inbox.receive('{"type":"x"}')
        self.assertEqual(client.connection.take().count(b"unknown_type"), 3)
        self.wait(0.6)
        self.assertEqual(client.connection.take().count(b"unknown_type"), 1)

    def test_frame_that_asks_for_nothing_counts_as_one_line(self) -> None:
        """Nobody is told of it."""
        client = Receiver(self.chat, LineCodec(), lambda _: [NOTHING], self.rate_limit)
        for _ in range(10):
            client.inbox.receive("x")
        self.assertEqual(client.paused, 0)
        client.inbox.receive("x")
        self.assertEqual(client.paused, 1)
        self.wait(0.2)
        self.assertEqual(client.paused, 0)
        self.assertEqual(client.connection.take(), b"")


class PortionTests(InboxCase):
    """Without a rate limit, too, others get their turn."""

    def test_lines_of_one_frame_are_taken_in_portions(self) -> None:
        """And all of them are, in order."""
        codec, routes = LineCodec(), self.chat.chat.table
        client = Receiver(
            self.chat, codec, lambda unit: codec.decode_frame(unit, routes), None
        )
        lines = "\n".join([r"\nosuch"] * 3 * MAX_AT_ONCE)
        refused = 3 * MAX_AT_ONCE

        def count() -> int:
            return client.connection.take().count(b"no such command")

        with self.chat.together():
            client.inbox.receive(lines)
            self.assertEqual(count(), MAX_AT_ONCE)
            self.assertEqual(client.paused, 1)
        self.assertEqual(count(), refused - MAX_AT_ONCE)
        self.assertEqual(client.paused, 0)

    def test_characters_in_flight_are_bounded(self) -> None:
        """Long messages wait for the store in smaller numbers."""
        size = 4000
        most = -(-MAX_IN_FLIGHT_SIZE // size)
        for request in (
            Request("", "x" * size),
            Request("", "x", ref="r" * (size - 1)),
            Request("", "x", raw="r" * (size - 1)),
        ):
            self.chat.journal.hold()
            for _ in range(most + 1):
                self.alice.asks(request)
            self.assertEqual(self.alice.client.pending, most)
            self.assertFalse(self.alice.reading)
            self.chat.journal.release()
            self.assertEqual(len(self.bob.sees()), most + 1)
            self.assertTrue(self.alice.reading)
