"""Sessions of clients that stay connected: noted again every hour.

A store notes a session when it is issued and when its client leaves, and a session is
void a day after it was last noted.  Without this, a crash would end the session of
everybody who has been connected for longer than a day.  Invariant: one short portion at
a time, with pauses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from twisted_chat.core.client import Client
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.runtime import Runtime, ScheduledCall

INTERVAL = 60 * 60.0
"""Seconds between two rounds."""

PORTION = 100
"""Clients in one portion."""

PAUSE = 0.05
"""Seconds between two portions."""


class NotesSessions(Protocol):
    """A journal that keeps the nicknames of clients that may resume."""

    def note_sessions(self, nicknames: Mapping[str, str]) -> Awaitable[None]:
        """The clients with these ids are connected now, under these nicknames.

        A nickname that the journal knows already stays.

        :raises StoreError: it failed; a later call tries again.
        """


class SessionRefresh:
    """Notes the sessions of all connected clients, again and again.

    :param clients: those of this server, now.
    """

    def __init__(
        self,
        journal: NotesSessions,
        runtime: Runtime,
        clients: Callable[[], Iterable[Client]],
    ) -> None:
        self._journal = journal
        self._runtime = runtime
        self._clients = clients
        self._left: list[Client] = []
        self._next: ScheduledCall | None = None
        self._stopped = False

    def start(self) -> None:
        """Start; the first round is due in an interval."""
        self._schedule(INTERVAL)

    def stop(self) -> None:
        """Start no further portion."""
        self._stopped = True
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _schedule(self, delay: float) -> None:
        if not self._stopped:
            self._next = self._runtime.call_later(delay, self._start_portion)

    def _start_portion(self) -> None:
        self._next = None
        self._runtime.spawn(self._portion())

    async def _portion(self) -> None:
        left = self._left = self._left or list(self._clients())
        portion = left[-PORTION:]
        del left[-PORTION:]
        try:
            await self._note(portion)
        except StoreError:
            # The refusal of the next message reports it.  The next round tries again.
            left.clear()
        finally:
            self._schedule(PAUSE if left else INTERVAL)

    async def _note(self, clients: Iterable[Client]) -> None:
        # Some may have left since the round began: what is stored of them is right.
        nicknames = {
            client.id: client.nick
            for client in clients
            if client.is_connected and client.may_resume
        }
        if nicknames:
            await self._journal.note_sessions(nicknames)
