"""HTTP requests that must not reach the fallback protocol."""

from __future__ import annotations

from twisted.internet.protocol import Protocol

from tests.support.logs import Log
from tests.support.switch import REQUEST, SwitchTestCase
from twisted_chat.net import late_requests
from twisted_chat.net.first_bytes import MAX_FIRST_BYTES, Match, http_request
from twisted_chat.net.late_requests import LateRequestGuard
from twisted_chat.net.switch import SILENCE_TIMEOUT

MALFORMED = b"GET /a b HTTP/1.1\r\nHost: x\r\nCookie: spam\r\n\r\n"
"""From a program that did not quote a space."""


class LateRequestTests(SwitchTestCase):
    """A web page cannot make a browser talk to the fallback."""

    def expect_no_line(self) -> None:
        received = b"".join(self.lines.received)
        self.assertNotIn(b"spam", received)
        self.assertNotIn(b"\n", received)

    def test_form_goes_to_http(self) -> None:
        """Whatever its method, and however it is split."""
        for method in (b"POST", b"FOO", b"post", b"M-SEARCH"):
            for bytewise in (False, True):
                self.wire = self.connect()
                self.wire.send(REQUEST.replace(b"POST", method), bytewise=bytewise)
        self.assertEqual(len(self.http.built), 8)
        self.expect_no_line()

    def test_request_on_a_silent_connection_is_rejected(self) -> None:
        """The fallback has the connection already; it receives nothing."""
        log = Log(self)
        for bytewise in (False, True):
            self.wire = self.connect()
            self.clock.advance(1)
            self.wire.send(REQUEST, bytewise=bytewise)
            self.assertTrue(self.wire.disconnecting)
            self.wire.send(b"spam\r\n")
        self.expect_no_line()
        line = "client error: late HTTP request from 192.0.2.1:4711"
        self.assertEqual(log.lines(), [line, line])

    def test_malformed_request_goes_to_http(self) -> None:
        """Its headers, with cookies, are not read as lines."""
        for request in (
            MALFORMED,
            MALFORMED.replace(b"T ", b"T\t"),
            b"\r\n" + MALFORMED,
        ):
            for bytewise in (False, True):
                self.wire = self.connect()
                self.wire.send(request, bytewise=bytewise)
                self.assertEqual(self.http.received[-1], request)
        self.expect_no_line()

    def test_malformed_request_that_pauses_is_never_read_as_lines(self) -> None:
        """Wherever it pauses, it goes to HTTP or is rejected."""
        for start in range(MALFORMED.index(b"\r")):
            self.setUp()
            self.send(MALFORMED[:start])
            self.clock.advance(SILENCE_TIMEOUT + 0.01)
            self.send(MALFORMED[start:])
            self.assertTrue(self.wire.disconnecting or self.http.built, start)
            self.expect_no_line()

    def test_request_line_may_end_with_the_input(self) -> None:
        """It needs no line ending if nothing follows."""
        request = MALFORMED.partition(b"\r")[0]
        for pause, http in ((0, [request]), (1, [])):
            self.setUp()
            self.clock.advance(pause)
            self.send(request)
            self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
            self.assertTrue(self.wire.disconnecting)
            self.assertEqual(self.http.received, http)
            for server in self.lines.built:
                self.assertFalse(getattr(server, "ended", False))

    def test_text_that_starts_like_a_request_is_a_line(self) -> None:
        """Whether it is typed slowly or piped."""
        for pause in (0, 1):
            self.setUp()
            self.clock.advance(pause)
            self.send(b"GET well")
            self.send(b" soon")
            self.wire.protocol.readConnectionLost()  # type: ignore[union-attr]
            self.expect([], [b"GET well soon"])
            self.assertTrue(getattr(self.lines.built[0], "ended", False))

    def test_request_with_a_long_address_is_rejected(self) -> None:
        """Its first line is longer than what is kept of it."""
        for pause in (0, 1):
            self.wire = self.connect()
            self.clock.advance(pause)
            self.send(b"POST /" + b"a" * 9000)
            self.send(b"a" * 9000 + REQUEST[5:])
        for end in (b" / HTTP/1.1\r\n", b"\r\nspam\r\n"):
            self.send(end)
        self.expect_no_line()

    def test_request_with_a_long_method_is_rejected(self) -> None:
        """Its first line is longer than what is kept of it."""
        self.send(b"A" * 5000)
        self.send(REQUEST)
        self.expect_no_line()
        self.assertTrue(self.wire.disconnecting)

    def test_line_without_end_is_examined_only_at_its_beginning(self) -> None:
        """However long it gets: a few of them would take all of the time."""
        examined: list[int] = []

        def examine(first: bytes) -> Match:
            examined.append(len(first))
            return http_request(first)

        self.patch(late_requests, "http_request", examine)
        self.clock.advance(1)
        for _ in range(10):
            self.wire.send(b"x" * 64 * 1024)
        self.assertEqual(examined, [MAX_FIRST_BYTES + 1])
        self.assertEqual(len(self.lines.received[-1]), 10 * 64 * 1024)
        examined.clear()
        self.wire = self.connect()
        self.clock.advance(1)
        self.wire.send(b"x" * 2 * MAX_FIRST_BYTES, bytewise=True)
        self.assertLess(sum(examined), 4 * MAX_FIRST_BYTES)

    def test_only_the_first_line_is_checked(self) -> None:
        """After it, a request is a line like any other."""
        self.clock.advance(1)
        self.send(b"hel")
        self.send(b"lo\n" + REQUEST)
        self.send(REQUEST)
        self.expect([], [b"hello\n" + REQUEST * 2])

    def test_guard_of_a_silent_client_is_small(self) -> None:
        """Ten thousand clients may be silent."""
        protocol = Protocol()
        guard = LateRequestGuard(protocol, None)
        self.assertFalse(hasattr(guard, "__dict__"))
        protocol.dataReceived(b"\r\n")
        self.assertIsNone(guard._looks)
