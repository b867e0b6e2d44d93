"""Peers that say nothing any more."""

from __future__ import annotations

from functools import partial

from twisted.internet.task import Clock
from twisted.trial import unittest

from twisted_chat.net.keepalive import CLOSING_TIMEOUT, Keepalive


class Peer:
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.excused = False
        self.pings = 0
        self.ended = 0

    def ping(self) -> None:
        self.pings += 1

    def timed_out(self) -> None:
        self.ended += 1


class AnsweringPeer(Peer):
    """Answers five seconds later."""

    def __init__(self, clock: Clock, keepalive: Keepalive) -> None:
        super().__init__()
        self.answer = partial(clock.callLater, 5, keepalive.heard, self)

    def ping(self) -> None:
        super().ping()
        self.answer()


class KeepaliveTests(unittest.SynchronousTestCase):
    """A peer that is gone is noticed, one that lives is left alone."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.keepalive = Keepalive(self.clock, 25, 20)
        self.peer = Peer()
        self.keepalive.watch(self.peer)

    def advance(self, seconds: float) -> None:
        self.clock.pump([0.1] * round(seconds * 10))

    def test_a_peer_that_answers_stays(self) -> None:
        """Hours later it is still connected, pinged every 25 seconds."""
        peer = AnsweringPeer(self.clock, self.keepalive)
        self.keepalive.watch(peer)
        self.clock.pump([1.0] * 3600)
        self.assertEqual(peer.ended, 0)
        self.assertIn(peer.pings, range(140, 145))

    def test_a_dead_peer_is_noticed_within_a_minute(self) -> None:
        """45 seconds after the last word the connection is ended, once."""
        self.advance(44.9)
        self.assertEqual((self.peer.pings, self.peer.ended), (1, 0))
        self.advance(1.5)
        self.assertEqual(self.peer.ended, 1)
        self.advance(100)
        self.assertEqual((self.peer.pings, self.peer.ended), (1, 1))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_fractions_of_a_second(self) -> None:
        """With 0.3 and 0.2 seconds, half a second is enough."""
        keepalive, peer = Keepalive(self.clock, 0.3, 0.2), Peer()
        keepalive.watch(peer)
        self.clock.pump([0.01] * 49)
        self.assertEqual((peer.pings, peer.ended), (1, 0))
        self.clock.pump([0.01] * 4)
        self.assertEqual(peer.ended, 1)

    def test_an_answer_may_take_longer_than_the_interval(self) -> None:
        """The clock runs from the first ping that nothing followed."""
        keepalive, peer = Keepalive(self.clock, 1, 5), Peer()
        keepalive.watch(peer)
        self.advance(5.5)
        self.assertEqual((peer.pings, peer.ended), (5, 0))
        self.advance(1)
        self.assertEqual(peer.ended, 1)

    def test_one_that_is_not_read_is_excused(self) -> None:
        """A client that talks too fast is not taken for dead meanwhile."""
        self.peer.excused = True
        self.advance(600)
        self.assertEqual(self.peer.ended, 0)
        self.peer.excused = False
        self.keepalive.heard(self.peer)
        self.advance(46)
        self.assertEqual(self.peer.ended, 1)

    def test_one_timer_for_all(self) -> None:
        """A thousand clients cost one timer, and each is pinged in time."""
        peers = [Peer() for _ in range(1000)]
        for peer in peers:
            self.clock.advance(0.01)
            self.keepalive.watch(peer)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.advance(25.5)
        self.assertEqual({peer.pings for peer in peers}, {1})

    def test_one_that_leaves_is_forgotten(self) -> None:
        """Nothing is kept of it, and no timer runs for nobody."""
        self.keepalive.forget(self.peer)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.advance(100)
        self.assertEqual((self.peer.pings, self.peer.ended), (0, 0))

    def test_a_goodbye_has_its_own_limit(self) -> None:
        """Who does not answer a goodbye is gone seconds later."""
        self.keepalive.closing(self.peer)
        self.keepalive.closing(self.peer)
        self.advance(CLOSING_TIMEOUT - 0.1)
        self.assertEqual(self.peer.ended, 0)
        self.advance(0.5)
        self.assertEqual((self.peer.pings, self.peer.ended), (0, 1))

    def test_without_an_interval_nobody_is_pinged(self) -> None:
        """Where another protocol has a heartbeat of its own, this one is off."""
        keepalive, peer = Keepalive(self.clock, 0, 20), Peer()
        self.keepalive.forget(self.peer)
        keepalive.watch(peer)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        keepalive.closing(peer)
        self.advance(CLOSING_TIMEOUT + 0.1)
        self.assertEqual(peer.ended, 1)

    def test_one_end_may_bring_another(self) -> None:
        """A peer that is forgotten while others time out is not asked again."""
        other = Peer()
        self.keepalive.watch(other)
        self.peer.timed_out = (  # type: ignore[method-assign]
            lambda: self.keepalive.forget(other)
        )
        self.peer.ping = (  # type: ignore[method-assign]
            lambda: None
        )
        self.advance(60)
        self.assertEqual(other.ended, 0)
