"""Tests of twisted_chat.core.accounts.absences."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.accounts.absences import Absence, Absences
from twisted_chat.core.events import Joined, LoggedIn
from twisted_chat.core.interfaces import Changes
from twisted_chat.journals.memory_values import MemoryValues
from twisted_chat.journals.records import changes


class AbsencesTests(AccountsTestCase):
    """When and where an account was last seen."""

    def test_absence_is_found_as_it_began(self) -> None:
        """The last one of each account."""
        absences = Absences(self.values, self.clock.seconds)
        self.assertIsNone(self.now(absences.find("@1")))
        self.now(absences.begin("@1", "5", ("lobby",)))
        self.now(absences.begin("@1", "7", ("lobby", "tea")))
        self.now(absences.begin("@2", "8", ()))
        found = self.now(absences.find("@1"))
        self.assertEqual(found, Absence(1_700_000_000, "7", ("lobby", "tea")))
        self.now(absences.forget("@1"))
        self.assertIsNone(self.now(absences.find("@1")))
        self.assertIsNotNone(self.now(absences.find("@2")))

    def test_account_returns_to_the_rooms_that_it_left(self) -> None:
        """Until it has arrived."""
        absences = Absences(self.values, self.clock.seconds)
        self.assertEqual(self.now(absences.left("@1")), {})
        self.now(absences.leave("@1", "5", {"lobby": 0, "tea": 7}))
        found = self.now(absences.find("@1"))
        assert found is not None
        self.assertEqual(found.rooms, ("lobby", "tea"))
        self.assertEqual(self.now(absences.left("@1")), {"lobby": 0, "tea": 7})
        for kind in (Joined, LoggedIn):
            self.now(absences.leave("@1", "5", {"lobby": 0, "tea": 7}))
            arrived: Any = {
                Joined: Joined("lobby", "bob", "id", "@1", "bob"),
                LoggedIn: LoggedIn("guest", "bob", "id", "@1", "bob"),
            }[kind]
            self.values.apply(changes(arrived))
            self.assertEqual(self.now(absences.left("@1")), {})

    def test_rooms_are_known_while_they_are_written(self) -> None:
        """And what is on its way does not follow the next arrival."""
        written: list[Deferred[None]] = []

        class Slow(MemoryValues):
            async def write(
                self, changes: Changes, expected: Changes | None = None
            ) -> bool:
                written.append(Deferred())
                await written[-1]
                return await super().write(changes, expected)

        absences = Absences(Slow(), self.clock.seconds)
        leaving = Deferred.fromCoroutine(absences.leave("@1", "5", {"tea": 7}))
        found = Deferred.fromCoroutine(absences.left("@1"))
        written[0].callback(None)
        self.successResultOf(leaving)
        self.assertNoResult(found)
        written[1].callback(None)
        self.assertEqual(self.successResultOf(found), {"tea": 7})
