"""Tokens: with one, a device logs in without the password.

A token is ``ID.SECRET`` and is shown once.  What is stored, as the value
``tokenID/DIGEST``, is a digest of the secret, so whoever reads the store cannot log in.
It names the account and its generation: when that has changed, the token is void.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.core.interfaces import KeyValues

from .record import Account

LIFETIME = 30 * 24 * 60 * 60
"""Seconds for which a token is valid."""

MAX_TOKENS = 50
"""Tokens that one account has; the oldest is void when there is one more."""

_TOKEN = re.compile(r"(@[0-9a-f]{16})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is stored.

    :ivar key: of the value.
    :ivar folded: the folded name of the account.
    :ivar generation: of the account, when it was issued.
    :ivar until: seconds since 1970, when it ends.
    """

    key: str
    account_id: str
    folded: str
    generation: int
    until: int

    def is_of(self, account: Account) -> bool:
        """Whether it is a token of this account, and still valid for it."""
        issued_for = (self.account_id, self.generation)
        return issued_for == (account.id, account.generation)


class Tokens:
    """The tokens of all accounts; every method may raise ``StoreError``.

    :param now: seconds since 1970.
    """

    def __init__(self, values: KeyValues, now: Callable[[], float]) -> None:
        self._values = values
        self._now = now

    async def issue(self, account: Account) -> str:
        """A new token; only its digest is stored."""
        text = f"{account.id}.{secrets.token_urlsafe(32)}"
        until = int(self._now()) + LIFETIME
        stored = json.dumps([account.folded, account.generation, until])
        changes: dict[str, str | None] = dict.fromkeys(await self._surplus(account.id))
        changes[_key(account.id, text)] = stored
        await self._values.write(changes)
        return text

    async def find(self, text: str) -> Token | None:
        """The token that this is, if it has not ended."""
        match = _TOKEN.fullmatch(text)
        if match is None:
            return None
        account_id = match[1]
        key = _key(account_id, text)
        found = (await self._values.get([key])).get(key)
        if found is None:
            return None
        token = Token(key, account_id, *json.loads(found))
        return token if token.until > self._now() else None

    async def revoke(self, account_id: str, token_digest: str) -> None:
        """Make a token of an account void.

        :param token_digest: see ``digest``; empty if there is none.
        """
        if token_digest:
            await self._values.write({_area(account_id) + token_digest: None})

    async def revoke_all(self, account_id: str) -> None:
        """Make all tokens of an account void."""
        found = await self._values.load(_area(account_id))
        await self._values.write(dict.fromkeys(found))

    async def _surplus(self, account_id: str) -> list[str]:
        """The keys of those that have ended, or are too many."""
        found = await self._values.load(_area(account_id))
        until = {key: json.loads(value)[-1] for key, value in found.items()}
        newest_first = sorted(until, key=lambda key: until[key], reverse=True)
        kept = [key for key in newest_first if until[key] > self._now()]
        return list(set(found).difference(kept[: MAX_TOKENS - 1]))


def digest(token: str) -> str:
    """What is stored of a token; its 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _area(account_id: str) -> str:
    return f"token{account_id}/"


def _key(account_id: str, text: str) -> str:
    return _area(account_id) + digest(text)
