"""The registry of nicknames: who owns which, and claiming and releasing them.

A nickname is owned through its keys (``nicknames.Name.keys``), so that nobody else has
the same name or one that looks like it.
"""

from __future__ import annotations

from collections.abc import Sequence

from .interfaces import NameRegistry
from .nicknames import Name, fold
from .replies import Refused


class LocalNameRegistry:
    """The nicknames in use on a single server; see ``interfaces.NameRegistry``."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    async def claim(self, keys: Sequence[str], owner: str, former: str = "") -> bool:
        """Take all of these keys, or none."""
        owners = self._owners
        if any(owners.get(key, owner) not in (owner, former) for key in keys):
            return False
        for key in keys:
            owners[key] = owner
        return True

    async def release(self, keys: Sequence[str], owner: str) -> None:
        """Release those that are the owner's."""
        for key in keys:
            if self._owners.get(key) == owner:
                del self._owners[key]


async def claim(names: NameRegistry, nick: str, owner: str, former: str = "") -> Name:
    """Claim a nickname for its owner.

    :param former: another owner, whose nickname it may be.
    :raises Refused: ``nick_invalid``, ``nick_reserved`` or ``nick_taken``.
    """
    name = Name.of(nick)
    if not await names.claim(name.keys, owner, former):
        raise Refused(
            "nick_taken",
            f"{nick}, or a name that looks like it, is in use: choose another",
        )
    return name


async def release(
    names: NameRegistry, owner: str, nick: str, *, kept: str = ""
) -> None:
    """Release a nickname, but for the keys that the owner's new one needs.

    :param kept: the new nickname, if the owner has one.
    """
    keys = Name(nick, fold(nick)).keys
    if kept:
        needed = Name(kept, fold(kept)).keys
        keys = tuple(key for key in keys if key not in needed)
    if keys:
        await names.release(keys, owner)
