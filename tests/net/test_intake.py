"""The intake of a connection: order, pausing, and the end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.paced_peers import PacingCase, Peer
from twisted_chat.net.intake import Intake
from twisted_chat.net.pacing import PORTION


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
