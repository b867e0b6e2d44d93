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
    """Databases of other versions and other programs."""

    def test_migrations_are_numbered_without_gaps(self) -> None:
        """Each version of the schema has one script."""
        folder = Path(schema.__file__).with_name("sql")
        numbers = [path.name[:4] for path in sorted(folder.glob("*.sql"))]
        self.assertEqual(numbers, [f"{n + 1:04d}" for n in range(len(numbers))])
        self.assertEqual(len(numbers), len(MIGRATIONS))

    def test_older_database_is_migrated_with_its_data(self) -> None:
        """To the version of today."""
        file = self.opened()
        with closing(file.connect_writer()) as connection:
            connection.execute(
                "INSERT INTO topics (room, text) VALUES ('lobby', 'weather')"
            )
        file.release()
        step = "-- a comment; with a semicolon\nCREATE TABLE more (x);\n"
        self.patch(schema, "migrations", lambda: [*MIGRATIONS, step])
        file = self.opened()
        with closing(file.connect_writer()) as connection:
            found = connection.execute("SELECT text FROM topics").fetchall()
            connection.execute("INSERT INTO more VALUES (1)")
        self.assertEqual(found, [("weather",)])
        self.assertEqual(self.pragma("user_version"), len(MIGRATIONS) + 1)

    def test_who_set_a_topic_is_taken_from_the_events_that_are_left(self) -> None:
        """In a file of an earlier version; of other topics it is not known."""
        at = next(
            number
            for number, script in enumerate(MIGRATIONS)
            if "ADD COLUMN set_at" in script
        )
        self.patch(schema, "migrations", lambda: MIGRATIONS[:at])
        self.opened().release()
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executemany(
                "INSERT INTO events (kind, time, room, nick, text)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (3, 1, "tea", "al", "green"),
                    (3, 2, "tea", "bob", "black"),
                    (3, 3, "sea", "bob", "former"),
                    (1, 4, "tea", "carol", "black"),
                ],
            )
            connection.executemany(
                "INSERT INTO topics (room, text) VALUES (?, ?)",
                [("tea", "black"), ("sea", "blue")],
            )
        self.patch(schema, "migrations", lambda: MIGRATIONS)
        self.opened()
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute(
                "SELECT room, nick, set_at FROM topics ORDER BY room"
            ).fetchall()
        self.assertEqual(found, [("sea", None, None), ("tea", "bob", 2)])

    def test_failed_migration_leaves_the_database_unchanged(self) -> None:
        """It is one transaction."""
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

    def test_database_of_another_program_is_refused_unchanged(self) -> None:
        """As one of a browser."""
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

    def test_database_of_a_newer_version_is_refused(self) -> None:
        """The error says which version is needed."""
        self.opened().release()
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA user_version = 99")
        line = self.refusal(self.opened)
        self.assertIn("newer version", line)
        self.assertIn("schema 99", line)
        self.assertIn("upgrade the chat", line)

    def test_database_locked_by_another_program_is_an_error(self) -> None:
        """After waiting for a while."""
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
