"""Naming: which nickname a client gets that joins, or has to give up its own.

One that joins gets the first of these that it can have: if it resumes, the one that it
still has on another server; the one that it asks for; if it resumes and asks for none,
the one that it had; a guest's.
"""

from __future__ import annotations

from collections.abc import Sized

from twisted_chat.core.client import Client
from twisted_chat.core.interfaces import NameRegistry
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused
from twisted_chat.core.runtime import Runtime

from .nicknames import Name, fold, guest_number, is_guest
from .registry import Holder, claim_unreserved, release


class Naming:
    """Claims nicknames for clients, and releases them.

    :param holder: for which account a name is reserved.
    :param joining: the clients that are joining; they may have nicknames as well.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        names: NameRegistry,
        runtime: Runtime,
        holder: Holder,
        joining: Sized,
    ) -> None:
        self._pool = pool
        self._names = names
        self._holder = holder
        self._runtime = runtime
        self._joining = joining

    async def claim(
        self,
        owner: str,
        wanted: str | None,
        *,
        present: Member | None,
        last: str | None,
        account: str = "",
        strict: bool = False,
    ) -> tuple[Name, Refused | None]:
        """Claim a nickname for a client.

        :param owner: its member id.
        :param wanted: the nickname that it asks for, if any.
        :param present: its member, if that is present.
        :param last: the nickname that it had, if it resumes and that is known.
        :param account: the name of its account; empty for a guest.
        :param strict: it must be the one that is wanted.
        :returns: the nickname, and why it is not the one that was wanted.
        :raises Refused: why it cannot be that one, if it must be.
        :raises StoreError: the registry is unavailable.
        """
        name = None
        # An account has one nickname, whatever its clients ask for.
        if present and (present.account or wanted in (None, "", present.nick)):
            name = await self._claimed(Name(present.nick, present.folded), owner)
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
            name = await self.claim_guest(owner)
        return name, refused

    async def claim_guest(self, owner: str) -> Name:
        """Claim a guest's name.

        :raises StoreError: the registry is unavailable.
        """
        while True:
            taken = len(self._pool.presence.members) + len(self._joining)
            number = guest_number(self._runtime.rng, taken)
            name = await self._claimed(Name.guest(number), owner)
            if name is not None:
                return name

    async def claim_own(self, client: Client) -> Name:
        """Claim a nickname that is reserved for nobody else.

        :returns: that of the account of its member, or else a guest's.
        :raises StoreError: the registry is unavailable.
        """
        owner = client.member_id
        if client.account:
            name = await self._claimed(
                Name(client.account, fold(client.account)), owner
            )
            if name is not None:
                return name
        return await self.claim_guest(owner)

    def release(self, owner: str, nick: str, *, kept: str = "") -> None:
        """Release a nickname, but for the keys that the owner's new one needs.

        :param owner: a member id.
        """
        self._runtime.spawn(self.released(owner, nick, kept=kept))

    async def released(self, owner: str, nick: str, *, kept: str = "") -> None:
        """The same, to be awaited.

        :raises StoreError: the registry is unavailable.
        """
        await release(self._names, owner, nick, kept=kept)

    async def _claimed(self, name: Name, owner: str) -> Name | None:
        return name if await self._names.claim(name.keys, owner) else None
