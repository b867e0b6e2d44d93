"""How a client is written to: at once, and with a bound on what may wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.outbox import (
    PORTION,
    BufferedOutbox,
    DirectOutbox,
    Outbox,
    Send,
    outbox_to,
)

LIMIT = 1000


class Socket:
    """A socket whose peer has so much room."""

    family = 2

    def __init__(self, room: int) -> None:
        self.room = room
        self.sent = b""
        self.error: Exception | None = None

    def send(self, data: bytes) -> int:
        if self.error is not None:
            raise self.error
        if not self.room:
            raise BlockingIOError
        taken = bytes(data[: self.room])
        self.sent += taken
        self.room -= len(taken)
        return len(taken)


class Transport(StringTransport):
    """A TCP transport on such a socket."""

    aborted = False

    def __init__(self, handle: object | None) -> None:
        super().__init__()
        self._handle = handle

    def getHandle(self) -> object | None:
        return self._handle

    def writeSomeData(self, data: bytes) -> None:
        """Only there to say that this is TCP."""

    def abortConnection(self) -> None:
        self.aborted = True


class OutboxCase(SynchronousTestCase):
    """What is the same for both."""

    outbox: Outbox
    transport: Transport

    def setUp(self) -> None:
        self.overflows = 0

    def overflowed(self) -> None:
        self.overflows += 1


class DirectTests(OutboxCase):
    """A plain socket."""

    def make(self, room: int) -> DirectOutbox:
        self.socket = Socket(room)
        self.transport = Transport(self.socket)
        outbox = outbox_to(self.transport, self.overflowed, LIMIT)
        assert isinstance(outbox, DirectOutbox)
        return outbox

    def test_at_once(self) -> None:
        """While the peer reads, each line is with the kernel before write returns."""
        outbox = self.make(100)
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual(self.socket.sent, b"onetwo")
        self.assertEqual(outbox.waiting, 0)
        self.assertIsNone(self.transport.producer)

    def test_a_remainder(self) -> None:
        """What the kernel has no room for follows in order when it has."""
        outbox = self.make(4)
        for data in (b"one", b"two", b"three"):
            outbox.write(data)
        self.assertEqual((self.socket.sent, outbox.waiting), (b"onet", 7))
        self.assertIs(self.transport.producer, outbox)
        self.assertFalse(self.transport.streaming)
        outbox.resumeProducing()
        self.assertEqual(self.transport.value(), b"wothree")
        outbox.write(b"four")
        self.assertEqual(outbox.waiting, 4)
        outbox.resumeProducing()
        outbox.resumeProducing()
        self.assertEqual(self.transport.value(), b"wothreefour")
        self.assertIsNone(self.transport.producer)
        self.socket.room = 100
        outbox.write(b"five")
        self.assertEqual(self.socket.sent, b"onetfive")

    def test_portions(self) -> None:
        """A queue is handed over in portions."""
        self.socket = Socket(0)
        self.transport = Transport(self.socket)
        outbox = outbox_to(self.transport, self.overflowed)
        for _ in range(4):
            outbox.write(b"x" * (PORTION // 2))
        assert isinstance(outbox, DirectOutbox)
        outbox.resumeProducing()
        self.assertEqual(len(self.transport.value()), PORTION)

    def test_too_slow(self) -> None:
        """Exactly the limit may wait; with one byte more the peer is cut off, once."""
        outbox = self.make(0)
        outbox.write(b"x" * LIMIT)
        self.assertEqual((self.overflows, self.transport.aborted), (0, False))
        for _ in range(3):
            outbox.write(b"y")
        self.assertEqual((self.overflows, self.transport.aborted), (1, True))
        self.assertEqual(outbox.waiting, 0)

    def test_one_write_that_is_too_much(self) -> None:
        """A single answer beyond the limit cuts off who does not read it."""
        self.make(10).write(b"x" * (LIMIT + 11))
        self.assertEqual((self.overflows, self.transport.aborted), (1, True))

    def test_reading_again_in_time(self) -> None:
        """Only what waits now counts, however much has waited before."""
        outbox = self.make(0)
        for _ in range(10):
            outbox.write(b"x" * LIMIT)
            outbox.resumeProducing()
        self.assertEqual(self.overflows, 0)

    def test_a_broken_socket(self) -> None:
        """A peer that is gone raises nothing; what is written goes nowhere."""
        outbox = self.make(100)
        self.socket.error = ConnectionResetError()
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertTrue(self.transport.aborted)
        self.assertEqual((outbox.waiting, self.overflows), (0, 0))

    def test_interrupted(self) -> None:
        """A signal in the middle loses nothing."""
        outbox = self.make(100)
        self.socket.error = InterruptedError()
        outbox.write(b"one")
        self.assertEqual(outbox.waiting, 3)

    def test_close(self) -> None:
        """With nothing waiting it closes at once, else after that is sent."""
        outbox = self.make(100)
        outbox.close()
        self.assertTrue(self.transport.disconnecting)
        outbox = self.make(0)
        outbox.write(b"bye")
        outbox.close()
        self.assertFalse(self.transport.disconnecting)
        outbox.resumeProducing()
        outbox.resumeProducing()
        self.assertEqual(self.transport.value(), b"bye")
        self.assertTrue(self.transport.disconnecting)

    def test_hanging_while_closing(self) -> None:
        """Who never reads the last word can still be cut off."""
        for room in (0, 100):
            outbox = self.make(room)
            outbox.write(b"bye")
            outbox.close()
            outbox.abort()
            self.assertTrue(self.transport.aborted)

    def test_gone(self) -> None:
        """After the end nothing is kept, and nothing is closed twice."""
        outbox = self.make(0)
        outbox.write(b"x")
        outbox.stopProducing()
        outbox.write(b"y")
        outbox.close()
        outbox.abort()
        self.assertEqual(outbox.waiting, 0)
        self.assertFalse(self.transport.disconnecting or self.transport.aborted)

    def test_no_dictionary(self) -> None:
        """Ten thousand of them take little memory."""
        self.assertFalse(hasattr(self.make(0), "__dict__"))


class Borrowing:
    """Someone who may write past the outbox."""

    send: Send | None = None


class LoanTests(OutboxCase):
    """The fan-out has the socket itself, and nothing overtakes anything."""

    def make(self, room: int) -> DirectOutbox:
        self.socket = Socket(room)
        self.transport = Transport(self.socket)
        outbox = outbox_to(self.transport, self.overflowed, LIMIT)
        assert isinstance(outbox, DirectOutbox)
        self.borrower = Borrowing()
        return outbox

    def test_while_nothing_waits(self) -> None:
        """Lent at once, taken back when something waits, lent again after that."""
        outbox = self.make(4)
        outbox.lend_send(self.borrower)
        self.assertEqual(self.borrower.send, self.socket.send)
        outbox.write(b"one")
        self.assertIsNotNone(self.borrower.send)
        outbox.write(b"two")
        self.assertIsNone(self.borrower.send)
        self.socket.room = 100
        outbox.resumeProducing()
        # The kernel may not have taken that yet.
        self.assertIsNone(self.borrower.send)
        outbox.resumeProducing()
        self.assertEqual(self.borrower.send, self.socket.send)

    def test_lent_late(self) -> None:
        """Who comes when something waits gets it after that."""
        outbox = self.make(0)
        outbox.write(b"one")
        outbox.lend_send(self.borrower)
        self.assertIsNone(self.borrower.send)
        outbox.resumeProducing()
        outbox.resumeProducing()
        self.assertIsNotNone(self.borrower.send)

    def test_the_end(self) -> None:
        """However it ends, nobody writes past it after that, not even later."""
        ends: list[Callable[[DirectOutbox], None]] = [
            DirectOutbox.close,
            DirectOutbox.abort,
            DirectOutbox.stopProducing,
            lambda outbox: outbox.write(b"x" * (LIMIT + 2)),
        ]
        for room in (0, 1):
            for end in ends:
                outbox = self.make(room)
                outbox.lend_send(self.borrower)
                if not room:
                    outbox.write(b"bye")
                end(outbox)
                self.assertIsNone(self.borrower.send)
                while self.transport.producer is not None:
                    outbox.resumeProducing()
                outbox.lend_send(self.borrower)
                self.assertIsNone(self.borrower.send)

    def test_none_to_lend(self) -> None:
        """Past TLS nobody writes."""
        outbox_to(StringTransport(), self.overflowed).lend_send(borrower := Borrowing())
        self.assertIsNone(borrower.send)


class BufferedTests(OutboxCase):
    """A transport with a buffer of its own, such as TLS."""

    def make(self) -> BufferedOutbox:
        self.transport = Transport(object())
        outbox = outbox_to(self.transport, self.overflowed, LIMIT)
        assert isinstance(outbox, BufferedOutbox)
        return outbox

    def test_no_handle(self) -> None:
        """A transport in memory is written to as well."""
        transport = StringTransport()
        outbox_to(transport, self.overflowed).write(b"hi")
        self.assertEqual(transport.value(), b"hi")

    def test_through(self) -> None:
        """While the transport has room it is given everything at once."""
        outbox = self.make()
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual(self.transport.value(), b"onetwo")
        self.assertTrue(self.transport.streaming)

    def test_paused(self) -> None:
        """When it has had enough the rest waits here, in order."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual((self.transport.value(), outbox.waiting), (b"", 6))
        outbox.resumeProducing()
        self.assertEqual((self.transport.value(), outbox.waiting), (b"onetwo", 0))

    def test_paused_again_while_resuming(self) -> None:
        """It goes on where it stopped."""
        outbox = self.make()
        outbox.pauseProducing()
        for data in (b"one", b"two"):
            outbox.write(data)
        write = self.transport.write

        def write_and_pause(data: bytes) -> None:
            write(data)
            outbox.pauseProducing()

        self.patch(self.transport, "write", write_and_pause)
        outbox.resumeProducing()
        self.assertEqual((self.transport.value(), outbox.waiting), (b"one", 3))

    def test_too_slow(self) -> None:
        """The same limit, once."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"x" * LIMIT)
        self.assertEqual(self.overflows, 0)
        for _ in range(3):
            outbox.write(b"y")
        self.assertEqual((self.overflows, self.transport.aborted), (1, True))

    def test_close(self) -> None:
        """It closes once everything is with the transport."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"bye")
        outbox.close()
        self.assertFalse(self.transport.disconnecting)
        outbox.resumeProducing()
        self.assertEqual(self.transport.value(), b"bye")
        self.assertTrue(self.transport.disconnecting)
        self.assertIsNone(self.transport.producer)
        outbox.write(b"too late")
        self.assertEqual(self.transport.value(), b"bye")

    def test_hanging_while_closing(self) -> None:
        """A peer that never answers the goodbye of TLS is cut off in the end."""
        outbox = self.make()
        outbox.close()
        self.assertTrue(self.transport.disconnecting)
        outbox.abort()
        outbox.abort()
        self.assertTrue(self.transport.aborted)


class AbstractTests(OutboxCase):
    """What both are made of."""

    def test_write(self) -> None:
        """It takes one of the two to write."""
        transport: Any = StringTransport()
        with self.assertRaises(NotImplementedError):
            Outbox(transport, self.overflowed, LIMIT).write(b"")
