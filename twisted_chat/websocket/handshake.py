"""What a WebSocket handshake has to look like (RFC 6455, section 4.2.1).

Rules of this file: reads requests, and answers those that are no handshake.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64

from twisted.web.http import Request

_PHRASES = {400: b"Bad Request", 426: b"Upgrade Required"}


class NoHandshake(Exception):
    """A request that cannot become a WebSocket.

    :param headers: what the answer has to carry besides its words.
    """

    def __init__(
        self, code: int, words: str, headers: dict[bytes, bytes] | None = None
    ) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.headers = headers or {}

    def answer(self, request: Request) -> bytes:
        """Set the code and headers; return the body."""
        request.setResponseCode(self.code, _PHRASES[self.code])
        headers = {b"Content-Type": b"text/plain; charset=utf-8", **self.headers}
        for name, value in headers.items():
            request.responseHeaders.setRawHeaders(name, [value])
        return self.words.encode() + b"\n"


def is_upgrade(request: Request) -> bool:
    """Whether a request asks for a WebSocket at all."""
    return b"websocket" in [token.lower() for token in tokens(request, b"Upgrade")]


def handshake_key(request: Request) -> bytes:
    """The key of a sound handshake.

    :raises NoHandshake: it is none, or of another version.
    """
    headers = request.requestHeaders
    if request.method != b"GET" or request.clientproto != b"HTTP/1.1":
        raise NoHandshake(400, "A WebSocket begins with GET and HTTP/1.1.")
    connection = [token.lower() for token in tokens(request, b"Connection")]
    if not is_upgrade(request) or b"upgrade" not in connection:
        raise NoHandshake(
            426, "This address speaks WebSocket.", {b"Upgrade": b"websocket"}
        )
    if headers.getRawHeaders(b"Sec-WebSocket-Version") != [b"13"]:
        raise NoHandshake(
            426,
            "Only WebSocket version 13 is spoken here.",
            {b"Upgrade": b"websocket", b"Sec-WebSocket-Version": b"13"},
        )
    if headers.hasHeader(b"Transfer-Encoding") or headers.getRawHeaders(
        b"Content-Length", [b"0"]
    ) != [b"0"]:
        raise NoHandshake(400, "A WebSocket handshake has no body.")
    keys = headers.getRawHeaders(b"Sec-WebSocket-Key") or []
    try:
        sound = len(keys) == 1 and len(b64decode(keys[0], validate=True)) == 16
    except NotBase64:
        sound = False
    if not sound:
        raise NoHandshake(400, "Sec-WebSocket-Key must be 16 bytes in base64.")
    return keys[0]


def tokens(request: Request, name: bytes) -> list[bytes]:
    """All comma separated values of a header."""
    values = request.requestHeaders.getRawHeaders(name) or []
    return [token.strip() for value in values for token in value.split(b",")]
