"""The inbox: the order and rate in which a client's requests are taken."""

from __future__ import annotations

from tests.support.inbox import InboxCase, RateLimitCase
from twisted_chat.core.events import Message
from twisted_chat.core.inbox import MAX_IN_FLIGHT
from twisted_chat.core.limits import MAX_TEXT
from twisted_chat.core.replies import Request


class OrderTests(InboxCase):
    """Replies come in the order of the requests."""

    def test_message_after_a_rename_has_the_new_nickname(self) -> None:
        """A request waits for the route before it."""
        with self.chat.together():
            self.alice.types("one", r"\nick carol", "two", r"\who", "three")
        self.assertEqual(
            self.alice.sees(),
            [
                "alice: one",
                "alice: is now known as carol",
                "carol: two",
                "here (2): carol, bob",
                "carol: three",
            ],
        )

    def test_reply_waits_for_earlier_messages(self) -> None:
        """So does an error; nothing is read from the client meanwhile."""
        self.chat.journal.hold()
        self.alice.types("one", r"\foo", "two", r"\who")
        self.assertEqual(self.alice.sees(), [])
        self.assertFalse(self.alice.reading)
        self.chat.journal.release()
        self.assertEqual(
            self.alice.sees(),
            [
                "alice: one",
                r"error: no such command: \foo (try \help)",
                "alice: two",
                "here (2): alice, bob",
            ],
        )
        self.assertTrue(self.alice.reading)

    def test_request_waits_for_an_earlier_slow_route(self) -> None:
        """Those of other clients do not."""
        self.chat.journal.hold("read")
        self.alice.types(r"\search tea", "after")
        self.bob.types("tea")
        self.assertEqual(self.bob.sees(), ["bob: tea"])
        self.chat.journal.release("read")
        self.assertEqual(self.alice.sees()[:2], ["bob: tea", "found (1): tea"])
        self.assertEqual(self.bob.sees(), ["alice: after"])

    def test_requests_in_flight_are_bounded(self) -> None:
        """Nothing more is read from the client until some are stored."""
        self.chat.journal.hold()
        lines = [f"line {n}" for n in range(MAX_IN_FLIGHT + 10)]
        self.alice.types(*lines)
        self.assertEqual(self.alice.client.pending, MAX_IN_FLIGHT)
        self.assertFalse(self.alice.reading)
        self.chat.journal.release()
        self.assertEqual(self.bob.sees(), [f"alice: {line}" for line in lines])
        self.assertTrue(self.alice.reading)

    def test_requests_before_the_welcome_are_taken_after_it(self) -> None:
        """In order."""
        self.chat.journal.hold()
        carol = self.chat.client("carol")
        carol.types("hi", r"\who")
        self.assertEqual(carol.sees(), [])
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(
            carol.sees(),
            [
                "Welcome, carol!",
                "carol: joined the chat",
                "carol: hi",
                "here (3): alice, bob, carol",
            ],
        )

    def test_request_after_a_route_that_raises_is_taken(self) -> None:
        """The exception is logged, and its client is sent an error."""

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        self.chat.chat.table.route("x", "", "broken")(broken)
        with self.chat.together():
            self.alice.types("one", r"\x", "two")
            self.bob.types("three", "four")
            with self.assertRaises(ZeroDivisionError):
                self.chat.advance(0)
        self.assertEqual(
            self.alice.sees(),
            [
                "alice: one",
                "bob: three",
                "bob: four",
                "error: internal error (see the server log)",
                "alice: two",
            ],
        )

    def test_request_after_a_slow_route_that_raises_is_taken(self) -> None:
        """The exception is logged, and its client is sent an error."""
        self.chat.journal.fail(ZeroDivisionError(), what="read")
        with self.assertRaises(ZeroDivisionError):
            self.alice.types(r"\history", "two")
        self.assertEqual(
            self.alice.sees(),
            ["error: internal error (see the server log)", "alice: two"],
        )


class RateLimitTests(RateLimitCase):
    """A rate limit delays requests, and drops none."""

    def test_lines_sent_at_once_are_taken_at_the_rate(self) -> None:
        """A hundred lines: ten at once, then five a second."""
        lines = [f"line {n}" for n in range(100)]
        self.alice.types(*lines)
        self.assertFalse(self.alice.reading)
        seen = self.bob.sees()
        self.assertEqual(len(seen), 10)
        for second in range(1, 18):
            self.wait(1)
            seen += self.bob.sees()
            self.assertEqual(len(seen), 10 + 5 * second)
            self.assertFalse(self.alice.reading)
        self.wait(1)
        seen += self.bob.sees()
        self.assertEqual(seen, [f"alice: {line}" for line in lines])
        self.assertTrue(self.alice.reading)

    def test_client_below_the_rate_never_waits(self) -> None:
        """Four lines a second."""
        for n in range(50):
            self.alice.types(f"line {n}")
            self.assertEqual(self.bob.sees(), [f"alice: line {n}"])
            self.chat.advance(0.25)

    def test_other_clients_do_not_wait(self) -> None:
        """Each has its own rate limit."""
        self.alice.types(*["x"] * 50)
        self.bob.sees()
        self.bob.types("quick")
        self.assertIn("bob: quick", self.bob.sees())

    def test_route_counts_as_one_request(self) -> None:
        """Like a message."""
        self.alice.types(*[r"\who"] * 12)
        self.assertEqual(len(self.alice.sees()), 10)
        self.wait(1)
        self.assertEqual(len(self.alice.sees()), 2)

    def test_message_counts_as_its_lines(self) -> None:
        """It is taken as soon as there is a token, and delays what follows."""
        text = "\n".join("x" * 100)
        self.alice.asks(Request("", text), Request("", "after"))
        self.assertEqual(len(self.bob.sees()), 100)
        self.wait(18)
        self.assertEqual(self.bob.sees(), [])
        self.wait(0.2)
        self.assertEqual(self.bob.sees(), ["alice: after"])

    def test_direct_message_counts_as_its_lines(self) -> None:
        """Though it is a route."""
        self.alice.asks(Request("dm", "bob " + "\r\n".join("x" * 20)))
        self.assertEqual(len(self.bob.sees()), 20)
        self.alice.types("after")
        self.assertEqual(self.bob.sees(), [])

    def test_long_message_counts_as_its_bytes(self) -> None:
        """One line of 16 KiB costs four tokens."""
        self.alice.asks(*[Request("", "x" * MAX_TEXT)] * 4)
        self.assertEqual(len(self.bob.sees()), 3)
        self.wait(0.6)
        self.assertEqual(len(self.bob.sees()), 1)

    def test_answer_counts_as_its_bytes(self) -> None:
        """The request paid for the first 4 KiB; what follows waits for the rest."""
        self.bob.asks(*[Request("", "x" * 1000)] * 10)
        self.alice.sees()
        self.alice.types(*[r"\history 10"] * 5)
        # Each is 10,070 bytes: three tokens.
        self.assertEqual(len(self.alice.sees()), 40)
        self.wait(0.6)
        self.assertEqual(len(self.alice.sees()), 10)

    def test_room_that_is_joined_counts_as_what_it_shows(self) -> None:
        """Or one could join and leave it again and again to be sent its history."""
        self.bob.types(r"\join tea")
        self.bob.asks(*[Request("", "x" * 4000)] * 8)
        self.alice.types(*[r"\join tea", r"\leave"] * 3)
        self.assertEqual(len([one for one in self.alice.sees() if "xxx" in one]), 16)
        self.assertFalse(self.alice.reading)

    def test_requests_after_a_queued_quit_are_dropped(self) -> None:
        """Nothing is taken from a client that quits."""
        self.alice.types(*["x"] * 11, r"\quit", "too late")
        self.wait(1)
        self.assertEqual(self.bob.sees()[-2:], ["alice: x", "alice: left the chat"])
        self.assertEqual(self.alice.closed, "quit")

    def test_stop_takes_one_burst_of_the_queued_requests(self) -> None:
        """It is shown before the notice; what is beyond it is not posted."""
        self.alice.types(*[f"line {n}" for n in range(30)])
        self.assertEqual(self.bob.sees()[-1], "alice: line 9")
        self.assertTrue(self.chat.stop())
        shown = [f"alice: line {n}" for n in range(10, 20)]
        self.assertEqual(self.bob.sees(), [*shown, "The server is shutting down."])

    def test_stop_takes_nothing_after_that_burst(self) -> None:
        """While the store takes its time, and however much time passes."""
        self.chat.journal.hold()
        self.bob.types("hi")
        self.assertFalse(self.chat.stop())
        for _ in range(3):
            self.alice.types(*["more"] * 30)
            self.wait(1)
        self.assertFalse(self.alice.reading)
        self.chat.journal.release()
        self.chat.settle()
        stored = [event for batch in self.chat.journal.batches for event in batch]
        texts = [event.text for event in stored if isinstance(event, Message)]
        self.assertEqual(texts, ["hi", *["more"] * 10])

    def test_client_that_resumes_keeps_its_queue_and_its_rate(self) -> None:
        """The queued lines come first, once each, and a queued quit is dropped."""
        for was_disconnected, route in (
            (False, r"\quit"),
            (True, r"\quit"),
            (True, r"\QUIT now"),
            (True, "/exit"),
        ):
            with self.subTest(was_disconnected=was_disconnected, route=route):
                lines = [f"line {n}" for n in range(20)]
                self.alice.types(*lines, route)
                if was_disconnected:
                    self.alice.leaves()
                former = self.alice
                self.alice = self.chat.client(session=former.client.session)
                former.types("too late")
                self.alice.types("after")
                self.assertEqual(self.chat.pool.draining, 0)
                self.assertEqual(len(self.bob.sees()), 10)
                self.wait(5)
                self.assertEqual(
                    self.bob.sees(),
                    [f"alice: {line}" for line in (*lines[10:], "after")],
                )
                self.assertTrue(self.alice.reading)
                self.assertIsNone(self.alice.closed)
                former.leaves()
                self.wait(5)
                self.assertEqual(self.bob.sees(), [])
