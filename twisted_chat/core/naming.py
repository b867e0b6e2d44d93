"""Naming: which nickname a client that joins gets.

It is the first of these that the client can have: if it resumes, the one that it still
has on another server; the one that it asks for; if it resumes and asks for none, the
one that it had; a guest's.
"""

from __future__ import annotations

from .interfaces import NameRegistry
from .name_registry import Holder, claim_unreserved
from .nicknames import Name, guest_number, is_guest
from .pool import ClientPool
from .replies import Refused
from .runtime import Runtime


class Naming:
    """Claims nicknames for clients that join.

    :param holder: for which account a name is reserved.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        names: NameRegistry,
        runtime: Runtime,
        holder: Holder,
    ) -> None:
        self._pool = pool
        self._names = names
        self._holder = holder
        self._runtime = runtime

    async def claim(
        self,
        owner: str,
        wanted: str | None,
        *,
        last: str | None,
        joining: int,
        account: str = "",
        strict: bool = False,
    ) -> tuple[Name, Refused | None]:
        """Claim a nickname for a client.

        :param owner: its member id.
        :param wanted: the nickname that it asks for, if any.
        :param last: the nickname that it had, if it resumes and that is known.
        :param joining: how many clients are joining; they may have nicknames as well.
        :param account: the name of its account; empty for a guest.
        :param strict: it must be the one that is wanted.
        :returns: the nickname, and why it is not the one that was wanted.
        :raises Refused: why it cannot be that one, if it must be.
        :raises StoreError: the registry is unavailable.
        """
        name = await self._current(owner, wanted)
        if name is None and last and not wanted:
            wanted = last
            if is_guest(wanted):
                # Nobody may ask for a guest's name.
                name, wanted = await self._claimed(Name(wanted, wanted), owner), None
        refused = None
        if name is None and wanted:
            try:
                name = await claim_unreserved(
                    self._names, self._holder, wanted, owner, account=account
                )
            except Refused as reason:
                if strict:
                    raise
                refused = reason
        if name is None:
            name = await self.claim_guest(owner, joining=joining)
        return name, refused

    async def claim_guest(self, owner: str, *, joining: int) -> Name:
        """Claim a guest's name.

        :raises StoreError: the registry is unavailable.
        """
        while True:
            number = guest_number(self._runtime.rng, len(self._pool) + joining)
            name = await self._claimed(Name.guest(number), owner)
            if name is not None:
                return name

    async def _current(self, owner: str, wanted: str | None) -> Name | None:
        """The nickname that a client which resumes still has on another server."""
        former = self._pool.member(owner)
        if former is None:
            return None
        # An account has one nickname, whatever its clients ask for.
        if not former.account and wanted not in (None, "", former.nick):
            return None
        return await self._claimed(Name(former.nick, former.folded), owner)

    async def _claimed(self, name: Name, owner: str) -> Name | None:
        return name if await self._names.claim(name.keys, owner) else None
