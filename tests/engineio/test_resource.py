"""Engine.IO over HTTP: handshakes, refusals, origins and limits."""

from __future__ import annotations

import json

from tests.support.engineio_client import PATH, EngineIOTestCase, Exchange
from twisted_chat.net.origins import Origins

WEBSOCKET = "EIO=4&transport=websocket"
POLLING = "EIO=4&transport=polling"


class HandshakeTests(EngineIOTestCase):
    """How a session starts."""

    def test_polling_handshake_has_the_open_packet(self) -> None:
        """It is the only packet of the response."""
        answer = self.fetch(POLLING)
        self.assertEqual(
            answer.outcome,
            (
                200,
                (
                    '0{"sid":"id1","upgrades":["websocket"],"pingInterval":25000,'
                    '"pingTimeout":20000,"maxPayload":1000000}'
                ),
            ),
        )
        self.assertIn("Cache-Control: no-store", answer.head)
        self.assertIn("Content-Type: text/plain; charset=UTF-8", answer.head)
        self.assertEqual(self.resource.sessions, 1)

    def test_websocket_handshake_offers_no_upgrade(self) -> None:
        """The OPEN packet is the first message."""
        (packet,) = self.socket().received()
        self.assertEqual(json.loads(packet[1:])["upgrades"], [])
        self.assertEqual(self.resource.sessions, 1)

    def test_path_may_end_without_a_slash(self) -> None:
        """Nothing is below it."""
        answer = Exchange(self.site, "GET", f"{PATH[:-1]}?{POLLING}")
        self.assertEqual(answer.status, 200)
        answer = Exchange(self.site, "GET", f"{PATH}more?{POLLING}")
        self.assertEqual(answer.status, 404)

    def test_refusal_has_the_code_of_the_reference_server(self) -> None:
        """And its message."""
        sid = self.open()
        for query, method, status, code, message in (
            ("EIO=3&transport=polling", "GET", 400, 5, "Unsupported protocol version"),
            ("transport=polling", "GET", 400, 5, "Unsupported protocol version"),
            ("EIO=x&transport=polling", "GET", 400, 5, "Unsupported protocol version"),
            ("EIO=4", "GET", 400, 0, "Transport unknown"),
            ("EIO=4&transport=abc", "GET", 400, 0, "Transport unknown"),
            (POLLING, "POST", 400, 2, "Bad handshake method"),
            (POLLING, "PUT", 400, 2, "Bad handshake method"),
            (f"{POLLING}&sid=none", "GET", 400, 1, "Session ID unknown"),
            (f"{POLLING}&sid=%FF%C0", "GET", 400, 1, "Session ID unknown"),
            (f"{POLLING}&sid={sid}", "DELETE", 400, 3, "Bad request"),
            (f"{POLLING}&j=0", "GET", 400, 3, "Bad request"),
            (WEBSOCKET, "GET", 400, 3, "Bad request"),
            ("&".join(["a=b"] * 50), "GET", 400, 3, "Bad request"),
        ):
            answer = self.fetch(query, method=method)
            body = f'{{"code":{code},"message":"{message}"}}'
            self.assertEqual(answer.outcome, (status, body), query)
            self.assertIn("Content-Type: application/json", answer.head)
        self.assertEqual(self.resource.sessions, 1)

    def test_refused_websocket_has_no_session(self) -> None:
        """It is answered over HTTP."""
        for query in (
            "EIO=3&transport=websocket",
            "transport=websocket",
            "EIO=4&transport=polling",
            f"{WEBSOCKET}&sid=none",
        ):
            self.assertEqual(self.socket(query).status, 400)
        self.assertEqual(self.socket(sec_websocket_version="8").status, 426)
        self.assertEqual(self.resource.sessions, 0)

    def test_fields_of_a_form_are_ignored(self) -> None:
        """Only those of the URL count."""
        answer = self.fetch(
            "EIO=4",
            b"transport=polling",
            Content_Type="application/x-www-form-urlencoded",
        )
        self.assertEqual(answer.status, 400)


class OriginTests(EngineIOTestCase):
    """Origin checks."""

    def test_pages_of_the_same_host_are_allowed_by_default(self) -> None:
        """And clients that send no origin."""
        for origin, status in (
            ("http://chat.example", 200),
            ("https://CHAT.example", 200),
            ("http://other.example", 403),
            ("null", 403),
            ("http://[", 403),
        ):
            answer = self.fetch(POLLING, Origin=origin)
            self.assertEqual(answer.status, status, origin)
            expected = 101 if status == 200 else status
            self.assertEqual(self.socket(origin=origin).status, expected, origin)

    def test_page_of_another_site_that_sends_no_origin_is_refused(self) -> None:
        """Its images are fetched like that; ``*`` allows all pages."""
        for site, status in (
            ("cross-site", 403),
            ("same-site", 200),
            ("same-origin", 200),
            ("none", 200),
        ):
            answer = self.fetch(POLLING, Sec_Fetch_Site=site)
            self.assertEqual(answer.status, status, site)
        self.serve(allow_origin=Origins(["http://pages.example"]))
        answer = self.fetch(
            POLLING, Origin="http://pages.example", Sec_Fetch_Site="cross-site"
        )
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.fetch(POLLING, Sec_Fetch_Site="cross-site").status, 403)
        self.serve(allow_origin=Origins(["*"]))
        answer = self.fetch(POLLING, Sec_Fetch_Site="cross-site")
        self.assertEqual(answer.status, 200)
        self.assertNotIn("Access-Control", answer.head)

    def test_request_with_two_origins_is_refused(self) -> None:
        """As for WebSockets: neither of them can be believed."""
        both = "http://chat.example\r\nOrigin: http://other.example"
        self.assertEqual(self.fetch(POLLING, Origin=both).status, 403)

    def test_forbidden_origin_may_not_read_the_response(self) -> None:
        """It has no CORS headers."""
        answer = self.fetch(POLLING, Origin="http://other.example")
        self.assertEqual(answer.body, '{"code":4,"message":"Forbidden"}')
        self.assertNotIn("Access-Control", answer.head)

    def test_application_may_decide_which_origin_is_allowed(self) -> None:
        """Allowed pages may read the response."""
        asked: list[tuple[bytes | None, bytes]] = []

        def allow(origin: bytes | None, host: bytes) -> bool:
            asked.append((origin, host))
            return True

        self.serve(allow_origin=allow)
        answer = self.fetch(POLLING, Origin="http://other.example")
        self.assertEqual(answer.status, 200)
        self.assertIn("Access-Control-Allow-Origin: http://other.example", answer.head)
        self.assertIn("Vary: Origin", answer.head)
        self.assertEqual(self.socket().status, 101)
        self.assertEqual(
            asked,
            [(b"http://other.example", b"chat.example"), (None, b"chat.example")],
        )

    def test_origin_is_checked_at_every_request(self) -> None:
        """A page cannot use the session of another."""
        sid = self.open()
        answer = self.poll(sid, b"4hello", Origin="http://other.example")
        self.assertEqual(answer.status, 403)
        self.assertEqual(self.peers[0].received, [])

    def test_preflight_request_is_answered(self) -> None:
        """With the methods and headers that are allowed."""
        answer = self.fetch(
            POLLING,
            method="OPTIONS",
            Origin="http://chat.example",
            Access_Control_Request_Headers="x-mine",
        )
        self.assertEqual(answer.status, 204)
        self.assertIn("Access-Control-Allow-Headers: x-mine", answer.head)
        self.assertIn("Access-Control-Allow-Methods: GET,POST", answer.head)
        self.assertEqual(self.resource.sessions, 0)
        answer = self.fetch(POLLING, method="OPTIONS")
        self.assertNotIn("Access-Control-Allow-Headers", answer.head)


class LimitTests(EngineIOTestCase):
    """A client can only harm itself."""

    def test_session_over_the_total_limit_is_refused(self) -> None:
        """On either transport."""
        self.serve(max_sessions=2)
        sid = self.open()
        self.open()
        self.assertEqual(self.fetch(POLLING).status, 503)
        self.assertEqual(self.socket().status, 503)
        self.poll(sid, b"1")
        self.assertEqual(self.socket().status, 101)

    def test_it_is_known_when_half_of_the_sessions_are_in_use(self) -> None:
        """So that an application may be stricter then."""
        self.serve(max_sessions=4)
        self.open()
        self.assertFalse(self.resource.is_half_full)
        self.open()
        self.assertTrue(self.resource.is_half_full)

    def test_invalid_websocket_handshake_is_not_counted(self) -> None:
        """It opens no session."""
        self.serve(max_sessions=1)
        for _ in range(3):
            self.assertEqual(self.socket(sec_websocket_version="8").status, 426)
        self.assertEqual(self.socket().status, 101)

    def test_session_over_the_limit_per_address_is_refused(self) -> None:
        """Loopback addresses have no limit."""
        self.serve(max_per_host=2)
        sid = self.open()
        self.open()
        self.assertEqual(self.fetch(POLLING).status, 503)
        self.open(peer="192.0.2.2")
        for _ in range(3):
            self.open(peer="127.0.0.1")
            self.open(peer="::ffff:127.0.0.1")
        self.poll(sid, b"1")
        self.open()
        self.poll("id2", b"1")
        self.poll("id10", b"1")
        self.open()

    def test_post_over_the_limit_ends_the_session(self) -> None:
        """Status 413."""
        self.serve(max_payload=10)
        sid = self.open()
        self.assertEqual(self.poll(sid, b"4123456789").outcome, (200, "ok"))
        self.assertEqual(self.poll(sid, b"41234567890").status, 413)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(len(self.peers[0].ends), 1)

    def test_message_over_the_limit_ends_the_session(self) -> None:
        """Code 1009."""
        self.serve(max_payload=10)
        client = self.connect()
        client.send_text("4123456789")
        self.assertEqual(client.received(), ["4123456789"])
        client.send_text("41234567890")
        self.assertEqual(client.close_code(), 1009)
        self.assertEqual(len(self.peers[0].ends), 1)

    def test_post_may_have_any_number_of_packets(self) -> None:
        """Within its size."""
        sid = self.open()
        body = b"\x1e".join([b"4x"] * 1000)
        self.assertEqual(self.poll(sid, body, bytewise=False).outcome, (200, "ok"))
        self.assertEqual(len(self.peers[0].received), 1000)
        self.assertEqual(self.poll(sid).body, body.decode())

    def test_close_ends_all_sessions(self) -> None:
        """On both transports."""
        waiting = self.poll(self.open())
        client = self.connect()
        self.resource.close("stopping")
        self.assertEqual(waiting.outcome, (200, "1"))
        self.assertEqual(client.close_code(), 1000)
        self.clock.advance(0)
        self.assertEqual([peer.ends for peer in self.peers], [["stopping"]] * 2)
        self.assertEqual(self.resource.sessions, 0)


class BytewiseHandshakeTests(HandshakeTests):
    """The same, byte by byte."""

    bytewise = True
