"""The opening handshake of a WebSocket server (RFC 6455, section 4.2).

Invariant: an invalid handshake is answered over HTTP, with a status and one line that
says why, and reaches no application.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as InvalidBase64
from collections.abc import Sequence
from hashlib import sha1

from twisted.web.http import Request
from twisted.web.server import NOT_DONE_YET

from twisted_chat.net.handover import Unflushed, take_over
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.net.timers import Keepalive

from .connection import MAX_SIZE, WebSocketConnection, WebSocketPeer

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_PHRASES = {400: b"Bad Request", 426: b"Upgrade Required"}


def upgrade(
    request: Request,
    peer: WebSocketPeer,
    *,
    keepalive: Keepalive,
    max_size: int = MAX_SIZE,
    max_queued: int = MAX_QUEUED,
    subprotocols: Sequence[str] = (),
    any_subprotocol: bool = False,
) -> int | bytes:
    """Answer a WebSocket handshake in ``render_GET``, with or without TLS.

    The caller checks the ``Origin`` first.  ``peer.opened`` is called before this
    returns, unless the handshake is refused.

    :param keepalive: may be shared by any number of connections.
    :param max_size: bytes of one message; a longer one closes with code 1009.
    :param max_queued: bytes that may wait for the client, an eighth of them for long;
        see ``slow_readers``.
    :param subprotocols: those supported, in order of preference; a client that offers
        none of them is connected without one.
    :param any_subprotocol: agree to the first that such a client offers, because
        browsers close a connection for which they offered some and got none.
    :return: what ``render_GET`` returns: ``NOT_DONE_YET``, or the body of a refusal,
        whose status is set.
    """
    try:
        key = handshake_key(request)
    except HandshakeError as error:
        return error.respond(request)
    offered = tokens(request, b"Sec-WebSocket-Protocol")
    subprotocol = next(
        (name for name in subprotocols if name.encode() in offered), None
    )
    if subprotocol is None and any_subprotocol:
        valid = (name.decode() for name in offered if _TOKEN.fullmatch(name))
        subprotocol = next(valid, None)
    connection = WebSocketConnection(
        peer,
        keepalive,
        max_size=max_size,
        max_queued=max_queued,
        subprotocol=subprotocol,
        response=switching_protocols(key, subprotocol),
    )
    traffic = keepalive.limits.traffic
    received_bytes = traffic.received_bytes
    try:
        take_over(request, connection)
    except Unflushed:
        return HandshakeError(400, "Read the earlier responses first.").respond(request)
    # What came behind the handshake has been counted with it.
    traffic.received_bytes = received_bytes
    return NOT_DONE_YET


class HandshakeError(Exception):
    """A request is not a valid handshake.

    :param headers: further headers of the response.
    """

    def __init__(
        self, status: int, text: str, headers: dict[bytes, bytes] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers or {}

    def respond(self, request: Request) -> bytes:
        """Set the status and the headers; return the body."""
        request.setResponseCode(self.status, _PHRASES[self.status])
        headers = {b"Content-Type": b"text/plain; charset=utf-8", **self.headers}
        for name, value in headers.items():
            request.responseHeaders.setRawHeaders(name, [value])
        return self.text.encode() + b"\n"


def is_upgrade(request: Request) -> bool:
    """Whether a request asks for a WebSocket, valid or not."""
    return b"websocket" in [token.lower() for token in tokens(request, b"Upgrade")]


def handshake_key(request: Request) -> bytes:
    """The ``Sec-WebSocket-Key`` of a valid handshake.

    :raises HandshakeError: the request is invalid, or asks for another version.
    """
    headers = request.requestHeaders
    if request.method != b"GET" or request.clientproto != b"HTTP/1.1":
        raise HandshakeError(400, "A WebSocket handshake is a GET request, HTTP/1.1.")
    connection = [token.lower() for token in tokens(request, b"Connection")]
    if not is_upgrade(request) or b"upgrade" not in connection:
        raise HandshakeError(
            426, "This address expects a WebSocket.", {b"Upgrade": b"websocket"}
        )
    if headers.getRawHeaders(b"Sec-WebSocket-Version") != [b"13"]:
        raise HandshakeError(
            426,
            "Only version 13 of WebSocket is supported.",
            {b"Upgrade": b"websocket", b"Sec-WebSocket-Version": b"13"},
        )
    if headers.hasHeader(b"Transfer-Encoding") or headers.getRawHeaders(
        b"Content-Length", [b"0"]
    ) != [b"0"]:
        raise HandshakeError(400, "A WebSocket handshake has no body.")
    keys = headers.getRawHeaders(b"Sec-WebSocket-Key") or []
    try:
        valid = len(keys) == 1 and len(b64decode(keys[0], validate=True)) == 16
    except InvalidBase64:
        valid = False
    if not valid:
        raise HandshakeError(400, "Sec-WebSocket-Key must be 16 bytes in base64.")
    return keys[0]


def tokens(request: Request, name: bytes) -> list[bytes]:
    """All comma-separated values of a header."""
    values = request.requestHeaders.getRawHeaders(name) or []
    return [token.strip() for value in values for token in value.split(b",")]


def accept_key(key: bytes) -> bytes:
    """The ``Sec-WebSocket-Accept`` for a key (section 4.2.2)."""
    return b64encode(sha1(key + _GUID, usedforsecurity=False).digest())


def switching_protocols(key: bytes, subprotocol: str | None = None) -> bytes:
    """The HTTP response that accepts a handshake."""
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept_key(key),
    ]
    if subprotocol is not None:
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol.encode())
    return b"\r\n".join((*lines, b"", b""))
