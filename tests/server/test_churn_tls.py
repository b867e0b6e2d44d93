"""Clients within TLS that come and go leave nothing behind."""

from __future__ import annotations

from tests.server.test_listeners import SOCKETIO, a_certificate
from tests.support.churn import CLOSE, ChurnCase
from tests.support.memory import handshake, masked, text
from tests.support.tls_client import TlsClient
from twisted_chat.net.tls import Certificate


class TlsChurnTests(ChurnCase):
    """At every stage of the handshake, and after it."""

    # Handshakes take long.
    clients = 100

    def certificate(self) -> Certificate:
        return a_certificate(self.mktemp())

    def secure(self, first: bytes = b"") -> TlsClient:
        client = TlsClient(self.connect(), self.clock)
        client.exchange()
        if first:
            client.send(first)
            self.settle()
            client.exchange()
        return client

    def test_handshakes(self) -> None:
        """That end early, never end or fail."""

        def stops_within_the_hello() -> None:
            self.connect(b"\x16\x03\x01\x02\x00\x01")

        def stops_after_the_hello() -> None:
            TlsClient(self.connect(), self.clock).hello()

        def stops_after_the_hello_and_stays() -> None:
            TlsClient(self.connect(), self.clock).hello()
            self.wait(12)

        def sends_nonsense() -> None:
            wire = self.connect()
            TlsClient(wire, self.clock).hello()
            wire.send(b"nonsense" * 10)

        def is_silent_after_the_handshake() -> None:
            self.secure()
            self.wait(1)

        self.come_and_go(
            stops_within_the_hello,
            stops_after_the_hello,
            stops_after_the_hello_and_stays,
            sends_nonsense,
            is_silent_after_the_handshake,
        )

    def test_clients(self) -> None:
        """Of each kind."""

        def telnet() -> None:
            self.secure(b"hello\r\n").send(b"half a li")

        def telnet_that_quits() -> None:
            self.secure(b"hello\r\n\\quit\r\n")
            self.wait(12)

        def websocket() -> None:
            self.secure(handshake("/ws") + text("hello"))

        def websocket_that_closes() -> None:
            self.secure(handshake("/ws?format=json")).send(CLOSE)
            self.wait(4)

        def websocket_that_violates_the_protocol() -> None:
            self.secure(handshake("/ws")).send(masked(0xF1, b"x"))
            self.wait(4)

        def socketio() -> None:
            self.secure(handshake(f"{SOCKETIO}websocket")).send(text("40"))

        def page() -> None:
            self.secure(b"GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n")

        self.come_and_go(
            telnet,
            telnet_that_quits,
            websocket,
            websocket_that_closes,
            websocket_that_violates_the_protocol,
            socketio,
            page,
        )
