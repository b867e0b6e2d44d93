"""Deadlines and keepalive pings."""

from __future__ import annotations

from functools import partial

from twisted.internet.task import Clock
from twisted.trial import unittest

from twisted_chat.net.timers import CLOSING_TIMEOUT, Deadlines, Keepalive


class DeadlinesTests(unittest.SynchronousTestCase):
    """Deadlines of ten seconds."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.late: list[str] = []
        self.deadlines: Deadlines[str] = Deadlines(self.clock, 10, self.late.append)

    def test_each_item_expires_after_its_own_delay(self) -> None:
        """The delay runs from when the item was set."""
        self.deadlines.set("a")
        self.clock.advance(4)
        self.deadlines.set("b")
        self.clock.advance(5.9)
        self.assertEqual(self.late, [])
        self.clock.advance(0.1)
        self.assertEqual(self.late, ["a"])
        self.clock.advance(4)
        self.assertEqual(self.late, ["a", "b"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_cleared_item_never_expires(self) -> None:
        """Clearing the last item cancels the timer."""
        self.deadlines.set("a")
        self.deadlines.set("b")
        self.assertIn("a", self.deadlines)
        self.deadlines.clear("a")
        self.deadlines.clear("never set")
        self.assertNotIn("a", self.deadlines)
        self.deadlines.clear("b")
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(20)
        self.assertEqual(self.late, [])

    def test_setting_an_item_again_restarts_its_delay(self) -> None:
        """It then expires after the others."""
        self.deadlines.set("a")
        self.clock.advance(1)
        self.deadlines.set("b")
        self.clock.advance(8)
        self.deadlines.set("a")
        self.clock.advance(2)
        self.assertEqual(self.late, ["b"])
        self.clock.advance(8)
        self.assertEqual(self.late, ["b", "a"])

    def test_thousand_items_share_one_timer(self) -> None:
        """There is one delayed call, however many items wait."""
        for number in range(1000):
            self.deadlines.set(str(number))
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(10)
        self.assertEqual(len(self.late), 1000)

    def test_what_is_read_in_the_last_turn_still_counts(self) -> None:
        """A process that was stopped reads it only after its timers."""
        for grace, late in ((True, []), (False, ["a"])):
            self.late.clear()
            deadlines: Deadlines[str] = Deadlines(
                self.clock, 10, self.late.append, grace=grace
            )
            deadlines.set("a")
            self.clock.callLater(10, deadlines.clear, "a")
            self.clock.advance(1000)
            self.assertEqual(self.late, late)
            deadlines.set("b")
            self.clock.advance(10)
            self.assertEqual(self.late, [*late, "b"])
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_failure_of_one_item_spares_the_others(self) -> None:
        """They expire in the next turn of the reactor, and later ones in time."""

        def expired(item: str) -> None:
            self.late.append(item)
            if item == "bad":
                raise ValueError(item)

        deadlines: Deadlines[str] = Deadlines(self.clock, 10, expired)
        for item in ("a", "bad", "b"):
            deadlines.set(item)
        with self.assertRaises(ValueError):
            self.clock.advance(10)
        deadlines.set("c")
        self.clock.advance(0)
        self.assertEqual(self.late, ["a", "bad", "b"])
        self.clock.advance(10)
        self.assertEqual(self.late, ["a", "bad", "b", "c"])

    def test_expiry_may_set_and_clear_other_items(self) -> None:
        """An item that is cleared by an earlier one's expiry does not expire."""

        def expired(item: str) -> None:
            self.late.append(item)
            deadlines.clear("b")
            if item == "a":
                deadlines.set("c")

        deadlines = Deadlines(self.clock, 10, expired)
        deadlines.set("a")
        deadlines.set("b")
        self.clock.advance(10)
        self.assertEqual(self.late, ["a"])
        self.clock.advance(10)
        self.assertEqual(self.late, ["a", "c"])

    def test_item_set_during_expiry_does_not_delay_others(self) -> None:
        """The next timer is for the oldest item, not for the newest."""

        def expired(item: str) -> None:
            self.late.append(item)
            if len(self.late) == 1:
                deadlines.set(item)

        deadlines = Deadlines(self.clock, 10, expired)
        deadlines.set("a")
        self.clock.advance(5)
        deadlines.set("b")
        self.clock.advance(5)
        self.clock.advance(5)
        self.assertEqual(self.late, ["a", "b"])
        self.clock.advance(5)
        self.assertEqual(self.late, ["a", "b", "a"])


class Peer:
    """A connection that counts its pings and timeouts."""

    def __init__(self) -> None:
        self.read_paused = False
        self.pings = 0
        self.timeouts = 0

    def ping(self) -> None:
        self.pings += 1

    def timed_out(self) -> None:
        self.timeouts += 1


class AnsweringPeer(Peer):
    """A connection whose peer answers after five seconds."""

    def __init__(self, clock: Clock, keepalive: Keepalive) -> None:
        super().__init__()
        self.answer = partial(clock.callLater, 5, keepalive.received, self)

    def ping(self) -> None:
        super().ping()
        self.answer()


class KeepaliveTests(unittest.SynchronousTestCase):
    """A ping every 25 s, and 20 s for the answer."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.keepalive = Keepalive(self.clock, 25, 20)
        self.peer = Peer()
        self.keepalive.add(self.peer)

    def advance(self, seconds: float) -> None:
        self.clock.pump([0.1] * round(seconds * 10))

    def test_peer_that_answers_stays_connected(self) -> None:
        """It is pinged every 25 seconds for an hour."""
        peer = AnsweringPeer(self.clock, self.keepalive)
        self.keepalive.add(peer)
        self.clock.pump([1.0] * 3600)
        self.assertEqual(peer.timeouts, 0)
        self.assertIn(peer.pings, range(140, 145))

    def test_dead_peer_times_out_once_within_a_minute(self) -> None:
        """That is 45 seconds after it last sent something."""
        self.advance(44.9)
        self.assertEqual((self.peer.pings, self.peer.timeouts), (1, 0))
        self.advance(1.5)
        self.assertEqual(self.peer.timeouts, 1)
        self.advance(100)
        self.assertEqual((self.peer.pings, self.peer.timeouts), (1, 1))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_interval_and_timeout_may_be_fractions(self) -> None:
        """With 0.3 and 0.2 seconds a dead peer times out after half a second."""
        keepalive, peer = Keepalive(self.clock, 0.3, 0.2), Peer()
        keepalive.add(peer)
        self.clock.pump([0.01] * 49)
        self.assertEqual((peer.pings, peer.timeouts), (1, 0))
        self.clock.pump([0.01] * 4)
        self.assertEqual(peer.timeouts, 1)

    def test_timeout_may_be_longer_than_the_interval(self) -> None:
        """It runs from the first ping that nothing followed."""
        keepalive, peer = Keepalive(self.clock, 1, 5), Peer()
        keepalive.add(peer)
        self.advance(5.5)
        self.assertEqual((peer.pings, peer.timeouts), (5, 0))
        self.advance(1)
        self.assertEqual(peer.timeouts, 1)

    def test_paused_connection_does_not_time_out(self) -> None:
        """Silence proves nothing while reading is paused."""
        self.peer.read_paused = True
        self.advance(600)
        self.assertEqual(self.peer.timeouts, 0)
        self.peer.read_paused = False
        self.keepalive.received(self.peer)
        self.advance(46)
        self.assertEqual(self.peer.timeouts, 1)

    def test_thousand_connections_share_one_timer(self) -> None:
        """Each is pinged in time."""
        peers = [Peer() for _ in range(1000)]
        for peer in peers:
            self.clock.advance(0.01)
            self.keepalive.add(peer)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.advance(25.5)
        self.assertEqual({peer.pings for peer in peers}, {1})

    def test_removed_connection_leaves_no_timer(self) -> None:
        """It is neither pinged nor timed out."""
        self.keepalive.remove(self.peer)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.advance(100)
        self.assertEqual((self.peer.pings, self.peer.timeouts), (0, 0))

    def test_closing_connection_times_out_without_pings(self) -> None:
        """A second call of ``start_closing`` does not extend the time."""
        self.keepalive.start_closing(self.peer)
        self.advance(1)
        self.keepalive.start_closing(self.peer)
        self.advance(CLOSING_TIMEOUT - 1.1)
        self.assertEqual(self.peer.timeouts, 0)
        self.advance(0.5)
        self.assertEqual((self.peer.pings, self.peer.timeouts), (0, 1))

    def test_interval_of_zero_sends_no_pings(self) -> None:
        """Connections that are closing time out nevertheless."""
        keepalive, peer = Keepalive(self.clock, 0, 20), Peer()
        self.keepalive.remove(self.peer)
        keepalive.add(peer)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        keepalive.start_closing(peer)
        self.advance(CLOSING_TIMEOUT + 0.1)
        self.assertEqual(peer.timeouts, 1)

    def test_timeout_may_remove_other_connections(self) -> None:
        """A connection that another one's timeout removes does not time out."""
        other = Peer()
        self.keepalive.add(other)

        def remove_other() -> None:
            self.keepalive.remove(other)

        self.patch(self.peer, "timed_out", remove_other)
        self.advance(60)
        self.assertEqual(other.timeouts, 0)
