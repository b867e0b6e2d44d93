"""Engine.IO 4, tested over the network against the program in docs/embedding.md.

Covers what the protocol's own test suite covers, and more.
"""

from __future__ import annotations

import json
import time

from websockets.exceptions import InvalidStatus

from tests.end_to_end.embedding import PING_INTERVAL, PING_TIMEOUT, ProgramTestCase
from tests.end_to_end.harness import TIMEOUT, eventually


class EchoTestCase(ProgramTestCase):
    """Tests with the echo server of docs/embedding.md."""

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
    """The start of a session."""

    ping_timeout = PING_TIMEOUT

    def test_polling_handshake_offers_the_upgrade(self) -> None:
        """A GET opens a session."""
        status, text = self.fetch("EIO=4&transport=polling")
        self.assertEqual(status, 200)
        self.check_handshake(text, ["websocket"])

    def test_websocket_handshake_offers_no_upgrade(self) -> None:
        """A WebSocket opens a session."""
        self.check_handshake(str(self.socket().recv(TIMEOUT)), [])

    def test_invalid_requests_get_status_400(self) -> None:
        """Another version, transport or method, by either transport."""
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

    def test_version_3_clients_get_the_error_of_the_protocol(self) -> None:
        """So they can report it."""
        self.assertEqual(
            self.fetch("EIO=3&transport=polling"),
            (400, '{"code":5,"message":"Unsupported protocol version"}'),
        )


class MessageTests(EchoTestCase):
    """Messages in both directions."""

    def test_polling_echoes_text_and_binary(self) -> None:
        """One message, several, and binary ones among them."""
        sid = self.open_polling()
        for body in ("4hello", "4one\x1e4two\x1e4three", "4hello\x1ebAQIDBA=="):
            self.assertEqual(self.poll(sid, body), (200, "ok"))
            self.assertEqual(self.poll(sid), (200, body))

    def test_invalid_packet_by_polling_closes_the_session(self) -> None:
        """The POST gets status 400."""
        sid = self.open_polling()
        self.assertEqual(self.poll(sid, "abc")[0], 400)
        self.assertEqual(self.poll(sid)[0], 400)

    def test_second_get_closes_the_session(self) -> None:
        """The first GET is answered with a close packet."""
        sid = self.open_polling()
        first = self.start_poll(sid)
        self.assertEqual(self.poll(sid)[0], 400)
        self.assertEqual(first.response(), (200, "1"))
        self.assertEqual(self.poll(sid)[0], 400)

    def test_cancelled_get_closes_the_session(self) -> None:
        """The client has closed the connection of its waiting GET."""
        sid = self.open_polling()
        self.start_poll(sid).cancel()
        self.assertEqual(self.poll(sid)[0], 400)

    def test_websocket_echoes_text_and_binary(self) -> None:
        """Unchanged."""
        client = self.open_websocket()
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])
        client.send(b"\x01\x02\x03\x04")
        self.assertEqual(self.answers(client), [b"\x01\x02\x03\x04"])

    def test_invalid_packet_by_websocket_closes_the_session(self) -> None:
        """The connection is closed."""
        client = self.open_websocket()
        client.send("abc")
        self.expect_closed(client)


class HeartbeatTests(EchoTestCase):
    """Clients that answer pings."""

    def test_polling_client_that_answers_pings_stays(self) -> None:
        """For three pings."""
        sid = self.open_polling()
        for _ in range(3):
            self.assertEqual(self.poll(sid), (200, "2"))
            self.assertEqual(self.poll(sid, "3"), (200, "ok"))

    def test_websocket_client_that_answers_pings_stays(self) -> None:
        """For three pings."""
        client = self.open_websocket()
        for _ in range(3):
            self.assertEqual(client.recv(TIMEOUT), "2")
            client.send("3")


class TimeoutTests(EchoTestCase):
    """Clients that do not answer pings."""

    ping_timeout = PING_TIMEOUT

    def test_silent_polling_session_times_out(self) -> None:
        """After the ping interval and the ping timeout."""
        sid = self.open_polling()
        time.sleep(PING_INTERVAL + PING_TIMEOUT)
        eventually("the session is closed", lambda: self.poll(sid)[0] == 400)

    def test_silent_websocket_is_closed(self) -> None:
        """After a ping, or after another one if the server itself was held up."""
        pings = self.expect_closed(self.open_websocket())
        self.assertIn(pings, (["2"], ["2", "2"]))


class CloseTests(EchoTestCase):
    """The client closes the session."""

    def test_close_by_polling_answers_the_get(self) -> None:
        """Whether the GET or the close packet arrives first."""
        sid = self.open_polling()
        waiting = self.start_poll(sid)
        self.assertEqual(self.poll(sid, "1"), (200, "ok"))
        self.assertEqual(waiting.response(), (200, "6"))
        self.assertEqual(self.poll(sid)[0], 400)

        sid = self.open_polling()
        self.assertEqual(self.poll(sid, "1"), (200, "ok"))
        self.assertEqual(self.poll(sid), (200, "6"))
        self.assertEqual(self.poll(sid)[0], 400)

    def test_close_by_websocket_closes_the_connection(self) -> None:
        """The server closes it."""
        client = self.open_websocket()
        client.send("1")
        self.expect_closed(client)


class UpgradeTests(EchoTestCase):
    """The upgrade from polling to WebSocket."""

    def upgrade(self, sid: str, *, finish: bool = True):  # type: ignore[no-untyped-def]
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send("2probe")
        self.assertEqual(client.recv(TIMEOUT), "3probe")
        if finish:
            client.send("5")
        return client

    def test_probed_session_answers_a_get_at_once(self) -> None:
        """Then the WebSocket takes over."""
        sid = self.open_polling()
        client = self.upgrade(sid, finish=False)
        self.assertEqual(self.poll(sid), (200, "6"))
        client.send("5")
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])

    def test_probe_releases_the_waiting_get(self) -> None:
        """With a noop packet."""
        sid = self.open_polling()
        waiting = self.start_poll(sid)
        self.upgrade(sid)
        self.assertEqual(waiting.response(), (200, "6"))

    def test_polling_after_the_upgrade_is_refused(self) -> None:
        """The session is not affected."""
        sid = self.open_polling()
        client = self.upgrade(sid)
        self.assertEqual(self.poll(sid)[0], 400)
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])

    def test_second_websocket_is_closed(self) -> None:
        """The first one is not affected."""
        sid = self.open_polling()
        client = self.upgrade(sid)
        second = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        self.expect_closed(second)
        client.send("4hello")
        self.assertEqual(self.answers(client), ["4hello"])
