"""Following the conversation: every batch that any server stored, in order.

A reader that was away reads on behind what it announced last.  Redis does not say
when something in between is gone (trimmed, or lost when a replica took over), so
two things are checked: that the numbers of the events have no hole, and after each
new connection that the last batch is still there.  If not, what was missed is taken
from what is kept of the rooms, and who came and went is worked out.

Rules of this file: each batch is announced once; what is missing is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from twisted.logger import Logger

from twisted_chat.core.events import HistoryGap, Stored
from twisted_chat.core.limits import MAX_MISSED

from .connector import ANSWER
from .entries import START, Place, read_batch
from .history import History
from .roster import Roster, residents
from .scripts import PEOPLE, Script

log = Logger()

BLOCK = 1.0
"""Seconds that Redis waits for the next batch before it says that there is none."""

AT_ONCE = 16
"""Batches asked for at once."""

BYTES = 128 * 1024
"""Bytes announced at once, well below what may wait for one reader."""

REMEMBERED = 200
"""Batches that are looked for again when the last one is not there any more."""


class Asking(Protocol):
    """As much of a ``Link`` as is needed to follow."""

    async def ask(self, *words: str | bytes | int, within: float = ANSWER) -> Any:
        """Ask for something."""

    async def ask_script(self, script: Script, *words: str | bytes | int) -> Any:
        """Run a script."""

    async def wait(self, seconds: float) -> None:
        """Wait."""


class Follower:
    """Reads the conversation from where it is.

    :param server: the name of this server.
    :param hear: takes each batch.
    :ivar place: everything up to here was handed to ``hear``.
    """

    def __init__(
        self,
        server: str,
        roster: Roster,
        history: Callable[[], History],
        hear: Callable[[Sequence[Stored]], None],
    ) -> None:
        self.place = START
        self._server = server
        self._roster = roster
        self._history = history
        self._hear = hear
        self._recent: deque[str] = deque(maxlen=REMEMBERED)
        self._begun = False

    async def greet(self, link: Asking) -> None:
        """On a new connection: is the last batch still there?"""
        if not self._begun:
            await self._begin(link)
        elif self.place.number and not await _holds(link, self.place.id):
            await self._catch_up(link)

    async def tend(self, link: Asking) -> None:
        """Read, until the connection is gone."""
        while True:
            found = await link.ask(
                *("XREAD", "COUNT", AT_ONCE, "BLOCK", round(BLOCK * 1000)),
                *("STREAMS", "chat:live", self.place.id),
                within=BLOCK + ANSWER,
            )
            if found:
                await self._take(link, found[0][1])

    async def _begin(self, link: Asking) -> None:
        """The first thing of all: who is there."""
        place, people = await self._people(link)
        self.place = place
        self._begun = True
        self._announce(self._changes(place, people))

    async def _take(self, link: Asking, entries: Sequence[Any]) -> None:
        batch: list[Stored] = []
        size = 0
        for stream_id, (_, data) in entries:
            place = Place.of_id(stream_id)
            try:
                before, events = read_batch(stream_id, data)
            except (ValueError, TypeError, LookupError):
                log.failure("a batch in Redis cannot be read; it is passed over")
                before, events = self.place, []
            if before.number != self.place.number:
                self._announce(batch)
                await self._catch_up(link)
                return
            self.place = place
            self._recent.append(place.id)
            batch += events
            size += len(data)
            if size >= BYTES:
                self._announce(batch)
                batch, size = [], 0
                # Whoever reads slowly gets a chance to, before there is more.
                await link.wait(0)
        self._announce(batch)

    async def _catch_up(self, link: Asking) -> None:
        """There is a hole behind the last batch: show what is known of it."""
        after = self.place
        for stream_id in reversed(self._recent):
            if await _holds(link, stream_id):
                after = Place.of_id(stream_id.encode())
                break
        place, people = await self._people(link)
        mine, rooms = self._roster.home()
        missed = await self._history().missed(after, rooms, mine, MAX_MISSED)
        events = [one for one in missed.events if one.position <= place.position]
        if missed.complete:
            log.warn("behind {after} the stream has a hole; filled", after=after.id)
        else:
            log.warn("behind {after} messages are missing here", after=after.id)
            events += (_stored(place, HistoryGap(room)) for room in rooms)
        self.place = place
        self._recent.clear()
        self._announce(events + self._changes(place, people))

    async def _people(self, link: Asking) -> tuple[Place, dict[str, Any]]:
        ms, number, _born, *found = await link.ask_script(PEOPLE)
        return Place(int(ms), int(number)), residents(found, self._server)

    def _changes(self, place: Place, people: dict[str, Any]) -> list[Stored]:
        """What changed, each as if its own server had just said so."""
        changes = []
        for event in self._roster.changes(people):
            who = getattr(event, "who", "")
            home = who in people and people[who].home
            changes.append(_stored(place, event, f"{self._server}-" if home else ""))
        return changes

    def _announce(self, batch: Sequence[Stored]) -> None:
        if not batch:
            return
        try:
            self._hear(batch)
        except Exception:  # noqa: BLE001 - one batch must not stop the next
            log.failure("announcing failed")


def _stored(place: Place, event: Any, key: str = "") -> Stored:
    return Stored(place.position, place.ms, event, key)


async def _holds(link: Asking, stream_id: str) -> bool:
    """Whether this batch is still in the conversation."""
    found = await link.ask("XRANGE", "chat:live", stream_id, stream_id, "COUNT", 1)
    return bool(found)
