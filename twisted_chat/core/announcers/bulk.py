"""Bulk presence: many arrivals or departures of a room in one batch, shown as one line.

Otherwise N clients that connect at once would cost N times N lines.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from twisted_chat.core.client import Client
from twisted_chat.core.events import BulkPresence, Joined, Left, Quit, Stored
from twisted_chat.core.pool import ClientPool

BULK_THRESHOLD = 20
"""The most arrivals, or departures, of one room in one batch that are shown one by one;
more are shown as one ``BulkPresence``."""


class Bulk:
    """The rooms with too many arrivals or departures in one batch.

    :param batch: about to be announced.
    """

    __slots__ = ("_hidden", "_newcomers", "_nicks", "_pool")

    def __init__(self, pool: ClientPool, batch: Sequence[Stored]) -> None:
        self._pool = pool
        # (room, arrived) -> nicknames.
        self._nicks: dict[tuple[str, bool], list[str]] = {}
        # By room, clients that were shown it, and how many had arrived by then.
        self._newcomers: dict[str, list[tuple[Client, int]]] = {}
        # The nickname that each of some clients is not shown.
        self._hidden: dict[tuple[str, bool], dict[Client, str]] = {}
        if len(batch) > BULK_THRESHOLD:
            counts = self._count(batch)
            keys = (key for key, count in counts.items() if count > BULK_THRESHOLD)
            self._nicks = {key: [] for key in keys}

    def _count(self, batch: Sequence[Stored]) -> Counter[tuple[str, bool]]:
        counts: Counter[tuple[str, bool]] = Counter()
        for stored in batch:
            match stored.event:
                case Joined(room=room):
                    counts[room, True] += 1
                case Left(room=room):
                    counts[room, False] += 1
                case Quit(client_id=client_id):
                    if member := self._pool.member(client_id):
                        counts.update((room, False) for room in member.rooms)
        return counts

    def has(self, room: str, *, arrived: bool) -> bool:
        """Whether arrivals in this room, or departures, are shown together."""
        return (room, arrived) in self._nicks

    def collect(
        self,
        room: str,
        nick: str,
        *,
        arrived: bool,
        hidden_from: Iterable[Client] = (),
    ) -> bool:
        """Add an arrival or a departure; false if it is to be shown by itself.

        :param hidden_from: clients that are shown all others.
        """
        nicks = self._nicks.get((room, arrived))
        if nicks is None:
            return False
        nicks.append(nick)
        for client in hidden_from:
            self._hidden.setdefault((room, arrived), {})[client] = nick
        return True

    def shown_room(self, room: str, client: Client) -> None:
        """A client that keeps a list of members was shown the room as it arrived.

        Call this before its own arrival is collected.
        """
        arrived = len(self._nicks[room, True]) + 1
        self._newcomers.setdefault(room, []).append((client, arrived))

    def shows_room(self, room: str, client: Client) -> None:
        """Such a client is shown the room after the batch, with all who are in it."""
        self._newcomers.setdefault(room, []).append((client, sys.maxsize))

    def newcomers(self, line: BulkPresence) -> Sequence[tuple[Client, int]]:
        """Those clients, and how many of the arrivals each was shown already."""
        return self._newcomers.get(line.room, ()) if line.arrived else ()

    def hidden(self, line: BulkPresence) -> Mapping[Client, str]:
        """Clients that are shown all but one nickname, and which that is."""
        return self._hidden.get((line.room, line.arrived), {})

    def lines(self) -> Iterator[BulkPresence]:
        """What to show after the batch."""
        for (name, arrived), nicks in self._nicks.items():
            room = self._pool.rooms.get(name)
            if room is not None and nicks:
                yield BulkPresence(name, arrived, tuple(nicks), len(room.members))
