"""Caddy, as in ``examples/``, in front of a real server.

Here it makes its certificates by itself; on the internet it gets them from an
authority.
"""

from __future__ import annotations

import socket
import ssl
from functools import partial
from typing import Any

from websockets.typing import Origin

from tests.end_to_end.delayed import connect_websocket
from tests.end_to_end.harness import free_port, require_program
from tests.end_to_end.page.browser import DESKTOP, PageTestCase
from tests.end_to_end.proxy import BEHIND_PROXY, ProxyTestCase
from tests.end_to_end.test_socketio_clients import (
    POLLING,
    WEBSOCKET,
    SocketIOClient,
)
from tests.end_to_end.waiting import TIMEOUT, eventually

GLOBAL_OPTIONS = """{
	admin off
	local_certs
	skip_install_trust
	auto_https disable_redirects
	default_bind 127.0.0.1
	storage file_system DIRECTORY
}
"""
"""So that it needs no privilege, no other port, and leaves no file."""

CLIENT = "127.0.0.5"
"""An address of this machine that is not the proxy's."""


def has_certificate(port: int) -> bool:
    """Whether a server completes a TLS handshake."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as plain:
            context.wrap_socket(plain).close()
    except OSError:
        return False
    return True


class CaddyTests(ProxyTestCase, PageTestCase):
    """The chat by TLS, at an address of its own and under a path of another."""

    def setUp(self) -> None:
        super().setUp()
        caddy = require_program("caddy")
        self.server = self.start(*BEHIND_PROXY)
        self.alice = self.connect(self.server, "alice")
        self.port, self.other_port = free_port(), free_port()
        config = self.adapt(
            "caddy/Caddyfile",
            {
                "\nchat.example.org {": f"\n127.0.0.1:{self.port} {{",
                "\nwww.example.org {": f"\n127.0.0.1:{self.other_port} {{",
                "127.0.0.1:3000 {": f"127.0.0.1:{self.server.port} {{",
            },
        )
        storage = self.directory / "storage"
        options = GLOBAL_OPTIONS.replace("DIRECTORY", str(storage))
        config.write_text(options + config.read_text("utf-8"), "utf-8")
        self.root = storage / "pki" / "authorities" / "local" / "root.crt"
        self.run_proxy(
            [caddy, "run", "--adapter", "caddyfile", "--config", str(config)],
            *(self.port, self.other_port),
        )
        # It listens before it has issued its certificates.
        for port in (self.port, self.other_port):
            eventually("Caddy has a certificate", partial(has_certificate, port))

    def get(self, url: str, *arguments: str) -> str:
        trust = ("--cacert", str(self.root), "--interface", CLIENT)
        return self.curl(*trust, *arguments, url)

    def test_browsers_work_through_it(self) -> None:
        """And are known by their own addresses, whatever they say."""
        url = f"https://127.0.0.1:{self.port}"
        self.assertIn("chat_form", self.get(f"{url}/"))
        lies = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7"}
        with connect_websocket(
            f"wss://127.0.0.1:{self.port}/ws?nick=bob",
            origin=Origin(url),
            additional_headers=lies,
            ssl=ssl.create_default_context(cafile=self.root),
            source_address=(CLIENT, 0),
        ) as bob:
            bob.send("hello through a proxy")
            self.alice.expect("bob: hello through a proxy\r\n")
            self.server.expect_log(rf"bob joined from {CLIENT} by websocket")

    def test_page_works(self) -> None:
        """By WebSocket, at both addresses; the slash at the end is added."""
        for port, path in ((self.port, "/"), (self.other_port, "/chat")):
            page = self.prepare({**DESKTOP, "ignoreHTTPSErrors": True})
            page.call("goto", f"https://127.0.0.1:{port}{path}")
            page.wait_status("Connected")
            page.take_name("bob")
            page.say(f"hello at {path}")
            self.alice.expect(f"bob: hello at {path}\r\n")
            self.alice.say(f"seen at {path}")
            page.wait_text(f"seen at {path}")
            page.call("close")
            self.alice.expect("bob: left the chat\r\n")
        self.assertNotIn("by polling", self.server.log())

    def test_socketio_clients_work_through_it(self) -> None:
        """By polling and by WebSocket, also under a path."""
        self.server.port = self.port
        self.check_socketio(POLLING)
        self.check_socketio(WEBSOCKET)
        self.server.port = self.other_port
        self.check_socketio({**POLLING, "path": "/chat/socket.io/"})

    def check_socketio(self, options: dict[str, Any]) -> None:
        insecure = {**options, "rejectUnauthorized": False}
        bob = SocketIOClient(self.server, "stock", insecure, "https")
        self.addCleanup(bob.close)
        bob.until("connect")
        bob.do("ask", "join", "bob")
        self.alice.expect("is now known as bob\r\n")
        bob.do("emit", "messages", "hello by Socket.IO")
        self.alice.expect("bob: hello by Socket.IO\r\n")
        bob.until("event", "messages", "bob: hello by Socket.IO")
        bob.do("disconnect")
        self.alice.expect("bob: left the chat\r\n")
