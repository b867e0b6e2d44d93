"""Pacing: portions, turns, and shares of the reactor's time."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.pacing import (
    BURST,
    MAX_COUNTED,
    MAX_PIECE,
    PIECE,
    PORTION,
    SHARE,
    SHARE_OF_ALL,
    Intake,
    Pacing,
)

PER_BYTE = 5e-7
"""Seconds that reading a byte takes, unless the test says otherwise."""


class Peer:
    """A peer, and what reads its input, which takes time.

    :ivar read_pieces: what was read so far.
    :ivar used: seconds that reading took.
    :ivar per_byte: seconds for a byte.
    """

    def __init__(self, case: PacingCase, host: str = "127.0.0.1") -> None:
        self._clock = case.clock
        self.transport = StringTransport(peerAddress=IPv4Address("TCP", host, 1))
        self.intake = Intake(case.pacing, self, self.transport)
        self.read_pieces: list[bytes] = []
        self.used = 0.0
        self.per_byte = PER_BYTE

    def read(self, data: bytes) -> None:
        self.read_pieces.append(data)
        self.used += len(data) * self.per_byte
        self._clock.rightNow += len(data) * self.per_byte

    @property
    def data(self) -> bytes:
        return b"".join(self.read_pieces)

    @property
    def reading(self) -> bool:
        return self.transport.producerState == "producing"

    def send_if_possible(self, data: bytes) -> None:
        if self.reading:
            self.intake.received(data)


class PacingCase(SynchronousTestCase):
    """Peers on a clock that goes on while their input is read."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.rightNow = 1000.0
        self.pacing = Pacing(self.clock)

    def wait(self, seconds: float) -> None:
        """Let time pass in small steps."""
        until = self.clock.rightNow + seconds
        while self.clock.rightNow < until:
            self.clock.advance(PORTION / 10)


class PortionTests(PacingCase):
    """One peer."""

    def test_short_input_is_passed_on_at_once(self) -> None:
        """And nothing is left to do later."""
        peer = Peer(self)
        for _ in range(100):
            peer.intake.received(b"hello\n")
            self.assertTrue(peer.reading)
            self.clock.advance(0.001)
        self.assertEqual(peer.read_pieces, [b"hello\n"] * 100)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_long_input_is_passed_on_in_portions(self) -> None:
        """Others have their turn in between; the peer is read from after the last."""
        peer = Peer(self)
        data = bytes(range(256)) * 256
        peer.intake.received(data)
        self.assertFalse(peer.reading)
        first = peer.used
        self.assertGreaterEqual(first, PORTION)
        self.assertLess(first, PORTION + MAX_PIECE * PER_BYTE)
        self.clock.advance((SHARE - 1) * first * 0.99)
        self.assertEqual(peer.used, first)
        self.clock.advance((SHARE - 1) * first * 0.02)
        self.assertGreater(peer.used, first)
        self.wait(SHARE * len(data) * PER_BYTE * 1.5)
        self.assertEqual(peer.data, data)
        self.assertTrue(peer.reading)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_input_that_is_read_fast_is_passed_on_at_once(self) -> None:
        """In pieces that become longer."""
        peer = Peer(self)
        peer.per_byte = 1e-9
        peer.intake.received(b"x" * 64 * 1024)
        sizes = [len(piece) for piece in peer.read_pieces]
        self.assertEqual(sizes[:4], [PIECE, 2 * PIECE, MAX_PIECE, MAX_PIECE])
        self.assertEqual(sum(sizes), 64 * 1024)
        self.assertTrue(peer.reading)

    def test_input_that_becomes_costly_is_passed_on_in_short_pieces(self) -> None:
        """After one that was not."""
        peer = Peer(self)
        peer.per_byte = 1e-9
        peer.intake.received(b"x" * 8 * 1024)
        peer.per_byte = 1e-6
        peer.read_pieces.clear()
        peer.intake.received(b"x" * 64 * 1024)
        self.wait(1)
        sizes = [len(piece) for piece in peer.read_pieces]
        self.assertEqual(sizes[0], MAX_PIECE)
        self.assertEqual(max(sizes[1:]), PIECE)

    def test_peer_takes_at_most_a_quarter_of_the_time(self) -> None:
        """Whether its segments are long or short."""
        for size in (64 * 1024, 1024, 100):
            with self.subTest(size=size):
                peer = Peer(self)
                start = self.clock.rightNow
                while self.clock.rightNow < start + 5:
                    peer.send_if_possible(b"x" * size)
                    self.clock.advance(PORTION / 10)
                share = peer.used / (self.clock.rightNow - start)
                self.assertLess(share, 1 / SHARE + 0.01)
                self.assertGreater(share, 0.1)

    def test_peer_may_use_a_burst_after_a_while(self) -> None:
        """As a page does that loads its files."""
        peer = Peer(self)
        while peer.used < 0.9 * BURST:
            peer.intake.received(b"x" * 100)
            self.assertTrue(peer.reading)
        self.clock.advance(SHARE * BURST)
        while peer.used < 1.8 * BURST:
            peer.intake.received(b"x" * 100)
            self.assertTrue(peer.reading)

    def test_interruption_counts_little(self) -> None:
        """The process may have been stopped for an hour."""
        peer = Peer(self)
        peer.per_byte = 3600.0
        peer.intake.received(b"x")
        self.assertTrue(peer.reading)
        peer.per_byte = 1.5 * MAX_COUNTED
        peer.intake.received(b"x")
        self.assertFalse(peer.reading)
        self.wait(2.6 * MAX_COUNTED)
        self.assertTrue(peer.reading)

    def test_input_that_cannot_be_read_ends_its_portion(self) -> None:
        """What reads it may raise; the connection ends then."""
        peer = Peer(self)

        def fail(_data: bytes) -> None:
            raise ZeroDivisionError

        self.patch(peer, "read", fail)
        for data in (b"x", b"x" * 2 * PIECE):
            with self.assertRaises(ZeroDivisionError):
                peer.intake.received(data)
        peer.intake.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class IntakeTests(PacingCase):
    """Pausing, half-closing, losing and handing over a connection."""

    def busy(self) -> Peer:
        """A peer some of whose input waits."""
        peer = Peer(self)
        peer.intake.received(b"x" * 64 * 1024)
        self.assertLess(len(peer.data), 64 * 1024)
        return peer

    def test_peer_is_read_from_if_nobody_pauses_it(self) -> None:
        """Neither the application nor its pace."""
        peer = Peer(self)
        peer.intake.pause()
        self.assertFalse(peer.reading)
        peer.intake.resume()
        self.assertTrue(peer.reading)
        peer = self.busy()
        peer.intake.pause()
        peer.intake.resume()
        self.assertFalse(peer.reading)
        peer.intake.pause()
        self.wait(1)
        self.assertFalse(peer.reading)
        self.assertEqual(len(peer.data), 64 * 1024)
        peer.intake.resume()
        self.assertTrue(peer.reading)

    def test_what_is_received_meanwhile_comes_after_it(self) -> None:
        """TLS may have decrypted more."""
        peer = self.busy()
        peer.intake.received(b"after")
        self.assertFalse(peer.data.endswith(b"after"))
        self.wait(1)
        self.assertTrue(peer.data.endswith(b"xafter"))

    def test_end_of_a_connection_is_told_when_all_is_read(self) -> None:
        """In order; at once if nothing waits."""
        calls: list[tuple[str, int]] = []

        def tell(peer: Peer, name: str) -> None:
            peer.intake.when_read(lambda: calls.append((name, len(peer.data))))

        tell(Peer(self), "idle")
        self.assertEqual(calls, [("idle", 0)])
        peer = self.busy()
        tell(peer, "half-closed")
        tell(peer, "lost")
        self.assertEqual(len(calls), 1)
        self.wait(1)
        self.assertEqual(calls[1:], [("half-closed", 65536), ("lost", 65536)])
        self.assertFalse(peer.reading)

    def test_what_is_read_again_comes_first(self) -> None:
        """Of what reads it and of what waits."""
        peer = Peer(self)
        peer.intake.read_again(b"a")
        self.assertEqual(peer.data, b"a")
        peer = self.busy()
        before = len(peer.data)
        peer.intake.read_again(b"again")
        self.wait(1)
        self.assertEqual(peer.data[before : before + 6], b"againx")

    def test_reader_may_give_back_what_it_cannot_read_yet(self) -> None:
        """It is passed on in the same portion."""
        peer = Peer(self)

        class Answering:
            def read(self, data: bytes) -> None:
                peer.read(data[:3])
                if data[3:]:
                    intake.read_again(data[3:])

        intake = Intake(self.pacing, Answering(), peer.transport)
        intake.received(b"abcdefgh")
        self.assertEqual(peer.read_pieces, [b"abc", b"def", b"gh"])
        self.assertTrue(peer.reading)

    def test_what_is_unread_goes_to_another_protocol(self) -> None:
        """Nothing is passed on from then on, and nothing is done later."""
        peer = self.busy()
        before = len(peer.data)
        self.assertEqual(peer.intake.take_unread(), b"x" * (64 * 1024 - before))
        peer.intake.received(b"more")
        self.wait(1)
        self.assertEqual(len(peer.data), before)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_peer_that_stops_while_it_waits_is_passed_over(self) -> None:
        """The next one has its turn."""
        first, second = self.busy(), self.busy()
        while first.intake.timer is not None:
            self.clock.advance(PORTION / 10)
        first.intake.stop()
        self.wait(1)
        self.assertEqual(len(second.data), 64 * 1024)
        self.assertTrue(second.reading)

    @given(st.lists(st.binary(max_size=5000), max_size=5), st.data())
    def test_all_is_passed_on_in_order(
        self, segments: list[bytes], draw: st.DataObject
    ) -> None:
        """Whatever it costs."""
        peer = Peer(self)
        for segment in segments:
            peer.per_byte = draw.draw(st.sampled_from((1e-9, 1e-7, 1e-5)))
            peer.intake.received(segment)
            self.clock.advance(draw.draw(st.sampled_from((0.0, 0.001))))
        self.wait(1)
        self.assertEqual(peer.data, b"".join(segments))
        self.assertTrue(peer.reading)


class TurnTests(PacingCase):
    """Many peers that send as much as they can."""

    def flood(self, peers: list[Peer], seconds: float, size: int) -> float:
        """Have all of them send; the share of the time that they take in all."""
        start = self.clock.rightNow
        used = sum(peer.used for peer in peers)
        while self.clock.rightNow < start + seconds:
            for peer in peers:
                peer.send_if_possible(b"x" * size)
            self.clock.advance(PORTION / 10)
        used = sum(peer.used for peer in peers) - used
        return used / (self.clock.rightNow - start)

    def test_all_of_them_take_about_half_of_the_time(self) -> None:
        """Though they are on the same machine, and are not counted by address."""
        for size in (64 * 1024, 1000, 600):
            with self.subTest(size=size):
                peers = [Peer(self) for _ in range(64)]
                self.flood(peers, 0.5, size)
                share = self.flood(peers, 1.5, size)
                self.assertLess(share, 1 / SHARE_OF_ALL + 0.1)
                self.assertGreater(share, 0.3)

    def test_peer_whose_input_is_cheap_does_not_wait(self) -> None:
        """However many others send what is not."""
        crowd = [Peer(self) for _ in range(64)]
        alice = Peer(self)
        for _ in range(500):
            self.flood(crowd, PORTION, 64 * 1024)
            self.assertTrue(alice.reading)
            alice.intake.received(b"hello\n")
        self.assertEqual(alice.data, b"hello\n" * 500)

    def test_each_of_them_has_its_turn(self) -> None:
        """Equally often."""
        peers = [Peer(self) for _ in range(20)]
        self.flood(peers, 5.0, 64 * 1024)
        read = [len(peer.data) for peer in peers]
        self.assertLess(max(read), 1.5 * min(read))

    def test_each_address_has_its_turn(self) -> None:
        """However many connections others have."""
        crowd = [Peer(self, "192.0.2.1") for _ in range(32)]
        alice = Peer(self, "192.0.2.2")
        self.flood([*crowd, alice], 3.0, 64 * 1024)
        most = max(len(peer.data) for peer in crowd)
        self.assertGreater(len(alice.data), 5 * most)

    def test_work_that_raises_does_not_end_the_turns(self) -> None:
        """Others go on."""
        peers = [Peer(self) for _ in range(3)]
        for peer in peers:
            peer.intake.received(b"x" * 64 * 1024)

        def fail(_data: bytes) -> None:
            raise ZeroDivisionError

        broken: Any = peers[0]
        broken.read = fail
        raised = 0
        for _ in range(5000):
            try:
                self.clock.advance(PORTION / 10)
            except ZeroDivisionError:
                raised += 1
                broken.intake.stop()
        self.assertEqual(raised, 1)
        for peer in peers[1:]:
            self.assertEqual(len(peer.data), 64 * 1024)
