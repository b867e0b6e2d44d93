"""The rate limit that the clients of one network share.

Each client has a token bucket of its own; all clients of a network share another one,
``NETWORK_FACTOR`` times as large, or many connections of one address could send many
times as much as one client may.  Clients without a network, those on the same machine,
have only their own.

Invariant: only networks whose bucket is not full are remembered, besides a few.
"""

from __future__ import annotations

from itertools import islice

from .limits import MIN_WAIT, RateLimit, TokenBucket

NETWORK_FACTOR = 8
"""How many clients of one network may send as much as each of them may."""

MAX_NETWORKS = 10_000
"""Networks that are remembered."""


class NetworkRates:
    """When the bucket of each network will be full again."""

    __slots__ = ("_full_at",)

    def __init__(self) -> None:
        # Ordered by when they were last used.
        self._full_at: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, network: int, limit: RateLimit, now: float) -> float:
        """Seconds after which a client of this network may try to take a token.

        Not less than one client's own tokens take: or all who wait would try each time
        that there is one, and nearly all in vain.
        """
        rate = limit.per_second * NETWORK_FACTOR
        spare = (limit.burst * NETWORK_FACTOR - 1) / rate
        wait = self._full_at.get(network, now) - now - spare
        return max(wait, 1 / limit.per_second) if wait > MIN_WAIT else 0.0

    def take(self, network: int, limit: RateLimit, now: float, tokens: int) -> None:
        """Take tokens for a client of this network."""
        self._forget(now)
        full_at = max(now, self._full_at.pop(network, now))
        rate = limit.per_second * NETWORK_FACTOR
        self._full_at[network] = full_at + tokens / rate

    def _forget(self, now: float) -> None:
        """Forget two whose buckets are full, so that they become fewer and fewer."""
        for network in list(islice(self._full_at, 2)):
            if self._full_at[network] <= now or len(self._full_at) >= MAX_NETWORKS:
                del self._full_at[network]


class SharedBucket(TokenBucket):
    """The bucket of one client, which takes from that of its network as well."""

    __slots__ = ("_network", "_rates")

    def __init__(self, limit: RateLimit, rates: NetworkRates, network: int) -> None:
        super().__init__(limit)
        self._rates = rates
        self._network = network

    def wait(self, now: float) -> float:
        """See ``limits.Bucket``."""
        shared = self._rates.wait(self._network, self.limit, now)
        return max(super().wait(now), shared)

    def take(self, now: float, tokens: int = 1) -> None:
        """See ``limits.Bucket``."""
        super().take(now, tokens)
        self._rates.take(self._network, self.limit, now, tokens)
