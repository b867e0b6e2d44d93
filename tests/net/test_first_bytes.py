"""Detection of a protocol by the first bytes of a connection."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.net.first_bytes import (
    Match,
    ends_in_http_version,
    http_request,
    ssh_banner,
    tls_hello,
)

REQUESTS = (
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/1.0\n",
    b"POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: x\r\n\r\nbody",
    b"OPTIONS * HTTP/1.1\r\n",
    b"GET http://chat.example/ HTTP/1.1\r\n",
    b"GET https://chat.example/ HTTP/1.1\r\n",
    b"patch /x HTTP/1.1\r\n",
    b"X-own.method!# /x?y=z HTTP/1.1\r\n",
    b"PRI * HTTP/2.0\r\n",
    b"CONNECT chat.example:3000 HTTP/1.1\r\n",
)

MALFORMED_REQUESTS = (
    b"GET /a b HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\n\r\n",
    b"GET /?nick=jay&rooms=tea,bad room HTTP/1.1\r\n",
    b"GET\t/ HTTP/1.1\r\n",
    b"GET /\tHTTP/1.1\r\n",
    b"GET  / HTTP/1.1\r\n",
    b"GET / HTTP/1.1 \r\n",
    b"GET / http/1.1\n",
    b"GET / HTTP/2\n",
    b"GET / HTTP/1.1\rHost: x\r",
    b"GET index.html HTTP/1.1\r\n",
    b"GET well soon HTTP/1.1\r\n",
    b"GET HTTP/1.1\r\n",
    b"CONNECT  HTTP/1.1\r\n",
    b"X-own /a b HTTP/1.1\r\n",
    b"\r\nGET / HTTP/1.1\r\n",
    "GET /grüße \0 HTTP/1.1\r\n".encode(),
)

LINES = (
    b"hello\n",
    b"GET well soon\n",
    b"GET /well soon\r\n",
    b"GET / HTTP\n",
    b"see http://chat.example/\n",
    b"I love HTTP/1.1\n",
    b"POST\r\n",
    b"CONNECT me to bob\r\n",
    b"/who lobby\n",
    b"either / or\n",
    b"GET the book on HTTP/1.1 please\n",
    b"GET well soon\rHTTP/1.1\n",
    b"GETTING on with HTTP/1.1\n",
    b"\r\nGET well soon\n",
    b"\\nick bob\n",
    b" / HTTP/1.1\n",
    "grüße / HTTP/1.1\n".encode(),
)


class HttpTests(unittest.SynchronousTestCase):
    """HTTP requests are notified from what people type."""

    def test_request_is_detected_with_any_method(self) -> None:
        """Well-formed or not; no part of its first line is anything else."""
        for request in REQUESTS + MALFORMED_REQUESTS:
            self.assertIs(http_request(request), Match.YES, request)
            whole = re.search(rb"HTTP/[\d.]+ *", request, re.IGNORECASE)
            assert whole is not None
            line = request[: whole.end()]
            self.assertIs(http_request(line), Match.LIKELY, line)
            for end in range(len(line)):
                match = http_request(line[:end])
                self.assertIn(match, (Match.MORE, Match.LIKELY), line[:end])

    def test_chat_line_is_no_request(self) -> None:
        """Even if it starts like one."""
        for line in LINES:
            self.assertIs(http_request(line), Match.NO, line)

    def test_bytes_are_detected_as_soon_as_possible(self) -> None:
        """A line that cannot be a request needs no line ending."""
        for line in (b"hello world", b"\xff\xfd", b"get well", b"either or"):
            self.assertIs(http_request(line), Match.NO, line)
        for line in (b"", b"\r\n", b"GET", b"GET ", b"FOO h", b"FOO http:/"):
            self.assertIs(http_request(line), Match.MORE, line)
        # Their line ending decides; silence means no.
        for line in (b"GET w", b"GET / a", b"GET / HTTX", b"either / or"):
            self.assertIs(http_request(line), Match.MORE, line)
        for line in (b"GET /", b"GET /x ", b"GET /x HTTP/1.", b"GET http://x"):
            self.assertIs(http_request(line), Match.LIKELY, line)

    def test_long_line_is_detected_by_its_end(self) -> None:
        """The HTTP version decides."""
        self.assertTrue(ends_in_http_version(b"aaaa HTTP/1.1"))
        self.assertFalse(ends_in_http_version(b"aaaa HTTP/1.1 is old"))

    @given(
        st.from_regex(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}", fullmatch=True),
        st.from_regex(r"/[ -~]{0,50}", fullmatch=True),
    )
    def test_every_request_that_a_page_can_send_is_detected(
        self, method: str, path: str
    ) -> None:
        """Any token as method, any path."""
        line = f"{method} {path} HTTP/1.1\r\n".encode()
        self.assertIs(http_request(line), Match.YES)

    @given(st.binary(max_size=60))
    def test_no_never_becomes_yes(self, data: bytes) -> None:
        """Further bytes do not change the answer."""
        matches = [http_request(data[:end]) for end in range(len(data) + 1)]
        if Match.NO in matches:
            self.assertEqual(set(matches[matches.index(Match.NO) :]), {Match.NO})


class OtherTests(unittest.SynchronousTestCase):
    """TLS and SSH."""

    def test_tls_handshake_is_detected(self) -> None:
        """By its first two bytes, which nobody types."""
        self.assertIs(tls_hello(b"\x16\x03\x01\x02"), Match.YES)
        self.assertIs(tls_hello(b"\x16"), Match.MORE)
        self.assertIs(tls_hello(b"\x16x"), Match.NO)
        self.assertIs(tls_hello(b"hello"), Match.NO)

    def test_ssh_banner_is_detected(self) -> None:
        """Of every version."""
        self.assertIs(ssh_banner(b"SSH-2.0-OpenSSH_9.2\r\n"), Match.YES)
        self.assertIs(ssh_banner(b"SS"), Match.MORE)
        self.assertIs(ssh_banner(b"ssh"), Match.NO)
