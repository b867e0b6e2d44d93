"""Checkpoints of the SQLite journal: the pages in the write-ahead log go to the file.

A thread of their own runs them, so that no batch waits for the disk meanwhile.  SQLite
restarts the log once all of it is in the file and no reader uses it; while batches
follow one another closely that has to be done between two of them, in the writer's
thread.  Invariants: one checkpoint at a time; the log is bounded, also while another
program reads the database for long, or checkpoints fail; a failure is logged once and
tried again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from threading import RLock

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.retention import Retention

from .errors import explain
from .file import PAGE_SIZE, DatabaseFile
from .threads import WorkerThread

log = Logger()

CHECKPOINT_PAGES = 1_000
"""Pages written to the log, approximately, after which a checkpoint is run.  If no
batch comes meanwhile, the next one restarts the log."""

MIN_CHECKPOINT_PAGES = 32
"""Likewise, for the smallest ``Retention.bytes``; less would be many checkpoints."""

RESTART_FACTOR = 8
"""A log that many times as long is restarted although batches wait for that, some
milliseconds: while they follow one another closely, a passive checkpoint never reaches
the end of the log."""

BLOCKED_FACTOR = 16
"""A log that many times as long is cut.  If checkpoints cannot move it into the file,
trimming waits, because it would only make it longer."""

MAX_LOG_BYTES = 512 * 1024 * 1024
"""Bytes of the log at which storing ends."""

WAIT_SECONDS = 0.02
"""How long restarting the log waits for readers, and lets batches wait meanwhile."""

_HELD = (
    "cannot be moved into the file; stop the program that reads the file, such as a"
    " backup"
)


@dataclass(frozen=True, slots=True)
class LogLimits:
    """Limits of the write-ahead log.

    :ivar pages: after which a checkpoint is run.
    """

    pages: int

    @classmethod
    def of(cls, retention: Retention) -> LogLimits:
        """With little to be kept, a short log."""
        most = CHECKPOINT_PAGES
        if retention.bytes is not None:
            most = min(most, retention.bytes // PAGE_SIZE // 64)
        return cls(max(most, MIN_CHECKPOINT_PAGES))

    @property
    def restart_pages(self) -> int:
        """At which the log is restarted although batches wait for that."""
        return RESTART_FACTOR * self.pages

    @property
    def blocked_bytes(self) -> int:
        """At which the log is cut, or is blocked if it cannot be moved."""
        return self.blocked_pages * PAGE_SIZE

    @property
    def blocked_pages(self) -> int:
        """Likewise, in pages; batches wait for a checkpoint that is so late."""
        return BLOCKED_FACTOR * self.pages


class Checkpointer:
    """The connection that runs checkpoints.

    It notes in ``DatabaseFile.log_error`` whether they can move the log.  Two threads
    may use it: the one waits for the other.
    """

    def __init__(self, file: DatabaseFile, limits: LogLimits) -> None:
        self._file = file
        self._limits = limits
        self._connection: sqlite3.Connection | None = file.connect(WAIT_SECONDS)
        self._lock = RLock()

    def run(self) -> bool:
        """Move the log into the file, as far as readers permit it, beside the writer.

        :returns: whether the log is long, and ``restart`` can restart it.
        :raises StoreError: it failed; nothing is lost.
        """
        pages, moved = self._checkpoint("PASSIVE")
        # Our own readers are done soon: they hold back little.
        is_held = pages - moved >= max(self._limits.restart_pages, 1)
        self._file.log_error = _HELD if is_held else ""
        return not is_held and (pages >= self._limits.restart_pages or self._is_large)

    def restart(self, *, cut: bool = False) -> bool:
        """Move the rest, and let the log begin anew.

        Call it in the writer's thread, which makes up for a writer that writes without
        a pause: nobody else writes.  A short reader may prevent it; the next checkpoint
        tries again.

        :param cut: also make the file of the log empty.
        :returns: whether it is done.
        :raises StoreError: it failed; nothing is lost.
        """
        # Its size is what storing and trimming look at.
        cut = cut or self._is_large
        self._checkpoint("TRUNCATE" if cut else "RESTART")
        return not cut or not self._file.log_size()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @property
    def _is_large(self) -> bool:
        return self._file.log_size() > self._limits.blocked_bytes

    def _checkpoint(self, mode: str) -> tuple[int, int]:
        """Run one checkpoint; see the function."""
        try:
            with self._lock:
                if self._connection is None:
                    self._connection = self._file.connect(WAIT_SECONDS)
                return _checkpoint(self._connection, mode)
        except sqlite3.Error as error:
            self.close()
            explained = explain(self._file.path, error)
            reason = explained.operator_text
            self._file.log_error = f"cannot be moved into the file: {reason}"
            raise explained from error


def _checkpoint(connection: sqlite3.Connection, mode: str) -> tuple[int, int]:
    """Run one checkpoint; the pages in the log, and how many are in the file."""
    row = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return int(row[1]), int(row[2])


class Checkpoints:
    """Starts the checkpoints; used in the reactor's thread.

    :param thread: runs them.
    :param writing: the writer's thread, which restarts the log between two batches.
    """

    def __init__(
        self, thread: WorkerThread, writing: WorkerThread, limits: LogLimits
    ) -> None:
        self._thread = thread
        self._writing = writing
        self._limits = limits
        self._checkpointer: Checkpointer | None = None
        self._written = self._seen = 0
        self._running = self._catching_up = False
        # The log is to be cut; it could not be, and the next batch tries again.
        self._cutting = self._cut_later = False
        self._failing = False

    def open(self, checkpointer: Checkpointer) -> None:
        """Run checkpoints from now on."""
        self._checkpointer = checkpointer

    def look(self, written: int) -> None:
        """Run a checkpoint if it is due; let batches wait for one that is late.

        :param written: pages written to the log since the start, approximately.
        """
        if self._cut_later:
            self._cutting, self._cut_later = True, False
        self._look(written)

    def _look(self, written: int) -> None:
        self._written = written
        if self._cutting or written - self._seen >= self._limits.pages:
            self.start()
        if written - self._seen >= self._limits.blocked_pages:
            self._catch_up()

    def cut(self) -> None:
        """The log has a text that was deleted: cut it, as soon as no reader uses it."""
        self._cutting = True
        self.start()

    def start(self) -> None:
        """Run a checkpoint, unless one is running."""
        checkpointer = self._checkpointer
        if checkpointer is None or self._running:
            return
        self._running = True
        self._seen = self._written
        running: Deferred[object] = self._thread.run(checkpointer.run)
        running.addCallback(self._restart)
        running.addCallbacks(self._ended, self._failed)
        running.addErrback(lambda failure: log.failure("checkpoint failed", failure))

    def close(self) -> Deferred[None]:
        """Wait for the one that runs, and close the connection."""
        checkpointer, self._checkpointer = self._checkpointer, None
        if checkpointer is None:
            return succeed(None)
        # One may be running in the one thread, and the log be restarted in the other.
        closing = self._thread.run(_finish)
        closing.addCallback(lambda _: self._writing.run(checkpointer.close))
        return closing

    def _restart(self, is_long: object) -> object:
        """After a checkpoint, restart the log if it is long; cut it if it has to be."""
        checkpointer = self._checkpointer
        if checkpointer is None or not (is_long or self._cutting):
            return None
        cut, self._cutting = self._cutting, False
        restarting: Deferred[bool] = self._writing.run(
            lambda: checkpointer.restart(cut=cut)
        )
        restarting.addBoth(self._note_cut, cut=cut)
        return restarting

    def _note_cut(self, result: bool | Failure, *, cut: bool) -> bool | Failure:
        if result is not True:
            self._cut_later |= cut
        return result

    def _catch_up(self) -> None:
        """Have the writer's thread wait for the checkpoint, and restart the log."""
        checkpointer = self._checkpointer
        if checkpointer is None or self._catching_up:
            return
        self._catching_up = True
        waiting: Deferred[object] = self._writing.run(checkpointer.restart)
        waiting.addErrback(self._note_failure)
        waiting.addCallback(self._caught_up)
        waiting.addErrback(lambda failure: log.failure("checkpoint failed", failure))

    def _caught_up(self, _result: object) -> None:
        self._catching_up = False
        self._seen = self._written

    def _ended(self, _result: object) -> None:
        if self._failing:
            self._failing = False
            log.info("{line}", line="checkpoint: done; it works again")
        self._running = False
        self._look(self._written)

    def _failed(self, failure: Failure) -> None:
        # The next one is due after further pages.
        self._running = False
        self._note_failure(failure)

    def _note_failure(self, failure: Failure) -> None:
        error = failure.check(StoreError) and failure.value
        if not isinstance(error, StoreError):
            failure.raiseException()
        elif not self._failing:
            line = f"checkpoint: {error.operator_text} (tried again later)"
            log.error("{line}", line=line)
        self._failing = True


def _finish() -> None:
    """Do nothing, after all that the thread has to do."""
