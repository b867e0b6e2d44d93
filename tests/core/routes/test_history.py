r"""Routes that read the journal: ``\history`` and ``\search``."""

from __future__ import annotations

from tests.support.routes import RouteCase
from twisted_chat.core.limits import MAX_HISTORY
from twisted_chat.core.replies import Request

USAGE = r"(usage: \history [N] [before WHEN])"


class HistoryTests(RouteCase):
    r"""``\history [N] [before WHEN]``"""

    def test_room_without_messages_has_no_history(self) -> None:
        """The reply says so."""
        self.assert_typed(self.alice, r"\history", "no earlier messages")

    def test_last_messages_are_shown_oldest_first(self) -> None:
        """Twenty, or as many as requested."""
        for n in range(25):
            self.bob.types(f"line {n}")
        self.alice.sees()
        self.assert_typed(
            self.alice, r"\history", *(f"bob: line {n}" for n in range(5, 25))
        )
        self.assert_typed(self.alice, r"\history 2", "bob: line 23", "bob: line 24")

    def test_number_of_messages_is_bounded(self) -> None:
        """A larger number is the bound."""
        self.bob.types(*(f"line {n}" for n in range(MAX_HISTORY + 1)))
        self.alice.sees()
        self.alice.types(rf"\history {MAX_HISTORY * 9}")
        seen = self.alice.sees()
        self.assertEqual((len(seen), seen[0]), (MAX_HISTORY, "bob: line 1"))

    def test_number_that_is_not_positive_is_refused(self) -> None:
        """With an example."""
        for wrong in ("ten", "0", "-1", "1.5"):
            error = rf"error: {wrong} is not a positive whole number (try \history 20)"
            self.assert_typed(self.alice, rf"\history {wrong}", error)
        for typed, why in (
            ("1 2", "only before WHEN can follow"),
            ("1 before", "WHEN is missing"),
        ):
            refused = f"error: {why} {USAGE}"
            self.assert_typed(self.alice, rf"\history {typed}", refused)

    def test_program_reads_the_page_before_a_position(self) -> None:
        """With a limit of its own."""
        self.bob.types("one", "two", "three")
        self.alice.sees()
        last = self.chat.pool.position
        self.alice.asks(Request("history", "", room="lobby", before=last, limit=1))
        self.assert_sees(self.alice, "bob: two")

    def test_person_reads_what_was_before_a_time_or_a_position(self) -> None:
        """The time is in UTC, and may have a date."""
        self.bob.types("one", "two")
        position = self.chat.pool.position
        self.chat.advance(3600)
        self.bob.types("three")
        self.alice.sees()
        for typed, shown in (
            ("before 23:00", ["bob: one", "bob: two"]),
            ("1 before 2023-11-14 23:00", ["bob: two"]),
            (f"before {position}", ["bob: one"]),
            ("before 2023-11-14 22:00", ["no earlier messages"]),
            ("before 2030-01-01", ["bob: one", "bob: two", "bob: three"]),
        ):
            self.assert_typed(self.alice, rf"\history {typed}", *shown)

    def test_rest_of_a_long_history_is_asked_for_as_the_answer_says(self) -> None:
        """Page by page, each message once."""
        lines = [f"{n:03} {'x' * 4000}" for n in range(100)]
        self.bob.types(*lines)
        self.alice.sees()
        found: list[str] = []
        asked = r"\history 500"
        while asked:
            self.alice.types(asked)
            first, *seen = self.alice.sees()
            _, is_cut, asked = first.partition("older messages: ")
            found = (seen if is_cut else [first, *seen]) + found
        self.assertEqual(found, [f"bob: {line}" for line in lines])

    def test_history_of_another_room_may_be_read(self) -> None:
        """The client need not be in it."""
        self.bob.types(r"\join tea", "hot")
        self.alice.asks(Request("history", "", room="#Tea"))
        self.assert_sees(self.alice, "bob: hot")

    def test_history_that_cannot_be_read_is_an_error(self) -> None:
        """In one line; later requests are taken."""
        self.chat.journal.fail(what="read")
        self.assert_typed(self.alice, r"\history", "error: the disk is full")
        self.assert_typed(self.alice, "hi", "alice: hi")


class SearchTests(RouteCase):
    r"""``\search WORDS``"""

    def test_messages_with_all_words_are_found(self) -> None:
        """In any case; each has its date and time."""
        self.bob.types("green tea", "black tea", "green beer")
        self.alice.sees()
        self.assert_typed(
            self.alice,
            r"\search TEA  green",
            "found (1): TEA  green",
            "2023-11-14 22:13 bob: green tea",
        )

    def test_no_message_may_be_found(self) -> None:
        """The reply says so."""
        self.assert_typed(self.alice, r"\search milk", "found (0): milk")

    def test_last_results_are_shown_if_there_are_more(self) -> None:
        """Twenty, oldest first."""
        self.bob.types(*[f"cheese {n}" for n in range(21)])
        self.alice.sees()
        self.alice.types(r"\search cheese")
        head, first, *_, last = self.alice.sees()
        self.assertEqual(head, "found (last 20): cheese")
        self.assertIn("cheese 1", first)
        self.assertIn("cheese 20", last)

    def test_program_may_set_the_limit(self) -> None:
        """Of the results."""
        self.bob.types(*[f"cheese {n}" for n in range(21)])
        self.alice.sees()
        self.alice.asks(Request("search", "cheese", limit=21))
        self.assertEqual(self.alice.sees()[0], "found (21): cheese")

    def test_search_without_words_is_refused(self) -> None:
        """With the usage."""
        self.assert_typed(
            self.alice, r"\search", r"error: WORDS is missing (usage: \search WORDS)"
        )

    def test_search_that_fails_is_an_error(self) -> None:
        """In one line; later requests are taken."""
        self.chat.journal.fail(what="read")
        self.assert_typed(self.alice, r"\search x", "error: the disk is full")
        self.assert_typed(self.alice, "hi", "alice: hi")
