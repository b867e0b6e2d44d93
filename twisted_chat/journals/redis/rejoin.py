"""A server that the others took for dead brings its people back.

While it was cut off they were declared gone, and their names were free.  When it
hears of that it lets them in again: with the names that they had, or, where somebody
has taken one meanwhile, as guests.

Rules of this file: who leaves is not brought back; it is tried until it is done.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twisted_chat.core.events import AwaySet, Entry, Event, Joined
from twisted_chat.core.interfaces import NameRegistry, StoreError
from twisted_chat.core.nicknames import Name, fold, guest_number

from .connection import Link
from .errors import in_full
from .roster import Resident, Roster

log = Logger()

AGAIN = 1.0
"""Seconds until it is tried again."""


class Returning:
    """Lets our people in again.

    :param server: the name of this server.
    :param link: to wait for Redis, and between two attempts.
    :param store: stores a batch.
    """

    def __init__(
        self,
        server: str,
        roster: Roster,
        names: NameRegistry,
        link: Link,
        store: Callable[[Sequence[Entry]], Awaitable[None]],
    ) -> None:
        self._server = server
        self._roster = roster
        self._names = names
        self._link = link
        self._store = store
        self._count = 0
        self._running = False
        self._ended = False

    def look(self) -> None:
        """Something was announced: was one of ours declared gone?"""
        if self._roster.exiled and not self._running and not self._ended:
            self._running = True
            running = Deferred.fromCoroutine(self._run())
            running.addErrback(lambda failure: log.failure("bringing back", failure))

    def end(self) -> None:
        """Bring nobody back any more."""
        self._ended = True

    async def _run(self) -> None:
        try:
            while self._roster.exiled and not self._ended:
                try:
                    await self._link.up()
                    for who in list(self._roster.exiled):
                        await self._bring(who)
                except StoreError as error:
                    log.warn("nobody is brought back yet: {why}", why=in_full(error))
                    with suppress(StoreError):
                        await self._link.wait(AGAIN)
        finally:
            self._running = False

    async def _bring(self, who: str) -> None:
        person = self._roster.exiled.get(who)
        if person is None:
            return
        nick = await self._name(who, person)
        events: list[Event] = [Joined(room, nick, who) for room in person.rooms]
        if person.away:
            events.append(AwaySet(nick, person.away, who))
        if who not in self._roster.exiled:
            # It has left meanwhile.
            return
        entries = []
        for event in events:
            self._count += 1
            entries.append(Entry(f"{self._server}-back-{self._count}", event))
        await self._store(entries)
        self._roster.exiled.pop(who, None)

    async def _name(self, who: str, person: Resident) -> str:
        """The name that it had, or a guest's if somebody has taken that."""
        name = Name(person.nick, fold(person.nick))
        while not await self._names.claim(name.keys, who):
            number = guest_number(random.SystemRandom(), len(self._roster.people))
            name = Name.guest(number)
        return name.text
