"""How much large input is held, in all and for one address."""

from __future__ import annotations

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

    def test_small_input_is_not_counted(self) -> None:
        """Each peer may hold it, however many there are."""
        for _ in range(1 + MAX_OF_HOST // LARGE):
            self.assertTrue(self.inputs.change(host(1), 0, LARGE))
        self.assertEqual(self.inputs.total, 0)

    def test_one_address_holds_no_more_than_its_limit(self) -> None:
        """Other addresses do not notice; what is given back can be held again."""
        for _ in range(MAX_OF_HOST // MIB):
            self.assertTrue(self.inputs.change(host(1), 0, MIB))
        self.assertFalse(self.inputs.change(host(1), 0, MIB))
        self.assertTrue(self.inputs.change(host(2), 0, MIB))
        self.assertTrue(self.inputs.change(host(1), MIB, 0))
        self.assertTrue(self.inputs.change(host(1), 0, MIB))

    def test_network_of_ipv6_is_one_address(self) -> None:
        """As for all limits."""
        first, second = (IPv6Address("TCP", f"2001:db8::{n}", 1) for n in (1, 2))
        self.assertTrue(self.inputs.change(first, 0, MAX_OF_HOST))
        self.assertFalse(self.inputs.change(second, 0, MIB))

    def test_all_together_hold_no_more_than_their_limit(self) -> None:
        """Loopback addresses as well, which have no limit of their own."""
        self.assertTrue(self.inputs.change(LOOPBACK, 0, MAX_IN_ALL - MIB))
        self.assertFalse(self.inputs.change(LOOPBACK, 0, 2 * MIB))
        self.assertFalse(self.inputs.change(host(1), 0, 2 * MIB))
        self.assertTrue(self.inputs.change(host(1), 0, MIB))
        self.assertEqual(self.inputs.total, MAX_IN_ALL)

    def test_input_that_grows_is_counted_once(self) -> None:
        """From when it is large, until it is not."""
        size = 0
        for now in (LARGE, LARGE + 1, MIB, 2 * MIB):
            self.assertTrue(self.inputs.change(host(1), size, now))
            size = now
        self.assertEqual(self.inputs.total, 2 * MIB)
        self.assertTrue(self.inputs.change(host(1), size, LARGE))
        self.assertEqual(self.inputs.total, 0)

    def test_refused_input_is_counted_as_before(self) -> None:
        """And shrinking is never refused."""
        self.inputs.change(host(1), 0, MAX_OF_HOST)
        self.assertFalse(self.inputs.change(host(1), MAX_OF_HOST, MAX_OF_HOST + 1))
        self.assertEqual(self.inputs.total, MAX_OF_HOST)
        self.assertTrue(self.inputs.change(host(1), MAX_OF_HOST, MIB))
        self.assertEqual(self.inputs.total, MIB)
