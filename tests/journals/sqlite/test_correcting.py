"""Tests of twisted_chat.journals.sqlite.correcting; the contract has more."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.journals.corrections_contract import deleted, edited
from tests.support.journals import said
from tests.support.sqlite import SqliteTestCase, WriterTestCase
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.sqlite import writer as sqlite_writer

SECRET = "zqsecret"
"""A word that is in one message."""


class FilesTests(SqliteTestCase):
    """The files, while the server runs."""

    def files_with_secret(self) -> list[str]:
        """The files that have the secret."""
        secret = SECRET.encode()
        files = self.folder.iterdir()
        return [each.name for each in files if secret in each.read_bytes()]

    def test_log_is_cut_after_a_deletion(self) -> None:
        """It had the text; so has nothing else, though the server goes on."""
        journal = self.started()
        (stored,) = self.append(journal, said(SECRET))
        self.append(journal, *(said(f"tea {n}") for n in range(400)))
        self.run_now(journal.history.search("lobby", SECRET, 1))
        self.assertTrue(self.files_with_secret())
        self.append(journal, deleted(stored))
        self.assertEqual(self.files_with_secret(), [])

    def test_log_is_cut_after_a_correction(self) -> None:
        """Likewise; the new text is there."""
        journal = self.started()
        (stored,) = self.append(journal, said(SECRET))
        self.append(journal, edited(stored, "cafe"))
        self.assertEqual(self.files_with_secret(), [])

    def test_log_that_is_being_read_is_cut_later(self) -> None:
        """With a later batch, when whoever reads is done."""
        journal = self.started()
        (stored,) = self.append(journal, said(SECRET))
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM events").fetchone()
            self.append(journal, deleted(stored))
            self.assertTrue(self.files_with_secret())
        self.append(journal, said("tea"))
        self.assertEqual(self.files_with_secret(), [])

    def test_log_is_not_cut_without_a_correction(self) -> None:
        """That would cost each batch a wait for the disk."""
        journal = self.started()
        self.append(journal, said("tea"))
        self.append(journal, said("more tea"))
        self.assertGreater((self.folder / "chat.sqlite-wal").stat().st_size, 0)


class RemainsTests(WriterTestCase):
    """Words of a deleted message in the full-text index."""

    def setUp(self) -> None:
        super().setUp()
        self.one = self.writer()
        (self.secret,) = self.store(self.one, said(f"tea {SECRET}"))
        self.store(self.one, *(said(f"tea {n}") for n in range(600)))
        self.index(self.one)

    def remains(self) -> bool:
        """Whether the index has the word."""
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("SELECT block FROM search_data").fetchall()
        return any(SECRET.encode() in block for (block,) in found)

    def test_index_is_merged_after_a_deletion(self) -> None:
        """In rounds, with batches in between; then the log is cut again."""
        self.maintain(self.one)
        self.store(self.one, deleted(self.secret))
        self.assertTrue(self.remains())
        self.one.has_deleted_text = False
        self.assertGreater(self.maintain(self.one), 1)
        self.assertFalse(self.remains())
        self.assertTrue(self.one.has_deleted_text)
        self.assertEqual(self.maintain(self.one), 0)
        self.check_search(self.one)

    def test_deletion_during_a_merge_is_merged_after_it(self) -> None:
        """The merge may have passed its words already."""
        (other, *_) = self.store(self.one, said("tea other"))
        self.index(self.one)
        self.store(self.one, deleted(other))
        self.one.maintain()
        self.store(self.one, deleted(self.secret))
        self.maintain(self.one)
        self.assertFalse(self.remains())
        self.check_search(self.one)

    def test_message_that_is_not_indexed_yet_leaves_no_remains(self) -> None:
        """As most that are deleted: the last one of its author."""
        self.maintain(self.one)
        (last,) = self.store(self.one, said("tea last"))
        self.store(self.one, edited(last, "tea more"), deleted(last))
        self.assertFalse(self.one.needs_maintenance)
        self.check_search(self.one)

    def test_stop_merges_what_is_left(self) -> None:
        """So that the file has none of the words."""
        self.store(self.one, deleted(self.secret))
        self.one.close()
        self.assertFalse(self.remains())

    def test_start_goes_on_with_an_unfinished_merge(self) -> None:
        """After a kill, or if it would take too long as the server stops."""
        self.store(self.one, deleted(self.secret))
        self.patch(sqlite_writer, "MAX_CLOSING_ROUNDS", 0)
        self.one.close()
        self.assertTrue(self.remains())
        two = self.writer()
        self.assertTrue(two.needs_maintenance)
        self.maintain(two)
        self.assertFalse(self.remains())
        self.check_search(two)

    def test_failed_merge_is_tried_again_later(self) -> None:
        """Not at once, again and again; batches are stored meanwhile."""
        self.maintain(self.one)
        self.store(self.one, deleted(self.secret))
        self.make_fail(self.one, "INSERT INTO search (search, rank)", "SQLITE_IOERR")
        self.one.maintain()
        self.assertFalse(self.one.needs_maintenance)
        self.store(self.one, *(said(f"tea {n}") for n in range(256)))
        self.maintain(self.one)
        self.assertFalse(self.remains())

    def test_correction_that_is_refused_changes_nothing(self) -> None:
        """Nor is anything said about the index."""
        self.maintain(self.one)
        before = self.history(self.one)
        self.make_fail(self.one, "COMMIT", "SQLITE_FULL")
        with self.assertRaises(StoreError):
            self.store(self.one, deleted(self.secret))
        self.one._connection = None
        self.store(self.one, said("tea"))
        self.assertEqual(self.history(self.one), [*before, "tea"])
        self.check_search(self.one)
