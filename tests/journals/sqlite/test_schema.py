"""Tests of twisted_chat.journals.sqlite.schema."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.sqlite import FileTestCase
from twisted_chat.journals.sqlite import file as sqlite_file
from twisted_chat.journals.sqlite import schema
from twisted_chat.journals.sqlite.errors import explain
from twisted_chat.journals.sqlite.file import DatabaseFile
from twisted_chat.journals.sqlite.schema import migrations

MIGRATIONS = migrations()


class MigrationTests(FileTestCase):
    """An upgrade of the chat keeps what was said."""

    def test_the_scripts_are_numbered_without_a_gap(self) -> None:
        """Each schema version has one script."""
        folder = Path(schema.__file__).with_name("sql")
        numbers = [path.name[:4] for path in sorted(folder.glob("*.sql"))]
        self.assertEqual(numbers, [f"{n + 1:04d}" for n in range(len(numbers))])
        self.assertEqual(len(numbers), len(MIGRATIONS))

    def test_an_older_file(self) -> None:
        """A file of the version before is brought to today's, with all in it."""
        file = self.opened()
        with closing(file.connect_writer()) as connection:
            connection.execute("INSERT INTO topics VALUES ('lobby', 'weather')")
        file.release()
        step = "-- a comment; with a semicolon\nCREATE TABLE more (x);\n"
        self.patch(schema, "migrations", lambda: [*MIGRATIONS, step])
        file = self.opened()
        with closing(file.connect_writer()) as connection:
            found = connection.execute("SELECT text FROM topics").fetchall()
            connection.execute("INSERT INTO more VALUES (1)")
        self.assertEqual(found, [("weather",)])
        self.assertEqual(self.pragma("user_version"), len(MIGRATIONS) + 1)

    def test_a_step_that_fails(self) -> None:
        """An upgrade that cannot be finished leaves the file as it was."""
        self.opened().release()
        step = "CREATE TABLE more (x);\nCREATE TABLE topics (x);\n"
        self.patch(schema, "migrations", lambda: [*MIGRATIONS, step])
        file = DatabaseFile(str(self.path))
        self.addCleanup(file.release)
        file.lock()
        with self.assertRaises(sqlite3.OperationalError):
            file.prepare()
        self.assertEqual(self.pragma("user_version"), len(MIGRATIONS))
        with closing(sqlite3.connect(self.path)) as connection:
            query = "SELECT count(*) FROM sqlite_schema WHERE name = 'more'"
            self.assertEqual(connection.execute(query).fetchone(), (0,))

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
            self.assertIn("database of another program", self.refusal(self.opened))
            self.assertEqual(self.path.read_bytes(), content)

    def test_a_newer_schema(self) -> None:
        """After a downgrade the server says which version it needs."""
        self.opened().release()
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA user_version = 99")
        line = self.refusal(self.opened)
        self.assertIn("newer version", line)
        self.assertIn("schema 99", line)
        self.assertIn("upgrade the chat", line)

    def test_locked_by_another_program(self) -> None:
        """A program that holds the file in a transaction is waited for, then named."""
        self.opened().release()
        self.patch(sqlite_file, "BUSY_SECONDS", 0.0)
        self.patch(schema, "migrations", lambda: [*MIGRATIONS, "SELECT 1;"])
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            file = DatabaseFile(str(self.path))
            self.addCleanup(file.release)
            file.lock()
            with self.assertRaises(sqlite3.OperationalError) as caught:
                file.prepare()
        self.assertIn("locked", str(explain(file.path, caught.exception)))
