"""Attachment of connections to the chat."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.attach import Attachment
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.joining import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Request
from twisted_chat.testing import FakeConnection, TestChat


class AttachmentTests(SynchronousTestCase):
    """From connecting to leaving."""

    def setUp(self) -> None:
        self.room = TestChat()
        (self.eve,) = self.room.people("eve")
        self.reading = True

    def attach(
        self, request: JoinRequest, rate_limit: RateLimit | None = None
    ) -> Attachment:
        attachment = Attachment(
            self.room.chat,
            FakeConnection(),
            LineCodec(),
            request,
            rate_limit=rate_limit,
            pause=self.pause,
            resume=self.resume,
        )
        self.room.settle()
        return attachment

    def pause(self) -> None:
        self.reading = False

    def resume(self) -> None:
        self.reading = True

    def test_client_joins_with_the_requested_nickname_and_rooms(self) -> None:
        """The last room is its current one."""
        client = self.attach(JoinRequest("alice", rooms=("lobby", "tea"))).client
        self.assertEqual((client.nick, client.room), ("alice", "tea"))
        self.assertEqual(self.eve.sees(), ["alice: joined the chat"])

    def test_new_guest_joins_the_lobby(self) -> None:
        """That is what a client gets that requests nothing."""
        client = self.attach(JoinRequest()).client
        self.assertRegex(client.nick, "^guest_")
        self.assertEqual(client.room, "lobby")

    def test_reading_pauses_at_the_rate_limit(self) -> None:
        """And resumes once the waiting requests are done."""
        attachment = self.attach(JoinRequest("alice"), RateLimit(1, 1))
        attachment.put(Request("", "one"))
        attachment.put(Request("", "two"))
        self.assertFalse(self.reading)
        self.room.advance(1.1)
        self.assertTrue(self.reading)
        self.assertIn("alice: two", self.eve.sees())

    def test_orderly_end_is_logged_in_one_line(self) -> None:
        """The other clients see the client leave."""
        attachment = self.attach(JoinRequest("alice"))
        self.eve.sees()
        attachment.end()
        self.assertEqual(self.room.log, ["alice quit"])
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])

    def test_error_is_logged_before_the_client_quits(self) -> None:
        """With the nickname that it has then."""
        self.attach(JoinRequest("alice")).end("connection lost")
        self.assertEqual(
            self.room.log, ["client error: alice: connection lost", "alice quit"]
        )

    def test_client_without_a_nickname_is_logged_with_its_error_only(self) -> None:
        """It has disconnected before it was given one."""
        self.room.journal.hold("read")
        self.room.pool.rooms["lobby"].loaded = False
        attachment = self.attach(JoinRequest())
        attachment.client.member.nick = ""
        attachment.end("connection lost")
        self.assertEqual(self.room.log, ["client error: a new client: connection lost"])
        self.room.journal.release("read")

    def test_end_of_a_former_connection_is_not_logged(self) -> None:
        """The client goes on with the connection that has resumed it."""
        former = self.attach(JoinRequest("alice"))
        latter = self.attach(JoinRequest(session=former.client.id))
        self.assertIs(latter.client, former.client)
        self.assertFalse(former.current)
        former.end("connection lost")
        self.assertEqual(self.room.log, [])
        latter.end()
        self.assertEqual(self.room.log, ["alice quit"])
