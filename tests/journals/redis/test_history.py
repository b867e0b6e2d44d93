"""Tests of twisted_chat.journals.redis.history; the contract is in ``test_redis``."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import entry, said, texts
from tests.support.redis import entry as stream_entry
from twisted_chat.core.events import Stored
from twisted_chat.journals.redis import history as redis_history
from twisted_chat.journals.redis.entries import Place, write
from twisted_chat.journals.redis.history import History
from twisted_chat.journals.redis.scripts import Script


class LongRoom:
    """A room with so many messages, each of which says its number."""

    def __init__(self, count: int) -> None:
        self.kept = [
            (Place(1000, n), write(entry(said(f"number {n}")))) for n in range(1, count)
        ]
        self.asked = 0

    async def call(self, *words: str | bytes | int) -> Any:
        """XREVRANGE."""
        self.asked += 1
        _, _, end, _, _, limit = words
        last = Place.of_id(str(end).removeprefix("(").encode())
        inside = not str(end).startswith("(")
        found = [o for o in self.kept if o[0] < last or (inside and o[0] == last)]
        return [stream_entry(*one) for one in reversed(found[-int(limit) :])]

    async def run(self, script: Script, *words: str | bytes | int) -> Any:
        """Nobody resumes here."""
        raise NotImplementedError


class HistoryTests(SynchronousTestCase):
    """Reading back."""

    def search(self, room: LongRoom, words: str, limit: int = 5) -> list[str]:
        history = History(lambda: room, lambda: Place(1000, 990))
        waiting = Deferred.fromCoroutine(history.search("lobby", words, limit))
        found: list[Stored] = []
        waiting.addCallback(found.extend)
        self.successResultOf(waiting)
        return texts(found)

    def test_a_search_goes_on_page_by_page(self) -> None:
        """What was said long ago is found, too; what was not announced yet is not."""
        room = LongRoom(1000)
        self.assertEqual(
            self.search(room, "12"), [f"number {n}" for n in range(125, 130)]
        )
        self.assertEqual(self.search(room, "12", 99)[0], "number 12")
        self.assertEqual(self.search(room, "995"), [])
        self.assertEqual(self.search(room, "3", 1), ["number 399"])

    def test_a_search_is_bounded(self) -> None:
        """It looks at so many messages, and no more."""
        self.patch(redis_history, "SEARCHED", 500)
        room = LongRoom(1000)
        self.assertEqual(self.search(room, "12"), [])
        self.assertEqual(room.asked, 2)
