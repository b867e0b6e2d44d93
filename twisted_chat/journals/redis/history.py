"""What was said, read back from Redis.

Rules of this file: nothing is shown that was not announced here yet; a search reads
so many messages and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from twisted_chat.core.events import Action, Message, Stored
from twisted_chat.core.interfaces import MissedEvents, RoomState
from twisted_chat.journals.tokenizer import matches, phrases_in

from .entries import Place, read_kept, to_bytes, to_text
from .scripts import SINCE, Script

SEARCHED = 10_000
"""Messages of a room, from the last one back, that a search looks at."""

PAGE = 250
"""Messages that are read at once."""


class Asking(Protocol):
    """As much of a ``Link`` as is needed to read."""

    async def call(self, *words: str | bytes | int) -> Any:
        """Ask for something."""

    async def run(self, script: Script, *words: str | bytes | int) -> Any:
        """Run a script."""


class History:
    """Reads what was kept.

    :param link: the connection to read from now.
    :param place: up to where everything was announced.
    """

    def __init__(self, link: Callable[[], Asking], place: Callable[[], Place]) -> None:
        self._link = link
        self._place = place
        self._searching = 0

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and the last messages said in it."""
        recent = await self.before(room, None, limit)
        topic = await self._link().call("HGET", "chat:topics", to_bytes(room))
        return RoomState(to_text(topic or b""), recent)

    async def before(
        self, room: str, position: str | None, limit: int
    ) -> tuple[Stored, ...]:
        """The last messages before a position, oldest first."""
        end = self._place().id
        if position is not None:
            place = Place.of_position(position)
            if place is None:
                return ()
            if place <= self._place():
                end = f"({place.id}"
        if limit <= 0:
            return ()
        return tuple(reversed(await self._backwards(room, end, limit)))

    async def since(
        self, position: str, rooms: Sequence[str], who: str, limit: int
    ) -> MissedEvents:
        """What was said after a position; see ``Journal.since``."""
        place = Place.of_position(position)
        if place is None:
            return MissedEvents(False, ())
        return await self.missed(place, rooms, [who], limit)

    async def missed(
        self, after: Place, rooms: Sequence[str], clients: Sequence[str], limit: int
    ) -> MissedEvents:
        """What was said in these rooms, and in private from and to these clients."""
        found = await self._link().run(
            SINCE,
            after.ms,
            after.number,
            limit,
            len(clients),
            *map(to_bytes, clients),
            *map(to_bytes, dict.fromkeys(rooms)),
        )
        if isinstance(found, bytes):
            return MissedEvents(False, ())
        # A private message is kept for both of them.
        messages: dict[str, Stored] = {}
        for at in range(0, len(found), 2):
            if (stored := read_kept(found[at], found[at + 1])) is not None:
                messages[stored.position] = stored
        if len(messages) > limit:
            return MissedEvents(False, ())
        return MissedEvents(
            True, tuple(messages[position] for position in sorted(messages))
        )

    async def search(self, room: str, words: str, limit: int) -> tuple[Stored, ...]:
        """The last messages that hold all the words, of the last ``SEARCHED``."""
        phrases = phrases_in(words)
        if not phrases:
            return ()
        hits: list[Stored] = []
        end = self._place().id
        for _ in range(SEARCHED // PAGE):
            page = await self._backwards(room, end, PAGE)
            for stored in page:
                text = stored.event.text if _spoken(stored) else ""  # type: ignore[union-attr]
                if len(hits) < limit and matches(text, phrases):
                    hits.append(stored)
            if len(hits) >= limit or len(page) < PAGE:
                break
            last = Place.of_position(page[-1].position)
            end = f"({last.id}" if last else "-"
        return tuple(reversed(hits))

    async def _backwards(self, room: str, end: str, limit: int) -> list[Stored]:
        found = await self._link().call(
            "XREVRANGE", b"chat:room:" + to_bytes(room), end, "-", "COUNT", limit
        )
        kept = (read_kept(stream_id, data) for stream_id, (_, data) in found)
        return [stored for stored in kept if stored is not None]


def _spoken(stored: Stored) -> bool:
    return isinstance(stored.event, Message | Action)
