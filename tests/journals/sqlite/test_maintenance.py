"""Tests of twisted_chat.journals.sqlite.maintenance."""

from __future__ import annotations

import shutil

from tests.journals.contract import said, texts
from tests.support.sqlite import WriterTestCase
from twisted_chat.core.events import Joined, TopicSet
from twisted_chat.journals.sqlite import maintenance as sqlite_maintenance
from twisted_chat.journals.sqlite.maintenance import INDEX_THRESHOLD
from twisted_chat.journals.sqlite.reader import Reader
from twisted_chat.journals.sqlite.writer import Writer


class MaintenanceTestCase(WriterTestCase):
    """A writer that has time."""

    def maintain(self, writer: Writer) -> int:
        rounds = 0
        while writer.needs_maintenance:
            writer.maintain()
            rounds += 1
        return rounds


class IndexTests(MaintenanceTestCase):
    """The search learns later what was said, and misses nothing."""

    def found(self, writer: Writer, words: str = "tea") -> list[str]:
        reader = Reader(self.file, writer.name)
        try:
            return texts(reader.search("lobby", words, 10_000, writer.last))
        finally:
            reader.close()

    def test_not_at_every_message(self) -> None:
        """Who speaks does not wait until it can be searched."""
        writer = self.writer()
        for n in range(INDEX_THRESHOLD - 1):
            self.store(writer, said(f"tea {n}"))
        self.assertFalse(writer.needs_maintenance)
        self.assertEqual(self.found(writer), [])
        self.store(writer, said("tea at last"))
        self.assertEqual(self.maintain(writer), 1)
        self.assertEqual(len(self.found(writer)), INDEX_THRESHOLD)
        self.assertEqual(writer.indexed, writer.last)
        self.check_search(writer)

    def test_bounded_rounds(self) -> None:
        """Nobody waits for a long round, and each goes on where one ended."""
        self.patch(sqlite_maintenance, "MAX_INDEX_ROWS", 300)
        writer = self.writer()
        expected = [f"tea {n}" for n in range(1_000)]
        self.store(writer, *map(said, expected))
        self.assertEqual(self.maintain(writer), 3)
        self.assertEqual(self.found(writer), expected[:900])
        self.index(writer)
        self.assertEqual(self.found(writer), expected)
        self.check_search(writer)

    def test_at_the_end(self) -> None:
        """The file of a server that was stopped can be searched as it is."""
        self.patch(sqlite_maintenance, "MAX_INDEX_ROWS", 2)
        writer = self.writer()
        self.store(writer, *(said(f"tea {n}") for n in range(5)))
        writer.close()
        self.assertEqual(len(self.found(writer)), 5)
        again = self.writer()
        self.assertEqual(again.indexed, again.last)
        self.check_search(again)

    def test_after_a_kill(self) -> None:
        """The next start goes on where the killed one ended."""
        writer = self.writer()
        self.store(writer, said("tea one"), said("tea two"))
        self.index(writer)
        self.store(writer, said("tea three"), said("tea four"))
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{copy}{end}")
        self.file = self.opened(copy)
        after = self.writer()
        self.assertEqual((after.indexed, after.last), (2, 4))
        self.store(after, said("tea five"))
        self.check_search(after)
        self.assertEqual(len(self.found(after)), 5)

    def test_made_anew_after_a_kill(self) -> None:
        """``rebuild``, as in the docs, does not make anything be found twice."""
        writer = self.writer()
        self.store(writer, said("tea one"))
        self.index(writer)
        self.store(writer, said("tea two"))
        connection = self.file.connect_writer()
        connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
        connection.close()
        self.assertEqual(self.found(writer), ["tea one"])
        self.check_search(writer)
        self.assertEqual(self.found(writer), ["tea one", "tea two"])

    def test_trimmed_before_it_was_indexed(self) -> None:
        """What went before the search heard of it is not asked to be forgotten."""
        self.patch(sqlite_maintenance, "MAX_TRIM_ROWS", 4)
        writer = self.writer(keep=5)
        self.store(writer, *(said(f"tea {n}") for n in range(2)))
        self.index(writer)
        self.store(writer, *(said(f"tea {n}") for n in range(2, 20)))
        self.maintain(writer)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(15, 20)])
        self.assertEqual(self.found(writer), [])
        self.check_search(writer)
        self.assertEqual(self.found(writer), [f"tea {n}" for n in range(15, 20)])

    def test_a_failure_loses_nothing(self) -> None:
        """Whatever fails, later all of it is found, and nothing of it twice."""
        self.patch(sqlite_maintenance, "INDEX_THRESHOLD", 2)
        for statement, after in (
            ("BEGIN", False),
            ("INSERT INTO search", False),
            ("UPDATE journal", True),
            ("COMMIT", False),
            ("COMMIT", True),
        ):
            writer = self.writer()
            before = writer.last
            self.store(writer, said("tea"), said("tea"))
            faulty = self.break_(writer, statement, "SQLITE_FULL", after=after)
            writer.maintain()
            self.assertTrue(faulty.closed)
            # With the next batches, and not over and over.
            self.assertFalse(writer.needs_maintenance)
            self.store(writer, said("tea"))
            self.store(writer, said("tea"))
            self.assertTrue(writer.needs_maintenance)
            self.maintain(writer)
            self.assertEqual(writer.indexed, before + 4)
            self.assertEqual(len(self.found(writer)), before + 4)
            self.check_search(writer)
            writer.close()

    def test_a_failure_while_someone_asks(self) -> None:
        """Who searches is told why it cannot be; who speaks notices nothing."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.break_(writer, "INSERT INTO search", "SQLITE_FULL")
        self.assertIn("is full", self.refusal(writer.index))
        self.store(writer, said("tea"))
        self.check_search(writer)
        connection = writer._connection
        assert connection is not None
        full = connection.execute("PRAGMA synchronous").fetchone()
        self.assertEqual(full, (2,))

    def test_a_failure_at_the_end(self) -> None:
        """The server ends all the same, and the next one goes on."""
        writer = self.writer()
        self.store(writer, said("tea"))
        self.break_(writer, "INSERT INTO search", "SQLITE_FULL")
        writer.close()
        again = self.writer()
        self.assertEqual((again.indexed, again.last), (0, 1))
        self.check_search(again)


class TrimTests(MaintenanceTestCase):
    """What can wait: trimming, and working off the log."""

    def test_bounded_rounds(self) -> None:
        """Nobody waits for a long trimming: it comes in small rounds."""
        self.patch(sqlite_maintenance, "MAX_TRIM_ROWS", 10)
        writer = self.writer(keep=50)
        self.store(writer, *(said(f"tea {n}") for n in range(100)))
        self.assertEqual(self.maintain(writer), 5)
        self.assertEqual(self.history(writer), [f"tea {n}" for n in range(50, 100)])
        self.check_search(writer)

    def test_not_at_every_message(self) -> None:
        """Trimming waits until a tenth is too much."""
        writer = self.writer(keep=100)
        self.store(writer, *(said(f"tea {n}") for n in range(110)))
        self.assertFalse(writer.needs_maintenance)
        self.store(writer, said("tea 110"))
        self.assertTrue(writer.needs_maintenance)
        self.maintain(writer)
        self.assertEqual(len(self.history(writer)), 100)

    def test_a_smaller_keep_after_a_restart(self) -> None:
        """``--keep`` works on what was said before, too."""
        writer = self.writer()
        self.store(writer, *(said(f"tea {n}") for n in range(30)))
        self.store(writer, *(said(f"tea {n}", room="x") for n in range(5)))
        writer.close()
        writer = self.writer(keep=5)
        self.maintain(writer)
        self.assertEqual(len(self.history(writer)), 5)
        self.assertEqual(len(self.history(writer, "x")), 5)

    def test_what_is_not_said_is_trimmed_too(self) -> None:
        """Joiner and departures do not fill the disk, and topics stay."""
        self.patch(sqlite_maintenance, "MIN_OTHERS_KEPT", 20)
        writer = self.writer(keep=5)
        (start,) = self.store(writer, TopicSet("lobby", "a", "weather", "a"))
        for n in range(10):
            *_, last = self.store(
                writer,
                *(Joined("lobby", f"a{m}", "x") for m in range(10)),
                said(f"{n}"),
            )
            self.maintain(writer)
        connection = self.file.connect_reader()
        self.addCleanup(connection.close)
        (others,) = connection.execute(
            "SELECT count(*) FROM events WHERE kind > 2"
        ).fetchone()
        self.assertLess(others, 25)
        reader = Reader(self.file, writer.name)
        self.addCleanup(reader.close)
        self.assertEqual(reader.room("lobby", 1, writer.last).topic, "weather")
        lost = reader.since(start.position, ["quiet"], "x", 10, writer.last)
        self.assertFalse(lost.complete)
        kept = reader.since(last.position, ["lobby"], "x", 10, writer.last)
        self.assertTrue(kept.complete)
        writer.close()
        again = self.writer(keep=5)
        self.assertEqual(again._maintenance._kept[None], others)

    def test_a_failure_changes_nothing(self) -> None:
        """A full disk stops the trimming; it goes on when there is room."""
        for statement in ("BEGIN", "INSERT INTO search", "DELETE", "COMMIT"):
            writer = self.writer(keep=5)
            self.store(writer, *(said(f"tea {n}") for n in range(10)))
            self.index(writer)
            self.break_(writer, statement, "SQLITE_FULL")
            writer.maintain()
            self.assertFalse(writer.needs_maintenance)
            self.assertEqual(len(self.history(writer)), 10 + (statement != "BEGIN") * 5)
            self.store(writer, said("tea"))
            self.maintain(writer)
            self.assertEqual(len(self.history(writer)), 5)
            self.check_search(writer)
            connection = writer._connection
            assert connection is not None
            full = connection.execute("PRAGMA synchronous").fetchone()
            self.assertEqual(full, (2,))
            writer.close()

    def test_the_log_is_worked_off(self) -> None:
        """The log beside the file does not grow without end."""
        self.patch(sqlite_maintenance, "CHECKPOINT_THRESHOLD", 20)
        writer = self.writer()
        sizes = []
        for _ in range(30):
            self.store(writer, *(said("tea " * 500) for _ in range(20)))
            self.maintain(writer)
            sizes.append((self.folder / "chat.sqlite-wal").stat().st_size)
        # All that was written is four times as much.
        self.assertLess(max(sizes), 800_000)
