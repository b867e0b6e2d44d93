"""Outboxes: writes go out at once, and what waits is bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.outbox import (
    CHUNK_SIZE,
    BufferedOutbox,
    DirectOutbox,
    Outbox,
    Send,
    outbox_to,
)
from twisted_chat.net.slow_readers import GRACE, PATIENCE, SlowReaders

LIMIT = 1000


class Socket:
    """A socket whose kernel buffer has limited room."""

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
    """A TCP transport with such a socket."""

    aborted = False

    def __init__(self, handle: object | None) -> None:
        super().__init__()
        self._handle = handle

    def getHandle(self) -> object | None:
        return self._handle

    def writeSomeData(self, data: bytes) -> None:
        """Present on TCP transports only."""

    def abortConnection(self) -> None:
        self.aborted = True


class OutboxTestCase(SynchronousTestCase):
    """Counts how often a peer was found too slow."""

    outbox: Outbox
    transport: Transport

    def setUp(self) -> None:
        self.cut_off = 0
        self.clock = Clock()
        self.slow_readers = SlowReaders(self.clock)

    def too_slow(self) -> None:
        self.cut_off += 1


class DirectTests(OutboxTestCase):
    """The outbox of a plain socket."""

    def make(self, room: int) -> DirectOutbox:
        self.socket = Socket(room)
        self.transport = Transport(self.socket)
        outbox = outbox_to(self.transport, self.slow_readers, self.too_slow, LIMIT)
        assert isinstance(outbox, DirectOutbox)
        return outbox

    def test_write_reaches_the_kernel_before_it_returns(self) -> None:
        """While the peer reads, nothing waits."""
        outbox = self.make(100)
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual(self.socket.sent, b"onetwo")
        self.assertEqual(outbox.waiting, 0)
        self.assertIsNone(self.transport.producer)

    def test_remainder_is_sent_in_order_when_there_is_room(self) -> None:
        """The transport pulls it; later writes go to the socket again."""
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

    def test_queue_is_passed_on_in_chunks(self) -> None:
        """Not all at once."""
        self.socket = Socket(0)
        self.transport = Transport(self.socket)
        outbox = outbox_to(self.transport, self.slow_readers, self.too_slow)
        for _ in range(4):
            outbox.write(b"x" * (CHUNK_SIZE // 2))
        assert isinstance(outbox, DirectOutbox)
        outbox.resumeProducing()
        self.assertEqual(len(self.transport.value()), CHUNK_SIZE)

    def test_waiting_bytes_over_the_limit_abort_once(self) -> None:
        """Exactly the limit may wait."""
        outbox = self.make(0)
        outbox.write(b"x" * LIMIT)
        self.assertEqual((self.cut_off, self.transport.aborted), (0, False))
        for _ in range(3):
            outbox.write(b"y")
        self.assertEqual((self.cut_off, self.transport.aborted), (1, True))
        self.assertEqual(outbox.waiting, 0)

    def test_single_write_over_the_limit_aborts(self) -> None:
        """A long reply disconnects a peer that does not read it."""
        self.make(10).write(b"x" * (LIMIT + 11))
        self.assertEqual((self.cut_off, self.transport.aborted), (1, True))

    def test_only_what_waits_now_counts(self) -> None:
        """However much has waited before."""
        outbox = self.make(0)
        for _ in range(10):
            outbox.write(b"x" * LIMIT)
            outbox.resumeProducing()
        self.assertEqual(self.cut_off, 0)

    def test_peer_that_reads_nothing_is_aborted(self) -> None:
        """However little waits; what waited is discarded."""
        outbox = self.make(1)
        outbox.write(b"xy")
        self.clock.pump([1.0] * GRACE)
        self.assertEqual((self.cut_off, self.transport.aborted), (0, False))
        self.clock.advance(1)
        self.assertEqual((self.cut_off, self.transport.aborted), (1, True))
        self.assertEqual(outbox.waiting, 0)

    def test_peer_that_reads_slowly_may_have_little_waiting(self) -> None:
        """An eighth of the limit, for ever."""
        outbox = self.make(0)
        outbox.write(b"x" * (LIMIT // 8))
        for _ in range(3 * GRACE):
            outbox.resumeProducing()
            outbox.write(b"x" * (LIMIT // 8))
            self.clock.advance(1)
        self.assertEqual((self.cut_off, outbox.waiting), (0, LIMIT // 8))

    def test_peer_that_stays_behind_is_aborted(self) -> None:
        """With more than an eighth of the limit, though it reads."""
        outbox = self.make(0)
        outbox.write(b"x")
        for _ in range(GRACE):
            self.assertEqual(self.cut_off, 0)
            outbox.resumeProducing()
            outbox.write(b"x" * (LIMIT // 8 + 1))
            self.clock.advance(1)
        self.assertEqual((self.cut_off, self.transport.aborted), (1, True))

    def test_peer_that_catches_up_is_not_behind_any_more(self) -> None:
        """Its time starts again with the next burst."""
        outbox = self.make(0)
        for _ in range(3):
            outbox.write(b"x" * LIMIT)
            self.clock.pump([1.0] * (PATIENCE - 1))
            outbox.resumeProducing()
            outbox.resumeProducing()
            self.clock.advance(1)
        self.assertEqual(self.cut_off, 0)
        self.assertEqual(len(self.slow_readers), 0)

    def test_closing_connection_is_not_a_slow_reader(self) -> None:
        """Whoever closes it bounds the time."""
        outbox = self.make(0)
        outbox.write(b"bye")
        outbox.close()
        self.clock.pump([1.0] * 2 * GRACE)
        self.assertEqual((self.cut_off, len(self.slow_readers)), (0, 0))

    def test_write_to_a_broken_socket_raises_nothing(self) -> None:
        """The transport finds out; what is written later is discarded."""
        outbox = self.make(100)
        target = Target()
        outbox.enable_direct_send(target)
        self.socket.error = ConnectionResetError()
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual(self.transport.value(), b"one")
        self.assertFalse(self.transport.aborted or self.transport.disconnecting)
        self.assertEqual((outbox.waiting, self.cut_off), (0, 0))
        self.assertIsNone(target.send)

    def test_broken_connection_can_be_ended(self) -> None:
        """Gently, while the peer's last bytes are read, and at once."""
        for end in (DirectOutbox.close, DirectOutbox.abort):
            outbox = self.make(100)
            self.socket.error = ConnectionResetError()
            outbox.write(b"one")
            end(outbox)
            ended = (self.transport.disconnecting, self.transport.aborted)
            self.assertEqual(ended.count(True), 1)

    def test_interrupted_send_loses_nothing(self) -> None:
        """A signal may arrive within the system call."""
        outbox = self.make(100)
        self.socket.error = InterruptedError()
        outbox.write(b"one")
        self.assertEqual(outbox.waiting, 3)

    def test_close_waits_for_what_was_written(self) -> None:
        """With nothing waiting it closes at once."""
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

    def test_peer_that_never_reads_can_be_aborted_while_closing(self) -> None:
        """Whether something waits or not."""
        for room in (0, 100):
            outbox = self.make(room)
            outbox.write(b"bye")
            outbox.close()
            outbox.abort()
            self.assertTrue(self.transport.aborted)

    def test_lost_connection_discards_writes(self) -> None:
        """Closing it again does nothing."""
        outbox = self.make(0)
        outbox.write(b"x")
        outbox.stopProducing()
        outbox.write(b"y")
        outbox.close()
        outbox.abort()
        self.assertEqual(outbox.waiting, 0)
        self.assertFalse(self.transport.disconnecting or self.transport.aborted)

    def test_finished_outbox_sends_only_what_waits(self) -> None:
        """Whether something waits or not; it can still be closed."""
        outbox = self.make(0)
        outbox.write(b"last")
        outbox.finish()
        outbox.write(b"too late")
        outbox.resumeProducing()
        outbox.resumeProducing()
        self.socket.room = 100
        outbox.write(b"too late")
        self.assertEqual((self.transport.value(), self.socket.sent), (b"last", b""))
        self.assertFalse(self.transport.disconnecting)
        outbox.close()
        self.assertTrue(self.transport.disconnecting)

    def test_transport_is_released_only_while_nothing_waits(self) -> None:
        """Or the bytes of two outboxes would be mixed."""
        outbox = self.make(4)
        outbox.write(b"hello")
        self.assertFalse(outbox.release())
        outbox.resumeProducing()
        outbox.resumeProducing()
        self.assertTrue(outbox.release())
        self.assertIsNone(self.transport.producer)
        self.socket.room = 100
        outbox.write(b"late")
        self.assertEqual(self.transport.value() + self.socket.sent, b"o" + b"hell")
        self.assertFalse(outbox.release())

    def test_outbox_has_no_dictionary(self) -> None:
        """Ten thousand of them take little memory."""
        self.assertFalse(hasattr(self.make(0), "__dict__"))


class Target:
    """An object that may write past the outbox."""

    send: Send | None = None

    def send_by(self, send: Send | None) -> None:
        self.send = send


class DirectSendTests(OutboxTestCase):
    """The fan-out calls the socket, and nothing overtakes anything."""

    def make(self, room: int) -> DirectOutbox:
        self.socket = Socket(room)
        self.transport = Transport(self.socket)
        outbox = outbox_to(self.transport, self.slow_readers, self.too_slow, LIMIT)
        assert isinstance(outbox, DirectOutbox)
        self.target = Target()
        return outbox

    def test_send_is_set_while_nothing_waits(self) -> None:
        """Removed when something waits, and set again after that."""
        outbox = self.make(4)
        outbox.enable_direct_send(self.target)
        self.assertEqual(self.target.send, self.socket.send)
        outbox.write(b"one")
        self.assertIsNotNone(self.target.send)
        outbox.write(b"two")
        self.assertIsNone(self.target.send)
        self.socket.room = 100
        outbox.resumeProducing()
        # The kernel may not have taken that yet.
        self.assertIsNone(self.target.send)
        outbox.resumeProducing()
        self.assertEqual(self.target.send, self.socket.send)

    def test_send_is_set_once_nothing_waits(self) -> None:
        """If something waits when it is enabled."""
        outbox = self.make(0)
        outbox.write(b"one")
        outbox.enable_direct_send(self.target)
        self.assertIsNone(self.target.send)
        outbox.resumeProducing()
        outbox.resumeProducing()
        self.assertIsNotNone(self.target.send)

    def test_send_is_removed_at_the_end(self) -> None:
        """However the connection ends, and for good."""
        ends: list[Callable[[DirectOutbox], None]] = [
            DirectOutbox.finish,
            DirectOutbox.close,
            DirectOutbox.abort,
            DirectOutbox.stopProducing,
            lambda outbox: outbox.write(b"x" * (LIMIT + 2)),
        ]
        for room in (0, 1):
            for end in ends:
                outbox = self.make(room)
                outbox.enable_direct_send(self.target)
                if not room:
                    outbox.write(b"bye")
                end(outbox)
                self.assertIsNone(self.target.send)
                while self.transport.producer is not None:
                    outbox.resumeProducing()
                outbox.enable_direct_send(self.target)
                self.assertIsNone(self.target.send)

    def test_send_stays_none_without_a_plain_socket(self) -> None:
        """TLS must not be bypassed."""
        outbox = outbox_to(StringTransport(), self.slow_readers, self.too_slow)
        outbox.enable_direct_send(target := Target())
        self.assertIsNone(target.send)


class BufferedTests(OutboxTestCase):
    """The outbox of a transport with a buffer of its own, such as TLS."""

    def make(self) -> BufferedOutbox:
        self.transport = Transport(object())
        outbox = outbox_to(self.transport, self.slow_readers, self.too_slow, LIMIT)
        assert isinstance(outbox, BufferedOutbox)
        return outbox

    def test_transport_may_have_no_handle(self) -> None:
        """A transport in memory has none."""
        transport = StringTransport()
        outbox_to(transport, self.slow_readers, self.too_slow).write(b"hi")
        self.assertEqual(transport.value(), b"hi")

    def test_write_goes_to_the_transport(self) -> None:
        """While its buffer has room."""
        outbox = self.make()
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual(self.transport.value(), b"onetwo")
        self.assertTrue(self.transport.streaming)

    def test_writes_wait_while_the_transport_is_paused(self) -> None:
        """In order."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"one")
        outbox.write(b"two")
        self.assertEqual((self.transport.value(), outbox.waiting), (b"", 6))
        outbox.resumeProducing()
        self.assertEqual((self.transport.value(), outbox.waiting), (b"onetwo", 0))

    def test_transport_is_released_only_while_nothing_waits(self) -> None:
        """Then another outbox is its producer."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"one")
        self.assertFalse(outbox.release())
        outbox.resumeProducing()
        self.assertTrue(outbox.release())
        outbox.write(b"late")
        other = outbox_to(self.transport, self.slow_readers, self.too_slow, LIMIT)
        self.assertIs(self.transport.producer, other)
        other.write(b"two")
        self.assertEqual(self.transport.value(), b"onetwo")

    def test_transport_may_pause_again_while_resuming(self) -> None:
        """The rest continues to wait."""
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

    def test_waiting_bytes_over_the_limit_abort_once(self) -> None:
        """As with a plain socket."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"x" * LIMIT)
        self.assertEqual(self.cut_off, 0)
        for _ in range(3):
            outbox.write(b"y")
        self.assertEqual((self.cut_off, self.transport.aborted), (1, True))

    def test_close_waits_for_what_was_written(self) -> None:
        """What is written later is discarded."""
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

    def test_peer_that_never_closes_tls_can_be_aborted(self) -> None:
        """Twice does no harm."""
        outbox = self.make()
        outbox.close()
        self.assertTrue(self.transport.disconnecting)
        outbox.abort()
        outbox.abort()
        self.assertTrue(self.transport.aborted)

    def test_finished_outbox_sends_only_what_waits(self) -> None:
        """Whether something waits or not; it can still be closed."""
        outbox = self.make()
        outbox.pauseProducing()
        outbox.write(b"last")
        outbox.finish()
        outbox.write(b"too late")
        outbox.resumeProducing()
        outbox.write(b"too late")
        self.assertEqual(self.transport.value(), b"last")
        outbox.close()
        self.assertTrue(self.transport.disconnecting)

    def test_write_while_resuming_keeps_its_place(self) -> None:
        """What waits goes first, though the transport has room again."""
        outbox = self.make()
        outbox.pauseProducing()
        for data in (b"one", b"two"):
            outbox.write(data)
        write = self.transport.write

        def write_and_reply(data: bytes) -> None:
            write(data)
            if data == b"one":
                outbox.write(b"three")

        self.patch(self.transport, "write", write_and_reply)
        outbox.resumeProducing()
        self.assertEqual(self.transport.value(), b"onetwothree")


class AbstractTests(OutboxTestCase):
    """The common base."""

    def test_base_does_not_write(self) -> None:
        """Each kind of transport needs its own ``write``."""
        transport: Any = StringTransport()
        with self.assertRaises(NotImplementedError):
            Outbox(transport, self.slow_readers, self.too_slow, LIMIT).write(b"")
