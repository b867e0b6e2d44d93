"""Clients that come and go leave nothing behind, however they do."""

from __future__ import annotations

import re

from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from tests.support.churn import CLOSE, ChurnCase
from tests.support.memory import handshake, masked, text


class ChurnTests(ChurnCase):
    """Line clients, browsers and WebSockets."""

    def test_line_clients(self) -> None:
        """Telnet, nc, and what never got so far."""

        def says_something() -> None:
            self.connect(b"hello\r\n").send(b"and half a li")

        def asks_for_telnet_options() -> None:
            self.connect(b"\xff\xfb\x18hello\r\n").send(b"\xff\xfa\x18")

        def quits() -> None:
            wire = self.connect(b"hello\r\n\\quit\r\n")
            self.assertTrue(wire.disconnecting)

        def half_closes() -> None:
            wire = self.connect(b"hello\r\n")
            wire.protocol.readConnectionLost()  # type: ignore[union-attr]

        def is_silent() -> None:
            self.connect()
            self.wait(1)

        def goes_before_the_server_speaks() -> None:
            self.connect()

        def goes_within_its_first_line() -> None:
            self.connect(b"GE")
            self.connect(b"\x16\x03")

        def speaks_another_protocol() -> None:
            self.connect(b"EHLO example.com\r\n")

        def sends_a_late_request() -> None:
            wire = self.connect()
            self.wait(1)
            wire.send(b"GET / HTTP/1.1\r\n\r\n")

        def goes_while_it_joins() -> None:
            self.room.journal.hold("read")
            self.room.pool.rooms["lobby"].loaded = False
            self.connect(b"hello\r\n").connectionLost(Failure(ConnectionLost()))
            self.room.journal.release("read")

        def visits_rooms() -> None:
            wire = self.connect(b"\\join tea\r\n\\nick bob\r\n\\ignore alice\r\n")
            wire.send(b"\\away tea\r\n\\topic tea\r\n\\leave\r\n")

        self.come_and_go(
            says_something,
            asks_for_telnet_options,
            quits,
            half_closes,
            is_silent,
            goes_before_the_server_speaks,
            goes_within_its_first_line,
            speaks_another_protocol,
            sends_a_late_request,
            goes_while_it_joins,
            visits_rooms,
        )

    def test_http_clients(self) -> None:
        """Browsers that load the page, and requests that end early."""

        def loads_the_page() -> None:
            self.connect(b"GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n")

        def stops_within_the_header() -> None:
            self.connect(b"GET / HTTP/1.1\r\nHost: chat.ex")

        def stops_within_the_header_and_stays() -> None:
            self.connect(b"GET / HTTP/1.1\r\nHost: chat.ex")
            self.wait(80)

        def stops_within_the_body() -> None:
            self.connect(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")

        def is_refused() -> None:
            self.connect(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            self.connect(handshake("/ws", origin="http://evil.example"))

        def is_malformed() -> None:
            self.connect(b"GET /a b HTTP/1.1\r\nHost: chat.example\r\n\r\n")

        self.come_and_go(
            loads_the_page,
            stops_within_the_header,
            stops_within_the_header_and_stays,
            stops_within_the_body,
            is_refused,
            is_malformed,
        )

    # WebSocket.

    def websocket_ways(self, path: str, message: str) -> None:
        def closes() -> None:
            wire = self.connect(handshake(path))
            wire.send(text(message) + CLOSE)
            self.assertTrue(wire.disconnecting)

        def is_lost() -> None:
            self.connect(handshake(path)).send(text(message))

        def stops_within_the_handshake() -> None:
            self.connect(handshake(path)[:-10])

        def stops_within_a_frame() -> None:
            self.connect(handshake(path)).send(text(message)[:-1])

        def stops_within_a_message() -> None:
            self.connect(handshake(path)).send(text(message, last=False))

        def violates_the_protocol() -> None:
            self.connect(handshake(path)).send(masked(0xF1, b"x"))

        def answers_no_ping() -> None:
            wire = self.connect(handshake(path))
            wire.send(text(message))
            self.wait(46)
            self.assertTrue(wire.aborted)

        def does_not_close() -> None:
            wire = self.connect(handshake(path))
            wire.send(masked(0x82, b"binary"))
            self.wait(4)

        def reads_nothing() -> None:
            wire = self.connect(handshake(path))
            wire.send(text(message))
            wire.producer.pauseProducing()
            for number in range(2):
                self.alice.types(f"something {number}")
            self.wait(32)
            self.assertTrue(wire.aborted)

        self.come_and_go(
            closes,
            is_lost,
            stops_within_the_handshake,
            stops_within_a_frame,
            stops_within_a_message,
            violates_the_protocol,
            answers_no_ping,
            does_not_close,
            reads_nothing,
        )

    def test_plain_text_websockets(self) -> None:
        """One line in each frame."""
        self.websocket_ways("/ws", "hello")

    def test_json_websockets(self) -> None:
        """One object in each frame."""
        self.websocket_ways("/ws?format=json", '{"type":"message","text":"hello"}')

    def test_json_clients_that_resume(self) -> None:
        """Before the first frame, with it, and with the session of another one."""
        path = "/ws?format=json"

        def goes_before_its_first_frame() -> None:
            self.connect(handshake(f"{path}&resume=1"))

        def never_sends_its_first_frame() -> None:
            self.connect(handshake(f"{path}&resume=1"))
            self.wait(10)

        def resumes() -> None:
            old = self.connect(handshake(path) + text('{"type":"who"}'))
            found = re.search(rb'"session":"([^"]+)"', old.take())
            assert found is not None
            new = self.connect(handshake(f"{path}&resume=1"))
            session = found[1].decode()
            new.send(text(f'{{"type":"resume","session":"{session}"}}'))
            self.settle()
            self.wait(4)
            self.assertIn(b"welcome", new.take())

        def resumes_with_an_invalid_session() -> None:
            wire = self.connect(handshake(f"{path}&resume=1"))
            wire.send(text('{"type":"resume","session":"%s"}' % ("x" * 22)))

        self.come_and_go(
            goes_before_its_first_frame,
            never_sends_its_first_frame,
            resumes,
            resumes_with_an_invalid_session,
        )
