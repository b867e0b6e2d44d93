"""What the chat counts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.attach import Attachment
from twisted_chat.core.counters import Histogram
from twisted_chat.core.events import Action, DirectMessage, Joined, Message
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Request
from twisted_chat.testing import TestChat


class HistogramTests(SynchronousTestCase):
    """Values by their range."""

    def test_bound_belongs_to_the_range_below_it(self) -> None:
        """What Prometheus calls ``le``."""
        histogram = Histogram((1, 2))
        for value in (0, 1, 1.5, 2, 2.1, 100):
            histogram.observe(value)
        self.assertEqual(histogram.counts, [2, 2, 2])
        self.assertEqual(histogram.total, 106.6)


class CountersTests(SynchronousTestCase):
    """The counters of a chat with two members."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")
        self.counters = self.room.runtime.counters
        self.deliveries = self.counters.deliveries
        self.requests = self.counters.requests
        self.sent = self.counters.sent_bytes

    def counted(self) -> tuple[int, int]:
        """Requests and deliveries since the test began."""
        counters = self.counters
        return counters.requests - self.requests, counters.deliveries - self.deliveries

    def test_message_is_one_event_and_a_delivery_for_each_member(self) -> None:
        """The author is shown it, too."""
        self.alice.types("hello")
        self.assertEqual(self.counted(), (1, 2))
        self.assertEqual(self.counters.events[Message], 1)
        self.assertEqual(self.counters.events[Joined], 2)
        written = self.alice.connection.take() + self.bob.connection.take()
        self.assertEqual(self.counters.sent_bytes - self.sent, len(written))

    def test_direct_message_has_two_deliveries(self) -> None:
        """To its receiver and to its sender."""
        self.alice.types(r"\dm bob psst")
        self.assertEqual(self.counted(), (1, 2))
        self.assertEqual(self.counters.events[DirectMessage], 1)

    def test_what_is_not_shown_is_no_delivery(self) -> None:
        """To those who ignore its author, and to those in other rooms."""
        self.bob.types(r"\ignore alice")
        self.alice.types("hello")
        self.assertEqual(self.counted(), (2, 1))
        self.bob.types(r"\unignore alice", r"\join tea", r"\leave lobby")
        before = self.counters.deliveries
        self.alice.types("hello", r"\me waves")
        self.assertEqual(self.counters.deliveries - before, 2)
        self.assertEqual(self.counters.events[Action], 1)

    def test_messages_in_a_batch_with_a_reply_are_deliveries(self) -> None:
        """The author is sent something between them."""
        with self.room.together():
            self.alice.asks(Request("", "one", ref="1"), Request("", "two"))
        self.assertEqual(self.counted(), (2, 4))

    def test_bytes_of_replies_are_counted(self) -> None:
        """As the codec encodes them."""
        self.alice.types(r"\who")
        written = self.alice.connection.take()
        self.assertEqual(self.counters.sent_bytes - self.sent, len(written))

    def test_refusals_are_counted_by_code(self) -> None:
        """Of requests, and of nicknames that a client asks for when it joins."""
        self.alice.types(r"\foo", r"\bar", r"\nick bob")
        self.room.client("bob")
        self.assertEqual(
            self.counters.refusals, {"no_such_command": 2, "nick_taken": 2}
        )

    def test_batches_are_measured(self) -> None:
        """Their size, and the time until they are announced."""
        batches = sum(self.counters.batch_entries.counts)
        commits = sum(self.counters.commit_seconds.counts)
        writes = sum(self.counters.fanout_seconds.counts)
        entries = self.counters.batch_entries.total
        with self.room.together():
            self.alice.types("one", "two")
            self.bob.types("three")
        self.assertEqual(sum(self.counters.batch_entries.counts), batches + 1)
        self.assertEqual(self.counters.batch_entries.total, entries + 3)
        self.assertEqual(sum(self.counters.commit_seconds.counts), commits + 1)
        self.assertEqual(sum(self.counters.fanout_seconds.counts), writes + 1)

    def test_failed_batch_is_no_commit(self) -> None:
        """Its messages are refused."""
        commits = sum(self.counters.commit_seconds.counts)
        self.room.journal.fail()
        self.alice.types("hello")
        self.assertEqual(self.counters.failed_batches, 1)
        self.assertEqual(self.counters.events[Message], 0)
        self.assertEqual(self.counters.refusals, {"store": 1})
        self.assertEqual(sum(self.counters.commit_seconds.counts), commits)

    def test_events_that_wait_are_the_queue(self) -> None:
        """Those on their way to the store, too."""
        self.assertEqual(self.room.committer.queue_length, 0)
        with self.room.together():
            self.alice.types("one", "two")
            self.assertEqual(self.room.committer.queue_length, 2)
        self.assertEqual(self.room.committer.queue_length, 0)


class ClientCountersTests(SynchronousTestCase):
    """What is counted where a client is attached."""

    def test_wait_for_the_rate_limit_is_counted(self) -> None:
        """Each time that a request has to wait."""
        room = TestChat(flood=RateLimit(2, 1.0))
        (alice,) = room.people("alice")
        room.advance(10)
        before = room.runtime.counters.rate_limited
        alice.types("one", "two")
        self.assertEqual(room.runtime.counters.rate_limited, before)
        alice.types("three", "four")
        self.assertEqual(room.runtime.counters.rate_limited, before + 1)
        room.advance(1)
        self.assertEqual(room.runtime.counters.rate_limited, before + 2)

    def test_ends_are_counted_by_a_few_reasons(self) -> None:
        """An error of the system can be any text."""
        room = TestChat()
        for error in ("", "too slow", "ping timeout", "connection lost", "errno 99"):
            client = room.client()
            attachment: Attachment = client._attachment
            attachment.end(error)
        self.assertEqual(
            room.runtime.counters.disconnects,
            {
                "closed": 1,
                "too_slow": 1,
                "ping_timeout": 1,
                "connection_lost": 1,
                "error": 1,
            },
        )
