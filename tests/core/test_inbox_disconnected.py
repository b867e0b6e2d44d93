"""The inbox of a disconnected client: its queued requests, and its departure."""

from __future__ import annotations

from tests.support.inbox import InboxCase, RateLimitCase
from twisted_chat.core.inbox import DRAIN_TIMEOUT, MAX_DRAINING
from twisted_chat.core.limits import RateLimit


class DisconnectedTests(InboxCase):
    """A client leaves once what it sent before is completed."""

    def test_client_leaves_after_its_pending_requests(self) -> None:
        """A connection that ends twice ends once."""
        self.chat.journal.hold()
        self.alice.types("last", r"\nick zoe", "words")
        self.alice.leaves()
        self.alice.leaves()
        self.assertEqual(self.bob.sees(), [])
        self.chat.journal.release()
        self.assertEqual(
            self.bob.sees(),
            [
                "alice: last",
                "alice: is now known as zoe",
                "zoe: words",
                "zoe: left the chat",
            ],
        )

    def test_client_leaves_after_its_pending_route(self) -> None:
        """Its nickname is free after that."""
        self.chat.journal.hold("read")
        self.alice.types(r"\search x")
        self.alice.leaves()
        self.assertEqual(self.bob.sees(), [])
        self.chat.journal.release("read")
        self.assertEqual(self.bob.sees(), ["alice: left the chat"])
        self.bob.types(r"\nick alice")
        self.assertEqual(self.bob.nick, "alice")

    def test_request_of_a_client_that_left_is_not_taken(self) -> None:
        """Its adapter may still pass one."""
        self.alice.leaves()
        self.bob.sees()
        self.alice.types("too late")
        self.assertEqual(self.bob.sees(), [])


class DrainingTests(RateLimitCase):
    """A disconnected client's queued requests are taken at the rate."""

    def test_queued_lines_are_posted_before_the_client_leaves(self) -> None:
        """At the same rate as before."""
        self.alice.types(*[f"line {n}" for n in range(20)])
        self.alice.leaves()
        seen = self.bob.sees()
        self.assertEqual(len(seen), 10)
        self.assertEqual(self.chat.pool.draining, 1)
        self.wait(2)
        seen += self.bob.sees()
        self.assertEqual(seen[-2:], ["alice: line 19", "alice: left the chat"])
        self.assertEqual(len(seen), 21)
        self.assertNotIn("alice", self.chat.pool.presence.by_name)
        self.assertEqual(self.chat.pool.draining, 0)

    def test_lines_still_queued_after_the_timeout_are_dropped(self) -> None:
        """Their number is logged."""
        self.alice.types(*[f"line {n}" for n in range(2000)])
        self.alice.leaves()
        self.wait(DRAIN_TIMEOUT + 1)
        *seen, last = self.bob.sees()
        self.assertEqual(seen, [f"alice: line {n}" for n in range(len(seen))])
        self.assertApproximates(len(seen), 10 + 5 * DRAIN_TIMEOUT, 1)
        self.assertEqual(last, "alice: left the chat")
        dropped = f"dropped {2000 - len(seen)} queued lines"
        self.assertEqual(
            self.chat.log[-2:],
            ["alice quit", f"client error: alice: disconnected; {dropped}"],
        )
        self.assertEqual(self.chat.pool.draining, 0)

    def test_request_passed_after_the_end_is_taken_at_the_rate(self) -> None:
        """While earlier ones are pending; then the client leaves."""
        self.chat.journal.hold()
        self.alice.types(*["x"] * 10)
        self.alice.leaves()
        self.alice.types("last")
        self.chat.journal.release()
        self.assertEqual(len(self.bob.sees()), 10)
        self.wait(0.2)
        self.assertEqual(self.bob.sees(), ["alice: last", "alice: left the chat"])

    def test_number_of_draining_clients_is_bounded(self) -> None:
        """The queue of one beyond the bound is dropped."""
        clients = self.chat.people(*[f"p{n}" for n in range(MAX_DRAINING + 2)])
        for client in clients:
            client.types(*["x"] * 11)
        self.bob.sees()
        for client in clients:
            client.leaves()
        self.assertEqual(self.chat.pool.draining, MAX_DRAINING)
        self.wait(1)
        seen = self.bob.sees()
        self.assertEqual(seen.count("p0: x"), 1)
        self.assertEqual(seen.count(f"p{MAX_DRAINING}: x"), 0)
        self.assertEqual(self.chat.pool.draining, 0)


class SlowRateTests(InboxCase):
    """One request now, and the next one after a quarter of an hour."""

    rate_limit = RateLimit(1, 0.001)

    def test_dropped_queue_is_logged_once(self) -> None:
        """Though the rate would let its next request pass only later."""
        clients = self.chat.people(*[f"p{n}" for n in range(MAX_DRAINING + 1)])
        for client in clients:
            client.types("x", "y")
        last = clients[-1]
        self.chat.log.clear()
        for client in clients:
            client.leaves()
        self.chat.advance(DRAIN_TIMEOUT * 4)
        lines = [line for line in self.chat.log if f"error: {last.nick}:" in line]
        dropped = "disconnected; dropped 1 queued lines"
        self.assertEqual(lines, [f"client error: {last.nick}: {dropped}"])
        self.assertEqual(self.chat.pool.draining, 0)
