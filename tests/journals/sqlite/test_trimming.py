"""Tests of twisted_chat.journals.sqlite.trimming, beside the contract of journals."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection
from pathlib import Path

from tests.support.journals import entry, said
from tests.support.sqlite import WriterTestCase, write_schema_1
from twisted_chat.core.events import DirectMessage, Joined, Quit, TopicSet
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.records import KEPT_NICKNAME_MS
from twisted_chat.journals.retention import KEEP_ALL, Retention
from twisted_chat.journals.sqlite import maintenance as sqlite_maintenance
from twisted_chat.journals.sqlite import trimming as sqlite_trimming
from twisted_chat.journals.sqlite.reader import Reader
from twisted_chat.journals.sqlite.writer import Writer

NOW = 1_700_000_000.0
DAY = 24 * 60 * 60.0


class TrimmingTestCase(WriterTestCase):
    """A writer, and runs of trimming."""

    def trim(
        self, writer: Writer, now: float = NOW, occupied: Collection[str] = ()
    ) -> int:
        """One run: the number of portions."""
        portions = 1
        while writer.trim(now, occupied)[0].more:
            portions += 1
        return portions

    def count(self, condition: str) -> int:
        connection = self.file.connect_reader()
        try:
            query = f"SELECT count(*) FROM {condition}"
            return int(connection.execute(query).fetchone()[0])
        finally:
            connection.close()

    def fill(self, writer: Writer, number: int, first: int = 0) -> None:
        for start in range(first, first + number, 500):
            end = min(start + 500, first + number)
            self.store(
                writer, *(said(f"tea {n} " + "x" * 80) for n in range(start, end))
            )
            while writer.needs_maintenance:
                writer.maintain()


class EventsTests(TrimmingTestCase):
    """What is deleted."""

    def test_portions_are_bounded_by_rows_and_by_characters(self) -> None:
        """No batch waits for long."""
        self.patch(sqlite_trimming, "MAX_ROWS", 10)
        writer = self.writer(Retention(50))
        self.store(writer, *(said(f"tea {n}") for n in range(100)))
        deleted = []
        more = True
        while more:
            trimmed, _ = writer.trim(NOW, ())
            more = trimmed.more
            deleted.append(trimmed.events)
        self.assertEqual([n for n in deleted if n], [10] * 5)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(50, 100)])
        self.check_search(writer)
        writer.close()
        self.patch(sqlite_trimming, "MAX_CHARACTERS", 1_000)
        writer = self.writer(Retention(10))
        self.store(writer, *(said("tea " * 100) for _ in range(10)))
        self.trim(writer)
        deleted = []
        self.store(writer, *(said("tea " * 100) for _ in range(10)))
        more = True
        while more:
            trimmed, _ = writer.trim(NOW, ())
            more = trimmed.more
            deleted.append(trimmed.events)
        self.assertEqual(max(deleted), 3)
        self.assertEqual(sum(deleted), 10)

    def test_trimming_of_a_room_starts_at_a_tenth_too_many(self) -> None:
        """So that it is worthwhile."""
        writer = self.writer(Retention(100))
        self.trim(writer)
        self.store(writer, *(said(f"tea {n}") for n in range(100)))
        self.trim(writer)
        self.store(writer, *(said(f"tea {n}") for n in range(10)))
        self.trim(writer)
        self.assertEqual(len(self.history(writer)), 110)
        self.store(writer, said("one more"))
        self.trim(writer)
        self.assertEqual(len(self.history(writer)), 100)

    def test_smaller_keep_applies_after_a_restart(self) -> None:
        """To earlier messages, in all rooms."""
        writer = self.writer()
        self.store(writer, *(said(f"tea {n}") for n in range(30)))
        self.store(writer, *(said(f"tea {n}", room="x") for n in range(5)))
        self.store(writer, *(said(f"tea {n}", room="y") for n in range(7)))
        writer.close()
        writer = self.writer(Retention(5))
        self.trim(writer)
        for room in ("lobby", "x", "y"):
            self.assertEqual(len(self.history(writer, room)), 5)
        self.check_search(writer)

    def test_more_rooms_than_are_counted_are_trimmed(self) -> None:
        """The next run looks at all of them."""
        self.patch(sqlite_trimming, "MAX_COUNTED", 3)
        writer = self.writer(Retention(2))
        self.trim(writer)
        for n in range(5):
            self.store(writer, *(said(f"{m}", room=f"room{n}") for m in range(4)))
        self.trim(writer)
        for n in range(5):
            self.assertEqual(self.history(writer, f"room{n}"), ["2", "3"])

    def test_many_messages_to_keep_are_walked_over_in_portions(self) -> None:
        """As for ``--keep 1000000``."""
        self.patch(sqlite_trimming, "WALK_ROWS", 7)
        writer = self.writer(Retention(50))
        self.store(writer, *(said(f"{n}") for n in range(60)))
        self.assertGreater(self.trim(writer), 8)
        self.assertEqual(self.history(writer), [f"{n}" for n in range(10, 60)])

    def test_arrivals_are_kept_as_long_as_resuming_needs_them(self) -> None:
        """Without a limit, too; it makes no client miss anything."""
        self.patch(sqlite_trimming, "KEPT_OTHERS", 20)
        writer = self.writer()
        (start,) = self.store(writer, said("tea"))
        for n in range(50):
            name = f"a{n}"
            self.store(writer, Joined("lobby", name, name), Quit(name, name))
        self.trim(writer)
        self.assertEqual(self.count("events WHERE kind > 4"), 20)
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        missed = reader.since(start.position, ["lobby"], "x", 10, writer.last)
        self.assertTrue(missed.complete)

    def test_wrong_clock_does_not_stop_trimming(self) -> None:
        """One event of the year 2100 among old ones; the newest are kept."""
        writer = self.writer(Retention(days=1))
        old = round((NOW - 2 * DAY) * 1000)
        for time, text in ((old, "a"), (4_102_444_800_000, "b"), (old, "c")):
            connection = self.connection(writer)
            connection.execute(
                "INSERT INTO events (kind, time, room, nick, text)"
                " VALUES (1, ?, 'lobby', 'alice', ?)",
                (time, text),
            )
        writer.last += 3
        writer.store([], 0)
        self.trim(writer)
        self.assertEqual(self.history(writer), [])

    def test_number_of_a_deleted_event_is_not_used_again(self) -> None:
        """A position is one event for ever."""
        for retention in (Retention(0), Retention(days=1)):
            writer = self.writer(retention)
            self.store(writer, said("tea"), TopicSet("lobby", "a", "t", "a"))
            last = writer.last
            self.trim(writer, now=NOW)
            self.assertEqual(self.count("events"), 0)
            writer.close()
            self.assertEqual(self.writer().last, last)

    def test_message_can_be_trimmed_before_it_is_indexed(self) -> None:
        """The index does not remove what it does not know."""
        self.patch(sqlite_trimming, "MAX_ROWS", 4)
        writer = self.writer(Retention(5))
        self.store(writer, *(said(f"tea {n}") for n in range(2)))
        self.index(writer)
        self.store(writer, *(said(f"tea {n}") for n in range(2, 20)))
        self.trim(writer)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(15, 20)])
        self.check_search(writer)

    def test_messages_may_be_trimmed_while_they_are_indexed_anew(self) -> None:
        """After a migration."""
        self.file.release()
        self.path = self.folder / "old.sqlite"
        write_schema_1(self.path, [("tea", None), ("ёлка tea", None)] * 6)
        self.file = self.opened()
        self.patch(sqlite_maintenance, "MAX_INDEX_ROWS", 5)
        writer = self.writer(Retention(2))
        writer.index()
        self.trim(writer)
        self.check_search(writer)
        self.assertEqual(len(self.history(writer)), 2)

    def test_nicknames_that_are_too_old_are_dropped(self) -> None:
        """Though nobody joins any more."""
        writer = self.writer()
        writer.store([entry(Joined("lobby", "n0", "i0"))], 1_000)
        writer.store([entry(Joined("lobby", "n1", "i1"))], 3_000)
        writer.trim(2.0 + KEPT_NICKNAME_MS / 1000, ())
        self.assertEqual(self.count("nicknames"), 1)
        self.assertEqual(self.count("nicknames WHERE nick = 'n1'"), 1)

    def test_topics_and_nicknames_are_bounded(self) -> None:
        """Those used longest ago are dropped, and the rooms are named."""
        self.patch(sqlite_trimming, "KEPT_TOPICS", 3)
        self.patch(sqlite_trimming, "KEPT_NICKNAMES", 4)
        writer = self.writer()
        for n in range(6):
            topic = TopicSet(f"r{n}", "a", "t", "a")
            joined = Joined("lobby", f"n{n}", f"i{n}")
            writer.store([entry(topic), entry(joined)], 1_000 + n)
        dropped: list[str] = []
        more = True
        while more:
            trimmed, rooms = writer.trim(2.0, ())
            dropped += rooms
            more = trimmed.more
        self.assertEqual(sorted(dropped), ["r0", "r1", "r2"])
        self.assertEqual(self.count("topics"), 3)
        self.assertEqual(self.count("events WHERE kind = 3"), 3)
        self.assertEqual(self.count("nicknames"), 4)
        self.assertEqual(self.count("nicknames WHERE nick = 'n0'"), 0)

    def connection(self, writer: Writer) -> sqlite3.Connection:
        connection = writer._connection
        assert connection is not None
        return connection


class SpaceTests(TrimmingTestCase):
    """The size of the file."""

    def size(self, writer: Writer) -> int:
        connection = writer._connection
        assert connection is not None
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return self.path.stat().st_size

    def test_file_shrinks_when_its_content_does(self) -> None:
        """In portions, to little more than what is in it."""
        writer = self.writer(Retention(100))
        self.fill(writer, 10_000)
        before = self.size(writer)
        self.trim(writer)
        self.assertLess(self.size(writer), before / 4)
        self.assertEqual(len(self.history(writer)), 100)
        self.check_search(writer)

    def test_file_never_is_much_larger_than_it_may_be(self) -> None:
        """While messages go on arriving; the search returns its space, too."""
        limit = 2_000_000
        writer = self.writer(Retention(bytes=limit))
        sizes = []
        for n in range(40):
            self.fill(writer, 1_000, first=1_000 * n)
            self.trim(writer)
            sizes.append(self.size(writer))
        self.assertLess(max(sizes), 1.05 * limit)
        self.assertGreater(sizes[-1], 0.7 * limit)
        self.assertIn("tea 39999", self.history(writer)[-1])
        self.check_search(writer)

    def test_many_direct_messages_are_trimmed_as_well(self) -> None:
        """They have no words in the search."""
        limit = 2_000_000
        writer = self.writer(Retention(bytes=limit))
        for n in range(30):
            batch = [DirectMessage("a", "b", f"{n} " * 40, f"a{n}", "b")] * 500
            self.store(writer, *batch)
        self.trim(writer)
        self.assertLess(self.size(writer), 1.05 * limit)
        self.assertGreater(self.count("events"), 3_000)

    def test_trimming_is_urgent_while_there_is_far_too_much(self) -> None:
        """No pauses are made then."""
        writer = self.writer(Retention(bytes=1_000_000))
        self.fill(writer, 3_000)
        self.assertFalse(writer.trim(NOW, ())[0].urgent)
        self.trim(writer)
        self.fill(writer, 10_000)
        self.assertTrue(writer.trim(NOW, ())[0].urgent)
        self.trim(writer)
        self.assertFalse(writer.trim(NOW, ())[0].urgent)

    def test_events_are_refused_only_if_trimming_fails(self) -> None:
        """And the file is half too large; until trimming works again."""
        writer = self.writer(Retention(bytes=1_000_000))
        self.fill(writer, 12_000)
        self.assertGreater(self.size(writer), 1_500_000)
        self.store(writer, said("taken"))
        self.make_fail(writer, "BEGIN IMMEDIATE", "SQLITE_FULL")
        with self.assertRaises(StoreError):
            self.trim(writer)
        with self.assertRaises(StoreError) as caught:
            self.store(writer, said("refused"))
        self.assertIn("store is full", str(caught.exception))
        self.assertNotIn(str(self.path), str(caught.exception))
        self.assertIn("disk of", caught.exception.operator_text)
        self.trim(writer)
        self.store(writer, said("taken again"))
        self.assertEqual(self.history(writer)[-2:], ["taken", "taken again"])


class InterruptionTests(TrimmingTestCase):
    """Failures and kills between and within portions."""

    def test_failed_portion_changes_nothing(self) -> None:
        """A later run trims."""
        for statement in ("BEGIN", "INSERT INTO search", "DELETE", "COMMIT"):
            writer = self.writer(Retention(5))
            self.store(writer, *(said(f"tea {n}") for n in range(10)))
            self.index(writer)
            before = self.count("events")
            self.make_fail(writer, statement, "SQLITE_FULL")
            with self.assertRaises(StoreError) as caught:
                self.trim(writer)
            self.assertIn("is full", str(caught.exception))
            self.assertEqual(self.count("events"), before)
            self.store(writer, said("tea"))
            writer.close()
            writer = self.writer(Retention(5))
            self.trim(writer)
            self.assertEqual(len(self.history(writer)), 5)
            self.check_search(writer)
            connection = writer._connection
            assert connection is not None
            full = connection.execute("PRAGMA synchronous").fetchone()
            self.assertEqual(full, (2,))
            writer.close()

    def test_kill_after_any_portion_leaves_a_consistent_file(self) -> None:
        """What should be kept is there, and the index has just what is there."""
        self.patch(sqlite_trimming, "MERGE_AFTER", 100)
        writer = self.writer(Retention(300))
        self.fill(writer, 1_200)
        self.index(writer)
        expected = self.history(writer)[-300:]
        copies: list[Path] = []
        more = True
        while more:
            more = writer.trim(NOW, ())[0].more
            copy = self.folder / f"copy{len(copies)}.sqlite"
            for end in ("", "-wal"):
                shutil.copy(f"{self.path}{end}", f"{copy}{end}")
            copies.append(copy)
        self.assertGreater(len(copies), 12)
        for copy in copies:
            self.file = self.opened(copy)
            after = self.writer(Retention(300))
            self.assertEqual(after.last, writer.last)
            self.assertEqual(self.history(after)[-300:], expected)
            self.check_search(after)
            self.trim(after)
            self.assertEqual(self.history(after), expected)
            self.check_search(after)

    def test_new_messages_between_portions_are_kept(self) -> None:
        """And found."""
        writer = self.writer(Retention(300))
        self.fill(writer, 1_000)
        for n in range(200):
            self.store(writer, said(f"tea new {n}"))
            writer.trim(NOW, ())
        self.trim(writer)
        self.assertEqual(self.history(writer)[-1], "tea new 199")
        self.check_search(writer)

    def test_reader_sees_all_of_a_portion_or_nothing(self) -> None:
        """A client that resumes meanwhile misses nothing without noticing."""
        self.patch(sqlite_trimming, "MAX_ROWS", 7)
        writer = self.writer(Retention(10))
        stored = self.store(writer, *(said(f"{n}") for n in range(100)))
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        more = True
        while more:
            more = writer.trim(NOW, ())[0].more
            for n, one in enumerate(stored):
                missed = reader.since(one.position, ["lobby"], "x", 100, writer.last)
                if missed.complete:
                    self.assertEqual(len(missed.events), 99 - n)
        self.assertFalse(
            reader.since(stored[0].position, ["lobby"], "x", 100, writer.last).complete
        )

    def test_unlimited_store_is_left_alone(self) -> None:
        """Trimming writes nothing."""
        writer = self.writer(KEEP_ALL)
        self.fill(writer, 600)
        self.trim(writer)
        connection = writer._connection
        assert connection is not None
        before = connection.total_changes
        self.trim(writer)
        self.assertEqual(connection.total_changes, before)
