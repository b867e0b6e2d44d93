"""Tests of twisted_chat.journals.sqlite.trimming, beside the contract of journals."""

from __future__ import annotations

from tests.support.journals import NOW, said
from tests.support.sqlite import TrimmingTestCase
from twisted_chat.core.events import DirectMessage, Joined, Quit
from twisted_chat.journals.retention import KEEP_ALL, Retention
from twisted_chat.journals.sqlite import trimming as sqlite_trimming
from twisted_chat.journals.sqlite.reader import Reader
from twisted_chat.journals.sqlite.writer import Writer

DAY = 24 * 60 * 60.0


class LimitTests(TrimmingTestCase):
    """What is too much or too old."""

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

    def test_urgent_trimming_lets_a_long_log_be_cut(self) -> None:
        """Before it does more portions."""
        writer = self.writer(Retention(bytes=1_000_000))
        self.fill(writer, 15_000)
        many = writer.trim(NOW, ())[0]
        while self.file.log_size() < 5 << 20:
            self.store(writer, *(said("tea " * 500) for _ in range(100)))
        few = writer.trim(NOW, ())[0]
        self.assertTrue(few.urgent and few.more)
        self.assertLess(few.events, many.events / 2)
        self.checkpoint()

    def test_urgent_trimming_keeps_up_with_what_is_stored(self) -> None:
        """However much that is: batches wait for it."""
        limit = 4_000_000
        writer = self.writer(Retention(bytes=limit))
        sizes = []
        for n in range(30):
            self.fill(writer, 2_000, first=2_000 * n)
            writer.trim(NOW, ())
            sizes.append(self.size(writer))
        self.assertLess(max(sizes), 1.4 * limit)
        self.assertGreater(min(sizes[15:]), 0.7 * limit)
        self.check_search(writer)
