"""The search of stores that have no index."""

from __future__ import annotations

from itertools import count
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import EVERY_EVENT, said, texts
from twisted_chat.core.events import Event, Stored
from twisted_chat.core.interfaces import SearchTimeout
from twisted_chat.core.limits import SEARCH_TIME
from twisted_chat.journals.searching import PORTION, Scan, Sharing


def stored(*events: Event) -> list[Stored]:
    return [Stored(str(n), n, event, "") for n, event in enumerate(events)]


class ScanTests(SynchronousTestCase):
    """A search, with a clock that each look at it advances."""

    def setUp(self) -> None:
        self.pauses: list[Deferred[None]] = []

    def scan(self, seconds: float, limit: int = 1000, *, wait: bool = False) -> Scan:
        times = count()

        def pause() -> Deferred[None]:
            self.pauses.append(Deferred())
            if not wait:
                self.pauses[-1].callback(None)
            return self.pauses[-1]

        sharing = Sharing(lambda: next(times) * seconds, pause)
        return Scan(["tea"], limit, SEARCH_TIME, sharing)

    def test_last_messages_are_found(self) -> None:
        """As many as are wanted, of messages and actions."""
        scan = self.scan(0, limit=2)
        Deferred.fromCoroutine(
            scan.add(stored(*EVERY_EVENT, *(said(f"tea {n}") for n in range(3))))
        )
        self.assertEqual(texts(scan.hits), ["tea 0", "tea 1"])
        self.assertTrue(scan.is_over)

    def test_search_pauses_between_portions(self) -> None:
        """Others use the reactor meanwhile."""
        scan = self.scan(PORTION / 2, wait=True)
        done = Deferred.fromCoroutine(scan.add(stored(*[said("tea")] * 5)))
        for found in (2, 4):
            self.assertEqual(len(scan.hits), found)
            self.assertNoResult(done)
            self.pauses[-1].callback(None)
        self.successResultOf(done)
        self.assertEqual(len(scan.hits), 5)

    def test_search_ends_when_its_time_is_up(self) -> None:
        """With what was found, oldest first."""
        scan = self.scan(PORTION)
        tea = [said(f"tea {n}") for n in range(1000)]
        done = Deferred.fromCoroutine(scan.add(stored(*tea)))
        timeout: Any = self.failureResultOf(done, SearchTimeout).value
        self.assertTrue(scan.is_over)
        found = len(timeout.found)
        self.assertIn(found, range(1, round(SEARCH_TIME / PORTION) + 2))
        self.assertEqual(
            texts(timeout.found), [f"tea {n}" for n in reversed(range(found))]
        )
