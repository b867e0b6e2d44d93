"""The registry of nicknames in Redis, for all servers of one chat.

Invariants: Redis decides, atomically; a name that could not be released is released
later, and nothing waits for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from .connection import Argument
from .entries import to_bytes, to_text
from .errors import RedisError, server_expired
from .persistent_connection import PersistentConnection
from .scripts import CLAIM_NAMES, RELEASE_NAMES


class RedisNameRegistry:
    """The nicknames in use; see ``interfaces.NameRegistry``.

    :param server: the name of this server: its claims end when it expires.
    """

    def __init__(self, connection: PersistentConnection, server: str) -> None:
        self._connection = connection
        self._server = server
        self._claimed: dict[str, set[str]] = {}
        self._unreleased: dict[str, set[str]] = {}

    async def claim(self, keys: Sequence[str], owner: str, former: str = "") -> bool:
        """Claim all of these keys for an owner, or none of them.

        :raises StoreError: Redis cannot be used.
        """
        self._discard_unreleased(keys, owner)
        try:
            reply = await self._connection.run_script(
                CLAIM_NAMES, *self._claim_arguments(keys, owner, former)
            )
        except RedisError as error:
            if error.code == "BROKEN":
                # Perhaps they were claimed.
                self._unreleased.setdefault(owner, set()).update(
                    set(keys) - self._claimed.get(owner, set())
                )
            raise
        if reply == b"EXPIRED":
            self._connection.reset(server_expired())
            raise server_expired()
        if reply == b"TAKEN":
            return False
        self._forget(keys, former)
        self._claimed.setdefault(owner, set()).update(keys)
        return True

    async def owner(self, keys: Sequence[str]) -> str:
        """Who has any of these keys, on whichever server; empty if nobody has.

        :raises StoreError: Redis cannot be used.
        """
        found = await self._connection.call("HMGET", "chat:names", *map(to_bytes, keys))
        first = next(filter(None, found), b"")
        return to_text(first).partition(" ")[2]

    async def release(self, keys: Sequence[str], owner: str) -> None:
        """Release those of the keys that are the owner's, now or later."""
        self._forget(keys, owner)
        self._unreleased.setdefault(owner, set()).update(keys)
        try:
            await self._connection.run_script(
                RELEASE_NAMES, *self._arguments(keys, owner)
            )
        except RedisError:
            return
        self._discard_unreleased(keys, owner)

    async def restore(self, *, was_expired: bool) -> None:
        """On a new connection: release what could not be released.

        :param was_expired: this server's claims have ended: claim its names again,
            unless others have claimed them.
        """
        run = self._connection.run_script_early
        while self._unreleased:
            owner, keys = next(iter(self._unreleased.items()))
            await run(RELEASE_NAMES, *self._arguments(sorted(keys), owner))
            del self._unreleased[owner]
        if was_expired:
            for owner, keys in list(self._claimed.items()):
                await run(CLAIM_NAMES, *self._claim_arguments(sorted(keys), owner))

    def _forget(self, keys: Sequence[str], owner: str) -> None:
        """These keys are no longer claimed for an owner."""
        claimed = self._claimed.get(owner)
        if claimed is not None:
            claimed.difference_update(keys)
            if not claimed:
                del self._claimed[owner]

    def _discard_unreleased(self, keys: Sequence[str], owner: str) -> None:
        unreleased = self._unreleased.get(owner)
        if unreleased is not None:
            unreleased.difference_update(keys)
            if not unreleased:
                del self._unreleased[owner]

    def _claim_arguments(
        self, keys: Sequence[str], owner: str, former: str = ""
    ) -> list[Argument]:
        server, client, *rest = self._arguments(keys, owner)
        return [server, client, to_bytes(former), *rest]

    def _arguments(self, keys: Sequence[str], owner: str) -> list[Argument]:
        return [self._server, to_bytes(owner), *map(to_bytes, keys)]
