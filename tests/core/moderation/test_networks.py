"""Addresses and networks as operators write them."""

from __future__ import annotations

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.moderation.networks import (
    NetworkSet,
    address_in,
    household_of,
    is_like_address,
    network_in,
    network_text,
)


class NetworkTests(SynchronousTestCase):
    """One address, or all that begin alike."""

    def test_networks_are_read_and_shown(self) -> None:
        """What lies behind the prefix does not count; a mapped one is IPv4."""
        for text, shown in (
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:db8::1/32", "2001:db8::/32"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ):
            network = network_in(text)
            assert network is not None
            self.assertEqual(network_text(network), shown)

    def test_names_are_no_networks(self) -> None:
        """Nor are numbers, though some programs read them as addresses."""
        for text in (
            "bob",
            "",
            "1",
            "1234567",
            "192.0.2",
            "192.0.2.256",
            "10.0.0.0/33",
            "fe80::1%eth0",
        ):
            self.assertIs(network_in(text), None, text)

    def test_what_was_meant_as_an_address_is_known(self) -> None:
        """Whatever is wrong with it; most names are not like that."""
        for text in (
            *("1.2.3.4.5", "1.2.3", "10.0.0.0/33", "10/8", "999.1.1.1", "10.0.0/24"),
            *("192.168.*", "192.*", "*.168.1.1", "192.168.x.x", "10.0.0.1-9"),
            *("fe80::1%eth0", "192.0.2.7%eth0", "2001:db8:::1", "[::1]", "::1/x"),
        ):
            self.assertTrue(is_like_address(text), text)
        for text in (
            *("bob", "7", "1.5", "v1.2.3", "bob.1.2", "1-2-3", "a/b", "*", "b*"),
            *("", "...", "x.x.x", "12:30", "bob::", "a:b:c d", "192.0.2.7!*"),
        ):
            self.assertFalse(is_like_address(text), text)

    def test_addresses_of_peers_are_read(self) -> None:
        """Also link-local ones; a Unix socket has none."""
        self.assertEqual(str(address_in("192.0.2.7")), "192.0.2.7")
        self.assertEqual(str(address_in("::ffff:192.0.2.7")), "192.0.2.7")
        self.assertEqual(str(address_in("fe80::1%eth0")), "fe80::1")
        self.assertIs(address_in("a unix socket"), None)
        self.assertIs(address_in(""), None)

    def test_household_has_one_ipv4_address_or_64_bits(self) -> None:
        """As limits count addresses."""
        for text, network in (
            ("192.0.2.7", "192.0.2.7/32"),
            ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ):
            address = address_in(text)
            assert address is not None
            self.assertEqual(str(household_of(address)), network)

    def test_networks_of_an_address_are_found(self) -> None:
        """Of the right version, and none that was removed."""
        found = NetworkSet()
        texts = ("192.0.2.0/24", "192.0.2.7/32", "2001:db8::/32", "10.0.0.0/8")
        networks = [ip_network(text) for text in texts]
        for network in (*networks, networks[0]):
            found.add(network)
        address = address_in("192.0.2.7")
        assert address is not None
        self.assertEqual(set(found.containing(address)), set(networks[:2]))
        found.discard(networks[0])
        self.assertEqual(set(found.containing(address)), set(networks[:2]))
        found.discard(networks[0])
        self.assertEqual(found.containing(address), [networks[1]])

    @given(
        st.lists(st.tuples(st.ip_addresses(v=4), st.integers(0, 32)), max_size=8),
        st.ip_addresses(v=4),
    )
    def test_exactly_the_networks_of_an_address_are_found(
        self, given_networks: list[tuple[object, int]], address: object
    ) -> None:
        """Whatever their lengths are."""
        networks = {
            ip_network((int(start), length), strict=False)  # type: ignore[call-overload]
            for start, length in given_networks
        }
        found = NetworkSet()
        for network in networks:
            found.add(network)
        wanted = {network for network in networks if address in network}
        self.assertEqual(set(found.containing(address)), wanted)  # type: ignore[arg-type]
