"""The opening handshake of a WebSocket server."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from tests.support.memory import KEY, WebSocketClient, Wire
from twisted_chat.websocket.handshake import (
    HandshakeError,
    accept_key,
    handshake_key,
    is_upgrade,
    switching_protocols,
)


class HandshakeResource(Resource):
    """Shows the key of a handshake."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        try:
            return b"upgrade %d %s" % (is_upgrade(request), handshake_key(request))
        except HandshakeError as error:
            return error.respond(request)


class RequestTests(unittest.SynchronousTestCase):
    """Which requests are a valid handshake."""

    def request(self, **headers: Any) -> WebSocketClient:
        return WebSocketClient(Site(HandshakeResource(), reactor=Clock()), **headers)

    def test_valid_handshake_has_a_key(self) -> None:
        """Whatever the case of its tokens, and whatever else is listed."""
        for connection in ("Upgrade", "keep-alive, upgrade", "UPGRADE,close"):
            response = self.request(connection=connection, upgrade="WebSocket")
            self.assertEqual(response.status, 200)
            self.assertEqual(response.body, "upgrade 1 " + KEY.decode())

    def test_other_version_is_refused_with_the_supported_one(self) -> None:
        """Status 426."""
        for version in ("8", "0", "14", None, "13, 8"):
            response = self.request(sec_websocket_version=version)
            self.assertEqual(response.status, 426)
            self.assertIn("sec-websocket-version: 13", response.head.lower())

    def test_request_without_upgrade_is_refused(self) -> None:
        """Status 426, with the protocol that is expected."""
        for headers in ({"upgrade": None}, {"upgrade": "h2c"}, {"connection": None}):
            response = self.request(**headers)
            self.assertEqual(response.status, 426)
            self.assertIn("Upgrade: websocket", response.head)

    def test_key_must_be_16_bytes_in_base64(self) -> None:
        """Status 400."""
        key = KEY.decode()
        for invalid in (None, "", "short", key[:-2], "!" * 24, key[4:]):
            self.assertEqual(self.request(sec_websocket_key=invalid).status, 400)

    def test_handshake_with_a_body_is_refused(self) -> None:
        """Status 400."""
        self.assertEqual(self.request(transfer_encoding="identity").status, 400)
        self.assertEqual(self.request(content_length="0").status, 200)

    def test_http_1_0_is_refused(self) -> None:
        """It has no upgrade."""
        wire = Wire().accept(Site(HandshakeResource(), reactor=Clock()))
        wire.send(b"GET / HTTP/1.0\r\nUpgrade: websocket\r\n\r\n")
        self.assertIn(b" 400 ", wire.take().splitlines()[0])


class ResponseTests(unittest.SynchronousTestCase):
    """The response that accepts a handshake."""

    def test_accept_key_is_that_of_the_rfc(self) -> None:
        """The example of RFC 6455, section 1.3."""
        key = b"dGhlIHNhbXBsZSBub25jZQ=="
        self.assertEqual(accept_key(key), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        response = switching_protocols(key, "chat.json")
        self.assertTrue(response.startswith(b"HTTP/1.1 101 "))
        self.assertTrue(
            response.endswith(b"\r\nSec-WebSocket-Protocol: chat.json\r\n\r\n")
        )
