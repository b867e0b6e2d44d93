"""Operators: accounts with every right, the same on every server.

The values ``operator/ID`` name them.  While there is none, the value ``operator_code``
is a code with which the first one is made; whoever reads the server's log has it.
"""

from __future__ import annotations

import hmac
import re
import secrets

from twisted_chat.core.interfaces import Changes, KeyValues
from twisted_chat.core.presence import Member

AREA = "operator/"

CODE = "operator_code"

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Those of a code: none looks like another one."""


class Operators:
    """Who is an operator.

    :ivar ids: the ids of their accounts.
    """

    def __init__(self, values: KeyValues) -> None:
        self._values = values
        self.ids: set[str] = set()

    def __contains__(self, member: Member) -> bool:
        """Whether a member is an operator."""
        return member.id in self.ids

    def apply(self, changes: Changes) -> None:
        """Bring this up to changed values."""
        for key, value in changes.items():
            if key.startswith(AREA):
                account_id = key.removeprefix(AREA)
                (self.ids.discard if value is None else self.ids.add)(account_id)

    async def load(self) -> str:
        """Take over what is stored.

        :returns: the code; empty if there is an operator already.
        :raises StoreError: it cannot be read.
        """
        found = await self._values.load(AREA)
        self.ids = {key.removeprefix(AREA) for key in found}
        if self.ids:
            return ""
        await self._values.write({CODE: new_code()}, {CODE: None})
        # Another server may have made one first.
        return (await self._values.get([CODE])).get(CODE, "")

    async def use_code(self, text: str) -> bool:
        """Whether this is the code, which can be used once.

        :raises StoreError: it cannot be read or written.
        """
        code = (await self._values.get([CODE])).get(CODE)
        if code is None or not hmac.compare_digest(_plain(code), _plain(text)):
            return False
        return await self._values.write({CODE: None}, {CODE: code})


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
