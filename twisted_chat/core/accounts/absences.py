"""When and where an account was last seen, to tell what it has missed since.

The value ``seen/ID`` is written when the last client of the account leaves, and the
value ``left/ID`` with it: the rooms to which the account returns, also if they are open
to few.  That one is deleted with the next arrival of the account, in the transaction
that stores it, see ``changes``; so after a crash no room is entered by it from which
the account was removed meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twisted_chat.core.interfaces import KeyValues

AREA = "seen/"

LEFT = "left/"

Openings = Mapping[str, int]
"""Rooms, and when each was opened, see ``room_settings``: another room may have the
name by now."""


@dataclass(frozen=True, slots=True)
class Absence:
    """An account that has left.

    :ivar since: seconds since 1970.
    :ivar position: everything up to this was shown to it.
    :ivar rooms: those that it was in.
    """

    since: int
    position: str
    rooms: tuple[str, ...]


class Absences:
    """Of all accounts; every method may raise ``StoreError``.

    :param now: seconds since 1970.
    """

    def __init__(self, values: KeyValues, now: Callable[[], float]) -> None:
        self._values = values
        self._now = now
        # What is being written.
        self._leaving: dict[str, Openings] = {}

    async def begin(
        self, account_id: str, position: str, rooms: tuple[str, ...]
    ) -> None:
        """What comes from here on is missed by an account, unless it is present."""
        await self._values.write({AREA + account_id: self._seen(position, rooms)})

    async def leave(self, account_id: str, position: str, rooms: Openings) -> None:
        """The last client of an account has left."""
        self._leaving[account_id] = rooms
        changes = {
            AREA + account_id: self._seen(position, tuple(rooms)),
            LEFT + account_id: json.dumps(dict(rooms)),
        }
        try:
            await self._values.write(changes)
        finally:
            if self._leaving.get(account_id) is rooms:
                del self._leaving[account_id]

    async def left(self, account_id: str) -> Openings:
        """The rooms in which an account was that has left, and is still away."""
        key = LEFT + account_id
        rooms = self._leaving.get(account_id)
        if rooms is not None:
            # Written once more, behind what is on its way: no arrival comes between.
            await self._values.write({key: json.dumps(dict(rooms))})
            return rooms
        found = (await self._values.get([key])).get(key)
        return {} if found is None else dict(json.loads(found))

    def _seen(self, position: str, rooms: tuple[str, ...]) -> str:
        return json.dumps([int(self._now()), position, rooms])

    async def find(self, account_id: str) -> Absence | None:
        """The last absence of an account; ``None`` if it has never left."""
        key = AREA + account_id
        found = (await self._values.get([key])).get(key)
        if found is None:
            return None
        since, position, rooms = json.loads(found)
        return Absence(since, position, tuple(rooms))

    async def forget(self, account_id: str) -> None:
        """The account was removed."""
        await self._values.write({AREA + account_id: None, LEFT + account_id: None})
