"""Tests of twisted_chat.journals.sqlite.file: each refusal is one clear line."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.sqlite import FileTestCase
from twisted_chat.journals.sqlite import file as sqlite_file
from twisted_chat.journals.sqlite.file import DatabaseFile
from twisted_chat.journals.sqlite.schema import APPLICATION_ID, migrations


class NewFileTests(FileTestCase):
    """Creating the file."""

    def test_new_file_has_the_schema_and_is_private(self) -> None:
        """Direct messages are in it."""
        self.opened()
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.pragma("application_id"), APPLICATION_ID)
        self.assertEqual(self.pragma("user_version"), len(migrations()))
        self.assertEqual(self.pragma("journal_mode"), "wal")

    def test_empty_file_is_used(self) -> None:
        """As one made by ``touch``."""
        self.path.touch()
        self.opened()
        self.assertEqual(self.pragma("user_version"), len(migrations()))

    def test_any_file_name_is_accepted(self) -> None:
        """Special characters have no meaning."""
        for name in ("a b?c#d%20.sqlite", "история.sqlite", "'; --.sqlite"):
            self.opened(self.folder / name)
            self.assertTrue((self.folder / name).exists())


class LockTests(FileTestCase):
    """One server at a time."""

    def test_second_server_is_refused(self) -> None:
        """The error says so."""
        self.opened()
        line = self.refusal(DatabaseFile(str(self.path)).lock)
        self.assertIn("in use by another chat server", line)

    def test_file_is_locked_under_all_its_names(self) -> None:
        """By symbolic link, hard link and relative path."""
        self.opened()
        link, hard = self.folder / "link", self.folder / "hard"
        link.symlink_to(self.path)
        hard.hardlink_to(self.path)
        relative = os.path.relpath(self.path)
        for name in (link, hard, relative):
            self.assertIn("in use", self.refusal(DatabaseFile(str(name)).lock))

    def test_file_is_locked_by_the_kernel(self) -> None:
        """So the lock also excludes other processes."""
        self.opened()
        self.patch(sqlite_file, "_locked", set())
        self.assertIn("in use", self.refusal(DatabaseFile(str(self.path)).lock))

    def test_file_can_be_locked_after_its_release(self) -> None:
        """By the next server."""
        self.opened().release()
        self.opened()

    def test_refused_file_is_not_locked(self) -> None:
        """A failed start does not block the next one."""
        self.path.write_text("no database, surely")
        self.refusal(DatabaseFile(str(self.path)).lock)
        self.path.unlink()
        self.opened()

    def test_other_programs_can_read_the_file(self) -> None:
        """As for a backup of a running server."""
        file = self.opened()
        with closing(file.connect_writer()) as writer:
            writer.execute(
                "INSERT INTO topics (room, text) VALUES ('lobby', 'weather')"
            )
            with closing(sqlite3.connect(self.path)) as other:
                (text,) = other.execute("SELECT text FROM topics").fetchone()
        self.assertEqual(text, "weather")

    def test_file_that_was_replaced_is_not_written_to(self) -> None:
        """The error says what to do."""
        file = self.opened()
        self.path.rename(self.folder / "elsewhere")
        self.path.touch()
        self.assertIn("restart the chat", self.refusal(file.connect_writer))


class RefusedFileTests(FileTestCase):
    """Files that are refused, and not changed."""

    def refused(self, path: Path | None = None) -> str:
        return self.refusal(lambda: self.opened(path))

    def test_file_of_another_kind_is_refused_unchanged(self) -> None:
        """``--store sqlite:notes.txt`` does not damage the notes."""
        for content in (b"x", b"notes\n" * 1000, b"\0" * 4096):
            self.path.write_bytes(content)
            self.assertIn("is not a SQLite database", self.refused())
            self.assertEqual(self.path.read_bytes(), content)

    def test_missing_directory_is_named(self) -> None:
        """With what to do about it."""
        line = self.refused(self.folder / "no" / "chat.sqlite")
        self.assertIn(f"there is no directory {self.folder / 'no'}", line)

    def test_directory_is_refused(self) -> None:
        """With what to do about it."""
        self.assertIn("is a directory; give a file in it", self.refused(self.folder))

    def test_special_file_is_refused(self) -> None:
        """A named pipe must not block the start."""
        os.mkfifo(self.path)
        self.assertIn("not a regular file", self.refused())
        self.assertIn("not a regular file", self.refused(Path("/dev/null")))

    def test_impossible_file_name_is_refused(self) -> None:
        """With a null character, or too long."""
        line = self.refusal(DatabaseFile("a\0b").lock)
        self.assertIn("cannot open", line)
        self.assertIn("name", self.refused(Path("x" * 300)).lower())

    def test_file_system_without_new_files_is_named(self) -> None:
        """Its directory exists."""
        self.assertIn(
            "cannot create /proc/x; give a file on", self.refused(Path("/proc/x"))
        )

    def test_errors_of_the_system_are_explained(self) -> None:
        """Such as a read-only or full disk."""
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
            line = self.refusal(file.lock)
            self.assertIn(words, line)
            self.assertIn(str(self.path), line)
