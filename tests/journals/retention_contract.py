"""The part of the contract test of journals that is about what is kept."""

from __future__ import annotations

from collections.abc import Collection

from tests.support.journals import JournalHarness, JournalUnderTest, said, texts
from twisted_chat.core.events import DirectMessage, Joined, TopicSet
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import MissedEvents
from twisted_chat.journals.retention import LOBBY

DAY = 24 * 60 * 60.0


class RetentionContract(JournalHarness):
    """What every journal deletes, and what it does not."""

    def trim(self, journal: JournalUnderTest, occupied: Collection[str] = ()) -> int:
        """One run of trimming: how many events it deleted."""
        deleted = 0
        for _ in range(10_000):
            trimmed = self.run_now(journal.trim(occupied))
            deleted += trimmed.events
            if not trimmed.more:
                return deleted
        raise AssertionError("trimming does not end")

    def kept(self, journal: JournalUnderTest, room: str = LOBBY) -> list[str]:
        """The texts in the history of a room."""
        return texts(self.run_now(journal.history.page(HistoryQuery(room, 10_000))))

    def topic(self, journal: JournalUnderTest, room: str) -> str:
        return self.run_now(journal.history.room(room, 0)).topic

    def is_complete(
        self, journal: JournalUnderTest, position: str, *rooms: str
    ) -> bool:
        """Whether a client that resumes here misses nothing."""
        since = journal.history.since(position, rooms, "id-x", 10_000)
        return self.run_now(since).complete

    def test_without_limits_everything_is_kept(self) -> None:
        """With ``all`` for each of them."""
        journal = self.opened()
        self.append(journal, *(said(f"tea {n}") for n in range(300)))
        self.let_pass(400 * DAY)
        self.trim(journal)
        self.assertEqual(len(self.kept(journal)), 300)
        hits = self.run_now(journal.history.search(LOBBY, "tea", 1_000))
        self.assertEqual(len(hits), 300)

    def test_oldest_messages_of_a_room_are_dropped(self) -> None:
        """With ``--keep 5`` each room keeps its last five messages."""
        journal = self.opened(keep=5)
        (quiet,) = self.append(journal, said("quiet", room="quiet"))
        for n in range(100):
            self.append(journal, *(said(f"{n}.{m}") for m in range(10)))
            if n % 30 == 0:
                self.trim(journal)
        self.trim(journal)
        self.assertEqual(self.kept(journal), [f"99.{m}" for m in range(5, 10)])
        self.assertEqual(self.kept(journal, "quiet"), ["quiet"])
        self.assertEqual(self.run_now(journal.history.search("lobby", "0.0", 10)), ())
        rooms = ["lobby"]
        old = self.run_now(journal.history.since(quiet.position, rooms, "x", 10_000))
        self.assertEqual(old, MissedEvents(False, ()))
        recent = self.announced[-3].position
        missed = self.run_now(journal.history.since(recent, rooms, "x", 10))
        self.assertEqual((missed.complete, len(missed.events)), (True, 2))
        self.assertTrue(self.is_complete(journal, quiet.position, "quiet"))

    def test_what_is_older_than_the_days_is_dropped(self) -> None:
        """From history, search and resuming; in all rooms, and direct messages."""
        journal = self.opened(days=self.a_moment / DAY)
        (start,) = self.append(journal, said("old tea"))
        self.append(
            journal,
            said("old tea", room="tea"),
            DirectMessage("bob", "alice", "old", "id-bob", "id-alice"),
        )
        self.let_pass(2 * self.a_moment)
        self.trim(journal)
        for room in (LOBBY, "tea"):
            self.assertEqual(self.kept(journal, room), [])
            hits = self.run_now(journal.history.search(room, "tea", 10))
            self.assertEqual(hits, ())
        self.assertFalse(self.is_complete(journal, start.position, LOBBY))
        direct = journal.history.since(start.position, [], "id-alice", 10)
        self.assertEqual(self.run_now(direct), MissedEvents(False, ()))
        (new,) = self.append(journal, said("new tea"))
        self.append(journal, said("newer tea"))
        self.assertEqual(self.kept(journal), ["new tea", "newer tea"])
        self.assertTrue(self.is_complete(journal, new.position, LOBBY))
        self.assertLess(self.announced[-3].position, new.position)

    def test_newcomers_are_not_shown_what_was_dropped(self) -> None:
        """Also of a room that was in use before."""
        journal = self.opened(days=self.a_moment / DAY)
        self.append(journal, said("old"))
        state = self.run_now(journal.history.room(LOBBY, 5))
        self.assertEqual(texts(state.recent), ["old"])
        self.let_pass(2 * self.a_moment)
        self.trim(journal)
        state = self.run_now(journal.history.room(LOBBY, 5))
        self.assertEqual(texts(state.recent), [])

    def test_store_that_is_too_large_drops_its_oldest_events(self) -> None:
        """In whatever room; what is left is most of what it may have."""
        limit = 4_000_000
        journal = self.opened(size=limit)
        (start,) = self.append(journal, said("first", room="quiet"))
        words = "x" * 20 + " "
        for n in range(60):
            self.append(journal, *(said(f"{n}.{m} " + words * 40) for m in range(100)))
            self.let_pass(0.01)
            if n % 10 == 9:
                self.trim(journal)
        self.assertEqual(self.kept(journal, "quiet"), [])
        kept = self.kept(journal)
        size = sum(map(len, kept))
        self.assertLess(size, limit)
        self.assertGreater(size, limit / 4)
        self.assertTrue(kept[-1].startswith("59.99 "))
        batch, number = kept[0].split()[0].split(".")
        self.assertEqual(len(kept), 6_000 - int(batch) * 100 - int(number))
        hits = self.run_now(journal.history.search(LOBBY, "0.0", 10))
        self.assertEqual(hits, ())
        self.assertFalse(self.is_complete(journal, start.position, LOBBY))
        self.assertTrue(self.is_complete(journal, self.announced[-9].position, LOBBY))

    def test_topic_of_an_unused_room_is_dropped(self) -> None:
        """What was said there is not, nor is the topic of the lobby."""
        journal = self.opened()
        for room in (LOBBY, "left", "entered", "occupied"):
            self.append(journal, said("hi", room=room))
            self.append(journal, TopicSet(room, "a", f"topic of {room}", "id-a"))
        self.let_pass(20 * DAY)
        self.trim(journal, {"occupied"})
        self.append(journal, Joined("entered", "bob", "id-bob"))
        self.let_pass(11 * DAY)
        self.trim(journal)
        self.assertEqual(self.topic(journal, "left"), "")
        for room in (LOBBY, "entered", "occupied"):
            self.assertEqual(self.topic(journal, room), f"topic of {room}")
        self.assertEqual(self.kept(journal, "left"), ["hi"])
        self.let_pass(20 * DAY)
        self.trim(journal, {"occupied"})
        topics = [self.topic(journal, room) for room in ("entered", "occupied")]
        self.assertEqual(topics, ["", "topic of occupied"])
        self.append(journal, TopicSet("left", "a", "again", "id-a"))
        self.assertEqual(self.topic(journal, "left"), "again")
