"""The registry of nicknames: who owns which, and claiming and releasing them.

A nickname is owned through its keys (``nicknames.Name.keys``), so that nobody else has
the same name or one that looks like it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from twisted_chat.core.interfaces import NameRegistry
from twisted_chat.core.replies import Refused

from .nicknames import Name, fold


class LocalNameRegistry:
    """The nicknames in use on a single server; see ``interfaces.NameRegistry``."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    async def claim(self, keys: Sequence[str], owner: str, former: str = "") -> bool:
        """Take all of these keys, or none."""
        owners = self._owners
        for key in keys:
            if owners.get(key, owner) not in (owner, former):
                return False
        for key in keys:
            owners[key] = owner
        return True

    async def owner(self, keys: Sequence[str]) -> str:
        """Who has any of these keys; empty if nobody has."""
        return next(filter(None, map(self._owners.get, keys)), "")

    async def release(self, keys: Sequence[str], owner: str) -> None:
        """Release those that are the owner's."""
        for key in keys:
            if self._owners.get(key) == owner:
                del self._owners[key]


class NickTaken(Refused):
    """A nickname, or one that looks like it, is in use.

    :ivar owner: the member id of whoever has it; empty if it is free again.
    """

    def __init__(self, nick: str, owner: str) -> None:
        super().__init__(
            "nick_taken",
            f"{nick}, or a name that looks like it, is in use: choose another",
        )
        self.owner = owner


Holder = Callable[[Sequence[str]], Awaitable[str | None]]
"""The name of the account for which any of some keys is reserved."""


async def claim(names: NameRegistry, nick: str, owner: str, former: str = "") -> Name:
    """Claim a nickname for its owner, whether or not it is reserved.

    :param former: another owner, whose nickname it may be.
    :raises Refused: ``nick_invalid``, ``nick_reserved`` or ``nick_taken``.
    """
    name = Name.of(nick)
    if not await names.claim(name.keys, owner, former):
        raise NickTaken(nick, await names.owner(name.keys))
    return name


async def claim_unreserved(
    names: NameRegistry,
    holder: Holder,
    nick: str,
    owner: str,
    *,
    account: str = "",
    current: str = "",
) -> Name:
    """Claim a nickname that is not reserved for another account.

    :param account: the owner's; empty for a guest.
    :param current: the nickname that the owner has now; empty if none.
    :raises Refused: as ``claim``, or ``nick_registered``.
    """
    name = Name.of(nick)
    keys = name.keys
    claimed = await names.claim(keys, owner)
    try:
        # Only now: whoever registers a name reserves it, then looks who has it.
        reserved_for = await holder(keys)
        if reserved_for is not None and reserved_for != account:
            raise registered(reserved_for)
    except BaseException:
        if claimed:
            await release(names, owner, nick, kept=current)
        raise
    if not claimed:
        raise NickTaken(nick, await names.owner(keys))
    return name


def registered(account: str) -> Refused:
    """A nickname, or one that looks like it, belongs to an account."""
    return Refused(
        "nick_registered",
        f"{account} is registered",
        f"\\login {account} PASSWORD",
    )


async def release(
    names: NameRegistry, owner: str, nick: str, *, kept: str = ""
) -> None:
    """Release a nickname, but for the keys that the owner's new one needs.

    :param kept: the new nickname, if the owner has one.
    """
    keys = Name(nick, fold(nick)).keys
    if kept:
        needed = Name(kept, fold(kept)).keys
        keys = tuple([key for key in keys if key not in needed])
    if keys:
        await names.release(keys, owner)
