"""A chat that stops: everything is stored, then all clients are disconnected."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.codecs import BrokenCodec, wire_with
from twisted_chat.core.client import ClientState
from twisted_chat.core.events import Quit
from twisted_chat.testing import FakeConnection, TestChat, line_wire

NOTICE = "The server is shutting down."
REASON = "the server is shutting down"


class StopTests(SynchronousTestCase):
    """Alice and bob are present when the server stops."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.alice, self.bob = self.chat.people("alice", "bob")
        self.alice.sees()

    def test_clients_are_sent_a_notice_and_disconnected(self) -> None:
        """After what was received before."""
        with self.chat.together():
            self.alice.types("last message")
        self.assertTrue(self.chat.stop())
        for client in (self.alice, self.bob):
            self.assertEqual(client.sees(), ["alice: last message", NOTICE])
            self.assertEqual(client.closed, REASON)
            self.assertIs(client.client.state, ClientState.GONE)

    def test_departures_are_stored_in_one_batch(self) -> None:
        """So that the next server does not find these clients."""
        self.chat.stop()
        departures = self.chat.journal.batches[-1]
        self.assertEqual([type(event) for event in departures], [Quit, Quit])

    def test_departures_are_not_shown(self) -> None:
        """A thousand clients would each be sent a thousand lines."""
        self.chat.stop()
        self.assertEqual(self.alice.sees(), [NOTICE])

    def test_pending_events_are_stored_and_shown_first(self) -> None:
        """The server waits for its store."""
        self.chat.journal.hold()
        self.alice.types("hi")
        self.assertFalse(self.chat.stop())
        self.assertIsNone(self.alice.closed)
        self.chat.journal.release()
        self.assertEqual(self.bob.sees(), ["alice: hi", NOTICE])

    def test_client_that_connects_now_is_sent_the_notice(self) -> None:
        """It never joins, and nothing is stored."""
        self.chat.stop()
        batches = len(self.chat.journal.batches)
        late = self.chat.client("late")
        self.assertEqual(late.sees(), [NOTICE])
        self.assertEqual(late.closed, REASON)
        self.assertIs(late.client.state, ClientState.GONE)
        late.leaves()
        self.assertEqual(len(self.chat.journal.batches), batches)
        self.assertEqual(len(self.chat.pool), 0)

    def test_joining_client_is_sent_the_notice(self) -> None:
        """Its arrival was not submitted yet."""
        self.chat.journal.fail(times=None, what="read")
        carol = self.chat.client("carol", rooms=("tea",))
        carol.sees()
        self.chat.stop()
        self.assertEqual(carol.sees(), [NOTICE])
        self.assertEqual(carol.closed, REASON)
        self.assertIs(carol.client.state, ClientState.GONE)

    def test_departure_that_failed_before_is_stored_once(self) -> None:
        """It is retried, and not submitted a second time."""
        self.chat.journal.fail()
        self.bob.leaves()
        failed = len(self.chat.journal.batches)
        stopped: list[int] = []
        self.chat.chat.stop(lambda: stopped.append(1))
        self.chat.advance(1)
        self.chat.advance(1)
        self.assertEqual(stopped, [1])
        stored = [event for b in self.chat.journal.batches[failed:] for event in b]
        nicks = [event.nick for event in stored if isinstance(event, Quit)]
        self.assertEqual(sorted(nicks), ["alice", "bob"])

    def test_departure_that_still_fails_is_submitted_once(self) -> None:
        """The server does not wait for a broken store."""
        self.chat.journal.fail(times=None)
        self.bob.leaves()
        stopped: list[int] = []
        self.chat.chat.stop(lambda: stopped.append(1))
        self.chat.advance(1)
        self.chat.advance(1)
        self.assertEqual(stopped, [1])
        failed = len(self.chat.journal.batches)
        self.chat.journal.recover()
        self.chat.advance(1)
        stored = [event for b in self.chat.journal.batches[failed:] for event in b]
        bob, alice = self.bob.client.id, self.alice.client.id
        self.assertEqual(stored, [Quit("bob", bob), Quit("alice", alice)])

    def test_client_without_an_inbox_is_disconnected(self) -> None:
        """Its adapter need not queue requests."""
        connection = FakeConnection()
        self.chat.chat.attach(connection, line_wire().codec)
        self.chat.settle()
        self.assertTrue(self.chat.stop())
        self.assertEqual(connection.closed, REASON)

    def test_broken_codec_does_not_keep_the_server_from_stopping(self) -> None:
        """All others are sent the notice."""
        codec = BrokenCodec()
        with self.assertRaises(RuntimeError):
            self.chat.client("carol", wire=wire_with(codec))

        def reply(*_: object) -> bytes:
            raise RuntimeError

        self.patch(codec, "reply", reply)
        stopped: list[int] = []
        self.chat.chat.stop(lambda: stopped.append(1))
        with self.assertRaises(RuntimeError):
            self.chat.settle()
        self.chat.settle()
        self.assertEqual(stopped, [1])
        self.assertEqual(self.bob.sees()[-1], NOTICE)
