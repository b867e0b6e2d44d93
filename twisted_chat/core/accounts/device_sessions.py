"""The sessions that are logged in: a client that resumes is logged in as before.

The value ``session/DIGEST`` names the account and its generation, and the token that
the device has, if it has one.  Client ids are secrets, so the key is a digest of one.
Invariant: there are at most ``MAX_SESSIONS`` for each server that runs.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from twisted_chat.core.interfaces import KeyValues

from .record import Account

AREA = "session/"

LIFETIME = 30 * 24 * 60 * 60
"""Seconds after a login in which its session is logged in."""

MAX_SESSIONS = 10_000
"""Sessions that are kept; the oldest login is forgotten first."""


@dataclass(frozen=True, slots=True)
class DeviceSession:
    """A session that is logged in.

    :ivar token: that of the device; empty if it has none.
    """

    folded: str
    account_id: str
    generation: int
    until: int
    token: str = ""

    def is_of(self, account: Account) -> bool:
        """Whether it is a session of this account, and still valid for it."""
        logged_in = (self.account_id, self.generation)
        return logged_in == (account.id, account.generation)


class DeviceSessions:
    """The sessions of all accounts; every method may raise ``StoreError``.

    :param now: seconds since 1970.
    """

    def __init__(self, values: KeyValues, now: Callable[[], float]) -> None:
        self._values = values
        self._now = now
        # When each ends, the oldest login first.
        self._known: OrderedDict[str, int] = OrderedDict()

    async def load(self) -> None:
        """Forget sessions that have ended, at the start of the server."""
        found = await self._values.load(AREA)
        until = {key: _read(value).until for key, value in found.items()}
        for key in sorted(until, key=lambda key: until[key]):
            self._known[key] = until[key]
        await self._values.write(dict.fromkeys(self._surplus()))

    async def add(self, client_id: str, account: Account, token: str) -> None:
        """A client has logged in.

        :param token: that of its device; empty if it has none.
        """
        key, until = _key(client_id), int(self._now()) + LIFETIME
        self._known.pop(key, None)
        self._known[key] = until
        changes: dict[str, str | None] = dict.fromkeys(self._surplus())
        changes[key] = json.dumps(
            [account.folded, account.id, account.generation, until, token]
        )
        await self._values.write(changes)

    async def find(self, client_id: str) -> DeviceSession | None:
        """The session of a client, if it is logged in."""
        key = _key(client_id)
        found = (await self._values.get([key])).get(key)
        session = None if found is None else _read(found)
        return session if session and session.until > self._now() else None

    async def remove(self, client_id: str) -> None:
        """A client has logged out."""
        key = _key(client_id)
        self._known.pop(key, None)
        await self._values.write({key: None})

    def _surplus(self) -> list[str]:
        """Those that have ended or are too many; they are known no longer."""
        surplus, now = [], self._now()
        while self._known:
            key, until = next(iter(self._known.items()))
            if until > now and len(self._known) <= MAX_SESSIONS:
                break
            surplus.append(key)
            del self._known[key]
        return surplus


def _key(client_id: str) -> str:
    digest = blake2b(client_id.encode(), digest_size=16, person=b"chat logged in")
    return AREA + digest.hexdigest()


def _read(value: str) -> DeviceSession:
    return DeviceSession(*json.loads(value))
