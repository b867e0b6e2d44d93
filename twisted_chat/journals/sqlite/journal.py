"""A journal in a SQLite file: the default, durable, for one server.

Four threads, each with a database connection of its own: one writes, one runs
checkpoints, one reads, one searches.  Invariants: threads meet here, in ``history``,
``values`` and ``checkpoints`` only; the reactor's thread does not use the database;
what is announced is on the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from twisted.internet.defer import Deferred, DeferredLock, fail, succeed
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.core.events import Entry, Stored
from twisted_chat.core.interfaces import Announce, StoreError
from twisted_chat.journals.retention import KEEP_ALL, Retention, Trimmed

from .checkpoints import Checkpointer, Checkpoints, LogLimits
from .errors import explain
from .file import DatabaseFile
from .history import SqliteHistory
from .reader import Reader
from .searcher import Searcher
from .shrinkable import make_shrinkable
from .threads import QueueThread, ThreadFactory, WorkerThread
from .values import SqliteValues
from .writer import Writer

log = Logger()

PROGRESS_INTERVAL = 5.0
"""Seconds between two log lines about indexing after a migration."""


@dataclass(frozen=True, slots=True)
class _Connections:
    """The connections of the threads."""

    writer: Writer
    reader: Reader
    searcher: Searcher
    checkpointer: Checkpointer


class SqliteJournal:
    """Keeps the events in one SQLite file.

    Each batch is one transaction, on the disk (``synchronous=FULL``) before it is
    announced: neither a kill nor a power failure loses what any client was shown.

    :param path: the file; created if it does not exist.  One server at a time.
    :param reactor: only ``callFromThread`` of it is used.
    :param now: seconds since 1970, UTC.
    :param retention: what is kept.  The rest is deleted by ``trim``, so there may be
        more for a while.
    :param thread: makes the threads.
    :param seconds: a monotonic clock; ``None`` to search as long as it takes, and to
        trim in portions of one size.
    """

    def __init__(
        self,
        path: str,
        reactor: IReactorFromThreads,
        now: Callable[[], float],
        retention: Retention = KEEP_ALL,
        thread: ThreadFactory = QueueThread,
        seconds: Callable[[], float] | None = None,
    ) -> None:
        self._seconds = seconds
        self._file = DatabaseFile(path)
        self._now = now
        self._retention = retention
        self._writing = WorkerThread(reactor, thread("chat-store-writer"))
        reading = WorkerThread(reactor, thread("chat-store-reader"))
        searching = WorkerThread(reactor, thread("chat-store-search"))
        checkpointing = WorkerThread(reactor, thread("chat-store-checkpoints"))
        self._threads = (self._writing, reading, searching, checkpointing)
        self._log_limits = LogLimits.of(retention)
        self._checkpoints = Checkpoints(checkpointing, self._writing, self._log_limits)
        self.history = SqliteHistory(reading, searching, self._index, retention, now)
        self.values = SqliteValues(self._writing, reading, self._maintain)
        self.attempts = None
        self._announce: Announce = _discard
        self._start_trimming: Callable[[], None] = _do_nothing
        self._lock = DeferredLock()
        self._writer: Writer | None = None
        self._error: str | None = "the store is not open"
        self._maintaining = False
        self._closing = False

    def subscribe(self, announce: Announce) -> None:
        """Pass each batch to ``announce``, in the reactor's thread, in order."""
        self._announce = announce

    async def open(self) -> None:
        """Prepare the file and start the threads.

        :raises StoreError: the file cannot be used; no thread is left running.
        """
        await self._lock.run(self._start)

    def append(self, batch: Sequence[Entry]) -> Deferred[None]:
        """Store the batch in one transaction, then announce it.

        It is announced even if the caller cancels the result.
        """
        writer = self._writer
        if writer is None:
            return fail(self._closed())
        if not batch:
            return succeed(None)
        done: Deferred[None] = Deferred()
        storing = self._writing.run(
            writer.store, tuple(batch), round(self._now() * 1000)
        )
        storing.addCallbacks(self._stored, self._refused)
        storing.addCallbacks(done.callback, done.errback)
        storing.addCallback(lambda _: self._after_batch(writer))
        return done

    def on_growth(self, start: Callable[[], None]) -> None:
        """Call ``start`` when a run of trimming should not wait, see ``Trims``."""
        self._start_trimming = start

    async def trim(self, occupied: Collection[str]) -> Trimmed:
        """Do one portion of trimming, see ``Trims``."""
        writer = self._writer
        if writer is None:
            raise self._closed()
        trimmed, dropped = await self._writing.run(
            writer.trim, self._now(), frozenset(occupied)
        )
        self.history.forget(trimmed.floor, dropped)
        if trimmed.blocked:
            self._checkpoints.start()
        self._maintain(writer)
        return trimmed

    async def note_sessions(self, nicknames: Mapping[str, str]) -> None:
        """Keep the nicknames of connected clients, see ``NotesSessions``."""
        writer = self._writer
        if writer is None:
            raise self._closed()
        now = round(self._now() * 1000)
        await self._writing.run(writer.note_sessions, dict(nicknames), now)
        self._maintain(writer)

    def problem(self) -> str | None:
        """Why the last batch could not be stored, if so."""
        return self._error

    async def close(self) -> None:
        """Store what was appended, merge the log into the file, end the threads."""
        self._closing = True
        await self._lock.run(self._stop)

    async def _start(self) -> None:
        for thread in self._threads:
            thread.start()
        try:
            opened = await self._writing.run(self._open_file)
        except BaseException:
            self._stop_threads()
            raise
        self._writer = writer = opened.writer
        self._checkpoints.open(opened.checkpointer)
        self.history.open(opened.reader, opened.searcher, announced=writer.last)
        self.values.open(writer, opened.reader)
        self._error = None
        if writer.indexed < writer.unfolded:
            indexing = Deferred.fromCoroutine(self._index_anew(writer))
            indexing.addErrback(lambda failure: log.failure("indexing failed", failure))

    def _open_file(self) -> _Connections:
        file = self._file
        file.lock()
        try:
            file.prepare()
            make_shrinkable(file, lambda: self._closing)
            writer = Writer(file, self._retention, self._seconds)
            return _Connections(
                writer=writer,
                reader=Reader(file, writer.name),
                searcher=Searcher(file, writer.name, self._seconds),
                checkpointer=Checkpointer(file, self._log_limits),
            )
        except (sqlite3.Error, OSError) as error:
            file.release()
            raise explain(file.path, error) from error
        except BaseException:
            file.release()
            raise

    async def _stop(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        self._error = "the server is shutting down; nothing more is stored"
        self.values.close()
        try:
            await self.history.close()
            await self._checkpoints.close()
            await self._writing.run(writer.close)
        except sqlite3.Error as error:
            # Every batch is in the log beside the file; the next start finds it.
            raise explain(self._file.path, error) from error
        finally:
            self._file.release()
            self._stop_threads()

    def _stored(self, stored: list[Stored]) -> None:
        self._error = None
        self.history.announcing(stored)
        self._announce(stored)

    def _after_batch(self, writer: Writer) -> None:
        self._maintain(writer)
        if writer.needs_trimming and self._writer is writer:
            self._start_trimming()

    def _refused(self, failure: Failure) -> NoReturn:
        error = failure.value
        if not isinstance(error, StoreError):
            log.failure("a batch could not be stored", failure)
            error = StoreError("internal error while storing (see the server log)")
        if self._writer is not None:
            self._error = str(error)
        # There may be too little space because the log is long.
        self._checkpoints.start()
        raise error

    async def _index(self, until: int) -> None:
        """Have the full-text search find everything up to this id."""
        # The chat may be closing after each wait.
        while True:
            writer = self._writer
            if writer is None:
                raise self._closed()
            until = min(until, writer.settled)
            if writer.indexed >= until:
                return
            await self._writing.run(writer.index, until)
            self._checkpoints.look(writer.written)

    async def _index_anew(self, writer: Writer) -> None:
        """After a migration, index all messages in rounds, with appends in between.

        Each round is stored, so that the next start goes on where this one ended.
        """
        logged = self._now()
        waiting = writer.unfolded - writer.indexed
        log.info("{line}", line=f"search index: {waiting} events to index")
        while writer.indexed < writer.unfolded:
            if self._writer is not writer:
                return
            try:
                await self._writing.run(writer.index)
            except StoreError as error:
                reason = error.operator_text
                line = f"search index: {reason} (continued at the next search)"
                log.error("{line}", line=line)
                return
            self._checkpoints.look(writer.written)
            if self._now() - logged >= PROGRESS_INTERVAL:
                logged = self._now()
                percent = 100 * writer.indexed // writer.unfolded
                log.info("{line}", line=f"search index: {percent} % done")
        log.info("{line}", line="search index: complete")

    def _maintain(self, writer: Writer) -> None:
        """One round of maintenance at a time, with appends in between."""
        self._checkpoints.look(writer.written)
        if writer.has_deleted_text:
            writer.has_deleted_text = False
            self._checkpoints.cut()
        if self._maintaining or self._writer is None or not writer.needs_maintenance:
            return
        self._maintaining = True
        round_ = self._writing.run(writer.maintain)

        def again(_result: object) -> None:
            self._maintaining = False
            self._maintain(writer)

        round_.addErrback(lambda failure: log.failure("maintenance failed", failure))
        round_.addCallback(again)

    def _closed(self) -> StoreError:
        return StoreError(self._error or "the server is shutting down")

    def _stop_threads(self) -> None:
        for thread in self._threads:
            thread.stop()


def _discard(_batch: Sequence[Stored]) -> None:
    """Nothing is subscribed yet."""


def _do_nothing() -> None:
    """Nobody trims yet."""
