"""Slow readers: who is cut off, and when."""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.slow_readers import (
    GRACE,
    LOOK_INTERVAL,
    LOOKS_PER_TURN,
    PATIENCE,
    SlowReaders,
    unacknowledged,
)


class FakeReader:
    """A peer as the test wants it.

    :ivar received: what it has received; ``None`` once nothing waits.
    """

    def __init__(self, slow_readers: SlowReaders) -> None:
        self.received: int | None = 0
        self.is_behind = False
        self.looks = self.cut = 0
        slow_readers.add(self)

    def progress(self) -> Hashable:
        self.looks += 1
        return self.received

    def cut_off(self) -> None:
        self.cut += 1


class SlowReadersTests(SynchronousTestCase):
    """The rule, whatever the connection."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.slow_readers = SlowReaders(self.clock)

    def look(self, times: int) -> None:
        """Let that many looks pass."""
        self.clock.pump([LOOK_INTERVAL] * times)

    def test_reader_without_progress_is_cut_off_once(self) -> None:
        """After the first look and as many more; then it is forgotten."""
        reader = FakeReader(self.slow_readers)
        self.look(GRACE)
        self.assertEqual(reader.cut, 0)
        self.look(5)
        self.assertEqual((reader.cut, len(self.slow_readers)), (1, 0))

    def test_reader_with_progress_is_kept(self) -> None:
        """However slow it is, as long as little waits."""
        reader = FakeReader(self.slow_readers)
        for number in range(3 * GRACE):
            reader.received = number // (GRACE - 1)
            self.look(1)
        self.assertEqual(reader.cut, 0)

    def test_reader_that_is_behind_has_less_time_without_progress(self) -> None:
        """Counted from when it was both."""
        reader = FakeReader(self.slow_readers)
        self.look(PATIENCE + 1)
        reader.is_behind = True
        self.look(PATIENCE - 1)
        self.assertEqual(reader.cut, 0)
        self.look(1)
        self.assertEqual(reader.cut, 1)

    def test_reader_that_stays_behind_is_cut_off(self) -> None:
        """In spite of its progress."""
        reader = FakeReader(self.slow_readers)
        reader.is_behind = True
        for number in range(GRACE):
            self.assertEqual(reader.cut, 0)
            reader.received = number
            self.look(1)
        self.assertEqual(reader.cut, 1)

    def test_reader_that_is_behind_for_a_while_is_kept(self) -> None:
        """The count starts again when it was not."""
        reader = FakeReader(self.slow_readers)
        for number in range(3 * GRACE):
            reader.is_behind = number % GRACE != 0
            reader.received = number
            self.look(1)
        self.assertEqual(reader.cut, 0)

    def test_reader_for_which_nothing_waits_is_forgotten(self) -> None:
        """And the timer stops."""
        reader = FakeReader(self.slow_readers)
        reader.received = None
        self.look(1)
        self.assertEqual(len(self.slow_readers), 0)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_reader_that_waits_again_starts_anew(self) -> None:
        """Between two looks everything was sent."""
        reader = FakeReader(self.slow_readers)
        for _ in range(3):
            self.look(GRACE - 1)
            self.slow_readers.add(reader)
        self.assertEqual(reader.cut, 0)

    def test_process_that_was_stopped_cuts_nobody_off(self) -> None:
        """Nobody could make progress meanwhile: it is one look."""
        reader = FakeReader(self.slow_readers)
        self.look(2)
        self.clock.advance(1000 * LOOK_INTERVAL)
        self.assertEqual((reader.cut, reader.looks), (0, 3))

    def test_many_readers_are_looked_at_in_portions(self) -> None:
        """The reactor does other things in between; each has its look a second."""
        readers = [FakeReader(self.slow_readers) for _ in range(2 * LOOKS_PER_TURN + 1)]
        turns: list[tuple[float, int]] = []
        call_later = self.clock.callLater

        def record(delay: float, call: Callable[[], object]) -> IDelayedCall:
            turns.append((delay, sum(reader.looks for reader in readers)))
            return call_later(delay, call)

        self.patch(self.clock, "callLater", record)
        self.look(1)
        self.assertEqual(
            turns,
            [
                (0.0, LOOKS_PER_TURN),
                (0.0, 2 * LOOKS_PER_TURN),
                (LOOK_INTERVAL, 2 * LOOKS_PER_TURN + 1),
            ],
        )
        self.assertEqual({reader.looks for reader in readers}, {1})


class UnacknowledgedTests(SynchronousTestCase):
    """What the kernel has yet to deliver."""

    def test_bytes_count_until_the_peer_receives_them(self) -> None:
        """Here from a socket to another one of this process."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.assertEqual(unacknowledged(ours), 0)
            ours.send(b"x" * 1000)
            self.assertGreater(unacknowledged(ours), 0)
            theirs.recv(1000)
            self.assertEqual(unacknowledged(ours), 0)

    def test_connection_without_a_socket_has_none(self) -> None:
        """It is in memory, or closed."""
        closed, other = socket.socketpair()
        closed.close()
        other.close()
        for transport in (None, object(), closed):
            self.assertEqual(unacknowledged(transport), 0)
