"""When and where an account was last seen, to tell what it has missed since.

The value ``seen/ID`` is written when the last client of the account leaves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.core.interfaces import KeyValues

AREA = "seen/"


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

    async def begin(
        self, account_id: str, position: str, rooms: tuple[str, ...]
    ) -> None:
        """The last client of an account has left."""
        stored = json.dumps([int(self._now()), position, rooms])
        await self._values.write({AREA + account_id: stored})

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
        await self._values.write({AREA + account_id: None})
