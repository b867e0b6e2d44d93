"""Operators: accounts with every right, the same on every server.

The values ``operator/ID`` name them.  While there is none, the value ``operator_code``
is a code with which the first one is made; whoever reads the server's log has it.
What an operator does to accounts is written, before all servers are told, only while
that one is an operator still.

Invariant: once there is an operator, there always is one: whoever removes one writes,
in one step, that another one stays.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass

from twisted_chat.core.interfaces import Changes, KeyValues
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused

from .store import AccountStore

AREA = "operator/"

CODE = "operator_code"

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Those of a code: none looks like another one."""

MAX_TRIES = 10
"""How often a removal is tried while others change who is an operator."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What is written so that an account is no operator.

    :ivar expected: what has to be stored then, so that another one stays.
    """

    changes: Changes
    expected: Changes


class Operators:
    """Who is an operator.

    :ivar ids: the ids of their accounts.
    :ivar code: makes the first one; empty if there is one.
    """

    def __init__(self, values: KeyValues) -> None:
        self._values = values
        self._accounts = AccountStore(values)
        self.ids: set[str] = set()
        self.code = ""
        # What was announced since a server began to load the values.
        self._announced: list[Changes] | None = None

    def __contains__(self, member: Member) -> bool:
        """Whether a member is an operator."""
        return member.id in self.ids

    def apply(self, changes: Changes) -> None:
        """Bring this up to changed values."""
        if self._announced is not None:
            self._announced.append(changes)
        for key, value in changes.items():
            if key.startswith(AREA):
                account_id = key.removeprefix(AREA)
                (self.ids.discard if value is None else self.ids.add)(account_id)

    async def load(self) -> None:
        """Take over what is stored.

        :raises StoreError: it cannot be read.
        """
        announced = self._announced = []
        try:
            found = await self._with_accounts()
        finally:
            if self._announced is announced:
                self._announced = None
        self.ids = {key.removeprefix(AREA) for key in found}
        for changes in announced:
            self.apply(changes)
        if self.ids:
            self.code = ""
            return
        await self._values.write({CODE: new_code()}, {CODE: None})
        # Another server may have made one first.
        self.code = (await self._values.get([CODE])).get(CODE, "")

    async def use_code(self, text: str) -> bool:
        """Whether this is the code, which can be used once.

        :raises StoreError: it cannot be read or written.
        """
        code = (await self._values.get([CODE])).get(CODE)
        if code is None or not hmac.compare_digest(_plain(code), _plain(text)):
            return False
        return await self._values.write({CODE: None}, {CODE: code})

    async def standing(self, account_id: str) -> Changes:
        """What is expected to be stored when an operator writes something.

        :raises Refused: ``not_operator``: the account is none any more.
        :raises StoreError: it cannot be read.
        """
        key = AREA + account_id
        found = await self._values.get([key])
        if key not in found:
            raise not_operator()
        return found

    async def removal(self, account_id: str, last: Refused, by: str = "") -> Removal:
        """How to write that an account is no operator.

        :param last: why not, if nobody else is one.
        :param by: the id of the operator who does it; empty, if nobody need be one.
        :raises Refused: ``last_operator``; ``not_operator``, if that one is none.
        :raises StoreError: it cannot be read.
        """
        found, key = await self._with_accounts(), AREA + account_id
        others = [each for each in found if each != key]
        if key in found and not others:
            raise last
        if by and AREA + by not in found:
            raise not_operator()
        if key not in found:
            return Removal({}, {key: None})
        other = AREA + by if AREA + by in others else others[0]
        return Removal({key: None}, {each: found[each] for each in (key, other)})

    async def remove(self, account_id: str, name: str, by: str = "") -> None:
        """Write that an account is no operator; an event has to tell all servers.

        :param by: see ``removal``.
        :raises Refused: ``last_operator``, ``not_operator``, ``busy``.
        :raises StoreError: it cannot be read or written.
        """
        for _ in range(MAX_TRIES):
            last = Refused("last_operator", f"{name} is the last operator")
            removal = await self.removal(account_id, last, by)
            if not removal.changes:
                return
            if await self._values.write(removal.changes, removal.expected):
                return
        raise Refused("busy", "others change who is an operator: try again")

    async def _with_accounts(self) -> dict[str, str]:
        """What is stored, without operators whose accounts were removed.

        An earlier version, or an event that was on its way, may have left some.
        """
        found = await self._values.load(AREA)
        for key, name in list(found.items()):
            account = await self._accounts.find(fold_or_none(name) or "")
            if account is None or AREA + account.id != key:
                await self._values.write({key: None}, {key: name})
                del found[key]
        return found


def not_operator() -> Refused:
    """Whoever does something is no operator, or no longer."""
    return Refused("not_operator", "only operators may do that")


def is_operator(name: str) -> Refused:
    """Something is done to an operator that nobody may do to one."""
    return Refused("bad_request", f"{name} is an operator")


def new_code() -> str:
    """A code of 60 random bits, as ``XXXX-XXXX-XXXX``."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


_LIKE_CODE = re.compile(r"\s*\w{3,5}(?:[\W_]+\w{3,5}){2}\s*|[A-Z2-9]{12}")


def is_like_code(text: str) -> bool:
    """Whether a text looks as if it was meant as a code."""
    return _LIKE_CODE.fullmatch(text) is not None


def has_code(text: str, code: str) -> bool:
    """Whether a code is in a text, however it was typed."""
    return bool(code) and _plain(code) in _plain(text)


_BETWEEN = re.compile(r"[\W_]+")


def _plain(code: str) -> bytes:
    """A code without what may differ when it is typed."""
    return _BETWEEN.sub("", code).upper().encode("utf-8", "replace")
