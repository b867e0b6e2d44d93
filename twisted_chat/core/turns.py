"""Turns: what is costly for the store is done piece by piece, in a fair order.

The next turn is that of the network, and in it of the client, whose work will have
cost least after it.  Those that have not waited for a while count as having cost at
most ``CREDIT`` less than the last one that had a turn; otherwise many new clients would
precede all others until they had cost as much.  The more clients wait, the shorter
their first turns are; work that is not done in one is started again in another, which
is twice as long.  So cheap work is done soon, however much costly work waits.

Invariants: at most one piece of work waits for each client; all turns of one piece take
at most ``SEARCH_TIME``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any

from .client import Client
from .limits import SEARCH_TIME
from .runtime import Runtime

ROUND_TIME = 0.2
"""Seconds that the first turns of all who wait may take, unless there are very many."""

MIN_TURN = 0.005
"""Seconds of the shortest turn."""

CREDIT = 0.01
"""Seconds by which one that has cost nothing precedes one that has just had a turn."""

MAX_REMEMBERED = 1000
"""Networks, and clients, whose costs are remembered."""


class TurnOver(Exception):
    """The work was not done in its turn, which was not its last one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The time that a piece of work has.

    :ivar seconds: how much.
    :ivar is_last: it has no further turn, and must not raise ``TurnOver``.
    """

    seconds: float
    is_last: bool


LAST_TURN = Turn(SEARCH_TIME, is_last=True)
"""All the time that there is."""


Work = Callable[[Turn], Coroutine[Any, Any, None]]
"""Does the work.

:raises TurnOver: it needs another turn.
"""


@dataclass(slots=True)
class _Waiting:
    """Work that waits, or is being done.

    :ivar drop: called with the reason if the work is not done.
    :ivar left: seconds that its turns may take.
    :ivar next: seconds of its next turn, at least.
    :ivar dropped: why it gets no further turn.
    """

    client: Client
    work: Work
    drop: Callable[[str], None]
    left: float = SEARCH_TIME
    next: float = 0.0
    dropped: str = ""


class Turns:
    """Work that waits, and what work has cost."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: dict[Client, _Waiting] = {}
        self._networks = Costs()
        self._clients: OrderedDict[Hashable, Costs] = OrderedDict()
        self._current: _Waiting | None = None
        self._closed = ""

    def add(self, client: Client, work: Work, drop: Callable[[str], None]) -> None:
        """Do some work for a client when it is its turn; drop what waits for it.

        :param drop: called with the reason if it is not done.
        """
        self.drop(client, "another search followed")
        if self._closed:
            drop(self._closed)
            return
        self._waiting[client] = _Waiting(client, work, drop)
        network = client.identity.network
        self._networks.begin(network)
        self._clients_of(network).begin(client.id)
        if self._current is None:
            self._runtime.spawn(self._run())

    def drop(self, client: Client, reason: str) -> None:
        """Do not do what waits for this client."""
        waiting = self._waiting.pop(client, None)
        if waiting is not None:
            waiting.drop(reason)
        elif self._current is not None and self._current.client is client:
            self._current.dropped = reason

    def close(self, reason: str) -> None:
        """Drop what waits, and whatever follows."""
        self._closed = reason
        for client in list(self._waiting):
            self.drop(client, reason)
        if self._current is not None:
            self._current.dropped = reason

    async def _run(self) -> None:
        seconds = self._runtime.seconds
        while self._waiting:
            start = seconds()
            current = self._current = self._next()
            turn = self._turn(current)
            del self._waiting[current.client]
            try:
                await self._take(current, turn)
            except Exception as error:  # noqa: BLE001 - it is logged
                # Or nothing would have a turn any more.
                self._runtime.log_failure(error)
            cost = seconds() - start
            network = current.client.identity.network
            self._networks.add(network, cost)
            self._clients_of(network).add(current.client.id, cost)
            if all(
                one.client.identity.network != network for one in self._waiting.values()
            ):
                self._clients_of(network).settle()
        self._networks.settle()
        self._current = None

    async def _take(self, one: _Waiting, turn: Turn) -> None:
        try:
            await one.work(turn)
        except TurnOver:
            self._wait_again(one, turn)

    def _next(self) -> _Waiting:
        def cost(one: _Waiting) -> tuple[float, float]:
            """With its next turn, so that a short one is before a long one."""
            network, turn = one.client.identity.network, self._turn(one).seconds
            clients = self._clients_of(network)
            return self._networks.of(network) + turn, clients.of(one.client.id) + turn

        return min(self._waiting.values(), key=cost)

    def _clients_of(self, network: Hashable) -> Costs:
        """What the clients of a network have cost."""
        known = self._clients.get(network)
        if known is None:
            known = self._clients[network] = Costs()
        self._clients.move_to_end(network)
        if len(self._clients) > MAX_REMEMBERED:
            self._clients.popitem(last=False)
        return known

    def _turn(self, one: _Waiting) -> Turn:
        share = max(ROUND_TIME / len(self._waiting), MIN_TURN, one.next)
        # What would be too short for another turn belongs to this one.
        is_last = one.left < 2 * share
        return Turn(one.left if is_last else share, is_last)

    def _wait_again(self, one: _Waiting, turn: Turn) -> None:
        one.left -= turn.seconds
        one.next = 2 * turn.seconds
        if one.dropped or one.client in self._waiting:
            one.drop(one.dropped or "another search followed")
        else:
            self._waiting[one.client] = one


class Costs:
    """What each of some causes has cost, in seconds from an arbitrary start."""

    def __init__(self) -> None:
        self._costs: OrderedDict[Hashable, float] = OrderedDict()
        # What the last one that had a turn had cost before.
        self._now = 0.0
        self._most = 0.0

    def of(self, cause: Hashable) -> float:
        """What a cause has cost."""
        return self._costs.get(cause, self._now - CREDIT)

    def begin(self, cause: Hashable) -> None:
        """A cause begins to wait; it precedes others by ``CREDIT`` at most."""
        self._set(cause, max(self.of(cause), self._now - CREDIT))

    def add(self, cause: Hashable, cost: float) -> None:
        """A cause has had a turn."""
        before = self.of(cause)
        self._now = max(self._now, before)
        self._set(cause, before + cost)

    def settle(self) -> None:
        """None waits any more: forget the differences between their costs."""
        self._now = self._most

    def _set(self, cause: Hashable, cost: float) -> None:
        self._costs[cause] = cost
        self._most = max(self._most, cost)
        self._costs.move_to_end(cause)
        if len(self._costs) > MAX_REMEMBERED:
            self._costs.popitem(last=False)
