"""Requests that are a WebSocket handshake, and those that are none."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from tests.support.memory import KEY, WebSocketClient, Wire
from twisted_chat.websocket.handshake import NoHandshake, handshake_key, is_upgrade


class Door(Resource):
    """Shows what it makes of a request."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        try:
            return b"upgrade %d %s" % (is_upgrade(request), handshake_key(request))
        except NoHandshake as wrong:
            return wrong.answer(request)


class HandshakeTests(unittest.SynchronousTestCase):
    """A client that speaks another language is told which is spoken here."""

    def ask(self, **headers: Any) -> WebSocketClient:
        return WebSocketClient(Site(Door(), reactor=Clock()), **headers)

    def test_a_sound_one(self) -> None:
        """Any case and any list will do."""
        for connection in ("Upgrade", "keep-alive, upgrade", "UPGRADE,close"):
            answer = self.ask(connection=connection, upgrade="WebSocket")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, "upgrade 1 " + KEY.decode())

    def test_another_version(self) -> None:
        """An old client gets 426 and the version to come back with."""
        for version in ("8", "0", "14", None, "13, 8"):
            answer = self.ask(sec_websocket_version=version)
            self.assertEqual(answer.status, 426)
            self.assertIn("sec-websocket-version: 13", answer.head.lower())

    def test_no_upgrade(self) -> None:
        """A plain GET is told that a WebSocket is wanted."""
        for headers in ({"upgrade": None}, {"upgrade": "h2c"}, {"connection": None}):
            answer = self.ask(**headers)
            self.assertEqual(answer.status, 426)
            self.assertIn("Upgrade: websocket", answer.head)

    def test_a_broken_key(self) -> None:
        """A key that is not 16 bytes in base64 is refused."""
        key = KEY.decode()
        for wrong in (None, "", "short", key[:-2], "!" * 24, key[4:]):
            self.assertEqual(self.ask(sec_websocket_key=wrong).status, 400)

    def test_a_body(self) -> None:
        """A handshake that brings a body is refused."""
        self.assertEqual(self.ask(transfer_encoding="identity").status, 400)
        self.assertEqual(self.ask(content_length="0").status, 200)

    def test_http_1_0(self) -> None:
        """HTTP/1.0 knows no upgrade."""
        wire = Wire().accept(Site(Door(), reactor=Clock()))
        wire.send(b"GET / HTTP/1.0\r\nUpgrade: websocket\r\n\r\n")
        self.assertIn(b" 400 ", wire.take().splitlines()[0])
