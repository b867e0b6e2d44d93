"""Networks of addresses, as operators write them: ``192.0.2.7``, ``2001:db8::/32``.

An IPv4 address that is mapped into IPv6 counts as the IPv4 address.  Finding the
networks that an address is in takes one step for each length of prefix in use.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MAPPED = IPv6Network("::ffff:0:0/96")
_HOUSEHOLD = 64
"""Bits of the IPv6 network that one household has."""


@lru_cache(maxsize=1024)
def address_in(text: str) -> Address | None:
    """The address that a text is; ``None`` if it is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, IPv4Address) else address


def network_in(text: str) -> Network | None:
    """The network that a text is, or the single address; ``None`` if it is neither.

    Nor is an address of one interface (``fe80::1%eth0``): those of clients have none.
    """
    if "%" in text:
        return None
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        address = IPv4Address(int(network.network_address) & 0xFFFF_FFFF)
        network = IPv4Network((address, network.prefixlen - _MAPPED.prefixlen))
    return network


_DIGIT = re.compile(r"[0-9]")
_NUMBERS = re.compile(r"[0-9*?xX-]*")
_GROUPS = re.compile(r"[0-9A-Fa-f:.*?]*")


def is_like_address(text: str) -> bool:
    """Whether a text looks as if it was meant as an address or as several.

    Such as ``1.2.3.4.5``, ``10.0.0.0/33``, ``192.168.*``.  A nickname may look so, too.
    """
    bare, slash, _ = text.partition("/")
    bare = bare.partition("%")[0].strip("[]")
    if ":" in bare:
        return bare.count(":") > 1 and _GROUPS.fullmatch(bare) is not None
    parts = bare.split(".")
    if not all(map(_NUMBERS.fullmatch, parts)) or not _DIGIT.search(bare):
        return False
    return len(parts) > 2 or bool(slash) or (len(parts) > 1 and "*" in bare)


def household_of(address: Address) -> Network:
    """The network that counts as one address, see the glossary."""
    if isinstance(address, IPv4Address):
        return IPv4Network(address)
    return IPv6Network((address, _HOUSEHOLD), strict=False)


def network_text(network: Network) -> str:
    """A network as it is shown; a single address without the length of its prefix."""
    if network.prefixlen == network.max_prefixlen:
        return str(network.network_address)
    return str(network)


class NetworkSet:
    """A set of networks, with the number of times that each was added."""

    def __init__(self) -> None:
        self._networks: Counter[Network] = Counter()
        # Of networks with this version and this length of prefix.
        self._lengths: Counter[tuple[int, int]] = Counter()

    def add(self, network: Network) -> None:
        """Add a network once more."""
        self._networks[network] += 1
        self._lengths[network.version, network.prefixlen] += 1

    def discard(self, network: Network) -> None:
        """Remove one that was added; the last time, it is gone."""
        self._networks[network] -= 1
        length = network.version, network.prefixlen
        self._lengths[length] -= 1
        if not self._networks[network]:
            del self._networks[network]
        if not self._lengths[length]:
            del self._lengths[length]

    def containing(self, address: Address) -> list[Network]:
        """The networks that an address is in."""
        found: list[Network] = []
        for version, length in self._lengths:
            if version == address.version:
                network = ip_network((address, length), strict=False)
                if network in self._networks:
                    found.append(network)
        return found
