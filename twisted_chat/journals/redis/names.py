"""Who owns which nickname, across all servers of one conversation.

Rules of this file: Redis decides, in one step; a name that could not be let go of
is let go of later; nobody waits for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from twisted_chat.core.interfaces import StoreError

from .entries import to_bytes
from .errors import RedisError
from .scripts import CLAIM, RELEASE, Script


class Asking(Protocol):
    """As much of a ``Link`` as is needed for names."""

    async def run(self, script: Script, *words: str | bytes | int) -> Any:
        """Run a script once there is a connection for everyone."""

    async def ask_script(self, script: Script, *words: str | bytes | int) -> Any:
        """The same before that."""

    def drop(self, cause: StoreError) -> None:
        """Give this connection up; another is made."""


def lost() -> RedisError:
    """Redis has forgotten this server."""
    return RedisError("LOST", "this server was cut off for long and is coming back")


class RedisNames:
    """The names in use; see ``interfaces.NameRegistry``.

    :param server: the name of this server: what it claimed is free when it dies.
    """

    def __init__(self, link: Asking, server: str) -> None:
        self._link = link
        self._server = server
        self._held: dict[str, set[str]] = {}
        self._unwanted: dict[str, set[str]] = {}

    async def claim(self, keys: Sequence[str], owner: str) -> bool:
        """Take all of these keys for an owner, or none of them.

        :raises StoreError: Redis cannot be asked.
        """
        self._want(keys, owner)
        try:
            answer = await self._link.run(CLAIM, *self._words(keys, owner))
        except RedisError as error:
            if error.code == "BROKEN":
                self._unwanted.setdefault(owner, set()).update(
                    set(keys) - self._held.get(owner, set())
                )
            raise
        if answer == b"LOST":
            self._link.drop(lost())
            raise lost()
        if answer == b"TAKEN":
            return False
        self._held.setdefault(owner, set()).update(keys)
        return True

    async def release(self, keys: Sequence[str], owner: str) -> None:
        """Let go of those of the keys that are the owner's."""
        held = self._held.get(owner)
        if held is not None:
            held.difference_update(keys)
            if not held:
                del self._held[owner]
        self._unwanted.setdefault(owner, set()).update(keys)
        try:
            await self._link.run(RELEASE, *self._words(keys, owner))
        except RedisError:
            return
        self._want(keys, owner)

    async def come_back(self, *, forgotten: bool) -> None:
        """There is a connection again: let go of what could not be let go of.

        :param forgotten: Redis has forgotten this server: take its names again, as
            far as nobody else has them now.
        """
        while self._unwanted:
            owner, keys = next(iter(self._unwanted.items()))
            await self._link.ask_script(RELEASE, *self._words(sorted(keys), owner))
            del self._unwanted[owner]
        if forgotten:
            for owner, keys in list(self._held.items()):
                await self._link.ask_script(CLAIM, *self._words(sorted(keys), owner))

    def _want(self, keys: Sequence[str], owner: str) -> None:
        unwanted = self._unwanted.get(owner)
        if unwanted is not None:
            unwanted.difference_update(keys)
            if not unwanted:
                del self._unwanted[owner]

    def _words(self, keys: Sequence[str], owner: str) -> list[str | bytes]:
        return [self._server, to_bytes(owner), *map(to_bytes, keys)]
