"""A rate for each address."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.host_rate import HostRate


def address(host: str) -> IPv4Address | IPv6Address:
    kind = IPv6Address if ":" in host else IPv4Address
    return kind("TCP", host, 1)


class HostRateTests(SynchronousTestCase):
    """Three at once, then two a second."""

    def setUp(self) -> None:
        self.rate = HostRate(3, 2)

    def delays(self, host: str, count: int, now: float = 0.0) -> list[float]:
        return [self.rate.delay(address(host), now) for _ in range(count)]

    def test_what_comes_too_early_waits(self) -> None:
        """Each one longer than the one before."""
        self.assertEqual(self.delays("192.0.2.1", 5), [0, 0, 0, 0.5, 1.0])
        self.assertEqual(self.delays("192.0.2.1", 1, 1.0), [0.5])
        self.assertEqual(self.delays("192.0.2.1", 4, 100.0), [0, 0, 0, 0.5])

    def test_each_address_has_its_own_rate(self) -> None:
        """A network of a household counts as one address."""
        self.delays("192.0.2.1", 9)
        self.assertEqual(self.delays("192.0.2.2", 1), [0])
        self.assertEqual(self.delays("2001:db8::1", 3), [0, 0, 0])
        self.assertEqual(self.delays("2001:db8::2", 1), [0.5])

    def test_loopback_and_unknown_addresses_do_not_wait(self) -> None:
        """And are not remembered."""
        self.assertEqual(self.delays("127.0.0.1", 100), [0] * 100)
        self.assertEqual(self.rate.delay(None, 0.0), 0)
        self.assertEqual(len(self.rate), 0)

    def test_idle_addresses_are_forgotten(self) -> None:
        """Two for each new one."""
        for number in range(100):
            self.delays(f"192.0.2.{number}", 1)
        for number in range(100):
            self.delays(f"198.51.100.{number}", 1, 1000.0 + number)
        self.assertLess(len(self.rate), 5)
