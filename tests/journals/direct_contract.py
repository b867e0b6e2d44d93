"""The part of the contract test of journals that is about what an account missed."""

from __future__ import annotations

from tests.support.journals import JournalHarness, JournalUnderTest, said, texts
from twisted_chat.core.events import Action, DirectMessage, Event, TopicSet


def direct(sender: str, recipient: str, text: str) -> Event:
    """A direct message between accounts."""
    ids = f"@{recipient}", f"@{sender}"
    return DirectMessage(sender, recipient, text, "id", ids[0], "", ids[1])


class DirectContract(JournalHarness):
    """What a journal knows of direct messages and of how many messages there are."""

    def direct(
        self, journal: JournalUnderTest, position: str, limit: int = 9
    ) -> list[str]:
        found = journal.history.direct("@bob", position, limit)
        return texts(self.run_now(found))

    def count(self, journal: JournalUnderTest, position: str, most: int = 9) -> int:
        return self.run_now(journal.history.count("lobby", position, most))

    def test_direct_messages_to_a_member_are_found(self) -> None:
        """After a position, oldest first, without its own."""
        journal = self.opened()
        (start, *_) = self.append(journal, direct("al", "bob", "before"), said("hi"))
        self.append(
            journal,
            direct("al", "bob", "one"),
            direct("bob", "al", "own"),
            direct("al", "carol", "other"),
            direct("bob", "bob", "to himself"),
            direct("carol", "bob", "two"),
        )
        self.assertEqual(self.direct(journal, start.position), ["one", "two"])
        self.assertEqual(self.direct(journal, start.position, 1), ["two"])
        self.assertEqual(self.direct(journal, self.announced[-1].position), [])

    def test_direct_messages_to_an_account_do_not_expire(self) -> None:
        """It may be away for days."""
        journal = self.opened()
        (start,) = self.append(journal, said("hi"))
        self.append(journal, direct("al", "bob", "one"))
        self.let_pass(3 * self.a_moment)
        self.assertEqual(self.direct(journal, start.position), ["one"])

    def test_messages_after_a_position_are_counted(self) -> None:
        """Those of one room, and only so many."""
        journal = self.opened()
        (start,) = self.append(journal, said("before"))
        self.append(
            journal,
            *(said(f"{n}") for n in range(4)),
            Action("lobby", "al", "waves", "id"),
            TopicSet("lobby", "al", "tea", "id"),
            said("elsewhere", room="tea"),
        )
        self.assertEqual(self.count(journal, start.position), 5)
        self.assertEqual(self.count(journal, start.position, 3), 3)
        self.assertEqual(self.count(journal, self.announced[-1].position), 0)

    def test_nothing_is_after_a_position_of_another_journal(self) -> None:
        """The store was replaced meanwhile."""
        journal = self.opened()
        self.append(journal, said("hi"), direct("al", "bob", "one"))
        for position in ("", "x", "x" * 40, "\0"):
            self.assertEqual(self.direct(journal, position), [])
            self.assertEqual(self.count(journal, position), 0)
