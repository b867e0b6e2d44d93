"""Pacing: portions, turns, and shares of the reactor's time."""

from __future__ import annotations

from typing import Any

from tests.support.paced_peers import PER_BYTE, PacingCase, Peer
from twisted_chat.net.intake import MAX_PIECE, PIECE
from twisted_chat.net.pacing import (
    BURST,
    BURST_OF_ALL,
    MAX_COUNTED,
    PORTION,
    SHARE,
    SHARE_OF_ALL,
    Pacing,
)


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

    def test_garbage_collection_counts_little(self) -> None:
        """However long it takes."""
        peer, size = Peer(self), 257
        peer.per_byte = 3600.0
        peer.intake.received(b"x" * size)
        self.assertTrue(peer.reading)
        peer.per_byte = 1.5 * MAX_COUNTED / size
        peer.intake.received(b"x" * size)
        self.assertFalse(peer.reading)
        self.wait(2.6 * MAX_COUNTED)
        self.assertTrue(peer.reading)

    def test_time_of_other_processes_does_not_count(self) -> None:
        """A peer need not wait because the machine is busy."""
        self.pacing = Pacing(self.clock, lambda: 0.0)
        peer = Peer(self)
        peer.per_byte = 1.0
        peer.intake.received(b"x" * 100)
        peer.intake.received(b"x" * 10 * PIECE)
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

    def test_much_input_that_is_read_fast_takes_no_more(self) -> None:
        """As of lines without an end, though each portion is as cheap as a message."""
        peers = [Peer(self) for _ in range(64)]
        for peer in peers:
            peer.per_byte = 2e-9
        self.flood(peers, 0.5, 64 * 1024)
        share = self.flood(peers, 1.5, 64 * 1024)
        self.assertLess(share, 1 / SHARE_OF_ALL + 0.1)
        self.assertGreater(share, 0.3)

    def test_first_portions_of_many_peers_are_not_read_at_once(self) -> None:
        """Though none of them has sent anything before."""
        peers = [Peer(self) for _ in range(64)]
        for peer in peers:
            peer.intake.received(b"x" * 64 * 1024)
        used = sum(peer.used for peer in peers)
        self.assertLess(used, BURST_OF_ALL + PORTION + 2 * PIECE * PER_BYTE)
        self.wait(64 * 64 * 1024 * PER_BYTE * SHARE_OF_ALL * 1.2)
        self.assertEqual({len(peer.data) for peer in peers}, {64 * 1024})

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
