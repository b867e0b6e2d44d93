"""Erasing what was deleted from the streams of rooms, in portions.

Redis only marks a message of a stream as deleted.  To be rid of its bytes, all that
follow it are added again, which takes too long if they are many: Redis serves nobody
else meanwhile.  The script that deletes such a message notes its room instead, and the
messages of the room are copied in the background, by one server at a time.  What is
left to do is in Redis: every server looks for it at each heartbeat, and goes on with it
if the one that did it has ended, or if Redis has refused it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

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


LEASE_MS = 2000
"""Milliseconds for which no other server erases."""

FINISH_SECONDS = 2.0
"""Seconds that a server goes on with it while it stops."""


class Erasing:
    """Erases what any server has left to do.

    :param server: the name of this server.
    :param connection: the one that writes.
    :param seconds: a monotonic clock.
    :param erased: called once no stream has texts any more that were deleted or
        replaced.
    """

    def __init__(
        self,
        server: str,
        connection: PersistentConnection,
        seconds: Callable[[], float],
        erased: Callable[[], None],
    ) -> None:
        self._server = server
        self._connection = connection
        self._seconds = seconds
        self._erased = erased
        # Whether this server has deleted or replaced any since ``erased`` was called.
        self._is_due = False
        self._running = False
        self._again = False
        # Why the last attempt failed, which is logged once.
        self._failed = ""

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
        """Erase what is left, for ``FINISH_SECONDS``; without pauses, if no other
        server is registered.

        Another server does the rest, or this one after its next start.
        """
        try:
            others = await self._connection.call("HLEN", "chat:servers")
            pause = PAUSE if others else 0.0
            if not await self._erase(pause, self._seconds() + FINISH_SECONDS):
                log.info("deleted texts are left in Redis until a server goes on")
        except StoreError as error:
            self._log(error)

    async def _run(self) -> None:
        try:
            while self._again:
                self._again = False
                await self._erase(PAUSE)
        except StoreError as error:
            # It goes on with the next heartbeat.
            self._log(error)
        else:
            self._failed = ""
        finally:
            self._running = False

    def _log(self, error: StoreError) -> None:
        if self._failed != error.operator_text:
            self._failed = error.operator_text
            log.info("erasing was interrupted: {why}", why=error.operator_text)

    async def _erase(self, pause: float, until: float = inf) -> bool:
        """Whether nothing is left to do."""
        rooms = await self._connection.call("HKEYS", "chat:erasing")
        for room in rooms:
            while left := await self._connection.run_script(
                ERASE, self._server, LEASE_MS, room, PORTION
            ):
                if left == b"BUSY" or self._seconds() >= until:
                    return False
                if pause:
                    await self._connection.sleep(pause)
        if rooms or self._is_due:
            self._is_due = False
            self._erased()
        return True
