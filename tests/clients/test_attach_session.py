"""Attachment of Engine.IO sessions to the chat."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.engineio_client import EngineIOTestCase
from tests.support.inbox import no_units
from twisted_chat.clients.attach import Attachment
from twisted_chat.clients.attach_session import SessionAttachment
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.engineio.session import Session
from twisted_chat.testing import FakeConnection, TestChat


class Carried:
    """A connection without a protocol of its own."""

    waiting = 0

    def __init__(self) -> None:
        self.write: Callable[[bytes], None] = lambda _data: None

    def close(self, reason: str) -> None:
        """The tests look at the session."""


class SessionAttachmentTests(EngineIOTestCase):
    """A session that changes its transport, and may lose its client."""

    def setUp(self) -> None:
        super().setUp()
        self.room = TestChat()
        (self.eve,) = self.room.people("eve")
        self.room.log.clear()
        self.carried = Carried()

    def attach(self, session: Session) -> SessionAttachment:
        attachment = SessionAttachment(
            self.room.chat,
            self.carried,
            session,
            LineCodec(),
            JoinRequest("alice"),
            wire="polling",
            rate_limit=None,
            decode=no_units,
        )
        self.room.settle()
        return attachment

    def test_client_is_written_to_by_the_transport_of_the_session(self) -> None:
        """The new one after an upgrade."""
        sid = self.open()
        session = self.peers[0].session
        attachment = self.attach(session)
        polling = session.transport
        self.assertEqual(self.carried.write, polling.write)
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send_text("2probe")
        client.send_text("5")
        self.assertIsNot(session.transport, polling)
        codec = JsonCodec()
        attachment.upgraded(codec)
        self.assertEqual(attachment.client.write, session.transport.write)
        self.assertEqual(self.carried.write, session.transport.write)
        self.assertIs(attachment.client.codec, codec)

    def test_session_whose_client_has_resumed_elsewhere_does_not_change_it(
        self,
    ) -> None:
        """It may be upgraded before it is closed."""
        self.open()
        former = self.attach(self.peers[0].session)
        codec, connection = JsonCodec(), FakeConnection()
        latter = Attachment(
            self.room.chat,
            connection,
            codec,
            JoinRequest(session=former.client.session),
            rate_limit=None,
            decode=no_units,
            source=self.peers[0].session,
        )
        self.room.settle()
        self.assertIs(latter.client, former.client)
        former.upgraded(LineCodec())
        self.assertIs(latter.client.codec, codec)
        self.assertEqual(latter.client.write, connection.write)

    def test_log_has_only_reasons_that_the_server_gives(self) -> None:
        """A client may have sent any text."""
        self.open()
        for reason, logged in (
            ("ping timeout", ["client error: alice: ping timeout"]),
            ("a secret", []),
        ):
            attachment = self.attach(self.peers[0].session)
            self.room.log.clear()
            attachment.end_session(reason)
            self.assertEqual(self.room.log, [*logged, "alice quit"])
            self.room.settle()
