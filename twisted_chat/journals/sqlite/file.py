"""The file of the SQLite journal: whose it is, what is in it, who may write to it.

Rules of this file: nothing of another program is ever changed; only one server
has the file, held by the kernel so that it is free once the process is gone,
however it went; each refusal is one line that says what to do.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

from twisted_chat.core.interfaces import StoreError

APPLICATION_ID = 0x54436861
"""In the header of each of our files: "TCha"."""

MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins."""

BUSY_SECONDS = 3.0
"""How long to wait for another program, such as a backup, to let go of the file."""

CHECKPOINT_PAGES = 16_000
"""The write-ahead log is worked off by SQLite itself at this length, in pages of
4 KiB, should nobody have done so before."""

FULL_BYTES = 128 * 1024
"""A disk with less room than this is full: the log grows by 32 KiB at a time."""

_held: set[tuple[int, int]] = set()
"""The files of this process, by device and inode.  To open and close one of them
once more would let go of the locks that SQLite has on it."""


class DatabaseFile:
    """One SQLite file, held against every other server.

    :param path: where it is; it is made if it is not there, readable for its
        owner only, since private messages are in it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._identity = (0, 0)

    def hold(self) -> None:
        """Make or open the file and keep all others away.

        :raises StoreError: if it is no database, or in use, or not to be had.
        """
        try:
            known = Path(self.path).stat()
        except (OSError, ValueError):
            pass
        else:
            if (known.st_dev, known.st_ino) in _held:
                raise StoreError(self._in_use())
        try:
            # Non-blocking, or a named pipe would wait for its other end.
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(self.path, flags, 0o600)
        except (OSError, ValueError) as error:
            raise StoreError(_why_not_opened(self.path, error)) from error
        try:
            self._take(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        _held.add(self._identity)

    def _take(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{self.path} is not a regular file; name one that is")
        try:
            # Not the kind of lock that SQLite takes, so neither is in the
            # other's way, and on the file itself, whatever name leads to it.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(self._in_use()) from error
        except OSError as error:
            raise StoreError(_why_not_opened(self.path, error)) from error
        head = os.pread(descriptor, len(MAGIC), 0)
        if head and head != MAGIC:
            raise StoreError(f"{self.path} is not a SQLite database; name another file")
        self._identity = (status.st_dev, status.st_ino)

    def release(self) -> None:
        """Let others have it; call this after the last connection is closed."""
        if self._descriptor is not None:
            _held.discard(self._identity)
            os.close(self._descriptor)
            self._descriptor = None

    def prepare(self) -> None:
        """Bring what is in the file to the schema of this version.

        :raises StoreError: if it is another program's, or of a newer version.
        """
        connection = self._connect()
        try:
            version = self._version(connection)
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise StoreError(
                    f"{self.path} is where SQLite can keep no write-ahead log;"
                    " name a file on a local disk"
                )
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, version)
        finally:
            connection.close()

    def writer(self) -> sqlite3.Connection:
        """A connection that writes, each commit on the disk before it returns."""
        self.check()
        connection = self._connect()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {CHECKPOINT_PAGES * 4096}")
        return connection

    def check(self) -> None:
        """See that the file is still where the next start will look for it.

        SQLite goes on writing to one that was removed, and all of it would be gone.

        :raises StoreError: it is not.
        """
        try:
            status = os.stat(self.path)  # noqa: PTH116 - a third of the time, each batch
            here = (status.st_dev, status.st_ino)
        except FileNotFoundError:
            here = None
        except OSError as error:
            raise self.explain(error) from error
        if here != self._identity:
            raise StoreError(
                f"{self.path} was moved or removed while the chat runs; put it back,"
                " or start the chat again"
            )

    def reader(self) -> sqlite3.Connection:
        """A connection that can only read."""
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def explain(self, error: sqlite3.Error | OSError) -> StoreError:
        """In one line what went wrong, and what to do."""
        if isinstance(error, OSError):
            return StoreError(_why_not_opened(self.path, error))
        name = getattr(error, "sqlite_errorname", "") or str(error)
        if "no such module: fts5" in str(error):
            return StoreError(
                "the SQLite of this Python has no full text search (FTS5);"
                " use another Python, or --store memory:"
            )
        if name.startswith("SQLITE_IOERR") and self._is_disk_full():
            # It says so of a log that cannot grow.
            name = "SQLITE_FULL"
        for start, words in _REASONS:
            if name.startswith(start):
                return StoreError(words.format(path=self.path))
        return StoreError(f"{self.path} cannot be used: {error} ({name})")

    def _is_disk_full(self) -> bool:
        try:
            return shutil.disk_usage(Path(self.path).parent).free < FULL_BYTES
        except OSError:
            return False

    def _in_use(self) -> str:
        return (
            f"{self.path} is in use by another chat server;"
            " stop that one, or name another file"
        )

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )

    def _version(self, connection: sqlite3.Connection) -> int:
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        is_new = not owner and not version and not objects
        if owner != APPLICATION_ID and not is_new:
            raise StoreError(
                f"{self.path} is the database of another program; name another file"
            )
        newest = len(migrations())
        if version > newest:
            raise StoreError(
                f"{self.path} was written by a newer version of the chat (schema"
                f" {version}, this one knows {newest}); upgrade the chat, or name"
                " another file"
            )
        return int(version)


_REASONS = (
    (
        "SQLITE_FULL",
        "the disk of {path} is full; once there is room the chat stores again",
    ),
    (
        "SQLITE_READONLY",
        "{path} cannot be written to; make it and its directory writable",
    ),
    (
        "SQLITE_CANTOPEN",
        "no file can be made beside {path}; make its directory writable",
    ),
    ("SQLITE_NOTADB", "{path} is not a SQLite database; name another file"),
    ("SQLITE_CORRUPT", "{path} is damaged; restore it from a backup"),
    ("SQLITE_BUSY", "{path} is locked by another program; stop that one"),
    ("SQLITE_IOERR", "{path} cannot be read or written; see to its disk"),
)


def _why_not_opened(path: str, error: OSError | ValueError) -> str:
    match getattr(error, "errno", None):
        case errno.ENOENT:
            return f"there is no directory {Path(path).parent}; make it first"
        case errno.EISDIR:
            return f"{path} is a directory; name a file in it"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{path} cannot be written to; make it and its directory writable"
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk of {path} is full; make room on it"
    reason = getattr(error, "strerror", None) or error
    return f"{path!r} cannot be opened: {reason}"


@cache
def migrations() -> tuple[str, ...]:
    """The scripts that make the schema, step by step, oldest first."""
    folder = resources.files(__package__) / "sql"
    scripts = sorted(
        (item for item in folder.iterdir() if re.match(r"\d{4}_.*\.sql$", item.name)),
        key=lambda item: item.name,
    )
    return tuple(script.read_text("utf-8") for script in scripts)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Take all steps after ``version``, or none."""
    steps = migrations()
    if version == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in steps[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """The single statements: ``executescript`` would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def check_file(path: str) -> None:
    """See whether a file can be used, make it if it is not there, and let it go.

    :raises StoreError: it cannot.
    """
    file = DatabaseFile(path)
    file.hold()
    try:
        file.prepare()
    except (sqlite3.Error, OSError) as error:
        raise file.explain(error) from error
    finally:
        file.release()
