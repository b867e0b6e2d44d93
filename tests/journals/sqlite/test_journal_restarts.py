"""Tests of twisted_chat.journals.sqlite.journal on the file of an earlier one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

from tests.support.journals import said, texts
from tests.support.logs import Log
from tests.support.sqlite import SqliteTestCase, write_schema_1
from twisted_chat.core.events import Joined, Quit, Renamed, TopicSet
from twisted_chat.core.history_query import PRESENCE, HistoryQuery
from twisted_chat.core.interfaces import MissedEvents, TopicOrigin
from twisted_chat.journals.retention import KEEP_ALL
from twisted_chat.journals.sqlite import batches as sqlite_batches
from twisted_chat.journals.sqlite import checkpoints as sqlite_checkpoints
from twisted_chat.journals.sqlite import indexing as sqlite_indexing
from twisted_chat.journals.sqlite import journal as sqlite_journal
from twisted_chat.journals.sqlite.file import DatabaseFile
from twisted_chat.journals.sqlite.writer import Writer


class KilledTests(SqliteTestCase):
    """A journal on the file of one that was killed."""

    def test_client_that_was_connected_for_days_may_resume(self) -> None:
        """Its nickname is the one that it had last, and others are forgotten."""
        killed = self.started()
        self.append(killed, Joined("lobby", "bob", "b"), Joined("lobby", "al", "a"))
        self.append(killed, Renamed("bob", "rob", "b"))
        for _ in range(3):
            self.let_pass(12 * 60 * 60)
            self.run_now(killed.note_sessions({"b": "bob"}))
            self.run_now(killed.trim(()))
        found = self.run_now(killed.history.nickname("b"))
        self.assertEqual(found, "rob")
        self.assertIsNone(self.run_now(killed.history.nickname("a")))

    def test_client_whose_nickname_was_lost_may_resume(self) -> None:
        """The machine was asleep for more than a day."""
        journal = self.started()
        self.run_now(journal.note_sessions({"b": "bob"}))
        self.assertEqual(self.run_now(journal.history.nickname("b")), "bob")

    def test_failure_to_note_sessions_loses_nothing(self) -> None:
        """The caller learns of it."""
        journal = self.started()
        self.append(journal, said("one"))
        self.patch(sqlite_batches, "_NOTE", "no SQL")
        why = self.refused(journal.note_sessions({"b": "bob"}))
        self.assertIn("cannot use the database", why)
        self.append(journal, said("two"))
        self.run_now(journal.close())
        why = self.refused(journal.note_sessions({"b": "bob"}))
        self.assertIn("shutting down", why)


class RestartTests(SqliteTestCase):
    """A journal on the file of an earlier one."""

    def test_who_came_and_went_is_known_after_a_restart(self) -> None:
        """With the positions of that time; nobody is present any more."""
        first = self.started()
        before = self.append(
            first,
            Joined("lobby", "bob", "b"),
            Joined("lobby", "al", "a", "@al", "al"),
            Renamed("bob", "rob", "b"),
        )
        self.run_now(first.close())
        second = self.started()
        after = self.append(second, Quit("al", "a"), Joined("lobby", "rob", "b2"))
        query = HistoryQuery("lobby", 9, besides=PRESENCE)
        found = self.run_now(second.history.page(query))
        self.assertEqual(
            [one.position for one in found],
            [one.position for one in (*before, after[1])],
        )
        self.assertEqual(
            [one.event for one in found],
            [
                Joined("lobby", "bob", ""),
                Joined("lobby", "al", "@al", "@al", "al"),
                Renamed("bob", "rob", ""),
                Joined("lobby", "rob", ""),
            ],
        )

    def test_history_topics_and_positions_survive_a_restart(self) -> None:
        """Clients resume across it."""
        first = self.started()
        topic = TopicSet("lobby", "a", "weather", "id-a")
        (before, *_) = self.append(first, said("one"), said("two"), topic)
        self.run_now(first.close())
        second = self.started()
        (after,) = self.append(second, said("three"))
        state = self.run_now(second.history.room("lobby", 10))
        self.assertEqual(state.topic, "weather")
        self.assertEqual(state.topic_origin, TopicOrigin("a", before.time))
        self.assertEqual(texts(state.recent), ["one", "two", "three"])
        missed = self.run_now(
            second.history.since(before.position, ["lobby"], "id-a", 10)
        )
        self.assertTrue(missed.complete)
        self.assertEqual(texts(missed.events), ["two", "weather", "three"])
        self.assertLess(before.position, after.position)
        hits = self.run_now(second.history.search("lobby", "one", 10))
        self.assertEqual(texts(hits), ["one"])

    def test_database_of_the_first_version_is_indexed_anew(self) -> None:
        """In the background, with its progress in the log."""
        write_schema_1(self.path, [("ёлка", None)] * 9)
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 3)
        self.patch(sqlite_journal, "PROGRESS_INTERVAL", 0.0)
        lines = Log(self)
        journal = self.started()
        hits = self.run_now(journal.history.search("lobby", "елка", 10))
        self.assertEqual(len(hits), 9)
        progress = [line for line in lines.lines() if "search index" in line]
        self.assertEqual(
            progress,
            [
                "search index: 9 events to index",
                *(f"search index: {percent} % done" for percent in (33, 66, 100)),
                "search index: complete",
            ],
        )

    def test_indexing_anew_is_merged_and_keeps_the_log_short(self) -> None:
        """Though nothing else happens meanwhile."""
        write_schema_1(self.path, [("ёлка " * 300, None)] * 800)
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 4)
        self.patch(sqlite_checkpoints, "CHECKPOINT_PAGES", 20)
        self.patch(sqlite_checkpoints, "MIN_CHECKPOINT_PAGES", 20)
        journal = self.started()
        connection = self.connection(journal)
        (done,) = connection.execute("SELECT searchable FROM journal").fetchone()
        self.assertEqual(done, 800)
        (segments,) = connection.execute(
            "SELECT count(DISTINCT segid) FROM search_idx"
        ).fetchone()
        self.assertLess(segments, 30)
        log_size = (self.folder / "chat.sqlite-wal").stat().st_size
        self.assertLess(log_size, 1_000_000)

    def test_indexing_that_was_killed_continues(self) -> None:
        """At the next start, which logs what is left; nothing is lost."""
        write_schema_1(self.path, [("ёлка", None)] * 9)
        self.patch(sqlite_indexing, "MAX_INDEX_ROWS", 3)
        file = DatabaseFile(str(self.path))
        self.addCleanup(file.release)
        file.lock()
        file.prepare()
        writer = Writer(file, KEEP_ALL)
        self.addCleanup(writer.close)
        writer.index()
        # What a kill leaves at this moment.
        killed = self.folder / "killed.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{killed}{end}")
        self.path = killed
        lines = Log(self)
        journal = self.started()
        hits = self.run_now(journal.history.search("lobby", "елка", 10))
        self.assertEqual(len(hits), 9)
        self.assertIn("search index: 6 events to index", lines.lines())

    def test_one_file_is_left_after_close(self) -> None:
        """It is all that a backup needs."""
        journal = self.started()
        self.append(journal, said("one"))
        self.run_now(journal.close())
        self.assertEqual([path.name for path in self.folder.iterdir()], ["chat.sqlite"])

    def test_position_of_a_deleted_file_is_incomplete(self) -> None:
        """A new file has another name in its positions."""
        first = self.started()
        self.append(first, said("one"))
        (_, two) = self.append(first, said("two"), said("three"))
        self.run_now(first.close())
        self.path.unlink()
        second = self.started()
        self.append(second, *(said("x") for _ in range(10)))
        missed = self.run_now(second.history.since(two.position, ["lobby"], "x", 100))
        self.assertEqual(missed, MissedEvents(False, ()))


class BackupTests(SqliteTestCase):
    """Backups as docs/operations.md describes them."""

    def test_backup_of_a_running_chat_is_complete(self) -> None:
        """By either way of docs/operations.md."""
        journal = self.started()
        self.append(journal, said("tea one"), TopicSet("lobby", "a", "weather", "a"))
        copies = [self.folder / "backup.sqlite", self.folder / "vacuum.sqlite"]
        with closing(sqlite3.connect(self.path)) as reader:
            with closing(sqlite3.connect(copies[0])) as copy:
                reader.backup(copy)
            reader.execute(f"VACUUM INTO '{copies[1]}'")
        self.append(journal, said("tea two"))
        self.run_now(journal.close())
        for self.path in copies:
            restored = self.started()
            state = self.run_now(restored.history.room("lobby", 10))
            self.assertEqual(state.topic, "weather")
            self.assertEqual(texts(state.recent), ["tea one"])
            self.append(restored, said("tea three"), said("tea four"))
            hits = self.run_now(restored.history.search("lobby", "tea", 10))
            self.assertEqual(texts(hits), ["tea one", "tea three", "tea four"])
            self.run_now(restored.close())

    def test_restored_file_with_a_new_name_invalidates_positions(self) -> None:
        """See docs/operations.md."""
        journal = self.started()
        (position,) = self.append(journal, said("tea one"))
        self.run_now(journal.close())
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("UPDATE journal SET name = lower(hex(randomblob(4)))")
            other.execute("INSERT INTO search (search) VALUES ('rebuild')")
            other.commit()
        again = self.started()
        missed = self.run_now(
            again.history.since(position.position, ["lobby"], "x", 10)
        )
        self.assertEqual(missed, MissedEvents(False, ()))
        hits = self.run_now(again.history.search("lobby", "tea", 10))
        self.assertEqual(texts(hits), ["tea one"])
