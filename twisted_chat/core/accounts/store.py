"""Accounts among the values of a journal: their records and reservations.

=====================  =========================================================
``account/FOLDED``     the record of the account with this folded name
``name/KEY``           the name of the account for which this registry key is
                       reserved; an account has several, see ``Name.keys``
``removed/ID``         the name of an account that was removed, until all servers
                       were told so by an event
=====================  =========================================================

Invariant: an account has all of its reservations, and no reservation is without an
account: both are written together.  What else has to be deleted with an account is
deleted by the next start, if the server ends before.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted_chat.core.interfaces import Changes, KeyValues

from .record import Account

_ACCOUNT = "account/"
_NAME = "name/"
REMOVED = "removed/"


class AccountStore:
    """Reads and writes accounts; every method may raise ``StoreError``."""

    def __init__(self, values: KeyValues) -> None:
        self._values = values

    async def find(self, folded: str) -> Account | None:
        """The account with this folded name."""
        key = _ACCOUNT + folded
        found = (await self._values.get([key])).get(key)
        return None if found is None else Account.from_json(found)

    async def holder(self, keys: Sequence[str]) -> str | None:
        """The name of the account for which any of these registry keys is reserved."""
        found = await self._values.get([_NAME + key for key in keys])
        return next(iter(found.values()), None)

    async def add(self, account: Account, expected: Changes | None = None) -> bool:
        """Store a new account.

        :param expected: what has to be stored then.
        :returns: false if something else was, or its name, or one alike, is reserved.
        """
        changes: dict[str, str | None] = {
            _NAME + key: account.name for key in account.keys
        }
        changes[_ACCOUNT + account.folded] = account.to_json()
        return await self._values.write(
            changes, {**dict.fromkeys(changes), **(expected or {})}
        )

    async def replace(
        self,
        old: Account,
        new: Account,
        expected: Changes | None = None,
        also: Changes | None = None,
    ) -> bool:
        """Store another record of an account.

        :param expected: what has to be stored then.
        :param also: what else is changed with it.
        :returns: false if something else was, or ``old`` is out of date.
        """
        key = _ACCOUNT + old.folded
        return await self._values.write(
            {key: new.to_json(), **(also or {})},
            {key: old.to_json(), **(expected or {})},
        )

    async def remove(self, account: Account, also: Changes, expected: Changes) -> bool:
        """Remove an account.

        :param also: what else is changed with it.
        :param expected: what has to be stored then.
        :returns: false if something else was, or this is not its record any more.
        """
        key = _ACCOUNT + account.folded
        changes: dict[str, str | None] = dict.fromkeys(
            [key, *(_NAME + each for each in account.keys)]
        )
        changes[REMOVED + account.id] = account.name
        return await self._values.write(
            {**changes, **also}, {key: account.to_json(), **expected}
        )

    async def removed(self) -> dict[str, str]:
        """The names of removed accounts of which not all servers were told, by id."""
        found = await self._values.load(REMOVED)
        return {key.removeprefix(REMOVED): name for key, name in found.items()}
