"""The lease of this server: it expires unless heartbeats renew it.

Only the clock of Redis is used, so that clocks of servers are never compared.  A
server that was itself cut off, as all are while Redis restarts, waits for the duration
of a lease before it removes others, so that all have time to come back.
"""

from __future__ import annotations

from twisted.logger import Logger

from .errors import RedisError
from .persistent_connection import PersistentConnection
from .scripts import HEARTBEAT, REGISTER_SERVER, UNREGISTER_SERVER

log = Logger()

LEASE_SECONDS = 6.0
"""Seconds that a server is registered after its last heartbeat."""

HEARTBEAT_INTERVAL = 1.0
"""Seconds between two heartbeats."""

FORMAT = 1
"""The format of the data in Redis."""

_LEASE_MS = round(LEASE_SECONDS * 1000)


class Lease:
    """The registration of this server among the others.

    :param server: its name.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._since = 0
        self._last = 0
        self._earlier = 0

    async def register(self, connection: PersistentConnection, batch: int) -> bool:
        """Register this server; true if it was not registered.

        :param batch: the number of the last batch that it has sent.
        :raises RedisError: the data in Redis is of a later format.
        """
        self._since = self._last = 0
        found, is_new = await connection.run_script_early(
            REGISTER_SERVER, self._server, _LEASE_MS, batch
        )
        if found != FORMAT:
            raise RedisError(
                "FORMAT",
                f"the data in {{}} is of format {found}, written by a later version: "
                "start that version, or use another database",
            )
        return bool(is_new)

    async def heartbeat(self, connection: PersistentConnection) -> bool:
        """Renew the lease and remove expired servers; false if not registered."""
        found = await connection.run_script_early(
            HEARTBEAT, self._server, _LEASE_MS, self._since, self._last
        )
        time, registered, expired, members, earlier = found
        if not self._since or time - self._last > _LEASE_MS / 2:
            self._since = time
        self._last = time
        if expired:
            log.warn(
                "servers that stopped: {expired}; members removed: {members}",
                expired=expired,
                members=members,
            )
        if earlier not in (self._earlier, -1):
            self._earlier = earlier
            if earlier:
                log.warn(
                    "servers of an earlier version on this Redis: {count}; bans, mutes "
                    "and the settings of rooms do not hold for their clients",
                    count=earlier,
                )
            else:
                log.info("servers of an earlier version on this Redis: 0")
        return bool(registered)

    async def unregister(self, connection: PersistentConnection) -> None:
        """End the registration; the members of this server quit."""
        await connection.run_script_early(UNREGISTER_SERVER, self._server)
