"""Attempts that count, such as failed logins, by which more are refused for a while.

Logins are counted for what tries, an address, and for what is tried, a name, apart: one
address cannot try many names, nor many addresses one name.  Whatever the password: if
the right one were accepted, one could go on trying.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import ceil

from twisted_chat.core.replies import Refused

MAX_REMEMBERED = 10_000
"""Addresses and names whose attempts are remembered."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts are too many.

    :ivar most: attempts within ``window`` seconds after which one has to wait.
    :ivar pause: seconds to wait after the last one.
    :ivar text: says so, with ``{}`` for the seconds.
    """

    most: int
    window: float
    pause: float
    text: str

    def check(self, ages: Sequence[float]) -> None:
        """Check that another attempt may be made.

        :param ages: how many seconds ago each former one was, the oldest first.
        :raises Refused: ``too_many_attempts``.
        """
        wait = self.wait(ages)
        if wait > 0:
            raise Refused("too_many_attempts", self.text.format(ceil(wait)))

    def wait(self, ages: Sequence[float]) -> float:
        """How many seconds one has to wait; 0 or less if not at all."""
        if len(ages) < self.most or ages[-self.most] >= self.window:
            return 0.0
        return self.pause - ages[-1]


MAX_FAILED = 5
"""Failed attempts to log in, in five minutes."""

MAX_REGISTERED = 100
"""Accounts that one address registers in an hour: a school may have one address."""

LOGINS = Limit(MAX_FAILED, 300.0, 30.0, "too many attempts: wait {} s")
"""Failed attempts to log in."""

REGISTRATIONS = Limit(
    MAX_REGISTERED, 3600.0, 600.0, "too many new accounts from your address: wait {} s"
)
"""Registrations of one address."""


class Attempts:
    """The attempts of the last minutes, as far as they count.

    :param seconds: a monotonic clock.
    """

    def __init__(self, limit: Limit, seconds: Callable[[], float]) -> None:
        self._limit = limit
        self._seconds = seconds
        # The last times of each, oldest first; whose last is the oldest is first.
        self._times: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """How many addresses and names are remembered."""
        return len(self._times)

    def check(self, *keys: Hashable) -> None:
        """An attempt begins.

        :param keys: what it is counted for.
        :raises Refused: ``too_many_attempts``.
        """
        longest = max((self._ages(key) for key in keys), key=self._limit.wait)
        self._limit.check(longest)

    def count(self, *keys: Hashable) -> None:
        """An attempt counts: it has failed, for example."""
        now = self._seconds()
        known = self._times
        for key in keys:
            times = known.pop(key, None) or deque(maxlen=self._limit.most)
            times.append(now)
            known[key] = times
        while len(known) > MAX_REMEMBERED or self._is_over(next(iter(known.values()))):
            known.popitem(last=False)

    def _is_over(self, times: deque[float]) -> bool:
        return times[-1] <= self._seconds() - self._limit.window

    def _ages(self, key: Hashable) -> list[float]:
        now = self._seconds()
        return [now - time for time in self._times.get(key, ())]
