"""Tests of bench.capacity."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bench.capacity import Costs, Use, plan, readers


class CapacityTests(SynchronousTestCase):
    """The model behaves as what it models."""

    def test_few_people_need_one_server(self) -> None:
        """A server carries ten thousand people who talk a little, without Redis."""
        found = plan(10_000)
        self.assertEqual((found.servers, found.shards), (1, 1))
        self.assertIn("needs no Redis", found.breaks)
        self.assertAlmostEqual(found.messages, 10_000 * 6 / 3600)
        self.assertAlmostEqual(found.deliveries, found.messages * 50)

    def test_a_million(self) -> None:
        """Some hundred servers; one Redis is not enough for them."""
        found = plan(1_000_000)
        self.assertGreaterEqual(found.servers, 100)
        self.assertLess(found.servers, 300)
        self.assertGreater(found.shards, 1)
        self.assertIn("one stream", found.breaks)

    def test_a_hundred_million(self) -> None:
        """What breaks is that everyone follows every shard."""
        found = plan(100_000_000)
        self.assertGreaterEqual(found.servers, 10_000)
        self.assertIn("every server follows every shard", found.breaks)

    def test_a_few_servers(self) -> None:
        """Between one and many, one Redis does."""
        found = plan(40_000)
        self.assertEqual((found.servers, found.shards), (4, 1))
        self.assertIn("one room", found.breaks)

    def test_readers(self) -> None:
        """A room is on no more servers than it has people, or than there are."""
        self.assertAlmostEqual(readers(1, 50), 1)
        self.assertAlmostEqual(readers(10, 1), 1)
        self.assertLess(readers(10, 1000), 10.001)
        self.assertLess(readers(100_000, 50), 50)

    @given(st.integers(1, 10**9), st.integers(1, 10**9))
    def test_more_people_never_need_less(self, one: int, two: int) -> None:
        """Whatever the numbers."""
        few, many = plan(min(one, two)), plan(max(one, two))
        self.assertLessEqual(few.servers, many.servers)
        self.assertLessEqual(few.out_gbit, many.out_gbit)

    @given(st.integers(1, 10**8), st.floats(0.1, 100), st.integers(1, 1000))
    def test_nobody_is_overloaded(self, people: int, each: float, room: int) -> None:
        """No server shows more than its part of a core allows."""
        use = Use(room=room, each=each)
        found = plan(people, use)
        load = found.deliveries / found.servers * Costs().delivery_us
        self.assertLessEqual(load, use.busy * 1e6 * 1.001)
        self.assertLessEqual(people / found.servers, use.clients)
