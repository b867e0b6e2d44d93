"""Bytes that wait for a client, whatever its kind."""

from __future__ import annotations

from typing import Any

from twisted.internet.testing import StringTransport

from tests.clients.test_json_polling import JsonPollingCase
from tests.support.line_clients import LineCase
from tests.support.websocket_chat import ChatTestCase
from twisted_chat.core.client import Client

TEXT = b"x" * 1000


def stall(transport: StringTransport) -> Any:
    """The peer of a connection has no room for more, until it is resumed."""
    producer: Any = transport.producer
    producer.pauseProducing()
    return producer


class LineWaitingTests(LineCase):
    """A line client."""

    def test_bytes_that_do_not_fit_wait(self) -> None:
        """Until the peer has room again."""
        peer = self.named()
        connection = peer.protocol
        self.assertEqual(connection.waiting, 0)
        stalled = stall(peer.transport)
        connection.write(TEXT)
        self.assertEqual(connection.waiting, len(TEXT))
        stalled.resumeProducing()
        self.assertEqual(connection.waiting, 0)


class WebSocketWaitingTests(ChatTestCase):
    """A WebSocket client."""

    def test_bytes_that_do_not_fit_wait(self) -> None:
        """As they were framed."""
        client = self.connect()
        client.received()
        (member,) = self.chat.pool.clients.values()
        self.assertEqual(member.connection.waiting, 0)
        stall(client.wire)
        member.write(TEXT)
        self.assertEqual(member.connection.waiting, len(TEXT))


class SessionWaitingTests(JsonPollingCase):
    """Clients of Engine.IO, by polling and by WebSocket."""

    def member(self) -> Client:
        *_, member = self.chat.pool.clients.values()
        return member

    def test_records_wait_for_the_next_request(self) -> None:
        """Of a page by long polling."""
        sid = self.open_page()
        self.poll(sid)
        self.assertEqual(self.member().connection.waiting, 0)
        self.member().write(TEXT)
        self.assertEqual(self.member().connection.waiting, len(TEXT))
        self.poll(sid)
        self.assertEqual(self.member().connection.waiting, 0)

    def test_frames_wait_for_the_peer(self) -> None:
        """Of a Socket.IO client by WebSocket; what is held back waits, too."""
        browser = self.browse()
        self.clock.advance(1)
        connection = self.member().connection
        self.assertEqual(connection.waiting, 0)
        stall(browser.client.wire)
        self.member().write(TEXT)
        self.assertEqual(connection.waiting, len(TEXT))
