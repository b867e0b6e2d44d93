"""Tests of twisted_chat.journals.sqlite.expiring; the contract has most of them."""

from __future__ import annotations

from tests.support.journals import entry
from tests.support.sqlite import TrimmingTestCase
from twisted_chat.core.events import Joined, TopicSet
from twisted_chat.journals.records import KEPT_NICKNAME_MS
from twisted_chat.journals.sqlite import expiring as sqlite_expiring


class ExpiringTests(TrimmingTestCase):
    """Topics and nicknames, which are dropped some time after use."""

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
        self.patch(sqlite_expiring, "KEPT_TOPICS", 3)
        self.patch(sqlite_expiring, "KEPT_NICKNAMES", 4)
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
