"""The part of the contract test of journals that is about pages of a history."""

from __future__ import annotations

from typing import Any

from tests.journals.direct_contract import direct
from tests.support.journals import JournalHarness, JournalUnderTest, said, texts
from twisted_chat.core.events import DirectMessage, TopicSet
from twisted_chat.core.history_query import DirectMessages, HistoryQuery

AL, BOB, CAROL = "@al", "@bob", "@carol"

TOPICS: frozenset[type[Any]] = frozenset({TopicSet})


class PagesContract(JournalHarness):
    """What a journal returns of a history."""

    def page(
        self,
        journal: JournalUnderTest,
        source: str | DirectMessages = "lobby",
        limit: int = 99,
        *,
        start: str | None = None,
        end: str | None = None,
        first: bool = False,
        besides: frozenset[type[Any]] = frozenset(),
    ) -> list[str]:
        query = HistoryQuery(source, limit, start, end, first, besides)
        return texts(self.run_now(journal.history.page(query)))

    def test_page_is_from_its_start_to_before_its_end(self) -> None:
        """All of it, or the last or the first events, oldest first."""
        journal = self.opened()
        stored = self.append(journal, *(said(str(number)) for number in range(10)))
        start, end = stored[2].position, stored[7].position
        for limit, last, first in (
            (9, "23456", "23456"),
            (5, "23456", "23456"),
            (3, "456", "234"),
            (1, "6", "2"),
            (0, "", ""),
            (-1, "", ""),
        ):
            page = self.page(journal, limit=limit, start=start, end=end)
            self.assertEqual("".join(page), last)
            page = self.page(journal, limit=limit, start=start, end=end, first=True)
            self.assertEqual("".join(page), first)
        self.assertEqual(self.page(journal, start=start, end=start), [])
        self.assertEqual(self.page(journal, start=end, end=start), [])
        self.assertEqual(self.page(journal, end=stored[0].position), [])

    def test_page_without_an_end_goes_up_to_the_newest_message(self) -> None:
        """And one without a start begins with the oldest one."""
        journal = self.opened()
        stored = self.append(journal, *(said(str(number)) for number in range(5)))
        newest = stored[-1].position
        self.assertEqual(self.page(journal, start=newest), ["4"])
        self.assertEqual(self.page(journal, start=stored[3].position), ["3", "4"])
        self.assertEqual(self.page(journal, limit=2, first=True), ["0", "1"])
        self.append(journal, said("after"))
        self.assertEqual(self.page(journal, start=newest), ["4", "after"])

    def test_paging_forward_returns_every_message_once(self) -> None:
        """A page begins with the last message of the one before."""
        journal = self.opened()
        for n in range(10):
            self.append(journal, said(str(n)), said("x", room="other"))
        seen, start = ["0"], None
        while True:
            query = HistoryQuery("lobby", 4, start, first=True)
            page = self.run_now(journal.history.page(query))
            if len(page) < 2:
                break
            seen += texts(page[1:])
            start = page[-1].position
        self.assertEqual(seen, [str(n) for n in range(10)])

    def test_page_begins_at_a_time(self) -> None:
        """With the first message that is not earlier."""
        journal = self.opened()
        (one,) = self.append(journal, said("one"))
        self.let_pass(self.a_moment)
        (two,) = self.append(journal, said("two"))
        for time, shown in (
            (0, ["one", "two"]),
            (one.time, ["one", "two"]),
            (one.time + 1, ["two"]),
            (two.time, ["two"]),
        ):
            start = self.run_now(journal.history.position_at(time))
            self.assertIsNotNone(start)
            self.assertEqual(self.page(journal, start=start), shown)

    def test_nothing_is_after_an_invalid_position(self) -> None:
        """As one of another history, which a client may still have."""
        journal = self.opened()
        self.append(journal, said("hi"))
        for position in ("", "0", "x" * 40, "9" * 40, "\0", "-1", "é"):
            for source in ("lobby", DirectMessages(AL)):
                self.assertEqual(self.page(journal, source, start=position), [])

    def test_topics_are_part_of_a_page_if_asked_for(self) -> None:
        """In the order in which they were set."""
        journal = self.opened()
        stored = self.append(
            journal,
            said("one"),
            TopicSet("lobby", "al", "tea", "id"),
            said("two"),
            TopicSet("other", "al", "elsewhere", "id"),
            TopicSet("lobby", "al", "milk", "id"),
        )
        for limit, last, first in (
            (9, ["one", "tea", "two", "milk"], ["one", "tea", "two", "milk"]),
            (3, ["tea", "two", "milk"], ["one", "tea", "two"]),
            (1, ["milk"], ["one"]),
        ):
            page = self.page(journal, limit=limit, besides=TOPICS)
            self.assertEqual(page, last)
            page = self.page(journal, limit=limit, besides=TOPICS, first=True)
            self.assertEqual(page, first)
        start = stored[2].position
        self.assertEqual(
            self.page(journal, start=start, besides=TOPICS), ["two", "milk"]
        )
        self.assertEqual(self.page(journal, end=start, besides=TOPICS), ["one", "tea"])
        self.assertEqual(self.page(journal), ["one", "two"])

    def test_direct_messages_with_one_partner_are_a_history(self) -> None:
        """Those from and to that member, for both alike."""
        journal = self.opened()
        stored = self.append(
            journal,
            direct("al", "bob", "one"),
            direct("carol", "al", "other"),
            direct("bob", "al", "two"),
            direct("bob", "bob", "to himself"),
            direct("al", "bob", "three"),
        )
        for source in (DirectMessages(AL, BOB), DirectMessages(BOB, AL)):
            self.assertEqual(self.page(journal, source), ["one", "two", "three"])
            self.assertEqual(self.page(journal, source, 2), ["two", "three"])
            page = self.page(journal, source, 2, first=True)
            self.assertEqual(page, ["one", "two"])
            start, end = stored[1].position, stored[4].position
            page = self.page(journal, source, start=start, end=end)
            self.assertEqual(page, ["two"])
        alone = DirectMessages(BOB, BOB)
        self.assertEqual(self.page(journal, alone), ["to himself"])
        self.assertEqual(self.page(journal, DirectMessages(BOB, CAROL)), [])

    def test_direct_messages_of_a_member_are_a_history(self) -> None:
        """Those that it sent and received, each of them once."""
        journal = self.opened()
        self.append(
            journal,
            direct("al", "bob", "one"),
            direct("carol", "al", "other"),
            direct("bob", "bob", "to himself"),
            DirectMessage("guest_1", "bob", "hi", "g", BOB),
        )
        bob = DirectMessages(BOB)
        self.assertEqual(self.page(journal, bob), ["one", "to himself", "hi"])
        self.assertEqual(self.page(journal, bob, 2), ["to himself", "hi"])
        page = self.page(journal, bob, 2, first=True)
        self.assertEqual(page, ["one", "to himself"])
        self.assertEqual(self.page(journal, DirectMessages("g")), ["hi"])
        self.assertEqual(self.page(journal, DirectMessages("x")), [])
