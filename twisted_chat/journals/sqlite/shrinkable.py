"""Databases of earlier versions, which cannot shrink, are made to.

SQLite can return unused pages to the file system only if the file notes where each page
is used, which it does from its creation or from a ``VACUUM`` on.  That rewrites the
whole file in one transaction: a kill or a full disk leaves the old one.  It takes time
and twice the space, so it is done at the start, and not for what is larger than
``MAX_BYTES``: such a file is used as it is, with its space used again, until it has
been trimmed or the operator rewrites it.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from twisted.logger import Logger

from .file import DatabaseFile
from .pages import INCREMENTAL

log = Logger()

MAX_BYTES = 1_250_000_000
"""Bytes in use that are rewritten at a start, at most: measured, half a minute on a
slow disk."""

SPACE = 2.2
"""Free space needed, as a multiple of the bytes in use: for the copy and for the
write-ahead log."""

LOOK_AFTER = 100_000
"""Steps of SQLite's virtual machine between two looks at ``stop``."""

PROGRESS_INTERVAL = 5.0
"""Seconds between two log lines."""


def make_shrinkable(
    file: DatabaseFile,
    stop: Callable[[], bool],
    seconds: Callable[[], float] = time.monotonic,
) -> None:
    """Rewrite a file that cannot shrink, if that is possible now.

    :param stop: true if the server is to stop, so that the next start has to do it.
    :param seconds: a monotonic clock.
    """
    with closing(file.connect_writer()) as connection:
        mode, size, pages, unused = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("auto_vacuum", "page_size", "page_count", "freelist_count")
        )
        if mode == INCREMENTAL:
            return
        used = (pages - unused) * size
        free = shutil.disk_usage(Path(file.path).absolute().parent).free
        if used > MAX_BYTES or free < SPACE * used:
            why = "it is large" if used > MAX_BYTES else "the disk has too little space"
            _log(
                f"{file.path} cannot shrink yet, and is not rewritten now because {why}"
                " (see docs/operations.md, Size)"
            )
            return
        _rewrite(connection, file.path, used, stop, seconds)


def _rewrite(
    connection: sqlite3.Connection,
    path: str,
    used: int,
    stop: Callable[[], bool],
    seconds: Callable[[], float],
) -> None:
    started = logged = seconds()

    def look() -> bool:
        nonlocal logged
        now = seconds()
        if now - logged >= PROGRESS_INTERVAL:
            logged = now
            _log(f"rewriting {path}: for {now - started:.0f} s so far")
        return stop()

    _log(f"rewriting {path}, so that it can shrink: {used / 1024 / 1024:.1f} MiB")
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.set_progress_handler(look, LOOK_AFTER)
        connection.execute("VACUUM")
        connection.set_progress_handler(None, 0)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        # Nothing has changed, and nothing depends on it.
        _log(f"{path} was not rewritten: {error} (tried again at the next start)")
    else:
        _log(f"rewrote {path} in {seconds() - started:.1f} s")


def _log(line: str) -> None:
    log.info("{line}", line=line)
