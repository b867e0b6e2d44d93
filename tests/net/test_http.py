"""HTTP requests that are too big, too slow, or asked for by others."""

from __future__ import annotations

from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.trial import unittest
from twisted.web.resource import Resource
from twisted.web.server import Request

from tests.support.logs import Log
from tests.support.memory import Wire
from twisted_chat.net.handover import hand_over
from twisted_chat.net.http import LINGER, MAX_BODY, PATIENCE, ChatSite


class Page(Resource):
    """Says how much it was sent."""

    isLeaf = True

    def render_GET(self, request: Request) -> bytes:
        if request.path == b"/broken":
            raise RuntimeError("a mistake of ours")
        return b"page"

    def render_POST(self, request: Request) -> bytes:
        return b"%d bytes" % len(request.content.read() if request.content else b"")


class HttpTests(unittest.SynchronousTestCase):
    """What a client may do to us by HTTP."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.site = ChatSite(Page(), self.clock)
        self.wire = Wire().accept(self.site)

    def ask(self, *lines: str, body: bytes = b"") -> tuple[int, str, bytes]:
        """Send a request; the status, the head and the body of its answer."""
        self.wire.send("\r\n".join((*lines, "", "")).encode() + body)
        head, _, rest = self.wire.take().partition(b"\r\n\r\n")
        return int(head.split()[1]) if head else 0, head.decode(), rest

    def wait(self, seconds: float) -> None:
        self.clock.pump([0.5] * round(seconds * 2))

    def test_several_requests(self) -> None:
        """A connection is good for any number of them."""
        for _ in range(3):
            self.assertEqual(self.ask("GET / HTTP/1.1", "Host: x")[2], b"page")

    def test_headers_that_protect(self) -> None:
        """Every answer forbids what no page of ours needs, and names no software."""
        _, head, _ = self.ask("GET / HTTP/1.1", "Host: chat.example:3000")
        self.assertIn("Content-Security-Policy: default-src 'none'; ", head)
        self.assertIn(
            "connect-src 'self' ws://chat.example:3000 wss://chat.example:3000;", head
        )
        self.assertIn("X-Content-Type-Options: nosniff", head)
        self.assertIn("Referrer-Policy: no-referrer", head)
        self.assertNotIn("Server:", head)

    def test_a_host_that_is_none(self) -> None:
        """Nobody's header becomes a part of the policy."""
        for host in ("x; script-src *", "x y", "", "[::1]; x"):
            _, head, _ = self.ask("GET / HTTP/1.1", f"Host: {host}")
            self.assertIn("connect-src 'self';", head)
        _, head, _ = self.ask("GET / HTTP/1.1", "Host: [::1]:3000")
        self.assertIn("ws://[::1]:3000", head)

    def test_a_mistake_of_ours(self) -> None:
        """The client is told nothing of it; the log is."""
        status, _, body = self.ask("GET /broken HTTP/1.1", "Host: x")
        self.assertEqual(status, 500)
        self.assertNotIn(b"mistake", body)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_a_body(self) -> None:
        """One within the bounds is read, at once or in chunks."""
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

    def test_a_form(self) -> None:
        """It is not taken apart, whatever it claims to be."""
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

    def test_too_big_a_body(self) -> None:
        """It is refused before it is read."""
        status, _, _ = self.ask(
            "POST / HTTP/1.1", "Host: x", f"Content-Length: {MAX_BODY + 1}"
        )
        self.assertEqual(status, 413)
        self.assertTrue(self.wire.half_closed)
        self.wire.send(b"x" * 100)
        self.assertEqual(self.wire.take(), b"")

    def test_a_body_without_end(self) -> None:
        """Chunks are counted too, and kept no further."""
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

    def test_headers_without_end(self) -> None:
        """They are refused in time, many or long."""
        for headers in (b"x: y\r\n" * 501, b"x: " + b"y" * 20000, b"x:" * 900 * 10):
            for end in (b"\r\n\r\n", b""):
                if end or len(headers) > 16384:
                    self.refused(b"GET / HTTP/1.1\r\n" + headers + end, 431)
        self.refused(b"GET / HTTP/1.1\r\n" + b"x: long\r\n" * 4000, 431)

    def test_an_address_without_end(self) -> None:
        """It has a status of its own."""
        self.refused(b"GET /" + b"a" * 20000, 414)

    def refused(self, request: bytes, status: int) -> str:
        """A request is answered in one line, and nothing that follows it counts.

        :return: the line.
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

    def test_a_first_line_that_is_none(self) -> None:
        """Whatever is wrong with it is answered at once, and the answer says how to."""
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

    def test_a_malformed_rest(self) -> None:
        """So is a header or a body that is none."""
        post = b"POST / HTTP/1.1\r\nHost: x\r\n"
        for rest in (
            b"no header\r\n\r\n",
            b"no header\r\nbut: one\r\n\r\n",
            b"x: a\rb\r\n\r\n",
            b"Content-Length: many\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nmany\r\n",
        ):
            self.assertIn("malformed", self.refused(post + rest, 400))

    def test_after_a_refusal(self) -> None:
        """A client may finish what it is sending, but not for ever."""
        self.refused(b"GET /a b HTTP/1.1\r\n", 400)
        self.wait(LINGER - 0.5)
        self.wire.send(b"x: y\r\n" * 1000)
        self.assertFalse(self.wire.disconnecting)
        self.wait(0.5)
        self.assertTrue(self.wire.disconnecting)

    def test_a_request_that_is_piped(self) -> None:
        """The answer is sent, then the connection is closed from here, too."""
        self.wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
        self.assertTrue(self.wire.disconnecting)
        self.assertIn(b"page", self.wire.take())

    def test_a_refusal_within_tls(self) -> None:
        """There is no half of a connection to close there."""
        outer = ProtocolWrapper(WrappingFactory(self.site), Protocol())
        wire = Wire()
        outer.makeConnection(wire)
        channel = self.site.buildProtocol(None)
        assert channel is not None
        hand_over(outer, channel, b"GET /a b HTTP/1.1\r\n")
        self.assertTrue(wire.take().startswith(b"HTTP/1.1 400 "))
        self.assertTrue(wire.disconnecting)

    def test_lines_that_end_in_lf(self) -> None:
        """What a person pipes into nc is a request; a connection lives on after it."""
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

    def test_a_slow_request(self) -> None:
        """Byte after byte does not keep a connection for longer than a minute."""
        self.wire.send(b"GET / HTTP/1.1\r\n")
        for _ in range(round(PATIENCE)):
            self.assertFalse(self.wire.disconnecting)
            self.wait(1)
            self.wire.send(b"x")
        self.wait(1)
        self.assertTrue(self.wire.disconnecting)

    def test_an_idle_connection(self) -> None:
        """It ends after a minute; one that is used lives on, whenever it is."""
        for _ in range(3):
            self.wait(PATIENCE - 5)
            self.wire.send(b"GET / HTTP/1.1\r\n")
            self.wait(10)
            self.wire.send(b"Host: x\r\n\r\n")
            self.assertIn(b"page", self.wire.take())
        log = Log(self)
        self.wait(PATIENCE + 1)
        self.assertTrue(self.wire.disconnecting)
        self.wait(20)
        self.assertTrue(self.wire.aborted)
        self.assertEqual(log.lines(), [])

    def test_nothing_runs_for_nobody(self) -> None:
        """A site without visitors has no timers."""
        self.site.doStart()
        self.wire.hang_up()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.site.doStop()
