"""Tests of twisted_chat.journals.sqlite.file: each refusal is one clear line."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from tests.support.threads import MEMORY
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.sqlite import file as sqlite_file
from twisted_chat.journals.sqlite.file import APPLICATION_ID, DatabaseFile, migrations


class FileTestCase(SynchronousTestCase):
    """A folder of one's own."""

    def setUp(self) -> None:
        folder = TemporaryDirectory(dir=MEMORY)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "chat.sqlite"

    def opened(self, path: Path | str | None = None) -> DatabaseFile:
        """The file, held and prepared until the end of the test."""
        file = DatabaseFile(str(path or self.path))
        self.addCleanup(file.release)
        file.hold()
        file.prepare()
        return file

    def refusal(self, work: Callable[[], object]) -> str:
        """The one line that it ends with."""
        with self.assertRaises(StoreError) as caught:
            work()
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def pragma(self, name: str) -> object:
        """What the file says of itself."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(f"PRAGMA {name}").fetchone()[0]


class NewFileTests(FileTestCase):
    """The first start."""

    def test_a_new_file(self) -> None:
        """It is made, in today's schema, for its owner's eyes only."""
        self.opened()
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.pragma("application_id"), APPLICATION_ID)
        self.assertEqual(self.pragma("user_version"), len(migrations()))
        self.assertEqual(self.pragma("journal_mode"), "wal")

    def test_an_empty_file(self) -> None:
        """One made by ``touch`` is as good as none."""
        self.path.touch()
        self.opened()
        self.assertEqual(self.pragma("user_version"), len(migrations()))

    def test_odd_names(self) -> None:
        """Any name that the system takes is a name for the file."""
        for name in ("a b?c#d%20.sqlite", "история.sqlite", "'; --.sqlite"):
            self.opened(self.folder / name)
            self.assertTrue((self.folder / name).exists())


class HoldTests(FileTestCase):
    """One server at a time."""

    def test_a_second_server(self) -> None:
        """The second server on one file says so and ends."""
        self.opened()
        line = self.refusal(DatabaseFile(str(self.path)).hold)
        self.assertIn("in use by another chat server", line)

    def test_by_any_name(self) -> None:
        """A symbolic link, a hard link or a relative path make no difference."""
        self.opened()
        link, hard = self.folder / "link", self.folder / "hard"
        link.symlink_to(self.path)
        hard.hardlink_to(self.path)
        relative = os.path.relpath(self.path)
        for name in (link, hard, relative):
            self.assertIn("in use", self.refusal(DatabaseFile(str(name)).hold))

    def test_in_another_process(self) -> None:
        """What keeps another process away is the kernel, not a note of ours."""
        self.opened()
        self.patch(sqlite_file, "_held", set())
        self.assertIn("in use", self.refusal(DatabaseFile(str(self.path)).hold))

    def test_released(self) -> None:
        """Once the first server has ended the next one may start."""
        self.opened().release()
        self.opened()

    def test_released_after_a_refusal(self) -> None:
        """A start that failed is in nobody's way."""
        self.path.write_text("no database, surely")
        self.refusal(DatabaseFile(str(self.path)).hold)
        self.path.unlink()
        self.opened()

    def test_another_program_may_read(self) -> None:
        """A backup or a curious admin needs no stop of the server."""
        file = self.opened()
        with closing(file.writer()) as writer:
            writer.execute("INSERT INTO topics VALUES ('lobby', 'weather')")
            with closing(sqlite3.connect(self.path)) as other:
                (text,) = other.execute("SELECT text FROM topics").fetchone()
        self.assertEqual(text, "weather")

    def test_replaced_while_it_runs(self) -> None:
        """Who moves the file away under a running server is told what to do."""
        file = self.opened()
        self.path.rename(self.folder / "elsewhere")
        self.path.touch()
        self.assertIn("start the chat again", self.refusal(file.writer))


class RefusedFileTests(FileTestCase):
    """What is refused, and never changed."""

    def refused(self, path: Path | None = None) -> str:
        return self.refusal(lambda: self.opened(path))

    def test_no_database(self) -> None:
        """``--store sqlite:notes.txt`` leaves the notes as they are."""
        for content in (b"x", b"notes\n" * 1000, b"\0" * 4096):
            self.path.write_bytes(content)
            self.assertIn("is not a SQLite database", self.refused())
            self.assertEqual(self.path.read_bytes(), content)

    def test_another_programs_database(self) -> None:
        """The database of a browser, say, is left as it is."""
        for statement in (
            "CREATE TABLE bookmarks (url)",
            "PRAGMA application_id = 12345",
            "PRAGMA user_version = 1",
        ):
            self.path.unlink(missing_ok=True)
            with closing(sqlite3.connect(self.path)) as other:
                other.execute(statement)
            content = self.path.read_bytes()
            self.assertIn("database of another program", self.refused())
            self.assertEqual(self.path.read_bytes(), content)

    def test_a_newer_schema(self) -> None:
        """After a downgrade the server says which version it needs."""
        self.opened().release()
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA user_version = 99")
        line = self.refused()
        self.assertIn("newer version", line)
        self.assertIn("schema 99", line)
        self.assertIn("upgrade the chat", line)

    def test_no_directory(self) -> None:
        """A directory that is not there is named."""
        line = self.refused(self.folder / "no" / "chat.sqlite")
        self.assertIn(f"there is no directory {self.folder / 'no'}", line)

    def test_a_directory(self) -> None:
        """A path that is a directory."""
        self.assertIn("is a directory; name a file in it", self.refused(self.folder))

    def test_no_regular_file(self) -> None:
        """A named pipe does not make the server wait for ever."""
        os.mkfifo(self.path)
        self.assertIn("not a regular file", self.refused())
        self.assertIn("not a regular file", self.refused(Path("/dev/null")))

    def test_impossible_names(self) -> None:
        """A name that no file can have."""
        line = self.refusal(DatabaseFile("a\0b").hold)
        self.assertIn("cannot be opened", line)
        self.assertIn("name", self.refused(Path("x" * 300)).lower())

    def test_what_the_system_refuses(self) -> None:
        """A read-only file, directory or disk, and a full one."""
        for number, words in (
            (errno.EACCES, "make it and its directory writable"),
            (errno.EROFS, "make it and its directory writable"),
            (errno.ENOSPC, "is full"),
            (errno.EIO, "Input/output error"),
        ):

            def fail(*_arguments: object, number: int = number) -> int:
                raise OSError(number, os.strerror(number))

            file = DatabaseFile(str(self.path))
            self.patch(os, "open", fail)
            line = self.refusal(file.hold)
            self.assertIn(words, line)
            self.assertIn(str(self.path), line)

    def test_what_sqlite_refuses(self) -> None:
        """Each of its errors becomes a line that says what to do."""
        file = DatabaseFile(str(self.path))
        for name, words in (
            ("SQLITE_FULL", "is full"),
            ("SQLITE_READONLY_DBMOVED", "writable"),
            ("SQLITE_CANTOPEN", "make its directory writable"),
            ("SQLITE_NOTADB", "is not a SQLite database"),
            ("SQLITE_CORRUPT_VTAB", "restore it from a backup"),
            ("SQLITE_BUSY_SNAPSHOT", "locked by another program"),
            ("SQLITE_IOERR_FSYNC", "see to its disk"),
            ("SQLITE_TOOBIG", "cannot be used: what it says (SQLITE_TOOBIG)"),
        ):
            error = sqlite3.OperationalError("what it says")
            error.sqlite_errorname = name
            self.assertIn(words, str(file.explain(error)))
            self.assertIn(str(self.path), str(file.explain(error)))
        missing = sqlite3.OperationalError("no such module: fts5")
        self.assertIn("--store memory:", str(file.explain(missing)))
        self.assertIn("full", str(file.explain(OSError(errno.ENOSPC, "x"))))

    def test_a_full_disk_by_another_name(self) -> None:
        """SQLite calls it an input or output error when its log cannot grow."""
        file = DatabaseFile(str(self.path))
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
        self.assertIn("see to its disk", str(file.explain(error)))
        self.patch(sqlite_file, "FULL_BYTES", 1 << 60)
        self.assertIn("is full", str(file.explain(error)))
        gone = DatabaseFile(str(self.folder / "no" / "chat.sqlite"))
        self.assertIn("see to its disk", str(gone.explain(error)))

    def test_locked_by_another_program(self) -> None:
        """A program that holds the file in a transaction is waited for, then named."""
        self.opened().release()
        self.patch(sqlite_file, "BUSY_SECONDS", 0.0)
        self.patch(sqlite_file, "migrations", lambda: [*MIGRATIONS, "SELECT 1;"])
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            file = DatabaseFile(str(self.path))
            self.addCleanup(file.release)
            file.hold()
            with self.assertRaises(sqlite3.OperationalError) as caught:
                file.prepare()
        self.assertIn("locked", str(file.explain(caught.exception)))


MIGRATIONS = migrations()


class MigrationTests(FileTestCase):
    """An upgrade of the chat keeps what was said."""

    def test_the_scripts_are_numbered_without_a_gap(self) -> None:
        """Each schema version has one script."""
        folder = Path(sqlite_file.__file__).with_name("sql")
        numbers = [path.name[:4] for path in sorted(folder.glob("*.sql"))]
        self.assertEqual(numbers, [f"{n + 1:04d}" for n in range(len(numbers))])
        self.assertEqual(len(numbers), len(MIGRATIONS))

    def test_an_older_file(self) -> None:
        """A file of the version before is brought to today's, with all in it."""
        file = self.opened()
        with closing(file.writer()) as connection:
            connection.execute("INSERT INTO topics VALUES ('lobby', 'weather')")
        file.release()
        step = "-- a comment; with a semicolon\nCREATE TABLE more (x);\n"
        self.patch(sqlite_file, "migrations", lambda: [*MIGRATIONS, step])
        file = self.opened()
        with closing(file.writer()) as connection:
            found = connection.execute("SELECT text FROM topics").fetchall()
            connection.execute("INSERT INTO more VALUES (1)")
        self.assertEqual(found, [("weather",)])
        self.assertEqual(self.pragma("user_version"), len(MIGRATIONS) + 1)

    def test_a_step_that_fails(self) -> None:
        """An upgrade that cannot be finished leaves the file as it was."""
        self.opened().release()
        step = "CREATE TABLE more (x);\nCREATE TABLE topics (x);\n"
        self.patch(sqlite_file, "migrations", lambda: [*MIGRATIONS, step])
        file = DatabaseFile(str(self.path))
        self.addCleanup(file.release)
        file.hold()
        with self.assertRaises(sqlite3.OperationalError):
            file.prepare()
        self.assertEqual(self.pragma("user_version"), len(MIGRATIONS))
        with closing(sqlite3.connect(self.path)) as connection:
            query = "SELECT count(*) FROM sqlite_schema WHERE name = 'more'"
            self.assertEqual(connection.execute(query).fetchone(), (0,))

    def test_history_is_read_by_its_index(self) -> None:
        """A page of history takes as long in an old chat as in a new one."""
        from twisted_chat.journals.sqlite import reader as sqlite_reader

        file = self.opened()
        with closing(file.reader()) as connection:
            for query, index in (
                (sqlite_reader._BEFORE, "said"),
                *zip(
                    sqlite_reader._SINCE,
                    ("said", "topics_set", "whispered", "whispered_to"),
                    strict=True,
                ),
            ):
                values = (1,) * query.count("?")
                plan = str(
                    connection.execute("EXPLAIN QUERY PLAN " + query, values).fetchall()
                )
                self.assertIn(f"USING INDEX {index} ", plan)
                self.assertNotIn("TEMP B-TREE", plan)
