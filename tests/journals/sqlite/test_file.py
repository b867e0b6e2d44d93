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
        line = self.refusal(DatabaseFile(str(self.path)).lock)
        self.assertIn("in use by another chat server", line)

    def test_by_any_name(self) -> None:
        """A symbolic link, a hard link or a relative path make no difference."""
        self.opened()
        link, hard = self.folder / "link", self.folder / "hard"
        link.symlink_to(self.path)
        hard.hardlink_to(self.path)
        relative = os.path.relpath(self.path)
        for name in (link, hard, relative):
            self.assertIn("in use", self.refusal(DatabaseFile(str(name)).lock))

    def test_in_another_process(self) -> None:
        """What keeps another process away is the kernel, not a note of ours."""
        self.opened()
        self.patch(sqlite_file, "_locked", set())
        self.assertIn("in use", self.refusal(DatabaseFile(str(self.path)).lock))

    def test_released(self) -> None:
        """Once the first server has ended the next one may start."""
        self.opened().release()
        self.opened()

    def test_released_after_a_refusal(self) -> None:
        """A start that failed is in nobody's way."""
        self.path.write_text("no database, surely")
        self.refusal(DatabaseFile(str(self.path)).lock)
        self.path.unlink()
        self.opened()

    def test_another_program_may_read(self) -> None:
        """A backup or a curious admin needs no stop of the server."""
        file = self.opened()
        with closing(file.connect_writer()) as writer:
            writer.execute("INSERT INTO topics VALUES ('lobby', 'weather')")
            with closing(sqlite3.connect(self.path)) as other:
                (text,) = other.execute("SELECT text FROM topics").fetchone()
        self.assertEqual(text, "weather")

    def test_replaced_while_it_runs(self) -> None:
        """Who moves the file away under a running server is told what to do."""
        file = self.opened()
        self.path.rename(self.folder / "elsewhere")
        self.path.touch()
        self.assertIn("restart the chat", self.refusal(file.connect_writer))


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
        line = self.refusal(DatabaseFile("a\0b").lock)
        self.assertIn("cannot open", line)
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
            line = self.refusal(file.lock)
            self.assertIn(words, line)
            self.assertIn(str(self.path), line)
