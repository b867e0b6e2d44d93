"""What a client has asked that the chat has not taken yet."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.inbox import DRAIN_TIMEOUT, MAX_DRAINING, MAX_IN_FLIGHT
from twisted_chat.core.limits import RateLimit
from twisted_chat.testing import TestChat


class OrderTests(SynchronousTestCase):
    """Answers come in the order of the questions."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")

    def test_a_line_after_a_new_name(self) -> None:
        """It is said under the new name."""
        with self.room.together():
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

    def test_an_answer_waits_for_what_was_said_before(self) -> None:
        """Also an error, and also when the store takes its time."""
        self.room.journal.hold()
        self.alice.types("one", r"\foo", "two", r"\who")
        self.assertEqual(self.alice.sees(), [])
        self.assertFalse(self.alice.reading)
        self.room.journal.release()
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

    def test_a_slow_answer(self) -> None:
        """What follows a search waits for it; others do not."""
        self.room.journal.hold("read")
        self.alice.types(r"\search tea", "after")
        self.bob.types("tea")
        self.assertEqual(self.bob.sees(), ["bob: tea"])
        self.room.journal.release("read")
        self.assertEqual(self.alice.sees()[:2], ["bob: tea", "found (1): tea"])
        self.assertEqual(self.bob.sees(), ["alice: after"])

    def test_a_bound_on_what_is_on_its_way(self) -> None:
        """While the store takes its time a client may say so much and no more."""
        self.room.journal.hold()
        lines = [f"line {n}" for n in range(MAX_IN_FLIGHT + 10)]
        self.alice.types(*lines)
        self.assertEqual(self.alice.client.pending, MAX_IN_FLIGHT)
        self.assertFalse(self.alice.reading)
        self.room.journal.release()
        self.assertEqual(self.bob.sees(), [f"alice: {line}" for line in lines])
        self.assertTrue(self.alice.reading)

    def test_before_the_welcome(self) -> None:
        """What is typed before one is let in is said once one is."""
        self.room.journal.hold()
        carol = self.room.client("carol")
        carol.types("hi", r"\who")
        self.assertEqual(carol.sees(), [])
        self.room.journal.release()
        self.room.settle()
        self.assertEqual(
            carol.sees(),
            [
                "Welcome, carol!",
                "carol: joined the chat",
                "carol: hi",
                "here (3): alice, bob, carol",
            ],
        )

    def test_a_route_with_a_mistake(self) -> None:
        """Its asker is told, and what was asked after it is done."""

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        self.room.chat.table.route("x", "", "broken")(broken)
        with self.room.together():
            self.alice.types("one", r"\x", "two")
            self.bob.types("three", "four")
            # What a server logs is raised here, once.
            with self.assertRaises(ZeroDivisionError):
                self.room.advance(0)
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

    def test_a_slow_route_with_a_mistake(self) -> None:
        """The same when it broke while waiting."""
        self.room.journal.fail(ZeroDivisionError(), what="read")
        with self.assertRaises(ZeroDivisionError):
            self.alice.types(r"\history", "two")
        self.assertEqual(
            self.alice.sees(),
            [
                "error: internal error (see the server log)",
                "alice: two",
            ],
        )


class PaceTests(SynchronousTestCase):
    """Flood control delays, and drops nothing."""

    def setUp(self) -> None:
        self.room = TestChat(flood=RateLimit(10, 5))
        self.alice, self.bob = self.room.people("alice", "bob")

    def wait(self, seconds: float) -> None:
        """A little longer, since fractions of a second do not add up exactly."""
        self.room.advance(seconds - 0.01)
        self.room.advance(0.02)

    def test_a_paste(self) -> None:
        """A hundred lines arrive whole, ten at once and then five a second."""
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

    def test_an_ordinary_talk(self) -> None:
        """Who speaks like a person never waits."""
        for n in range(50):
            self.alice.types(f"line {n}")
            self.assertEqual(self.bob.sees(), [f"alice: line {n}"])
            self.room.advance(0.25)

    def test_others_do_not_wait(self) -> None:
        """A paste delays only who pastes."""
        self.alice.types(*["x"] * 50)
        self.bob.sees()
        self.bob.types("quick")
        self.assertIn("bob: quick", self.bob.sees())

    def test_routes_count(self) -> None:
        """Asking costs as much as speaking."""
        self.alice.types(*[r"\who"] * 12)
        self.assertEqual(len(self.alice.sees()), 10)
        self.wait(1)
        self.assertEqual(len(self.alice.sees()), 2)

    def test_gone_with_lines_unsaid(self) -> None:
        """Who pastes and hangs up is still heard to the end, and then leaves."""
        self.alice.types(*[f"line {n}" for n in range(20)])
        self.alice.leaves()
        seen = self.bob.sees()
        self.assertEqual(len(seen), 10)
        self.wait(2)
        seen += self.bob.sees()
        self.assertEqual(seen[-2:], ["alice: line 19", "alice: left the chat"])
        self.assertEqual(len(seen), 21)
        self.assertNotIn("alice", self.room.pool.presence.by_name)

    def test_a_long_paste_of_someone_who_is_gone(self) -> None:
        """It keeps to the pace, and after five minutes the rest is not said."""
        self.alice.types(*[f"line {n}" for n in range(2000)])
        self.alice.leaves()
        self.wait(DRAIN_TIMEOUT + 1)
        *seen, last = self.bob.sees()
        self.assertEqual(seen, [f"alice: line {n}" for n in range(len(seen))])
        self.assertApproximates(len(seen), 10 + 5 * DRAIN_TIMEOUT, 1)
        self.assertEqual(last, "alice: left the chat")
        dropped = f"dropped {2000 - len(seen)} queued lines"
        self.assertEqual(
            self.room.log,
            ["alice quit", f"client error: alice: disconnected; {dropped}"],
        )
        self.assertEqual(self.room.pool.draining, 0)

    def test_someone_who_comes_back(self) -> None:
        """What was sent before comes first, at the pace, once; they stay."""
        for gone in (False, True):
            with self.subTest(gone=gone):
                lines = [f"line {n}" for n in range(20)]
                self.alice.types(*lines, r"\quit")
                if gone:
                    self.alice.leaves()
                former = self.alice
                self.alice = self.room.client(session=former.client.id)
                former.types("too late")
                self.alice.types("after")
                self.assertEqual(self.room.pool.draining, 0)
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

    def test_many_who_are_gone(self) -> None:
        """Only so many voices are left behind: the next one says no more."""
        people = self.room.people(*[f"p{n}" for n in range(MAX_DRAINING + 2)])
        for person in people:
            person.types(*["x"] * 11)
        self.bob.sees()
        for person in people:
            person.leaves()
        self.assertEqual(self.room.pool.draining, MAX_DRAINING)
        self.wait(1)
        seen = self.bob.sees()
        self.assertEqual(seen.count("p0: x"), 1)
        self.assertEqual(seen.count(f"p{MAX_DRAINING}: x"), 0)
        self.assertEqual(self.room.pool.draining, 0)

    def test_quit_in_a_paste(self) -> None:
        """What follows ``\\quit`` is not read."""
        self.alice.types(*["x"] * 11, r"\quit", "unheard")
        self.wait(1)
        self.assertEqual(self.bob.sees()[-2:], ["alice: x", "alice: left the chat"])
        self.assertEqual(self.alice.closed, "quit")

    def test_a_stop(self) -> None:
        """When the server stops, all that was read is said first."""
        self.alice.types(*[f"line {n}" for n in range(30)])
        self.bob.sees()
        self.assertTrue(self.room.stop())
        seen = self.bob.sees()
        self.assertEqual(seen[-2:], ["alice: line 29", "The server is shutting down."])
        self.assertEqual(len(seen), 21)


class GoneTests(SynchronousTestCase):
    """Clients that vanish."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")

    def test_while_something_is_on_its_way(self) -> None:
        """It is said, and then one leaves; an end that comes twice is one."""
        self.room.journal.hold()
        self.alice.types("last", r"\nick zoe", "words")
        self.alice.leaves()
        self.alice.leaves()
        self.assertEqual(self.bob.sees(), [])
        self.room.journal.release()
        self.assertEqual(
            self.bob.sees(),
            [
                "alice: last",
                "alice: is now known as zoe",
                "zoe: words",
                "zoe: left the chat",
            ],
        )

    def test_while_a_name_is_asked_for(self) -> None:
        """The name that it would have had is free again."""
        self.room.journal.hold("read")
        self.alice.types(r"\search x")
        self.alice.leaves()
        self.assertEqual(self.bob.sees(), [])
        self.room.journal.release("read")
        self.assertEqual(self.bob.sees(), ["alice: left the chat"])
        self.bob.types(r"\nick alice")
        self.assertEqual(self.bob.nick, "alice")

    def test_nothing_is_taken_after_the_end(self) -> None:
        """What a protocol still had in hand when the client had left is not said."""
        self.alice.leaves()
        self.bob.sees()
        self.alice.types("too late")
        self.assertEqual(self.bob.sees(), [])
