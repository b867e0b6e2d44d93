"""Attempts, such as failed logins, that all servers of one Redis count together.

Invariant: what is tried is in Redis only as a digest; it may be a mistyped password.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from .entries import to_bytes
from .persistent_connection import PersistentConnection
from .scripts import ATTEMPTS


class RedisAttempts:
    """See ``interfaces.SharedAttempts``.

    :param connection: the one that writes.
    """

    def __init__(self, connection: PersistentConnection) -> None:
        self._connection = connection

    async def ages(self, subject: str) -> Sequence[float]:
        """How many seconds ago each attempt was, the oldest first."""
        return await self._run(subject, 0, 0)

    async def count(self, subject: str, most: int, seconds: float) -> None:
        """One more."""
        await self._run(subject, most, round(seconds * 1000))

    async def _run(self, subject: str, most: int, ms: int) -> Sequence[float]:
        digest = blake2b(to_bytes(subject), digest_size=16).hexdigest()
        ages = await self._connection.run_script(ATTEMPTS, digest, most, ms)
        return [age / 1000 for age in ages]
