"""A server says that it is there; who does not say so any more is dead.

Redis keeps the time: no two servers' clocks are compared.  Whoever was away or
stopped itself, as all are while Redis restarts, waits a whole lease before it
declares anybody dead, so that everyone can come back first.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.logger import Logger

from .errors import RedisError
from .scripts import BEAT, ENTER, LEAVE, Script

log = Logger()

LEASE = 6.0
"""Seconds that a server counts as alive after it last said so."""

BEAT_EVERY = 1.0
"""Seconds between two times that it says so."""

FORMAT = 1
"""Of what is kept in Redis."""


class Asking(Protocol):
    """As much of a ``Link`` as is needed."""

    async def ask_script(self, script: Script, *words: str | bytes | int) -> Any:
        """Run a script."""

    async def wait(self, seconds: float) -> None:
        """Wait."""


class Lease:
    """The place of this server among the others.

    :param server: its name.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._since = 0
        self._last = 0

    async def enter(self, link: Asking, batch: int) -> bool:
        """Be there; true if Redis did not know this server (any more).

        :param batch: the number of the last batch that it has sent.
        """
        self._since = self._last = 0
        found, new = await link.ask_script(ENTER, self._server, _LEASE_MS, batch)
        if found != FORMAT:
            raise RedisError(
                "FORMAT",
                f"what {{}} keeps is of format {found}, which a later version wrote: "
                "start that version, or use another database",
            )
        return bool(new)

    async def beat(self, link: Asking) -> bool:
        """Say that it is there, and look after the others; false if unknown."""
        time, known, dead, left = await link.ask_script(
            BEAT, self._server, _LEASE_MS, self._since, self._last
        )
        if not self._since or time - self._last > _LEASE_MS / 2:
            self._since = time
        self._last = time
        if dead:
            log.warn(
                "{dead} other server(s) died; {left} people left with them",
                dead=dead,
                left=left,
            )
        return bool(known)

    async def leave(self, link: Asking) -> None:
        """Not be there any more, in good order."""
        await link.ask_script(LEAVE, self._server)


_LEASE_MS = round(LEASE * 1000)
