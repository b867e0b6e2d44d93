"""HTTP with limits."""

from __future__ import annotations

from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from tests.support.logs import Log
from tests.support.memory import Wire
from tests.support.pacing import costly_pacing
from twisted_chat.net.handover import hand_over
from twisted_chat.net.hosts import Hosts
from twisted_chat.net.http import (
    DRAIN_TIMEOUT,
    MAX_BODY,
    REQUEST_TIMEOUT,
    ChatChannel,
    ChatSite,
)
from twisted_chat.net.large_inputs import MAX_OF_HOST


class Page(Resource):
    """A page, which shows the size of a POST."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.uris: list[bytes] = []

    def render_GET(self, request: Request) -> bytes:
        self.uris.append(request.uri)
        if request.path == b"/broken":
            raise RuntimeError("a bug of ours")
        return b"page"

    def render_POST(self, request: Request) -> bytes:
        return b"%d bytes" % len(request.content.read() if request.content else b"")


class HttpTests(unittest.SynchronousTestCase):
    """Limits of requests, and the headers of responses."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.page = Page()
        self.site = ChatSite(self.page, self.clock)
        self.wire = Wire().accept(self.site)

    def ask(self, *lines: str, body: bytes = b"") -> tuple[int, str, bytes]:
        """Send a request; the status, the head and the body of its answer."""
        self.wire.send("\r\n".join((*lines, "", "")).encode() + body)
        head, _, rest = self.wire.take().partition(b"\r\n\r\n")
        return int(head.split()[1]) if head else 0, head.decode(), rest

    def wait(self, seconds: float) -> None:
        self.clock.pump([0.5] * round(seconds * 2))

    def test_pipelined_requests_are_read_in_portions(self) -> None:
        """Each is answered, in order; others have their turn in between."""
        self.site.limits.pacing = costly_pacing(self.clock)
        wire = Wire().accept(self.site)
        paths = [f"/{number}" for number in range(200)]
        requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths]
        wire.send("".join(requests).encode())
        self.assertLess(len(self.page.uris), 200)
        self.assertEqual(wire.producerState, "paused")
        self.clock.pump([0.001] * 1000)
        self.assertEqual([uri.decode() for uri in self.page.uris], paths)
        self.assertEqual(wire.value().count(b"200 OK"), 200)
        self.assertEqual(wire.producerState, "producing")

    def test_bodies_that_are_not_complete_are_bounded(self) -> None:
        """Those of one address; what is complete or gone is held no more."""
        body = b"x" * (MAX_BODY - 1)
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY}\r\n\r\n"
        wires = []

        def post() -> Wire:
            wires.append(Wire().accept(self.site))
            wires[-1].send(head.encode())
            wires[-1].send(body)
            return wires[-1]

        for _ in range(MAX_OF_HOST // len(body)):
            self.assertEqual(post().value(), b"")
        refused = post()
        self.assertTrue(refused.value().startswith(b"HTTP/1.1 503 "))
        self.assertIn(b"too much large input", refused.value())
        small = Wire().accept(self.site)
        small.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
        self.assertIn(b"4 bytes", small.value())
        wires[0].send(b"x")
        self.assertIn(b"%d bytes" % MAX_BODY, wires[0].value())
        wires[1].disconnect()
        self.assertEqual(post().value(), b"")
        self.assertEqual(post().value(), b"")
        self.assertTrue(post().value().startswith(b"HTTP/1.1 503 "))
        for wire in wires[2:]:
            wire.disconnect()
        self.assertEqual(self.site.limits.large_inputs.total, 0)

    def test_requests_behind_one_that_waits_are_kept_in_one_piece(self) -> None:
        """However many segments they come in; they are answered after it."""
        waiting: list[Request] = []

        def render(request: Request) -> int:
            waiting.append(request)
            return NOT_DONE_YET

        self.patch(self.page, "render_GET", render)
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        for byte in request * 3:
            self.wire.send(bytes((byte,)))
        channel = self.wire.protocol
        assert isinstance(channel, ChatChannel)
        self.assertEqual(channel._dataBuffer, [request * 2])
        for number in range(3):
            self.assertEqual(len(waiting), number + 1)
            waiting[number].finish()
        self.assertEqual(self.wire.value().count(b"200 OK"), 3)

    def test_request_for_another_host_is_refused(self) -> None:
        """As the last one of its connection; one without a host is answered."""
        self.site.hosts = Hosts(["chat.example"], own=list)
        self.assertEqual(self.ask("GET / HTTP/1.1", "Host: chat.example:3000")[0], 200)
        self.assertEqual(self.ask("GET / HTTP/1.1", "Host: 192.0.2.7")[0], 200)
        status, _, body = self.ask("GET / HTTP/1.1", "Host: evil.example")
        self.assertEqual(status, 421)
        self.assertIn(b"start it with --host evil.example", body)
        self.assertEqual(self.ask("GET / HTTP/1.1", "Host: chat.example")[0], 0)
        self.wire = Wire().accept(self.site)
        self.assertEqual(self.ask("GET / HTTP/1.0")[0], 200)

    def test_whole_url_names_the_host(self) -> None:
        """Whatever the header says."""
        self.site.hosts = Hosts(["chat.example"], own=list)
        for url, host, expected in (
            ("http://evil.example/", "chat.example", 421),
            ("http://chat.example/", "evil.example", 200),
        ):
            self.wire = Wire().accept(self.site)
            status, _, _ = self.ask(f"GET {url} HTTP/1.1", f"Host: {host}")
            self.assertEqual(status, expected)

    def test_two_hosts_are_malformed(self) -> None:
        """Also if both are known: a proxy may have used the other one."""
        self.site.hosts = Hosts(["chat.example"], own=list)
        status, _, body = self.ask("GET / HTTP/1.1", *["Host: chat.example"] * 2)
        self.assertEqual(status, 400)
        self.assertIn(b"one Host header", body)

    def test_connection_serves_several_requests(self) -> None:
        """One after the other."""
        for _ in range(3):
            self.assertEqual(self.ask("GET / HTTP/1.1", "Host: x")[2], b"page")

    def test_address_may_be_a_whole_url(self) -> None:
        """Its host counts, not the ``Host`` header; names and passwords do not."""
        for url, path, host in (
            ("http://chat.example:3000/healthz", b"/healthz", "chat.example:3000"),
            ("HTTPS://chat.example/a?b=c", b"/a?b=c", "chat.example"),
            ("http://127.0.0.1:3000", b"/", "127.0.0.1:3000"),
            ("ws://chat.example?b=c", b"/?b=c", "chat.example"),
            ("http://me:secret@chat.example//a", b"//a", "chat.example"),
        ):
            _, head, _ = self.ask(f"GET {url} HTTP/1.1", "Host: other.example")
            self.assertIn(f" ws://{host} ", head)
            self.assertEqual(self.page.uris.pop(), path)

    def test_url_without_a_host_is_not_an_address(self) -> None:
        """It is passed on unchanged, and no resource has it."""
        self.ask("GET http:///healthz HTTP/1.1", "Host: chat.example")
        self.assertEqual(self.page.uris.pop(), b"http:///healthz")

    def test_response_has_the_security_headers(self) -> None:
        """And does not name the software."""
        _, head, _ = self.ask("GET / HTTP/1.1", "Host: chat.example:3000")
        self.assertIn("Content-Security-Policy: default-src 'none'; ", head)
        self.assertIn(
            "connect-src 'self' ws://chat.example:3000 wss://chat.example:3000;", head
        )
        self.assertIn("X-Content-Type-Options: nosniff", head)
        self.assertIn("Referrer-Policy: no-referrer", head)
        self.assertNotIn("Server:", head)

    def test_failing_page_is_logged_and_not_shown(self) -> None:
        """The client receives status 500, without a traceback."""
        status, _, body = self.ask("GET /broken HTTP/1.1", "Host: x")
        self.assertEqual(status, 500)
        self.assertNotIn(b"bug", body)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_body_is_read_whole_or_in_chunks(self) -> None:
        """Within the limit."""
        _, _, body = self.ask(
            "POST / HTTP/1.1", "Host: x", "Content-Length: 5", body=b"hello"
        )
        self.assertEqual(body, b"5 bytes")
        _, _, body = self.ask(
            "POST / HTTP/1.1",
            "Host: x",
            "Transfer-Encoding: chunked",
            body=b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        )
        self.assertEqual(body, b"5 bytes")

    def test_form_is_not_parsed(self) -> None:
        """Whatever its Content-Type."""
        kinds = ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded")
        for kind in kinds:
            status, _, body = self.ask(
                "POST / HTTP/1.1",
                "Host: x",
                f"Content-Type: {kind}",
                "Content-Length: 5",
                body=b"a=b&c",
            )
            self.assertEqual((status, body), (200, b"5 bytes"))

    def test_body_with_a_length_over_the_limit_is_refused(self) -> None:
        """Before it is read."""
        status, _, _ = self.ask(
            "POST / HTTP/1.1", "Host: x", f"Content-Length: {MAX_BODY + 1}"
        )
        self.assertEqual(status, 413)
        self.assertTrue(self.wire.half_closed)
        self.wire.send(b"x" * 100)
        self.assertEqual(self.wire.take(), b"")

    def test_chunked_body_over_the_limit_is_refused(self) -> None:
        """As soon as it exceeds the limit."""
        status, _, _ = self.ask(
            "POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"
        )
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for _ in range(MAX_BODY // 65536):
            self.wire.send(chunk)
        self.assertEqual((status, self.wire.take()), (0, b""))
        self.wire.send(chunk + b"0\r\n\r\n")
        self.assertTrue(self.wire.take().startswith(b"HTTP/1.1 413 "))
        self.assertTrue(self.wire.half_closed)

    def test_headers_over_the_limit_are_refused(self) -> None:
        """Too many, or too long; status 431."""
        for headers in (b"x: y\r\n" * 501, b"x: " + b"y" * 20000, b"x:" * 900 * 10):
            for end in (b"\r\n\r\n", b""):
                if end or len(headers) > 16384:
                    self.refused(b"GET / HTTP/1.1\r\n" + headers + end, 431)
        self.refused(b"GET / HTTP/1.1\r\n" + b"x: long\r\n" * 4000, 431)

    def test_address_over_the_limit_is_refused(self) -> None:
        """Status 414."""
        self.refused(b"GET /" + b"a" * 20000, 414)

    def refused(self, request: bytes, status: int) -> str:
        """Check that a request is refused, and that nothing after it is read.

        :return: the text of the response.
        """
        for bytewise in (False, True):
            self.wire = Wire().accept(self.site)
            self.wire.send(request, bytewise=bytewise)
            head, _, body = self.wire.take().partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 %d " % status), (request, head))
            self.assertIn(b"\r\nConnection: close", head)
            self.assertEqual(body.count(b"\n"), 1, body)
            self.assertTrue(self.wire.half_closed)
            self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(self.wire.take(), b"")
        return body.decode()

    def test_malformed_request_line_is_refused_with_a_hint(self) -> None:
        """Whatever is wrong with it."""
        for line in (
            b"GET /a b HTTP/1.1",
            b"GET\t/ HTTP/1.1",
            b"GET  / HTTP/1.1",
            b"GET / HTTP/1.1 ",
            b"GET HTTP/1.1",
            b"PRI * HTTP/2.0",
            b"GET /\xff HTTP/1.1",
            b"GET / HTTP/1.1\rHost: x",
        ):
            for end in (b"\r\n", b"\n", b"\r\nHost: x\r\nCookie: a=1\r\n\r\n"):
                self.assertIn("METHOD ADDRESS HTTP/1.1", self.refused(line + end, 400))

    def test_malformed_header_or_body_is_refused(self) -> None:
        """Status 400."""
        post = b"POST / HTTP/1.1\r\nHost: x\r\n"
        for rest in (
            b"no header\r\n\r\n",
            b"no header\r\nbut: one\r\n\r\n",
            b"x: a\rb\r\n\r\n",
            b"Content-Length: many\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nmany\r\n",
        ):
            self.assertIn("malformed", self.refused(post + rest, 400))

    def test_rest_of_a_refused_request_is_read_for_a_limited_time(self) -> None:
        """So that the client receives the response."""
        self.refused(b"GET /a b HTTP/1.1\r\n", 400)
        self.wait(DRAIN_TIMEOUT - 0.5)
        self.wire.send(b"x: y\r\n" * 1000)
        self.assertFalse(self.wire.disconnecting)
        self.wait(0.5)
        self.assertTrue(self.wire.disconnecting)

    def test_half_closed_connection_receives_its_response(self) -> None:
        """Then this side closes, too."""
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
        self.assertTrue(self.wire.disconnecting)
        self.assertIn(b"page", self.wire.take())

    def test_refused_request_within_tls_closes_the_connection(self) -> None:
        """TLS has no half close."""
        outer = ProtocolWrapper(WrappingFactory(self.site), Protocol())
        wire = Wire()
        outer.makeConnection(wire)
        channel = self.site.buildProtocol(None)
        assert channel is not None
        hand_over(outer, channel, b"GET /a b HTTP/1.1\r\n")
        self.assertTrue(wire.take().startswith(b"HTTP/1.1 400 "))
        self.assertTrue(wire.disconnecting)

    def test_lines_may_end_in_lf(self) -> None:
        """As from a person with nc; the connection stays usable."""
        get = b"GET / HTTP/1.1\nHost: x\n\n"
        post = b"POST / HTTP/1.1\nHost: x\nContent-Length: 5\n\n\r\n\r\n!"
        chunks = b"2\r\n\n\n\r\n3\r\n\r\n!\r\n0\r\n\r\n"
        chunked = b"POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n" + chunks
        for bytewise in (False, True):
            self.wire = Wire().accept(self.site)
            self.wire.send(get + post + chunked + get, bytewise=bytewise)
            answers = self.wire.take().split(b"HTTP/1.1 200 OK\r\n")[1:]
            bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers]
            self.assertEqual(bodies, [b"page", b"5 bytes", b"5 bytes", b"page"])

    def test_request_has_a_time_limit(self) -> None:
        """Single bytes do not extend it."""
        self.wire.send(b"GET / HTTP/1.1\r\n")
        for _ in range(round(REQUEST_TIMEOUT)):
            self.assertFalse(self.wire.disconnecting)
            self.wait(1)
            self.wire.send(b"x")
        self.wait(1)
        self.assertTrue(self.wire.disconnecting)

    def test_idle_connection_is_closed_after_a_minute(self) -> None:
        """A connection that is used stays open."""
        for _ in range(3):
            self.wait(REQUEST_TIMEOUT - 5)
            self.wire.send(b"GET / HTTP/1.1\r\n")
            self.wait(10)
            self.wire.send(b"Host: x\r\n\r\n")
            self.assertIn(b"page", self.wire.take())
        log = Log(self)
        self.wait(REQUEST_TIMEOUT + 1)
        self.assertTrue(self.wire.disconnecting)
        self.wait(20)
        self.assertTrue(self.wire.aborted)
        self.assertEqual(log.lines(), [])

    def test_site_without_connections_has_no_timer(self) -> None:
        """Nor after its last connection."""
        self.site.doStart()
        self.wire.disconnect()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.site.doStop()
