"""The sessions that are logged in: a client that resumes is logged in as before.

The value ``session/DIGEST`` names the account and its generation, and has a digest of
the token that the device has, if it has one.  Client ids are secrets, so the key is a
digest of one.  Invariants: whoever reads the store cannot log in; there are at most
``MAX_SESSIONS`` for each server that runs, and the sessions of one account do not end
those of others while these have fewer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

from twisted_chat.core.interfaces import KeyValues

from .record import Account
from .session_order import SessionOrder
from .tokens import digest

AREA = "session/"

LIFETIME = 30 * 24 * 60 * 60
"""Seconds after a login in which its session is logged in."""

MAX_SESSIONS = 10_000
"""Sessions that are kept; of the account that has most, the oldest is forgotten."""

MAX_OF_ACCOUNT = 100
"""Sessions of one account; the oldest login is forgotten first."""

_SEPARATOR = "."
"""Stands in each token, and in no digest."""


@dataclass(frozen=True, slots=True)
class DeviceSession:
    """A session that is logged in.

    :ivar token_digest: of the token of the device; empty if it has none.
    """

    folded: str
    account_id: str
    generation: int
    until: int
    token_digest: str = ""

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
        self._known = SessionOrder()

    async def load(self) -> None:
        """Forget sessions that have ended, at the start of the server."""
        found = await self._values.load(AREA)
        sessions = {key: _read(value) for key, value in found.items()}
        for key in sorted(sessions, key=lambda key: sessions[key].until):
            session = sessions[key]
            self._known.add(key, session.account_id, session.until)
        # Earlier versions stored the tokens themselves.
        changes: dict[str, str | None] = {
            key: stored
            for key, session in sessions.items()
            if (stored := _stored(session)) != found[key]
        }
        changes.update(dict.fromkeys(self._surplus()))
        if changes:
            await self._values.write(changes)

    async def add(self, client_id: str, account: Account, token: str) -> None:
        """A client has logged in.

        :param token: that of its device; empty if it has none.
        """
        key, until = _key(client_id), int(self._now()) + LIFETIME
        session = DeviceSession(
            account.folded,
            account.id,
            account.generation,
            until,
            digest(token) if token else "",
        )
        self._known.add(key, account.id, until)
        changes: dict[str, str | None] = {key: _stored(session)}
        changes.update(dict.fromkeys(self._surplus()))
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
        self._known.remove(key)
        await self._values.write({key: None})

    def _surplus(self) -> list[str]:
        """Those that have ended or are too many; they are known no longer."""
        return self._known.surplus(
            self._now(), most=MAX_SESSIONS, of_account=MAX_OF_ACCOUNT
        )


def _key(client_id: str) -> str:
    digest = blake2b(client_id.encode(), digest_size=16, person=b"chat logged in")
    return AREA + digest.hexdigest()


def _read(value: str) -> DeviceSession:
    session = DeviceSession(*json.loads(value))
    if _SEPARATOR not in session.token_digest:
        return session
    return replace(session, token_digest=digest(session.token_digest))


def _stored(session: DeviceSession) -> str:
    """The value of a session."""
    # Not ``astuple``, which copies each value and takes ten times as long.
    return json.dumps(
        [
            session.folded,
            session.account_id,
            session.generation,
            session.until,
            session.token_digest,
        ]
    )
