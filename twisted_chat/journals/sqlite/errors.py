"""Errors of SQLite and of the file system, each as one line that says what to do.

Only the operator reads where the file is.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from twisted_chat.core.interfaces import StoreError

DISK_FULL_BYTES = 128 * 1024
"""A disk with less space than this is full: the log grows by 32 KiB at a time."""

_TEXTS = (
    (
        "SQLITE_FULL",
        "the disk of {path} is full; storing resumes once there is space",
    ),
    (
        "SQLITE_READONLY",
        "cannot write to {path}; make it and its directory writable",
    ),
    (
        "SQLITE_CANTOPEN",
        "cannot create files next to {path}; make its directory writable",
    ),
    (
        "SQLITE_NOTADB",
        "{path} is not a SQLite database; give another --store sqlite:PATH",
    ),
    ("SQLITE_CORRUPT", "{path} is damaged; restore it from a backup"),
    ("SQLITE_BUSY", "{path} is locked by another program; stop that program"),
    ("SQLITE_IOERR", "cannot read or write {path}; check its disk"),
)
"""By the beginning of SQLite's name of the error."""

_ELSEWHERE = "the database"
"""Stands for the path where others read the error."""


def explain(path: str, error: sqlite3.Error | OSError | ValueError) -> StoreError:
    """The error in one line, with what to do about it.

    :param path: the file of the database.
    """
    if not isinstance(error, sqlite3.Error):
        return located(_explain_open(path, error), path)
    name = getattr(error, "sqlite_errorname", "") or str(error)
    if "no such module: fts5" in str(error):
        return StoreError(
            "the SQLite of this Python has no full-text search (FTS5);"
            " use another Python, or --store memory:"
        )
    if name.startswith("SQLITE_IOERR") and _is_disk_full(path):
        # The name that SQLite has for a log that cannot grow.
        name = "SQLITE_FULL"
    for start, text in _TEXTS:
        if name.startswith(start):
            return located(text.format(path=path), path)
    return located(f"cannot use {path}: {error} ({name})", path)


def located(text: str, path: str) -> StoreError:
    """An error whose path only the operator reads.

    :param text: it may have the path in it, or that of the directory.
    """
    shown = text
    for secret in (repr(path), path, str(Path(path).parent)):
        if len(secret) > 1:
            shown = shown.replace(secret, _ELSEWHERE)
    return StoreError(shown, text)


def _explain_open(path: str, error: OSError | ValueError) -> str:
    match getattr(error, "errno", None):
        case errno.ENOENT if Path(path).parent.is_dir():
            return f"cannot create {path}; give a file on another file system"
        case errno.ENOENT:
            return f"there is no directory {Path(path).parent}; create it first"
        case errno.EISDIR:
            return f"{path} is a directory; give a file in it"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"cannot write to {path}; make it and its directory writable"
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk of {path} is full; free some space on it"
    reason = getattr(error, "strerror", None) or error
    return f"cannot open {path!r}: {reason}"


def _is_disk_full(path: str) -> bool:
    try:
        return shutil.disk_usage(Path(path).parent).free < DISK_FULL_BYTES
    except OSError:
        return False
