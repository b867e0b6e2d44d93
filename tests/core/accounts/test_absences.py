"""Tests of twisted_chat.core.accounts.absences."""

from __future__ import annotations

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.accounts.absences import Absence, Absences


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
