"""Tests of twisted_chat.journals.memory_room_events; see also the contract."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import Joined, Quit, Stored
from twisted_chat.core.history_query import BESIDES_MESSAGES, HistoryQuery
from twisted_chat.journals.memory_room_events import MemoryRoomEvents
from twisted_chat.journals.retention import KEPT_OTHERS


class MemoryRoomEventsTests(SynchronousTestCase):
    """What is kept of a chat in memory."""

    def test_only_the_last_ones_are_kept(self) -> None:
        """Memory use is bounded, however many come and go."""
        events = MemoryRoomEvents()
        for n in range(KEPT_OTHERS):
            nick = f"n{n}"
            events.add(
                [
                    Stored(f"{2 * n:06d}", n, Joined("tea", nick, nick), "key"),
                    Stored(f"{2 * n + 1:06d}", n, Quit(nick, nick), "key"),
                ]
            )
        query = HistoryQuery("tea", 9, besides=BESIDES_MESSAGES)
        found = list(events.find("tea", query))
        self.assertEqual(len(found), KEPT_OTHERS)
        self.assertEqual(found[0].position, f"{KEPT_OTHERS:06d}")
        self.assertEqual(found[0].key, "")
