"""Tests of twisted_chat.journals.sqlite.shrinkable."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.support.logs import Log
from tests.support.sqlite import FileTestCase, write_schema_1
from twisted_chat.journals.retention import KEEP_ALL
from twisted_chat.journals.sqlite import shrinkable
from twisted_chat.journals.sqlite.file import DatabaseFile
from twisted_chat.journals.sqlite.pages import INCREMENTAL
from twisted_chat.journals.sqlite.shrinkable import make_shrinkable
from twisted_chat.journals.sqlite.writer import Writer


class Usage(NamedTuple):
    """Of a disk."""

    free: int


class ShrinkableTests(FileTestCase):
    """A file of version 0.1.0, at the first start of this version."""

    def setUp(self) -> None:
        super().setUp()
        self.log = Log(self)
        write_schema_1(
            self.path, [(f"tea {n} " + "x" * 50, None) for n in range(3_000)]
        )
        self.file = self.opened()

    def texts(self) -> list[str]:
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("SELECT text FROM events ORDER BY id")
            return [text for (text,) in found]

    def test_file_is_rewritten_with_everything_in_it(self) -> None:
        """And from then on can shrink; the log has the beginning and the end."""
        before = self.texts()
        make_shrinkable(self.file, lambda: False)
        self.assertEqual(self.pragma("auto_vacuum"), INCREMENTAL)
        self.assertEqual(self.texts(), before)
        self.assertEqual(self.pragma("integrity_check"), "ok")
        self.assertEqual(self.pragma("journal_mode"), "wal")
        first, last = self.log.lines()
        self.assertIn(f"rewriting {self.path}, so that it can shrink", first)
        self.assertIn(f"rewrote {self.path} in ", last)
        writer = Writer(self.file, KEEP_ALL)
        self.addCleanup(writer.close)
        self.assertEqual(writer.last, 3_000)

    def test_file_that_can_shrink_is_not_rewritten(self) -> None:
        """As a new one."""
        make_shrinkable(self.file, lambda: False)
        make_shrinkable(self.opened(self.folder / "new.sqlite"), lambda: False)
        self.assertEqual(len(self.log.lines()), 2)

    def test_progress_is_logged(self) -> None:
        """At intervals."""
        self.patch(shrinkable, "LOOK_AFTER", 1_000)
        seconds = count(0.0, 1.0)
        make_shrinkable(self.file, lambda: False, lambda: next(seconds))
        progress = [line for line in self.log.lines() if "so far" in line]
        self.assertGreater(len(progress), 2)
        self.assertIn(f"rewriting {self.path}: for 5 s so far", progress[0])

    def test_stop_leaves_the_file_as_it_was(self) -> None:
        """The next start rewrites it."""
        self.patch(shrinkable, "LOOK_AFTER", 1_000)
        before = self.texts()
        make_shrinkable(self.file, lambda: True)
        self.assertIn("was not rewritten: interrupted", self.log.lines()[-1])
        self.assertEqual(self.texts(), before)
        self.assertEqual(self.pragma("auto_vacuum"), 0)
        make_shrinkable(self.file, lambda: False)
        self.assertEqual(self.pragma("auto_vacuum"), INCREMENTAL)

    def test_kill_leaves_the_file_as_it_was(self) -> None:
        """Whenever it comes."""
        self.patch(shrinkable, "LOOK_AFTER", 5_000)
        before = self.texts()
        copies: list[Path] = []

        def copy() -> bool:
            copies.append(self.folder / f"copy{len(copies)}.sqlite")
            for end in ("", "-wal"):
                shutil.copy(f"{self.path}{end}", f"{copies[-1]}{end}")
            return False

        make_shrinkable(self.file, copy)
        self.assertGreater(len(copies), 2)
        for path in copies:
            file = self.opened(path)
            self.path = path
            self.assertEqual(self.texts(), before)
            make_shrinkable(file, lambda: False)
            self.assertEqual(self.texts(), before)
            self.assertEqual(self.pragma("auto_vacuum"), INCREMENTAL)

    def test_large_file_is_left_as_it_is(self) -> None:
        """One line says why; a start shall not take minutes."""
        self.patch(shrinkable, "MAX_BYTES", 100_000)
        make_shrinkable(self.file, lambda: False)
        (line,) = self.log.lines()
        self.assertIn("because it is large", line)
        self.assertEqual(self.pragma("auto_vacuum"), 0)

    def test_file_is_left_as_it_is_on_a_disk_without_space(self) -> None:
        """The copy would fill it."""
        self.patch(shutil, "disk_usage", lambda _: Usage(500_000))
        make_shrinkable(self.file, lambda: False)
        (line,) = self.log.lines()
        self.assertIn("because the disk has too little space", line)
        self.assertEqual(self.pragma("auto_vacuum"), 0)

    def test_locked_file_is_left_as_it_is(self) -> None:
        """By a backup."""
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            file = DatabaseFile(str(self.path))
            self.patch(DatabaseFile, "connect_writer", lambda _: fast(file))
            make_shrinkable(self.file, lambda: False)
        self.assertIn("was not rewritten: database is locked", self.log.lines()[-1])


def fast(file: DatabaseFile) -> sqlite3.Connection:
    """A connection that does not wait for locks."""
    return sqlite3.connect(file.path, timeout=0, isolation_level=None)
