"""The rate limit that the clients of one network share."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import RateLimit
from twisted_chat.core.network_rates import (
    GUARANTEED,
    MAX_DEBT,
    MAX_NETWORKS,
    NETWORK_FACTOR,
    NetworkRates,
    SharedBucket,
)
from twisted_chat.testing import FakeClient, TestChat

LIMIT = RateLimit(10, 5)
BURST = 10 * NETWORK_FACTOR
RATE = 5 * NETWORK_FACTOR


class NetworkRatesTests(SynchronousTestCase):
    """One bucket for each network."""

    def test_burst_of_a_network_is_that_of_several_clients(self) -> None:
        """Then there is a token for all of them in turn."""
        rates = NetworkRates()
        for _ in range(BURST):
            self.assertEqual(rates.wait(1, LIMIT, 100.0), 0)
            rates.take(1, LIMIT, 100.0, 1)
        self.assertEqual(rates.wait(1, LIMIT, 100.0), 1 / LIMIT.per_second)
        self.assertEqual(rates.wait(1, LIMIT, 100.0 + 1 / RATE), 0)
        self.assertEqual(rates.wait(2, LIMIT, 100.0), 0)

    def test_network_whose_bucket_is_full_is_forgotten(self) -> None:
        """When others use theirs."""
        rates = NetworkRates()
        for network in range(100):
            rates.take(network, LIMIT, 0.0, 1)
        self.assertEqual(len(rates), 100)
        for network in range(100, 200):
            rates.take(network, LIMIT, 60.0, 1)
        self.assertEqual(len(rates), 100)

    def test_networks_are_bounded(self) -> None:
        """Though none of their buckets is full."""
        rates = NetworkRates()
        for network in range(MAX_NETWORKS + 10):
            rates.take(network, LIMIT, 0.0, 1000)
        self.assertLessEqual(len(rates), MAX_NETWORKS)
        self.assertGreater(rates.wait(MAX_NETWORKS + 9, LIMIT, 0.0), 0)

    def test_client_waits_for_the_emptier_bucket(self) -> None:
        """Its own, or that of its network."""
        rates = NetworkRates()
        alice = SharedBucket(LIMIT, rates, 1, 0.0)
        alice.take(0.0, 20)
        self.assertAlmostEqual(alice.wait(0.0), (20 - 9) / 5)
        bob = SharedBucket(LIMIT, rates, 1, 0.0)
        self.assertEqual(bob.wait(0.0), 0.0)
        bob.take(0.0, BURST)
        carol = SharedBucket(LIMIT, rates, 1, 0.0)
        self.assertAlmostEqual(carol.wait(0.0), 21 / RATE)
        self.assertEqual(SharedBucket(LIMIT, rates, 2, 0.0).wait(0.0), 0.0)

    def test_client_earns_tokens_while_others_take_all(self) -> None:
        """An eighth of its own rate: others cannot let it wait for minutes."""
        rates = NetworkRates()
        rates.take(1, LIMIT, 0.0, 100 * BURST)
        alice = SharedBucket(LIMIT, rates, 1, 0.0)
        every = 1 / (LIMIT.per_second * GUARANTEED)
        for lines in range(1, 20):
            now = lines * every
            self.assertAlmostEqual(alice.wait(now - every), every)
            self.assertEqual(alice.wait(now), 0.0)
            alice.take(now)

    def test_client_earns_at_most_a_burst(self) -> None:
        """Nor anything that costs more than that."""
        rates = NetworkRates()
        rates.take(1, LIMIT, 0.0, 100 * BURST)
        alice = SharedBucket(LIMIT, rates, 1, 0.0)
        self.assertEqual(alice.wait(60.0, LIMIT.burst), 0.0)
        self.assertGreater(alice.wait(60.0, LIMIT.burst + 1), 60)
        alice.take(60.0, LIMIT.burst)
        self.assertGreater(alice.wait(60.0 + 1 / LIMIT.per_second), 1)

    def test_what_a_client_takes_of_the_network_it_has_not_earned(self) -> None:
        """A client that has sent much has no guaranteed tokens for a while."""
        rates = NetworkRates()
        noisy = SharedBucket(LIMIT, rates, 1, 0.0)
        noisy.take(0.0, 100)
        rates.take(1, LIMIT, 0.0, 100 * BURST)
        longest = LIMIT.burst / (LIMIT.per_second * GUARANTEED)
        self.assertGreater(noisy.wait(longest + 1), 0.5)
        self.assertEqual(noisy.wait(longest + 3), 0.0)

    def test_earned_tokens_do_not_keep_the_network_empty_for_long(self) -> None:
        """However many clients of it there are."""
        rates = NetworkRates()
        buckets = [SharedBucket(LIMIT, rates, 1, 0.0) for _ in range(1000)]
        for bucket in buckets:
            self.assertEqual(bucket.wait(60.0, 5), 0.0)
            bucket.take(60.0, 5)
        self.assertAlmostEqual(rates.wait(1, LIMIT, 60.0), MAX_DEBT)


class SharedRateTests(SynchronousTestCase):
    """Clients of a chat."""

    def setUp(self) -> None:
        self.room = TestChat(flood=LIMIT)
        (self.eve,) = self.room.people("eve")

    def come(self, *addresses: IPv4Address | IPv6Address) -> list[FakeClient]:
        clients = [self.room.client(address=address) for address in addresses]
        self.eve.sees()
        return clients

    def posted(self, clients: list[FakeClient]) -> int:
        """How many lines are posted at once if each client sends a hundred."""
        for client in clients:
            client.types(*["x"] * 100)
        return len(self.eve.sees())

    def test_clients_of_one_address_share_a_burst(self) -> None:
        """Each of them alone could send ten lines at once; nothing is dropped."""
        clients = self.come(*[IPv4Address("TCP", "192.0.2.1", n) for n in range(20)])
        self.assertEqual(self.posted(clients), BURST)
        self.room.advance(1.01)
        self.assertEqual(len(self.eve.sees()), RATE)
        self.room.advance(60)
        self.assertEqual(len(self.eve.sees()), 2000 - BURST - RATE)

    def test_clients_of_one_household_share_a_burst(self) -> None:
        """Its IPv6 network of 64 bits."""
        near = [IPv6Address("TCP", f"2001:db8::{n:x}", 1) for n in range(20)]
        self.assertEqual(self.posted(self.come(*near)), BURST)
        far = [IPv6Address("TCP", f"2001:db8:{n:x}::1", 1) for n in range(1, 21)]
        self.assertEqual(self.posted(self.come(*far)), 200)

    def test_clients_on_the_same_machine_do_not(self) -> None:
        """Each has its own rate limit, of course."""
        local = [IPv4Address("TCP", "127.0.0.1", n) for n in range(20)]
        self.assertEqual(self.posted(self.come(*local)), 200)

    def test_client_that_connects_again_finds_its_address_as_it_was(self) -> None:
        """Its own bucket is full again, but not that of its network."""
        address = IPv4Address("TCP", "192.0.2.1", 1)
        posted = 0
        for _ in range(NETWORK_FACTOR + 4):
            clients = self.come(address)
            clients[0].types(*["x"] * 10)
            posted += len(self.eve.sees())
            clients[0].leaves()
        self.assertEqual(posted, BURST)

    def test_noisy_clients_do_not_silence_another_of_their_address(self) -> None:
        """Its line is posted within two seconds."""
        address = IPv4Address("TCP", "192.0.2.1", 1)
        *noisy, honest = self.come(*[address] * 64)
        for client in noisy:
            client.types(*["x"] * 1000)
        self.room.advance(60)
        self.eve.sees()
        for number in range(20):
            honest.types(f"line {number}")
            self.room.advance(2)
            self.assertIn(f"line {number}", " ".join(self.eve.sees()))

    def test_all_clients_of_an_address_have_no_more_than_its_rate(self) -> None:
        """As many as may connect from it earn together what it may send."""
        clients = self.come(*[IPv4Address("TCP", "192.0.2.1", 1)] * 64)
        self.posted(clients)
        self.room.advance(60)
        posted = len(self.eve.sees())
        self.assertLessEqual(posted, 60 * RATE * 1.2)
