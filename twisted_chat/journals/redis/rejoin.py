"""Rejoining: bringing back members after the other servers took this one for dead.

While a server is cut off, its members quit and their names are free.  When it learns
of that, it lets them join again under their nicknames, or as guests where somebody
else has claimed the name meanwhile.

Invariants: a member that quits is not brought back; an attempt is repeated until it
succeeds.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twisted_chat.core.events import NO_ROOM, AwaySet, Entry, Event, Joined
from twisted_chat.core.interfaces import NameRegistry, StoreError
from twisted_chat.core.names.nicknames import Name, guest_number
from twisted_chat.core.presence import Member

from .persistent_connection import PersistentConnection
from .roster import Roster

log = Logger()

RETRY_SECONDS = 1.0
"""Seconds until the next attempt."""


class Rejoin:
    """Lets evicted members of this server join again.

    :param server: the name of this server.
    :param connection: waited for between two attempts.
    :param store: stores a batch.
    """

    def __init__(
        self,
        server: str,
        roster: Roster,
        names: NameRegistry,
        connection: PersistentConnection,
        store: Callable[[Sequence[Entry]], Awaitable[object]],
    ) -> None:
        self._server = server
        self._roster = roster
        self._names = names
        self._connection = connection
        self._store = store
        self._rng = random.SystemRandom()
        self._count = 0
        self._running = False
        self._stopped = False

    def check(self) -> None:
        """Start if a member was evicted; called after each announcement."""
        if self._roster.evicted and not self._running and not self._stopped:
            self._running = True
            running = Deferred.fromCoroutine(self._run())
            running.addErrback(lambda failure: log.failure("rejoining failed", failure))

    def stop(self) -> None:
        """Bring back no more members."""
        self._stopped = True

    async def _run(self) -> None:
        try:
            while self._roster.evicted and not self._stopped:
                try:
                    await self._connection.wait_connected()
                    for client_id in list(self._roster.evicted):
                        await self._rejoin(client_id)
                except StoreError as error:
                    log.warn(
                        "cannot add members again yet, retrying: {why}",
                        why=error.operator_text,
                    )
                    with suppress(StoreError):
                        await self._connection.sleep(RETRY_SECONDS)
        finally:
            self._running = False

    async def _rejoin(self, client_id: str) -> None:
        evicted = self._roster.evicted
        member = evicted.get(client_id)
        if member is None:
            return
        nick = await self._claim_name(member)
        # By another client, it may have gone to other rooms meanwhile.
        present = self._roster.members.get(member.id)
        rooms = member.rooms
        if present is not None:
            rooms = present.rooms[-1:] or rooms[-1:]
        events: list[Event] = [
            Joined(room, nick, client_id, member.id, member.account)
            for room in rooms or (NO_ROOM,)
        ]
        if member.away and present is None:
            events.append(AwaySet(nick, member.away, client_id))
        if client_id not in evicted:
            # It has quit meanwhile.
            return
        entries = []
        for event in events:
            self._count += 1
            entries.append(Entry(f"{self._server}-back-{self._count}", event))
        await self._store(entries)
        evicted.pop(client_id, None)

    async def _claim_name(self, member: Member) -> str:
        """The member's nickname, or a guest's name if that is taken."""
        member = self._roster.members.get(member.id) or member
        name = Name(member.nick, member.folded)
        while not await self._names.claim(name.keys, member.id):
            name = Name.guest(guest_number(self._rng, len(self._roster.members)))
        return name.text
