"""Which nicknames appear and disappear."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.names.name_watch import NameChanges
from twisted_chat.testing import TestChat


class NameWatchTests(SynchronousTestCase):
    """What an observer is told after a batch."""

    def setUp(self) -> None:
        self.room = TestChat()
        (self.bob,) = self.room.people("bob")
        self.seen: list[tuple[list[str], list[str]]] = []
        self.room.chat.name_watch.observe(self.note)

    def note(self, changes: NameChanges) -> None:
        gone = [departed.nick for departed in changes.gone]
        self.seen.append((gone, [member.nick for member in changes.come]))

    def expect(self, *changes: tuple[list[str], list[str]]) -> None:
        self.assertEqual(self.seen, list(changes))
        self.seen.clear()

    def test_arrival_and_departure(self) -> None:
        """Each once, whatever the rooms."""
        (alice,) = self.room.people("alice")
        alice.types("\\join tea")
        self.assertEqual(self.seen[-1][1], ["alice"])
        self.seen.clear()
        alice.leaves()
        self.expect((["alice"], []))

    def test_renaming_is_both(self) -> None:
        """One nickname is gone, and another has come."""
        self.bob.types("\\nick rob")
        self.expect((["bob"], ["rob"]))

    def test_change_of_case_is_none(self) -> None:
        """It is the same nickname; what is told later has the new form."""
        self.bob.types("\\nick BOB")
        self.expect()
        self.bob.leaves()
        self.expect((["BOB"], []))

    def test_what_is_undone_in_a_batch_is_not_told(self) -> None:
        """Nobody could have seen it."""
        with self.room.together():
            self.bob.types("\\nick rob", "\\nick bob")
        self.assertEqual([each for each in self.seen if each == ([], [])], [])

    def test_one_who_logs_in_keeps_the_nickname(self) -> None:
        """Also where the id changes."""
        self.bob.types("\\register correct-horse")
        self.expect()

    def test_second_client_of_an_account_is_no_arrival(self) -> None:
        """The member is here already; its guest's name is gone."""
        self.bob.types("\\register correct-horse")
        (other,) = self.room.people("other")
        self.seen.clear()
        other.types("\\login bob correct-horse")
        self.expect((["other"], []))
        other.leaves()
        self.expect()
