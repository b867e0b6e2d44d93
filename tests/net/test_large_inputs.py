"""How much large input is held, in all and for one address."""

from __future__ import annotations

from itertools import count

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.large_inputs import (
    LARGE,
    MAX_IN_ALL,
    MAX_OF_HOST,
    LargeInputs,
)

MIB = 1 << 20
LOOPBACK = IPv4Address("TCP", "127.0.0.1", 1)


def host(number: int) -> IPv4Address:
    return IPv4Address("TCP", f"192.0.2.{number}", 1)


class LargeInputTests(SynchronousTestCase):
    """Many peers that each hold what one may hold."""

    def setUp(self) -> None:
        self.inputs = LargeInputs()
        self.numbers = count()

    def holds(self, address: IPv4Address | IPv6Address, size: int) -> bool:
        """Whether one peer more may hold so much."""
        return self.inputs.hold(next(self.numbers), address, size)

    def test_small_input_is_not_counted(self) -> None:
        """Each peer may hold it, however many there are."""
        for _ in range(1 + MAX_OF_HOST // LARGE):
            self.assertTrue(self.holds(host(1), LARGE))
        self.assertEqual(self.inputs.total, 0)

    def test_one_address_holds_no_more_than_its_limit(self) -> None:
        """Other addresses do not notice; what is let go of can be held again."""
        self.assertTrue(self.inputs.hold("first", host(1), MIB))
        for _ in range(MAX_OF_HOST // MIB - 1):
            self.assertTrue(self.holds(host(1), MIB))
        self.assertFalse(self.holds(host(1), MIB))
        self.assertTrue(self.holds(host(2), MIB))
        self.inputs.let_go("first")
        self.assertTrue(self.holds(host(1), MIB))
        self.assertFalse(self.holds(host(1), MIB))

    def test_network_of_ipv6_is_one_address(self) -> None:
        """As for all limits."""
        first, second = (IPv6Address("TCP", f"2001:db8::{n}", 1) for n in (1, 2))
        self.assertTrue(self.holds(first, MAX_OF_HOST))
        self.assertFalse(self.holds(second, MIB))

    def test_all_together_hold_no_more_than_their_limit(self) -> None:
        """Loopback addresses as well, which have no limit of their own."""
        self.assertTrue(self.holds(LOOPBACK, MAX_IN_ALL - MIB))
        self.assertFalse(self.holds(LOOPBACK, 2 * MIB))
        self.assertFalse(self.holds(host(1), 2 * MIB))
        self.assertTrue(self.holds(host(1), MIB))
        self.assertEqual(self.inputs.total, MAX_IN_ALL)

    def test_input_that_grows_is_counted_once(self) -> None:
        """From when it is large, until it is not."""
        for size in (LARGE, LARGE + 1, MIB, 2 * MIB):
            self.assertTrue(self.inputs.hold("peer", host(1), size))
        self.assertEqual(self.inputs.total, 2 * MIB)
        self.assertTrue(self.inputs.hold("peer", host(1), LARGE))
        self.assertEqual(self.inputs.total, 0)

    def test_refused_input_is_counted_as_before(self) -> None:
        """And shrinking is never refused."""
        self.inputs.hold("peer", host(1), MAX_OF_HOST)
        self.assertFalse(self.inputs.hold("peer", host(1), MAX_OF_HOST + 1))
        self.assertEqual(self.inputs.total, MAX_OF_HOST)
        self.assertTrue(self.inputs.hold("peer", host(1), MIB))
        self.assertEqual(self.inputs.total, MIB)

    def test_first_address_of_a_peer_counts(self) -> None:
        """A proxy may name its client later; what is let go of twice counts once."""
        self.inputs.hold("peer", host(1), MAX_OF_HOST)
        self.assertFalse(self.inputs.hold("peer", host(2), MAX_OF_HOST + 1))
        for _ in range(2):
            self.inputs.let_go("peer")
            self.assertEqual(self.inputs.total, 0)
        self.assertTrue(self.holds(host(1), MAX_OF_HOST))
