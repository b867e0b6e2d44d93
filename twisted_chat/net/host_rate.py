"""A rate for each address: what comes too early waits.

Invariant: only addresses that may not have a whole burst are remembered, besides a few.
"""

from __future__ import annotations

from itertools import islice

from twisted.internet.interfaces import IAddress

from .admission import host_key


class HostRate:
    """A token bucket for each address; those that ``host_key`` exempts have none.

    :param burst: how many come at once.
    :param per_second: how many come after that.
    """

    __slots__ = ("_burst", "_full_at", "_per_second")

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        # When the bucket of each address will be full again is its whole state.
        self._full_at: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def delay(self, address: IAddress | None, now: float) -> float:
        """Count one, and tell how many seconds it has to wait."""
        host = host_key(address)
        if host is None:
            return 0.0
        self._forget(now)
        cost = 1 / self._per_second
        # Put last, so that the first ones are those that were idle longest.
        full_at = max(now, self._full_at.pop(host, now)) + cost
        self._full_at[host] = full_at
        return max(0.0, full_at - now - self._burst * cost)

    def _forget(self, now: float) -> None:
        """Forget addresses that may have a whole burst again, two for each new one."""
        for host in list(islice(self._full_at, 2)):
            if self._full_at[host] > now:
                break
            del self._full_at[host]
