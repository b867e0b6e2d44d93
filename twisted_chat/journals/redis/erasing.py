"""Erasing what was deleted from the streams of rooms, in portions.

Redis only marks a message of a stream as deleted.  To be rid of its bytes, all that
follow it are added again, which takes too long if they are many: Redis serves nobody
else meanwhile.  The script that deletes such a message notes its room instead, and the
messages of the room are copied in the background.  What is left to do is in Redis:
another server goes on with it if this one ends.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twisted_chat.core.interfaces import StoreError

from .persistent_connection import PersistentConnection
from .scripts import ERASE

log = Logger()

PORTION = 200
"""Messages that are copied at once, in a few milliseconds unless they are long."""

PAUSE = 0.02
"""Seconds between two portions, in which Redis serves others."""


class Erasing:
    """Erases what any server has left to do.

    :param connection: the one that writes.
    :param erased: called once no stream has texts any more that were deleted or
        replaced.
    """

    def __init__(
        self, connection: PersistentConnection, erased: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._erased = erased
        # Whether this server has deleted or replaced any since ``erased`` was called.
        self._is_due = False
        self._running = False
        self._again = False

    def note(self) -> None:
        """A text was deleted or replaced."""
        self._is_due = True
        self.start()

    def start(self) -> None:
        """Erase in the background what there is."""
        self._again = True
        if not self._running:
            self._running = True
            running = Deferred.fromCoroutine(self._run())
            running.addErrback(lambda failure: log.failure("erasing failed", failure))

    async def finish(self) -> None:
        """Erase all that is left, without pauses.

        :raises StoreError: there is no connection, or it was lost.
        """
        await self._erase(pause=0.0)

    async def _run(self) -> None:
        try:
            while self._again:
                self._again = False
                await self._erase(PAUSE)
        except StoreError as error:
            # It goes on with the next connection.
            log.info("erasing was interrupted: {why}", why=error.operator_text)
        finally:
            self._running = False

    async def _erase(self, pause: float) -> None:
        rooms = await self._connection.call("HKEYS", "chat:erasing")
        for room in rooms:
            while await self._connection.run_script(ERASE, room, PORTION):
                if pause:
                    await self._connection.sleep(pause)
        if rooms or self._is_due:
            self._is_due = False
            self._erased()
