"""Rewriting the append-only file of Redis, which has every text that was ever stored.

Redis rewrites it when it has grown to twice its size.  After messages were deleted or
corrected, the chat asks for it.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from .errors import RedisError
from .persistent_connection import PersistentConnection

log = Logger()

REWRITE_INTERVAL = 600.0
"""Seconds between two requests: Redis writes all of its data each time."""


class Rewriting:
    """What this server has asked for.

    :param seconds: a monotonic clock.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._is_due = False
        self._next = 0.0

    def note(self) -> None:
        """A text was deleted or replaced."""
        self._is_due = True

    async def look(self, connection: PersistentConnection) -> None:
        """Ask for it, if it is due and the last time was long ago."""
        if self._is_due and self._seconds() >= self._next:
            await self.finish(connection)

    async def finish(self, connection: PersistentConnection) -> None:
        """Ask for it, if it is due."""
        if not self._is_due:
            return
        self._next = self._seconds() + REWRITE_INTERVAL
        try:
            if b"aof_enabled:1" in await connection.call("INFO", "persistence"):
                await connection.call("BGREWRITEAOF")
        except RedisError as error:
            # It may be rewriting it already, from before the deletion.
            log.info(
                "append-only file not rewritten, which has deleted texts: {why}",
                why=error.operator_text,
            )
        else:
            self._is_due = False
