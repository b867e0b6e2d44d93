"""nginx and HAProxy, as in ``examples/``, in front of a real server."""

from __future__ import annotations

import socket
import subprocess
from contextlib import ExitStack

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.typing import Origin

from tests.end_to_end.delayed import connect_websocket
from tests.end_to_end.harness import TIMEOUT, Server, free_port, require_program
from tests.end_to_end.page.browser import PageTestCase
from tests.end_to_end.proxy import BEHIND_PROXY, ProxyTestCase


class HttpTestCase(ProxyTestCase):
    """A proxy without TLS."""

    def websocket(
        self, port: int, path: str = "/ws", **headers: str
    ) -> ClientConnection:
        """A WebSocket of the page that is served on a port."""
        stack = ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(
            connect_websocket(
                f"ws://127.0.0.1:{port}{path}",
                origin=Origin(f"http://127.0.0.1:{port}"),
                additional_headers=headers,
            )
        )

    def check_http(self, server: Server, port: int) -> None:
        """The page, a WebSocket and polling work; the client's address is its own."""
        alice = self.connect(server, "alice")
        self.assertIn("chat_form", self.curl(f"http://127.0.0.1:{port}/"))
        bob = self.websocket(port, "/ws?nick=bob")
        alice.expect("bob: joined the chat\r\n")
        bob.send("hello through a proxy")
        alice.expect("bob: hello through a proxy\r\n")
        polling = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
        self.assertIn('"sid":', self.curl(polling))
        # What a client writes into the headers, the proxy does not pass on as its own.
        self.curl("--header", "Forwarded: for=1.1.1.1", f"http://127.0.0.1:{port}/")
        # This one names another proxy on this machine, which is trusted.
        client = {"X-Forwarded-For": "203.0.113.7"}
        first = self.websocket(port, "/ws?nick=carol", **client)
        server.expect_log(r"carol joined from 203\.0\.113\.7 by websocket")
        with self.assertRaises(InvalidStatus) as refused:
            self.websocket(port, **client)
        self.assertEqual(refused.exception.response.status_code, 503)
        first.close()


class NginxTestCase(HttpTestCase):
    """The configuration of nginx."""

    def configure(self, port: int, chat_port: int, **changes: str) -> list[str]:
        """The command for the example, with everything in our directory."""
        nginx = require_program("nginx")
        paths = "".join(
            f"{kind}_temp_path {self.directory / kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = self.adapt(
            "nginx/twisted-chat.conf",
            {
                "listen 80;": f"listen 127.0.0.1:{port};",
                "http://127.0.0.1:3000": f"http://127.0.0.1:{chat_port}",
                "http {\n": f"http {{\naccess_log off;\n{paths}",
                **changes,
            },
        )
        settings = f"daemon off; pid {self.directory}/pid; error_log stderr;"
        return [nginx, "-c", str(config), "-p", str(self.directory), "-g", settings]


class NginxTests(NginxTestCase):
    """What works through it."""

    def test_configuration_is_valid(self) -> None:
        """``nginx -t`` accepts it without a warning."""
        command = self.configure(free_port(), 3000)
        done = subprocess.run(
            [*command, "-t"], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[warn]", done.stderr)

    def test_browsers_work_through_it(self) -> None:
        """And are known by their own addresses."""
        server = self.start(*BEHIND_PROXY, "--max-per-host", "1")
        port = free_port()
        self.run_proxy(self.configure(port, server.port), port)
        self.check_http(server, port)


class NginxPageTests(NginxTestCase, PageTestCase):
    """The page behind nginx."""

    def test_page_works_under_a_path(self) -> None:
        """With and without the slash at the end."""
        server = self.start(*BEHIND_PROXY)
        port = free_port()
        names = {"server_name chat.example.org": "server_name unused.example.org"}
        names["server_name www.example.org"] = "server_name 127.0.0.1"
        self.run_proxy(self.configure(port, server.port, **names), port)
        server.port = port
        alice = self.open(server, path="/chat", nick="alice")
        bob = self.open(server, path="/chat/", nick="bob")
        alice.say("hello under a path")
        bob.wait_text("hello under a path")

    def test_page_that_is_refused_says_why(self) -> None:
        """A proxy that does not pass on ``Host``; the log says it once."""
        server = self.start(*BEHIND_PROXY)
        port = free_port()
        host = {"proxy_set_header Host $http_host;": ""}
        self.run_proxy(self.configure(port, server.port, **host), port)
        chat_port, server.port = server.port, port
        page = self.prepare()
        self.visit(page, server)
        # The browser reports what is refused.
        self.pages.clear()
        refusal = (
            f"pages of http://127.0.0.1:{port} may not connect "
            f"(Host 127.0.0.1:{chat_port}): pass Host on, or give --allow-origin"
        )
        page.wait(
            f"document.querySelector('#banner_text').innerText.includes({refusal!r})"
        )
        self.assertEqual(server.log().count(refusal), 1)
        self.assertNotIn("joined", server.log())

    def test_page_works_without_websocket(self) -> None:
        """By long polling, which its settings say; names survive a reload."""
        server = self.start(*BEHIND_PROXY)
        alice = self.connect(server, "alice")
        port = free_port()
        upgrade = {"proxy_set_header Upgrade $http_upgrade;": ""}
        self.run_proxy(self.configure(port, server.port, **upgrade), port)
        server.port = port
        page = self.open(server, nick="bob")
        page.say("hello by polling")
        alice.expect("bob: hello by polling\r\n")
        alice.say("hello bob")
        page.wait_text("hello bob")
        page.wait_settled()
        self.assertRegex(server.log(), r" joined from 127\.0\.0\.1 by polling")
        page.call("click", "#profile")
        page.wait("!document.querySelector('#transport_note').hidden")
        self.assertIn("long polling", page.text("#transport_note"))
        page.call("reload")
        page.wait_status("Connected")
        page.wait_for_text("#profile_nick", "bob")
        page.say("still bob")
        alice.expect("bob: still bob\r\n")
        # The browser reports each WebSocket that failed.
        self.pages.clear()


class HaproxyTests(HttpTestCase):
    """The configuration of HAProxy."""

    def configure(self, web: int, lines: int, chat_port: int) -> list[str]:
        haproxy = require_program("haproxy")
        config = self.adapt(
            "haproxy/haproxy.cfg",
            {
                "bind :80\n": f"bind 127.0.0.1:{web}\n",
                "bind :2300\n": f"bind 127.0.0.1:{lines}\n",
                "127.0.0.1:3000": f"127.0.0.1:{chat_port}",
            },
        )
        return [haproxy, "-f", str(config)]

    def test_configuration_is_valid(self) -> None:
        """``haproxy -c`` accepts it without a warning."""
        command = self.configure(free_port(), free_port(), 3000)
        done = subprocess.run(
            [*command, "-c"], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[WARNING]", done.stderr)

    def test_browsers_work_through_it(self) -> None:
        """And are known by their own addresses."""
        server = self.start(*BEHIND_PROXY, "--max-per-host", "1")
        web, lines = free_port(), free_port()
        self.run_proxy(self.configure(web, lines, server.port), web)
        self.check_http(server, web)

    def test_line_clients_work_through_it(self) -> None:
        """The header names them, and is not posted."""
        server = self.start(*BEHIND_PROXY)
        web, lines = free_port(), free_port()
        self.run_proxy(self.configure(web, lines, server.port), lines)
        alice = self.connect(server, "alice")
        address = ("127.0.0.5", 0)
        with socket.create_connection(("127.0.0.1", lines), TIMEOUT, address) as bob:
            bob.sendall(b"hello through a proxy\r\n")
            line = alice.expect(": hello through a proxy\r\n")
            self.assertNotIn("PROXY", line)
            server.expect_log(r" joined from 127\.0\.0\.5 by telnet")
        # It waits for the server to send first, and then sends a request.
        with socket.create_connection(("127.0.0.1", lines), TIMEOUT, address) as bob:
            self.assertIn(b"Welcome, guest_", bob.recv(4096))
            bob.sendall(b"GET / HTTP/1.1\r\n\r\n")
            server.expect_log(r"late HTTP request from 127\.0\.0\.5:\d+")
