"""The database file of the SQLite journal, locked by one server.

Invariants: the file of another program is not changed; only one server uses the
file, by a lock of the kernel that ends with the process, however it ends; each
refusal is one line that says what to do.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from pathlib import Path

from twisted_chat.core.interfaces import StoreError

from .errors import explain, located
from .schema import migrate, version_of

MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite file."""

BUSY_SECONDS = 3.0
"""How long to wait for another program, such as a backup, to release the file."""

PAGE_SIZE = 4096
"""Bytes of a page of a new file, and of most others."""

KEPT_LOG_BYTES = 32 * 1024 * 1024
"""Bytes of the write-ahead log that are used again; what is beyond is returned to the
file system when the log is restarted."""

CACHED_STATEMENTS = 128
"""Statements that each connection keeps prepared: more than there are."""

_locked: set[tuple[int, int]] = set()
"""The files locked by this process, by device and inode.  To open and close one of
them once more would release the locks that SQLite has on it."""


class DatabaseFile:
    """One SQLite file, locked against all other servers.

    :param path: created if it does not exist, readable by its owner only, since it
        contains direct messages.
    :ivar log_error: why the last checkpoint could not move the write-ahead log into
        the file, as the end of a line; empty if it could.  Any thread may read it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.log_error = ""
        self._descriptor: int | None = None
        self._identity = (0, 0)

    def lock(self) -> None:
        """Create or open the file, and lock it.

        :raises StoreError: it is not a database, or in use, or cannot be opened.
        """
        try:
            known = Path(self.path).stat()
        except (OSError, ValueError):
            pass
        else:
            if (known.st_dev, known.st_ino) in _locked:
                raise StoreError(self._in_use())
        try:
            # Non-blocking: opening a named pipe would wait for its other end.
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(self.path, flags, 0o600)
        except (OSError, ValueError) as error:
            raise explain(self.path, error) from error
        try:
            self._lock_descriptor(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        _locked.add(self._identity)

    def _lock_descriptor(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{self.path} is not a regular file; name a regular file")
        try:
            # Another kind of lock than SQLite's, so that they do not conflict, and on
            # the file itself, whatever its name.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(self._in_use()) from error
        except OSError as error:
            raise explain(self.path, error) from error
        head = os.pread(descriptor, len(MAGIC), 0)
        if head and head != MAGIC:
            raise StoreError(
                f"{self.path} is not a SQLite database; "
                "give another --store sqlite:PATH"
            )
        self._identity = (status.st_dev, status.st_ino)

    def release(self) -> None:
        """Unlock the file; call this after the last connection is closed."""
        if self._descriptor is not None:
            _locked.discard(self._identity)
            os.close(self._descriptor)
            self._descriptor = None

    def prepare(self) -> None:
        """Migrate the database to the schema of this version.

        :raises StoreError: it is another program's, or of a newer version.
        """
        connection = self.connect()
        try:
            version = version_of(connection, self.path)
            # For a new database; see ``shrinkable`` for others.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise StoreError(
                    f"SQLite cannot keep a write-ahead log beside {self.path};"
                    " name a file on a local disk"
                )
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, version)
        finally:
            connection.close()

    def connect(self, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
        """A connection.

        :param busy_seconds: how long it waits for others that use the database.
        """
        return sqlite3.connect(
            self.path,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
        )

    def connect_writer(self) -> sqlite3.Connection:
        """A connection that writes, each commit on the disk before it returns."""
        self.check_unmoved()
        connection = self.connect()
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten; not all builds of SQLite do it by themselves.
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        # ``checkpoints`` has a thread for them.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {KEPT_LOG_BYTES}")
        return connection

    def connect_reader(self) -> sqlite3.Connection:
        """A connection that can only read."""
        connection = self.connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def check_unmoved(self) -> int:
        """Check that the file still is where the next start will look for it.

        SQLite would go on writing to a deleted file, and all of it would be lost.

        :returns: its size in bytes.
        :raises StoreError: it is not.
        """
        try:
            status = os.stat(self.path)  # noqa: PTH116 - a third of the time, each batch
            identity = (status.st_dev, status.st_ino)
        except FileNotFoundError:
            identity = None
        except OSError as error:
            raise explain(self.path, error) from error
        if identity != self._identity:
            raise located(
                f"{self.path} was moved or removed while the chat is running; put it"
                " back, or restart the chat",
                self.path,
            )
        return status.st_size

    def log_size(self) -> int:
        """Bytes of the write-ahead log."""
        try:
            return os.stat(f"{self.path}-wal").st_size  # noqa: PTH116 - as above
        except OSError:
            # There is none yet.
            return 0

    def _in_use(self) -> str:
        return (
            f"{self.path} is in use by another chat server;"
            " stop that server, or give another --store sqlite:PATH"
        )


def check_file(path: str) -> None:
    """Check that a file can be used; create it if it does not exist.

    :raises StoreError: it cannot be used.
    """
    file = DatabaseFile(path)
    file.lock()
    try:
        file.prepare()
    except (sqlite3.Error, OSError) as error:
        raise explain(path, error) from error
    finally:
        file.release()
