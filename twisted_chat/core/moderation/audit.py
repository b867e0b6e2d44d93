"""The audit log: what operators and room operators did, line by line.

The lines are values of the store, under keys that sort by time.  They contain no text
of a message.
"""

from __future__ import annotations

import time as clock
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b

from twisted_chat.core.interfaces import Changes, KeyValues, StoreError
from twisted_chat.core.moderation_events import Rank
from twisted_chat.core.runtime import Runtime

MAX_LINES = 10_000
"""Lines that are kept."""

TRIM_AFTER = 100
"""Lines that one server adds before it looks whether there are too many."""

AREA = "audit/"

_RANKS = {Rank.ROOM_OPERATOR.value: "r", Rank.OPERATOR.value: "o"}


def audit_line(
    time: int,
    nick: str,
    what: str,
    target: str = "",
    room: str = "",
    duration: str = "",
    text: str = "",
) -> str:
    """One line: ``2026-11-26 12:01 alice kick bob #tea (TEXT)``.

    :param time: milliseconds since 1970.
    """
    stamp = clock.strftime("%Y-%m-%d %H:%M", clock.gmtime(time // 1000))
    parts = [stamp, nick, what, target, room and f"#{room}"]
    parts += [duration and f"for {duration}", text and f"({text})"]
    return " ".join(filter(None, parts))


def audit_changes(time: int, rank: str, line: str) -> Changes:
    """What is to be stored with an event that belongs in the log.

    :param rank: see ``moderation_events``.
    """
    digest = blake2b(line.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return {f"{AREA}{time:015d}-{_RANKS.get(rank, 'r')}{digest}": line}


def surplus(lines: Mapping[str, str], most: int) -> list[str]:
    """The keys of the lines to be deleted, so that ``most`` are left.

    What room operators did goes before what operators did: in a room of one's own
    anyone may do as much as one likes.
    """
    by_rank = sorted(lines, key=lambda key: (_is_of_operator(key), key))
    return by_rank[: max(len(lines) - most, 0)]


def _is_of_operator(key: str) -> bool:
    return key.partition("-")[2].startswith("o")


class AuditLog:
    """The audit log in a store, as one server uses it."""

    def __init__(self, values: KeyValues, runtime: Runtime) -> None:
        self._values = values
        self._runtime = runtime
        self._added = 0

    async def last(self, count: int) -> list[str]:
        """The last lines, oldest first.

        :raises StoreError: they could not be read.
        """
        lines = await self._values.load(AREA)
        return [lines[key] for key in sorted(lines)[-count:]]

    def note(self, changes: Changes) -> None:
        """Count what this server has added by an event.

        Once in a while what is too much of the log is deleted.
        """
        if any(key.startswith(AREA) for key in changes):
            self._added += 1
            if self._added % TRIM_AFTER == 0:
                self._runtime.spawn(self._trim())

    async def _trim(self) -> None:
        # Another server or a later call does it.
        with suppress(StoreError):
            keys = surplus(await self._values.load(AREA), MAX_LINES)
            if keys:
                await self._values.write(dict.fromkeys(keys))
