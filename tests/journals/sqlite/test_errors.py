"""Tests of twisted_chat.journals.sqlite.errors: each error is one clear line."""

from __future__ import annotations

import errno
import sqlite3

from tests.support.sqlite import FileTestCase
from twisted_chat.journals.sqlite import errors as sqlite_errors
from twisted_chat.journals.sqlite.errors import explain
from twisted_chat.journals.sqlite.file import DatabaseFile


class ErrorsTests(FileTestCase):
    """Errors as users and operators read them."""

    def test_errors_of_sqlite_are_explained(self) -> None:
        """Each says what to do."""
        file = DatabaseFile(str(self.path))
        for name, words in (
            ("SQLITE_FULL", "is full"),
            ("SQLITE_READONLY_DBMOVED", "writable"),
            ("SQLITE_CANTOPEN", "make its directory writable"),
            ("SQLITE_NOTADB", "is not a SQLite database"),
            ("SQLITE_CORRUPT_VTAB", "restore it from a backup"),
            ("SQLITE_BUSY_SNAPSHOT", "locked by another program"),
            ("SQLITE_IOERR_FSYNC", "check its disk"),
            ("SQLITE_TOOBIG", "cannot use "),
        ):
            error = sqlite3.OperationalError("what it says")
            error.sqlite_errorname = name
            self.assertIn(words, str(explain(file.path, error)))
            self.assertIn(str(self.path), explain(file.path, error).operator_text)
            self.assertNotIn(str(self.folder), str(explain(file.path, error)))
        missing = sqlite3.OperationalError("no such module: fts5")
        self.assertIn("--store memory:", str(explain(file.path, missing)))
        self.assertIn("full", str(explain(file.path, OSError(errno.ENOSPC, "x"))))

    def test_io_error_on_a_full_disk_is_a_full_disk(self) -> None:
        """SQLite reports it so when its log cannot grow."""
        file = DatabaseFile(str(self.path))
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
        self.assertIn("check its disk", str(explain(file.path, error)))
        self.patch(sqlite_errors, "DISK_FULL_BYTES", 1 << 60)
        self.assertIn("is full", str(explain(file.path, error)))
        gone = DatabaseFile(str(self.folder / "no" / "chat.sqlite"))
        self.assertIn("check its disk", str(explain(gone.path, error)))
