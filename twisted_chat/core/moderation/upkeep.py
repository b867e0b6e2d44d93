"""Upkeep: what the chat does by itself, once an hour and after an outage of the store.

What is over is deleted from the store, rooms are closed to which nobody came back after
a restart, and the removal of an account that was interrupted is finished.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from twisted_chat.core.account_events import AccountChanged
from twisted_chat.core.accounts.operators import Operators
from twisted_chat.core.committer import Committer
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import RETRY_DELAY, Journal, StoreError
from twisted_chat.core.isolation import as_store_error
from twisted_chat.core.moderation_events import Cleared
from twisted_chat.core.runtime import Runtime, ScheduledCall

from .moderation import MAX_TIDIED, Moderation
from .room_settings import past_key

RETURN_SECONDS = 60.0
"""Seconds after the start in which a room without members is not yet treated as empty:
those who were in it before a restart come back."""

TIDY_SECONDS = 3600.0
"""Seconds after which what is over is deleted from the store."""


class Upkeep:
    """See the module.

    :param committer: stores nothing while values are read again.
    :param close_rooms: has rooms closed that nobody is in.
    :param removed: finds what is to be stored of accounts whose removal was
        interrupted, see ``AccountLogins``.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        moderation: Moderation,
        operators: Operators,
        committer: Committer,
        close_rooms: Callable[[list[str]], None],
        removed: Callable[[], Awaitable[Iterable[AccountChanged]]],
        runtime: Runtime,
    ) -> None:
        self._journal = journal
        self._moderation = moderation
        self._operators = operators
        self._committer = committer
        self._close_rooms = close_rooms
        self._removed = removed
        self._runtime = runtime
        self._next: ScheduledCall | None = None
        # How often removals were to be finished.
        self._removal_calls = 0
        # How often values had to be read again.
        self._misses = 0

    async def start(self) -> None:
        """Read the values of moderation, and tidy from now on.

        :raises StoreError: something cannot be read.
        """
        await self._moderation.load(self._journal.values.load)
        self._moderation.awaited.update(self._moderation.vacant())
        self._next = self._runtime.call_later(RETURN_SECONDS, self._tidy)
        await self._finish_removals()

    def stop(self) -> None:
        """Do nothing any more."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def finish_removals(self) -> None:
        """The removal of an account failed on the way: do the rest, if it is written.

        Until all servers are told, its clients are logged in, and an operator is one.
        """
        self._removal_calls += 1
        self._runtime.spawn(self._finish_removals_later(self._removal_calls))

    async def _finish_removals_later(self, call: int) -> None:
        def try_again() -> None:
            # A later call tries again by itself.
            if self._next is not None and call == self._removal_calls:
                self.finish_removals()

        try:
            await self._finish_removals()
        except StoreError:
            self._runtime.call_later(RETRY_DELAY, try_again)

    async def _finish_removals(self) -> None:
        for event in await self._removed():
            self._committer.submit(event)

    def read_values_again(self) -> None:
        """Other servers may have changed them unnoticed.

        Until it is known what anyone may do, nothing is stored.
        """
        self._misses += 1
        self._committer.hold()
        self._runtime.spawn(self._load_values(self._misses))

    async def _load_values(self, misses: int) -> None:
        def try_again() -> None:
            # A later miss tries again by itself.
            if misses == self._misses:
                self.read_values_again()

        try:
            await self._operators.load()
            await self._moderation.load(self._journal.values.load)
        except Exception as error:  # noqa: BLE001 - logged by as_store_error
            # Or nothing would be stored for ever.
            self._committer.refuse_held(as_store_error(self._runtime, error))
            self._runtime.call_later(RETRY_DELAY, try_again)
        else:
            # What was read for an earlier miss may lack what came since.
            if misses == self._misses:
                self._committer.go_on()

    def _tidy(self) -> None:
        self._moderation.awaited.clear()
        self._close_rooms(self._moderation.vacant())
        self._clear(self._moderation.ended())
        self._runtime.spawn(self._forget_past())
        self._runtime.spawn(self._end_roles())
        self.finish_removals()
        self._next = self._runtime.call_later(TIDY_SECONDS, self._tidy)

    async def _forget_past(self) -> None:
        """Forget up to where histories are closed of which nothing is kept any more."""
        closed = self._moderation.closed_before()
        some = self._runtime.rng.sample(closed, min(len(closed), MAX_TIDIED))
        keys = []
        for room, position in some:
            query = HistoryQuery(room, 1, end=position)
            try:
                kept = await self._journal.history.page(query)
            except StoreError:
                return
            if not kept:
                keys.append(past_key(room))
        if self._next is not None:
            self._clear(keys)

    async def _end_roles(self) -> None:
        """Delete the roles of guests whose sessions have ended.

        They had them in rooms that others have not left since.
        """
        absent = self._moderation.absent_guests()
        keys: list[str] = []
        for guest in self._runtime.rng.sample(absent, min(len(absent), MAX_TIDIED)):
            try:
                nick = await self._journal.history.nickname(guest)
            except StoreError:
                return
            if nick is None:
                keys += self._moderation.role_keys(guest)
        if self._next is not None:
            self._clear(keys[:MAX_TIDIED])

    def _clear(self, keys: list[str]) -> None:
        """Delete these values, if there are any."""
        if keys:
            self._committer.submit(Cleared("", "", " ".join(keys)))
