"""Engine.IO 4 as its clients use it, against the program that docs/embedding.md shows.

They cover what the protocol's own test suite covers, in other words and some more.
"""

from __future__ import annotations

import json
import socket
import time

from websockets.exceptions import InvalidStatus

from tests.end_to_end.embedding import PING_INTERVAL, PING_TIMEOUT, ProgramTestCase
from tests.end_to_end.harness import PATIENCE


class EchoTestCase(ProgramTestCase):
    """The echo is running."""

    shown = "engineio_server"
    path = "/engine.io/"

    def check_handshake(self, packet: str, upgrades: list[str]) -> None:
        self.assertEqual(packet[0], "0")
        handshake = json.loads(packet[1:])
        sid = handshake.pop("sid")
        self.assertIsInstance(sid, str)
        self.assertEqual(
            handshake,
            {
                "upgrades": upgrades,
                "pingInterval": 300,
                "pingTimeout": 200,
                "maxPayload": 1_000_000,
            },
        )


class HandshakeTests(EchoTestCase):
    """How a session begins, or does not."""

    def test_polling(self) -> None:
        """A GET begins a session, which offers the upgrade."""
        status, text = self.fetch("EIO=4&transport=polling")
        self.assertEqual(status, 200)
        self.check_handshake(text, ["websocket"])

    def test_websocket(self) -> None:
        """A WebSocket begins a session, which offers nothing more."""
        self.check_handshake(str(self.socket().recv(PATIENCE)), [])

    def test_refused(self) -> None:
        """Another version, transport or method gets 400, by either transport."""
        for query in (
            "transport=polling",
            "EIO=abc&transport=polling",
            "EIO=4",
            "EIO=4&transport=abc",
            "EIO=4&transport=polling&sid=unknown",
        ):
            self.assertEqual(self.fetch(query)[0], 400, query)
        for method in ("POST", "PUT"):
            status, _ = self.fetch("EIO=4&transport=polling", "", method)
            self.assertEqual(status, 400)
        for query in (
            "transport=websocket",
            "EIO=abc&transport=websocket",
            "EIO=4",
            "EIO=4&transport=abc",
            "EIO=4&transport=websocket&sid=unknown",
        ):
            with self.assertRaises(InvalidStatus):
                self.socket(query)

    def test_old_clients(self) -> None:
        """A client of version 3 is told in its own protocol's words."""
        self.assertEqual(
            self.fetch("EIO=3&transport=polling"),
            (400, '{"code":5,"message":"Unsupported protocol version"}'),
        )


class MessageTests(EchoTestCase):
    """Messages there and back."""

    def test_polling(self) -> None:
        """One, several, and binary among them: they come back as they went."""
        sid = self.open_polling()
        for body in ("4hello", "4one\x1e4two\x1e4three", "4hello\x1ebAQIDBA=="):
            self.assertEqual(self.poll(sid, body), (200, "ok"))
            self.assertEqual(self.poll(sid), (200, body))

    def test_nonsense_by_polling(self) -> None:
        """A POST that holds no packet ends the session."""
        sid = self.open_polling()
        self.assertEqual(self.poll(sid, "abc")[0], 400)
        self.assertEqual(self.poll(sid)[0], 400)

    def test_two_gets(self) -> None:
        """A second GET ends the session, and the first one says so."""
        sid = self.open_polling()
        first = self.poll_soon(sid)
        time.sleep(0.02)
        self.assertEqual(self.poll(sid)[0], 400)
        self.assertEqual(first.result(), (200, "1"))
        self.assertEqual(self.poll(sid)[0], 400)

    def test_cancelled_get(self) -> None:
        """A client that hangs up on its GET is gone."""
        sid = self.open_polling()
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as get:
            query = f"{self.path}?EIO=4&transport=polling&sid={sid}"
            get.sendall(f"GET {query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(0.02)
        self.assertEqual(self.poll(sid)[0], 400)

    def test_websocket(self) -> None:
        """Text and binary come back as they went."""
        client = self.open_websocket()
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])
        client.send(b"\x01\x02\x03\x04")
        self.assertEqual(self.answers(client), [b"\x01\x02\x03\x04"])

    def test_nonsense_by_websocket(self) -> None:
        """A message that is no packet ends the session."""
        client = self.open_websocket()
        client.send("abc")
        self.expect_closed(client)


class HeartbeatTests(EchoTestCase):
    """Pings, and those who do not answer them."""

    def test_polling(self) -> None:
        """Who answers stays."""
        sid = self.open_polling()
        for _ in range(3):
            self.assertEqual(self.poll(sid), (200, "2"))
            self.assertEqual(self.poll(sid, "3"), (200, "ok"))

    def test_websocket(self) -> None:
        """Who answers stays."""
        client = self.open_websocket()
        for _ in range(3):
            self.assertEqual(client.recv(PATIENCE), "2")
            client.send("3")

    def test_silence_by_polling(self) -> None:
        """Who does not ask for its pings is forgotten, to the millisecond."""
        sid = self.open_polling()
        time.sleep(PING_INTERVAL + PING_TIMEOUT)
        self.assertEqual(self.poll(sid)[0], 400)

    def test_silence_by_websocket(self) -> None:
        """Who does not answer is disconnected."""
        self.assertEqual(self.expect_closed(self.open_websocket()), ["2"])


class CloseTests(EchoTestCase):
    """The client ends the session."""

    def test_polling(self) -> None:
        """The GET that waits is answered, whichever of the two comes first."""
        sid = self.open_polling()
        waiting = self.poll_soon(sid)
        time.sleep(0.02)
        self.assertEqual(self.poll(sid, "1"), (200, "ok"))
        self.assertEqual(waiting.result(), (200, "6"))
        self.assertEqual(self.poll(sid)[0], 400)

        sid = self.open_polling()
        self.assertEqual(self.poll(sid, "1"), (200, "ok"))
        self.assertEqual(self.poll(sid), (200, "6"))
        self.assertEqual(self.poll(sid)[0], 400)

    def test_websocket(self) -> None:
        """The WebSocket is closed."""
        client = self.open_websocket()
        client.send("1")
        self.expect_closed(client)


class UpgradeTests(EchoTestCase):
    """From polling to WebSocket."""

    def upgrade(self, sid: str, *, finish: bool = True):  # type: ignore[no-untyped-def]
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send("2probe")
        self.assertEqual(client.recv(PATIENCE), "3probe")
        if finish:
            client.send("5")
        return client

    def test_upgrade(self) -> None:
        """Once probed no GET waits any more; then the WebSocket takes over."""
        sid = self.open_polling()
        client = self.upgrade(sid, finish=False)
        self.assertEqual(self.poll(sid), (200, "6"))
        client.send("5")
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])

    def test_waiting_get(self) -> None:
        """A GET that waits is released by the probe."""
        sid = self.open_polling()
        waiting = self.poll_soon(sid)
        time.sleep(0.02)
        self.upgrade(sid)
        self.assertEqual(waiting.result(), (200, "6"))

    def test_polling_afterwards(self) -> None:
        """An upgraded session has no polling, and is none the worse for it."""
        sid = self.open_polling()
        client = self.upgrade(sid)
        self.assertEqual(self.poll(sid)[0], 400)
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])

    def test_second_websocket(self) -> None:
        """Another WebSocket is closed, and the first is none the worse for it."""
        sid = self.open_polling()
        client = self.upgrade(sid)
        second = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        self.expect_closed(second)
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])
