"""A journal in a SQLite file: the default, durable, for one server.

Three threads, each with a connection of its own: one writes, one reads, one
searches, so that a long search keeps no newcomer waiting.  Rules of this file:
threads meet here and nowhere else; the reactor's thread touches no database;
what is announced is on the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from twisted.internet.defer import Deferred, DeferredLock, fail, succeed
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from twisted_chat.core.events import Entry, Stored
from twisted_chat.core.interfaces import Announce, MissedEvents, RoomState, StoreError
from twisted_chat.journals.recent import LINES, Recent

from .file import DatabaseFile
from .reader import Reader
from .writer import Writer

T = TypeVar("T")

log = Logger()


def one_thread(name: str) -> ThreadPool:
    """A pool of one thread: what is asked of it is done in that order."""
    return ThreadPool(1, 1, name)


class SqliteJournal:
    """Keeps what was said in one SQLite file.

    Each batch is one transaction, on the disk (``synchronous=FULL``) before it
    is announced: neither a kill nor a power cut loses what anyone was shown.

    :param path: the file; made if it is not there.  One server at a time.
    :param reactor: only ``callFromThread`` of it is used.
    :param now: seconds since 1970, UTC.
    :param keep: messages kept per room; ``None`` for all.  What is beyond goes in
        the background, so for a while there are more.
    :param pool: makes the pools of one thread each.
    """

    def __init__(
        self,
        path: str,
        reactor: IReactorFromThreads,
        now: Callable[[], float],
        keep: int | None = None,
        pool: Callable[[str], ThreadPool] = one_thread,
    ) -> None:
        self._file = DatabaseFile(path)
        self._reactor = reactor
        self._now = now
        self._keep = keep
        self._writing = pool("chat-store-writer")
        self._reading = pool("chat-store-reader")
        self._searching = pool("chat-store-search")
        self._announce: Announce = _announce_nothing
        self._lock = DeferredLock()
        self._open: tuple[Writer, Reader, Reader] | None = None
        self._trouble: str | None = f"{path} is not open"
        # The log has been told that storing fails.
        self._failing = False
        self._announced = 0
        self._recent = Recent()
        self._tidying = False

    def subscribe(self, announce: Announce) -> None:
        """Hand each batch to ``announce``, in the reactor's thread, in order."""
        self._announce = announce

    async def open(self) -> None:
        """Make the file ready, and start the threads.

        :raises StoreError: if the file cannot be used; no thread is left then.
        """
        await self._lock.run(self._start)

    def append(self, batch: Sequence[Entry]) -> Deferred[None]:
        """Store the batch in one transaction, then announce it.

        It is announced even if whoever waits for this cancels it.
        """
        if self._open is None:
            return fail(StoreError(self._trouble or "the chat is closing"))
        if not batch:
            return succeed(None)
        writer = self._open[0]
        done: Deferred[None] = Deferred()
        storing = self._in(
            self._writing, writer.store, tuple(batch), round(self._now() * 1000)
        )
        storing.addCallbacks(self._stored, self._refused)
        storing.addCallbacks(done.callback, done.errback)
        storing.addCallback(lambda _: self._tidy(writer))
        return done

    async def room(self, room: str, limit: int) -> RoomState:
        """A room's topic and the last ``limit`` messages, as announced so far."""
        if self._keep is not None:
            limit = min(limit, self._keep)
        known = self._recent.state(room, limit)
        if known is not None:
            return known
        reader = self._opened()[1]
        lines = self._recent.expect(room)
        state = await self._in(
            self._reading, reader.room, room, max(limit, LINES), self._announced
        )
        self._recent.fill(lines, state)
        recent = state.recent[-limit:] if limit > 0 else ()
        return RoomState(state.topic, recent)

    async def before(
        self, room: str, position: str | None, limit: int
    ) -> tuple[Stored, ...]:
        """The last ``limit`` messages before a position, as announced so far."""
        reader = self._opened()[1]
        return await self._in(
            self._reading, reader.before, room, position, limit, self._announced
        )

    async def since(
        self, position: str, rooms: Sequence[str], who: str, limit: int
    ) -> MissedEvents:
        """What was said after a position, as announced so far."""
        reader = self._opened()[1]
        return await self._in(
            self._reading,
            reader.since,
            position,
            tuple(rooms),
            who,
            limit,
            self._announced,
        )

    async def search(self, room: str, words: str, limit: int) -> tuple[Stored, ...]:
        """The last ``limit`` messages with all the words, as announced so far.

        See ``words`` for what matches.
        """
        until = self._announced
        # The chat may be closing each time that this has waited.
        while (writer := self._opened()[0]).searchable < until:
            await self._in(self._writing, writer.index)
        searcher = self._opened()[2]
        return await self._in(
            self._searching, searcher.search, room, words, limit, until
        )

    def healthy(self) -> str | None:
        """Why the last batch could not be stored, if so."""
        return self._trouble

    async def close(self) -> None:
        """Finish what was appended, put it into the one file, end the threads."""
        await self._lock.run(self._stop)

    async def _start(self) -> None:
        for pool in self._pools():
            pool.start()
        try:
            opened = await self._in(self._writing, self._open_file)
        except BaseException:
            self._stop_pools()
            raise
        self._open = opened
        self._announced = opened[0].last
        self._trouble = None

    def _open_file(self) -> tuple[Writer, Reader, Reader]:
        file = self._file
        file.hold()
        try:
            file.prepare()
            writer = Writer(file, self._keep)
            return writer, Reader(file, writer.name), Reader(file, writer.name)
        except (sqlite3.Error, OSError) as error:
            file.release()
            raise file.explain(error) from error
        except BaseException:
            file.release()
            raise

    async def _stop(self) -> None:
        if self._open is None:
            return
        writer, reader, searcher = self._open
        self._open = None
        self._trouble = "the chat is closing; nothing more is stored"
        searcher.interrupt()
        try:
            await self._in(self._searching, searcher.close)
            await self._in(self._reading, reader.close)
            await self._in(self._writing, writer.close)
        except sqlite3.Error as error:
            # Every batch is in the log beside the file; the next start finds it.
            raise self._file.explain(error) from error
        finally:
            self._file.release()
            self._stop_pools()

    def _stored(self, stored: list[Stored]) -> None:
        self._trouble = None
        if self._failing:
            self._failing = False
            log.info("{line}", line="storing works again")
        self._announced += len(stored)
        self._recent.heard(stored)
        self._announce(stored)

    def _refused(self, failure: Failure) -> NoReturn:
        why = failure.value
        if not isinstance(why, StoreError):
            log.failure("a batch could not be stored", failure)
            why = StoreError("storing failed; the server's log says why")
        if self._open is not None:
            self._trouble = str(why)
            if not self._failing:
                self._failing = True
                log.error("{line}", line=f"store error: {why}")
        raise why

    def _tidy(self, writer: Writer) -> None:
        """One round of indexing or trimming at a time, and appends in between."""
        if self._tidying or self._open is None or not writer.untidy:
            return
        self._tidying = True
        tidied = self._in(self._writing, writer.tidy)

        def again(_result: object) -> None:
            self._tidying = False
            self._tidy(writer)

        tidied.addErrback(lambda failure: log.failure("tidying failed", failure))
        tidied.addCallback(again)

    def _opened(self) -> tuple[Writer, Reader, Reader]:
        if self._open is None:
            raise StoreError(self._trouble or "the chat is closing")
        return self._open

    def _pools(self) -> tuple[ThreadPool, ...]:
        return (self._writing, self._reading, self._searching)

    def _stop_pools(self) -> None:
        for pool in self._pools():
            pool.stop()

    def _in(
        self, pool: ThreadPool, work: Callable[..., T], *arguments: Any
    ) -> Deferred[T]:
        return deferToThreadPool(self._reactor, pool, work, *arguments)


def _announce_nothing(_batch: Sequence[Stored]) -> None:
    """Nobody has subscribed."""
