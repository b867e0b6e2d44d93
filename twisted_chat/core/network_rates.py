"""The rate limit that the clients of one network share.

Each client has a token bucket of its own; all clients of a network share another one,
``NETWORK_FACTOR`` times as large, or many connections of one address could send many
times as much as one client may.  Clients without a network, those on the same machine,
have only their own.

While others keep the shared bucket empty, each client still earns tokens at
``GUARANTEED`` of its own rate, or it could wait for minutes.  What it takes of any
bucket it has not earned.

Invariant: only networks whose bucket is not full are remembered, besides a few.
"""

from __future__ import annotations

from itertools import islice
from math import inf

from .limits import MIN_WAIT, RateLimit, TokenBucket

NETWORK_FACTOR = 8
"""How many clients of one network may send as much as each of them may."""

GUARANTEED = 1 / 8
"""The part of its own rate that a client has, whatever others of its network send.

So 64 clients, as many as may connect from one address by default, have together what
their network may send, and not more."""

MAX_DEBT = 10.0
"""Seconds for which tokens that a client has earned may empty the shared bucket."""

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
        wait = self._full_at.get(network, now) - now - _spare(limit)
        return max(wait, 1 / limit.per_second) if wait > MIN_WAIT else 0.0

    def take(
        self,
        network: int,
        limit: RateLimit,
        now: float,
        tokens: int,
        most: float = inf,
    ) -> None:
        """Take tokens for a client of this network.

        :param most: seconds; none are taken that would be there only after them.
        """
        self._forget(now)
        full_at = max(now, self._full_at.pop(network, now))
        rate = limit.per_second * NETWORK_FACTOR
        taken = min(full_at + tokens / rate, now + _spare(limit) + most)
        self._full_at[network] = max(full_at, taken)

    def _forget(self, now: float) -> None:
        """Forget two whose buckets are full, so that they become fewer and fewer."""
        for network in list(islice(self._full_at, 2)):
            if self._full_at[network] <= now or len(self._full_at) >= MAX_NETWORKS:
                del self._full_at[network]


def _spare(limit: RateLimit) -> float:
    """Seconds after which a bucket would be full that has just one token."""
    return (limit.burst * NETWORK_FACTOR - 1) / (limit.per_second * NETWORK_FACTOR)


class SharedBucket(TokenBucket):
    """The bucket of one client, which takes from that of its network as well.

    :param now: when the client connected.
    """

    __slots__ = ("_earned_since", "_network", "_rates")

    def __init__(
        self, limit: RateLimit, rates: NetworkRates, network: int, now: float
    ) -> None:
        super().__init__(limit)
        self._rates = rates
        self._network = network
        # None yet: who connects again and again must not have more than who stays.
        self._earned_since = now

    def wait(self, now: float, tokens: int = 1) -> float:
        """See ``limits.Bucket``."""
        shared = self._rates.wait(self._network, self.limit, now)
        if shared:
            shared = min(shared, self._wait_to_earn(now, tokens))
        return max(super().wait(now), shared)

    def take(self, now: float, tokens: int = 1) -> None:
        """See ``limits.Bucket``."""
        super().take(now, tokens)
        most = inf if self._wait_to_earn(now, tokens) else MAX_DEBT
        self._rates.take(self._network, self.limit, now, tokens, most)
        longest = self._seconds(self.limit.burst)
        earned_since = max(self._earned_since, now - longest) + self._seconds(tokens)
        self._earned_since = min(earned_since, now + longest)

    def _wait_to_earn(self, now: float, tokens: int) -> float:
        """Seconds until so many tokens are earned; no more than a burst can be."""
        if tokens > self.limit.burst:
            return inf
        wait = self._earned_since + self._seconds(tokens) - now
        return wait if wait > MIN_WAIT else 0.0

    def _seconds(self, tokens: int) -> float:
        """In how many seconds so many tokens are earned."""
        return tokens / (self.limit.per_second * GUARANTEED)
