"""WebSocket and HTTP clients, on the port that telnet uses."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.end_to_end.delayed import ATTEMPTS, connect_tls, connect_websocket
from tests.end_to_end.harness import (
    TIMEOUT,
    Server,
    ServerTestCase,
    files_with,
    require_node,
    require_program,
)

# "Received HTTP/0.9 when not allowed", and an empty response.
CURL_DELAYED = (1, 52)

STEPS = Path(__file__).with_name("websocket_steps.mjs")


class ClientTestCase(ServerTestCase):
    """A server, and clients of several libraries."""

    def websocket(
        self, server: Server, path: str = "/", **options: Any
    ) -> WebSocketClient:
        scheme = "wss" if "ssl" in options else "ws"
        uri = f"{scheme}://127.0.0.1:{server.port}{path}"
        return WebSocketClient(self.enterContext(connect_websocket(uri, **options)))

    def steps(
        self, server: Server, *steps: dict[str, Any], path: str = "/", **options: Any
    ) -> list[dict[str, Any]]:
        """Run these steps with npm ws; return its events."""
        node = require_node("ws")
        url = f"ws://127.0.0.1:{server.port}{path}"
        for _ in range(ATTEMPTS):
            ran = subprocess.run(
                [node, str(STEPS), url, json.dumps(options), json.dumps(steps)],
                stdout=subprocess.PIPE,
                timeout=60,
                check=False,
            )
            seen = [json.loads(line) for line in ran.stdout.decode().splitlines()]
            if not str(seen[0].get("error")).startswith("Parse Error"):
                break
        self.assertEqual(ran.returncode, 0, seen)
        return seen

    def curl(self, server: Server, path: str, *options: str) -> tuple[str, bytes]:
        """The head and the body of a response."""
        curl = require_program("curl")
        scheme = "https" if "--insecure" in options else "http"
        url = f"{scheme}://127.0.0.1:{server.port}{path}"
        command = [curl, "-s", "-i", "--path-as-is", "-m", "20", *options, url]
        for _ in range(ATTEMPTS):
            ran = subprocess.run(command, stdout=subprocess.PIPE, check=False)
            if ran.returncode not in CURL_DELAYED:
                break
        ran.check_returncode()
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        return head.decode(), body


class WebSocketClient:
    """A client with Python's ``websockets``."""

    def __init__(self, client: ClientConnection) -> None:
        self.client = client
        self.close = client.close

    def say(self, text: str) -> None:
        self.client.send(text)

    def ask(self, **fields: Any) -> None:
        self.client.send(json.dumps(fields))

    def expect(self, part: str) -> str:
        """Receive until a message contains a text; return the message."""
        while True:
            text = str(self.client.recv(TIMEOUT))
            if part in text:
                return text


class ConversationTests(ClientTestCase):
    """A line client, npm ws and Python's websockets in one room."""

    def test_messages_reach_clients_of_every_protocol(self) -> None:
        """In both directions, and direct messages."""
        server = self.start("--store", "memory:")
        ann = self.connect(server, "ann")
        bob = self.websocket(server, "/ws?nick=bob")
        eve = self.websocket(server, "/?format=json&nick=eve")
        bob.expect("Welcome, bob!")
        eve.expect('"type":"welcome"')
        ann.expect("eve: joined the chat\r\n")
        seen = self.steps(
            server,
            {"expect": "Welcome, ned!"},
            {"send": "hello from node"},
            {"expect": "ned: hello from node"},
            {"ping": "x"},
            {"close": 1000},
            {"expectClose": 1000},
            path="/?nick=ned",
        )
        self.assertEqual(seen[0], {"open": "", "extensions": ""})
        ann.expect("ned: hello from node\r\n")
        ann.expect("ned: left the chat\r\n")
        bob.expect("ned: hello from node")
        ann.send(b"hi all\r\n")
        bob.expect("ann: hi all")
        said = json.loads(eve.expect("hi all"))
        self.assertEqual((said["from"], said["room"]), ("ann", "lobby"))
        eve.ask(type="dm", to="ann", text="psst", ref="1")
        ann.expect("eve (private): psst\r\n")
        self.assertEqual(json.loads(eve.expect('"ok"'))["ref"], "1")

    def test_json_client_resumes_after_a_restart(self) -> None:
        """And is sent what it missed."""
        server = self.start()
        eve = self.websocket(server, "/?format=json&nick=eve")
        welcome = json.loads(eve.expect('"type":"welcome"'))
        eve.expect("joined")
        eve.ask(type="message", text="before")
        since = json.loads(eve.expect("before"))["id"]
        eve.close()
        ann = self.connect(server, "ann")
        ann.send(b"missed\r\n")
        ann.expect("ann: missed\r\n")
        server.stop()
        server = self.start()
        session = welcome["session"]
        back = self.websocket(
            server, f"/?format=json&nick=eve&since={since}&session={session}"
        )
        welcome = json.loads(back.expect('"type":"welcome"'))
        self.assertTrue(welcome["recovered"])
        self.assertEqual(json.loads(back.expect('"message"'))["text"], "missed")

    def test_first_frame_resumes_after_a_restart(self) -> None:
        """Nobody sees a guest, and the store does not have the session."""
        server = self.start()
        eve = self.websocket(server, "/?format=json&nick=eve")
        welcome = json.loads(eve.expect('"type":"welcome"'))
        eve.close()
        server.stop()
        session, since = welcome["session"], welcome["position"]
        self.assertEqual(files_with(session, server.directory), [])
        server = self.start()
        ann = self.connect(server, "ann")
        ann.send(b"missed\r\n")
        ann.expect("ann: missed\r\n")
        back = self.websocket(server, "/?format=json")
        back.ask(type="resume", session=session, since=since, ref="1")
        welcome = json.loads(back.expect('"type":"welcome"'))
        self.assertEqual((welcome["nick"], welcome["ref"]), ("eve", "1"))
        self.assertEqual((welcome["recovered"], welcome["session"]), (True, session))
        self.assertEqual(json.loads(back.expect('"message"'))["text"], "missed")
        shown = ann.expect("eve: joined the chat\r\n")
        back.ask(type="message", text="back")
        shown += ann.expect("eve: back\r\n")
        self.assertNotIn("guest_", shown)

    def test_session_that_was_not_issued_or_is_void_makes_a_guest(self) -> None:
        r"""Whoever guesses one, or has one from before a ``\quit``."""
        server = self.start()
        eve = self.websocket(server, "/?format=json&nick=eve")
        void = json.loads(eve.expect('"type":"welcome"'))["session"]
        eve.ask(type="command", text="\\quit")
        with self.assertRaises(ConnectionClosed):
            eve.expect("never said")
        for session in (void, "x" * 22, "\x1b[2J"):
            guest = self.websocket(server, "/?format=json&resume=1")
            guest.ask(type="resume", session=session)
            welcome = json.loads(guest.expect('"type":"welcome"'))
            self.assertRegex(welcome["nick"], "^guest_")
            self.assertNotEqual(welcome["session"], session)

    def test_stopping_server_closes_with_1001(self) -> None:
        """Going away, RFC 6455."""
        server = self.start("--store", "memory:")
        bob = self.websocket(server)
        bob.expect("joined")
        server.stop()
        with self.assertRaises(ConnectionClosed) as caught:
            bob.expect("never said")
        closed = caught.exception.rcvd
        self.assertEqual(closed and closed.code, 1001)


class LimitTests(ClientTestCase):
    """What the server refuses."""

    def test_invalid_frames_origins_and_versions_are_refused(self) -> None:
        """Frames that are too large or binary, a foreign origin, version 8."""
        server = self.start("--store", "memory:")
        big = self.steps(server, {"send": "x" * 65537}, {"expectClose": 1009})
        self.assertIn("close", big[-1])
        self.steps(server, {"sendBinary": "x"}, {"expectClose": 1003})
        for origin, refused in (("http://evil.example", True), (None, False)):
            if refused:
                with self.assertRaises(InvalidStatus) as caught:
                    self.websocket(server, origin=origin)
                self.assertEqual(caught.exception.response.status_code, 403)
            else:
                self.websocket(server, origin=origin).expect("Welcome")
        self.websocket(server, origin=f"http://127.0.0.1:{server.port}")
        old = self.steps(server, protocolVersion=8)
        self.assertEqual(old[0], {"refused": 426})

    def test_client_that_does_not_answer_pings_is_disconnected(self) -> None:
        """One that does stays."""
        server = self.start(
            "--store", "memory:", "--ping-interval", "0.3", "--ping-timeout", "0.4"
        )
        self.steps(server, {"expectPing": True}, {"expectPing": True})
        seen = self.steps(
            server, {"silent": True}, {"expectClose": 1006}, autoPong=False
        )
        self.assertNotIn("timeout", str(seen))

    def test_full_server_says_so_in_the_protocol_of_the_client(self) -> None:
        """HTTP status 503, or a line."""
        server = self.start("--store", "memory:", "--max-clients", "1")
        self.connect(server)
        head, body = self.curl(server, "/")
        self.assertIn(" 503 ", head.splitlines()[0])
        self.assertIn(b"full", body)
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as late:
            self.assertTrue(late.recv(1000).startswith(b"error: the server is full"))


class HttpTests(ClientTestCase):
    """Requests by curl and by hand."""

    def test_page_is_protected_compressed_and_cached(self) -> None:
        """And other paths get status 404."""
        server = self.start("--store", "memory:")
        head, body = self.curl(server, "/")
        self.assertIn("200 OK", head)
        self.assertIn("default-src 'none'", head)
        self.assertIn(b"chat_form", body)
        tag = next(x for x in head.splitlines() if x.lower().startswith("etag"))
        tag = tag.partition(": ")[2]
        head, small = self.curl(server, "/", "-H", "Accept-Encoding: gzip")
        self.assertEqual(gzip.decompress(small), body)
        head, again = self.curl(server, "/", "-H", f"If-None-Match: {tag}")
        self.assertEqual((head.split()[1], again), ("304", b""))
        self.assertEqual(self.curl(server, "/healthz")[1], b"ok\n")
        for path in ("/none", "/../setup.cfg"):
            self.assertIn(" 404 ", self.curl(server, path)[0].splitlines()[0])

    def test_posted_data_never_becomes_a_message(self) -> None:
        """Status 405, or a closed connection."""
        server = self.start("--store", "memory:")
        ann = self.connect(server, "ann")
        for method in ("POST", "PUT", "FOO"):
            head, _ = self.curl(server, "/", "-X", method, "-d", "spam\r\nspam\r\n")
            self.assertIn(" 405 ", head.splitlines()[0])
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as late:
            self.assertTrue(late.recv(1000).startswith(b"Welcome"))
            late.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nspam\r\n")
            while late.recv(1000):
                pass
        ann.send(b"clean\r\n")
        self.assertNotIn("spam", ann.expect("ann: clean\r\n"))

    def test_request_in_single_bytes_is_answered(self) -> None:
        """With status 200."""
        server = self.start("--store", "memory:")
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as slow:
            slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n":
                slow.sendall(bytes([byte]))
            self.assertTrue(slow.recv(1000).startswith(b"HTTP/1.1 200 OK"))


class TlsTests(ClientTestCase):
    """The same protocols over TLS, on the same port."""

    def test_every_protocol_works_over_tls(self) -> None:
        """Beside clients without TLS."""
        openssl = require_program("openssl")
        key, certificate = self.directory / "key.pem", self.directory / "cert.pem"
        asked = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        written = ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(
            [openssl, "req", *asked, "-subj", "/CN=localhost", *written],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        server = self.start(
            *("--store", "memory:"),
            *("--tls-cert", str(certificate), "--tls-key", str(key)),
        )
        self.assertEqual(self.curl(server, "/healthz", "--insecure")[1], b"ok\n")
        self.assertEqual(self.curl(server, "/healthz")[1], b"ok\n")
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
        bob = self.websocket(server, "/?nick=bob", ssl=context)
        bob.expect("Welcome, bob!")
        ann = self.connect(server, "ann")
        ann.send(b"hi\r\n")
        bob.expect("ann: hi")
        with connect_tls(server.port, context) as line:
            self.assertTrue(line.recv(1000).startswith(b"Welcome, guest_"))
            line.sendall(b"from within\r\n")
            bob.expect(": from within")
        bob.say("x" * 4000)
        ann.expect("x" * 4000)

    def test_tls_without_a_certificate_is_logged(self) -> None:
        """And the connection is closed."""
        server = self.start("--store", "memory:")
        context = ssl.create_default_context()
        plain = socket.create_connection(("127.0.0.1", server.port), TIMEOUT)
        with self.assertRaises(OSError), plain:
            context.wrap_socket(plain, server_hostname="localhost")
        server.expect_log("--tls-cert")
