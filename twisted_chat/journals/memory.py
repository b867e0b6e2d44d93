"""A journal that ends with its process: for trying out, and for tests.

Rules of this file: no thread and no waiting; whatever is appended is announced
before ``append`` returns; what is kept is bounded, whoever talks however long.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from sys import getsizeof

from twisted_chat.core.events import (
    Action,
    DirectMessage,
    Entry,
    Event,
    Message,
    Stored,
    TopicSet,
)
from twisted_chat.core.interfaces import Announce, MissedEvents, RoomState, StoreError

from . import tokenizer as word

KEPT_PER_ROOM = 10_000
"""Messages of one room that are kept unless ``keep`` says otherwise."""

KEPT_BYTES = 64 * 1024 * 1024
"""About how much memory all that is kept may take; the oldest goes first."""

KEPT_TOPICS = 10_000
"""Rooms whose topic is kept; the one set longest ago goes first."""

_COST = 1_000
"""Bytes of an event besides its text: the objects and what leads to them."""

_DIGITS = 16


@dataclass(slots=True)
class _Strand:
    """What can be asked for together: one room's messages, one client's whispers.

    :ivar floor: the position of the last one dropped.
    """

    kept: deque[Stored] = field(default_factory=deque)
    floor: str = ""


class MemoryJournal:
    """Keeps the last of what was said, as long as the process lives.

    A position names the run it comes from: one of an earlier run is recognised,
    and nobody is told that nothing was missed.

    :param now: seconds since 1970, UTC.
    :param keep: messages kept per room; ``None`` for ``KEPT_PER_ROOM``.
    :param room_for: bytes that everything kept may take, see ``KEPT_BYTES``.
    """

    def __init__(
        self,
        now: Callable[[], float],
        keep: int | None = None,
        room_for: int = KEPT_BYTES,
    ) -> None:
        self._now = now
        self._keep = KEPT_PER_ROOM if keep is None else keep
        self._room_for = room_for
        self._run = secrets.token_hex(4) + "-"
        self._last = 0
        self._announce: Announce = _announce_nothing
        self._closed = False
        self._kept: OrderedDict[str, Stored] = OrderedDict()
        self._size = 0
        self._floor = self._position(0)
        self._strands: dict[tuple[str, str], _Strand] = {}
        self._topics: OrderedDict[str, str] = OrderedDict()

    def subscribe(self, announce: Announce) -> None:
        """Hand every batch to ``announce``, from within ``append``."""
        self._announce = announce

    async def open(self) -> None:
        """Nothing is to be made ready."""

    async def append(self, batch: Sequence[Entry]) -> None:
        """Keep the batch and announce it.

        :raises StoreError: after ``close``.
        """
        if self._closed:
            raise StoreError("the chat is closing; nothing more is stored")
        time = round(self._now() * 1000)
        stored = []
        for entry in batch:
            self._last += 1
            stored.append(
                Stored(self._position(self._last), time, entry.event, entry.key)
            )
        for one in stored:
            self._remember(one)
        if stored:
            self._announce(stored)

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and the last ``limit`` messages said in it."""
        recent = await self.before(room, None, limit)
        return RoomState(self._topics.get(room, ""), recent)

    async def before(
        self, room: str, position: str | None, limit: int
    ) -> tuple[Stored, ...]:
        """The last ``limit`` messages before a position, oldest first.

        There are none before a position of another run.
        """
        if position is not None and not self._is_ours(position):
            return ()
        older = (
            one
            for one in self._backwards(("room", room))
            if position is None or one.position < position
        )
        return _last(older, limit)

    async def since(
        self, position: str, rooms: Sequence[str], who: str, limit: int
    ) -> MissedEvents:
        """What was said after a position, see ``Journal.since``."""
        if not self._is_ours(position) or position < self._floor:
            return MissedEvents(False, ())
        keys = [("client", who)]
        for room in dict.fromkeys(rooms):
            keys += [("room", room), ("topic", room)]
        found: list[Stored] = []
        for key in keys:
            strand = self._strands.get(key)
            if strand is None:
                continue
            if position < strand.floor:
                return MissedEvents(False, ())
            for one in reversed(strand.kept):
                if one.position <= position:
                    break
                found.append(one)
                if len(found) > limit:
                    return MissedEvents(False, ())
        found.sort(key=lambda one: one.position)
        return MissedEvents(True, tuple(found))

    async def search(self, room: str, words: str, limit: int) -> tuple[Stored, ...]:
        """The last ``limit`` messages that hold all the words, see ``words``."""
        phrases = word.asked(words)
        if not phrases:
            return ()
        found = (
            one
            for one in self._backwards(("room", room))
            if isinstance(one.event, Message | Action)
            and word.matches(one.event.text, phrases)
        )
        return _last(found, limit)

    def healthy(self) -> str | None:
        """Memory is always there."""
        return None

    async def close(self) -> None:
        """Take nothing more; what is kept can still be asked for."""
        self._closed = True

    def _position(self, number: int) -> str:
        return f"{self._run}{number:0{_DIGITS}d}"

    def _is_ours(self, position: str) -> bool:
        return (
            len(position) == len(self._floor)
            and position.startswith(self._run)
            and position <= self._position(self._last)
        )

    def _backwards(self, key: tuple[str, str]) -> Iterator[Stored]:
        strand = self._strands.get(key)
        return reversed(strand.kept) if strand else iter(())

    def _remember(self, stored: Stored) -> None:
        event = stored.event
        keys = _strands_of(event)
        if not keys:
            return
        if isinstance(event, TopicSet):
            self._set_topic(event)
        self._kept[stored.position] = stored
        self._size += _size(event)
        for key in keys:
            strand = self._strands.setdefault(key, _Strand())
            strand.kept.append(stored)
            if key[0] == "room" and len(strand.kept) > self._keep:
                self._drop(strand.kept[0])
        while self._size > self._room_for and self._kept:
            oldest = next(iter(self._kept.values()))
            self._floor = oldest.position
            self._drop(oldest)

    def _drop(self, stored: Stored) -> None:
        """Forget one that is the oldest of every strand it is in."""
        del self._kept[stored.position]
        self._size -= _size(stored.event)
        for key in _strands_of(stored.event):
            strand = self._strands[key]
            strand.kept.popleft()
            strand.floor = stored.position
            if not strand.kept and strand.floor <= self._floor:
                del self._strands[key]

    def _set_topic(self, event: TopicSet) -> None:
        self._topics.pop(event.room, None)
        if event.text:
            self._topics[event.room] = event.text
            if len(self._topics) > KEPT_TOPICS:
                self._topics.popitem(last=False)


def _strands_of(event: Event) -> tuple[tuple[str, str], ...]:
    """Under what an event is asked for again; nothing if it never is."""
    match event:
        case Message() | Action():
            return (("room", event.room),)
        case TopicSet():
            return (("topic", event.room),)
        case DirectMessage(client_id=who, recipient_id=recipient_id):
            mine = ("client", who)
            return (mine,) if who == recipient_id else (mine, ("client", recipient_id))
        case _:
            return ()


def _size(event: Event) -> int:
    """About how many bytes an event takes."""
    raw = event.raw if isinstance(event, Message) else None
    text = getattr(event, "text", "")
    return _COST + getsizeof(text) + (getsizeof(raw) if raw else 0)


def _last(backwards: Iterator[Stored], limit: int) -> tuple[Stored, ...]:
    found = list(islice(backwards, max(limit, 0)))
    found.reverse()
    return tuple(found)


def _announce_nothing(_batch: Sequence[Stored]) -> None:
    """Nobody has subscribed."""
