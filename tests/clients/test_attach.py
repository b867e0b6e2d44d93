"""Attachment of connections to the chat."""

from __future__ import annotations

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.trial.unittest import SynchronousTestCase

from tests.support.inbox import no_units
from twisted_chat.clients.attach import Attachment, identity_of
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Request
from twisted_chat.testing import FakeConnection, TestChat


class AttachmentTests(SynchronousTestCase):
    """From connecting to leaving."""

    def setUp(self) -> None:
        self.room = TestChat()
        (self.eve,) = self.room.people("eve")
        self.room.log.clear()
        self.reading = True

    def attach(
        self,
        request: JoinRequest,
        rate_limit: RateLimit | None = None,
        *,
        wire: str = "",
        address: IAddress | None = None,
    ) -> Attachment:
        attachment = Attachment(
            self.room.chat,
            FakeConnection(),
            LineCodec(),
            request,
            identity=identity_of(wire, address),
            rate_limit=rate_limit,
            decode=no_units,
            source=self,
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

    def test_network_of_a_client_is_that_of_its_household(self) -> None:
        """Clients on the same machine have none, so that nothing is counted by it."""

        def network(address: IAddress) -> int | None:
            client = self.attach(JoinRequest(), address=address).client
            return client.identity.network

        near, next_door, far = (
            network(IPv6Address("TCP", f"2001:db8:0:{host}", 1))
            for host in ("1::1", "1::2", "2::1")
        )
        self.assertEqual(near, next_door)
        self.assertNotEqual(near, far)
        self.assertIsNotNone(network(IPv4Address("TCP", "192.0.2.1", 1)))
        self.assertIsNone(network(IPv4Address("TCP", "127.0.0.1", 1)))
        self.assertIsNone(network(UNIXAddress(None)))

    def test_secure_connection_on_the_same_machine_is_not_encrypted(self) -> None:
        """Others may be told that it is, but only of one with TLS."""
        here = IPv4Address("TCP", "127.0.0.1", 1)
        for encrypted in (False, True):
            identity = identity_of("irc", here, is_encrypted=encrypted)
            self.assertTrue(identity.secure)
            self.assertEqual(identity.encrypted, encrypted)

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

    def test_client_that_goes_before_it_was_welcomed_is_logged_in_order(self) -> None:
        """It still joins, as it has sent a line."""
        self.room.journal.hold("append")
        attachment = self.attach(JoinRequest("alice"))
        attachment.put(Request("", "hi"))
        attachment.end()
        self.room.journal.release("append")
        self.room.settle()
        self.assertEqual(self.room.log, ["alice joined", "alice quit"])

    def test_client_that_goes_before_it_was_welcomed_may_be_in_no_line(self) -> None:
        """It has sent nothing, so it does not join."""
        self.room.journal.hold("append")
        self.attach(JoinRequest("alice")).end()
        self.room.journal.release("append")
        self.room.settle()
        self.assertEqual(self.room.log, [])

    def test_orderly_end_is_logged_in_one_line(self) -> None:
        """The other clients see the client leave."""
        attachment = self.attach(JoinRequest("alice"))
        self.eve.sees()
        attachment.end()
        self.assertEqual(self.room.log, ["alice joined", "alice quit"])
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])

    def test_error_is_logged_before_the_client_quits(self) -> None:
        """With the nickname that it has then."""
        self.attach(JoinRequest("alice")).end("connection lost")
        self.assertEqual(
            self.room.log[1:], ["client error: alice: connection lost", "alice quit"]
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
        latter = self.attach(JoinRequest(session=former.client.session))
        self.assertIs(latter.client, former.client)
        self.assertFalse(former.current)
        former.end("connection lost")
        joined = ["alice joined", "alice resumed"]
        self.assertEqual(self.room.log, joined)
        latter.end()
        self.assertEqual(self.room.log, [*joined, "alice quit"])

    def test_log_says_who_joined_from_where_and_by_what(self) -> None:
        """Without a port: that is what an operator bans."""
        for nick, address, shown in (
            ("ann", IPv4Address("TCP", "192.0.2.1", 4711), "192.0.2.1"),
            ("bob", IPv6Address("TCP", "::ffff:192.0.2.1", 4711), "192.0.2.1"),
            ("cat", IPv6Address("TCP", "2001:db8::1", 4711), "2001:db8::1"),
            ("dan", UNIXAddress(None), "a unix socket"),
        ):
            self.attach(JoinRequest(nick), wire="telnet", address=address)
            self.assertEqual(self.room.log, [f"{nick} joined from {shown} by telnet"])
            self.room.log.clear()

    def test_rename_is_logged(self) -> None:
        """So that a nickname can be followed back to its address."""
        attachment = self.attach(JoinRequest("alice"))
        attachment.put(Request("nick", "bob"))
        self.room.settle()
        attachment.end()
        self.assertEqual(
            self.room.log, ["alice joined", "alice is now known as bob", "bob quit"]
        )

    def test_client_that_resumes_is_logged_with_its_new_address(self) -> None:
        """Its former connection may still be open."""
        former = self.attach(JoinRequest("alice"), wire="websocket")
        self.attach(
            JoinRequest(session=former.client.session),
            wire="websocket",
            address=IPv4Address("TCP", "192.0.2.2", 4711),
        )
        self.assertEqual(
            self.room.log[1:], ["alice resumed from 192.0.2.2 by websocket"]
        )

    def test_client_whose_connection_is_handed_over_leaves(self) -> None:
        """Also if something of its own is being stored just then."""
        attachment = self.attach(JoinRequest("alice"))
        self.eve.sees()
        self.room.journal.hold()
        attachment.put(Request("", "hello"))
        self.room.settle()
        attachment.hand_over()
        self.room.journal.release()
        self.room.settle()
        self.assertEqual(self.eve.sees(), ["alice: hello", "alice: left the chat"])
        self.assertEqual(list(self.room.pool.clients.values()), [self.eve.client])
