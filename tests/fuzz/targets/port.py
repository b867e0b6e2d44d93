"""A connection to a port, whatever it sends: lines, HTTP, WebSocket, Socket.IO.

The input begins with a byte that chooses the peer: ``p`` for a trusted proxy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.fuzz.target import Target, expect, same_however_cut
from tests.fuzz.world import HOST, PROXY, World, no_failure_logged
from tests.support.memory import handshake, masked

_STATUS = re.compile(rb"HTTP/1\.[01] [1-5]\d\d [^\r\n]*\r\n")
_HEADER = re.compile(rb"[!-9;-~]+: [^\r\n\0]*\Z")
_DATE = re.compile(rb"\r\nDate: [^\r]*")
_RANDOM = re.compile(rb'"(?:session|pid|sid)":"[^"]*"|[0-9a-f]{8}(?=-[0-9]{16})')
"""Sessions, and the name of the journal in a position."""


def check(data: bytes) -> None:
    """Connect, send this, and read everything that is sent back."""
    peer = PROXY if data.startswith(b"p") else "192.0.2.1"
    first = data[1:]

    def talk(pieces: Sequence[bytes]) -> bytes:
        world = World()
        wire = world.connect(peer)
        for piece in pieces:
            if wire.disconnecting or wire.aborted or not wire.connected:
                break
            wire.send(piece)
        world.settle()
        world.clock.pump([0.5] * 24)
        world.settle()
        answer: bytes = _RANDOM.sub(b"", _DATE.sub(b"", wire.take()))
        return answer

    with no_failure_logged():
        answer = same_however_cut(talk, first)
    expect(len(answer) < 64 * 1024 + 40 * len(first), f"{len(answer)} bytes in answer")
    if answer.startswith(b"HTTP/"):
        _check_response(answer)


def _check_response(answer: bytes) -> None:
    """The head of the first response is well-formed, whatever the request had in it."""
    head = answer.partition(b"\r\n\r\n")[0]
    expect(_STATUS.match(head + b"\r\n") is not None, f"a status line: {head!r}")
    for line in head.split(b"\r\n")[1:]:
        expect(_HEADER.match(line) is not None, f"a header: {line!r}")


_GET = (
    f"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
)
_POST = (
    "POST /socket.io/?EIO=4&transport=polling&sid=session1 HTTP/1.1\r\n"
    f"Host: {HOST}\r\nContent-Length: 25\r\n\r\n"
).encode()
_UPGRADE = b"-" + handshake("/ws?format=json&nick=alice", host=HOST)

_CHUNKED = (
    b"-POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n"
)

TARGET = Target(
    check,
    seeds=(
        b"-hello\r\n\\nick bob\r\n\\who\r\n",
        b"-\xff\xfb\x1fhi\r\n\\quit\r\n",
        b"-" + _GET + _POST + b'40\x1e42["messages","hello"]',
        b"-GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"-HEAD / HTTP/1.0\r\n\r\n",
        b"-GET http://chat.example/origin HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"-OPTIONS /socket.io/ HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n",
        _UPGRADE + masked(0x81, b'{"type":"message","text":"hi"}', bytes(4)),
        b"-" + handshake("/", host=HOST) + masked(0x81, rb"\me waves", bytes(4)),
        b"-" + handshake("/ws", host=HOST, sec_websocket_version="8"),
        b"-"
        + handshake("/socket.io/?EIO=4&transport=websocket", host=HOST)
        + masked(0x81, b"40", bytes(4)),
        b"pPROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\nhello\r\n",
        b"pPROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\n" + _GET,
        b"pGET / HTTP/1.1\r\nHost: x.example\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n",
        _CHUNKED,
    ),
    tokens=(
        *(
            b"GET ",
            b"POST ",
            b"/ws",
            b"/socket.io/",
            b" HTTP/1.1\r\n",
            b"\r\n\r\n",
            b"\r\n",
        ),
        *(
            b"Host: chat.example",
            b"Origin: ",
            b"Content-Length: ",
            b"Connection: close",
        ),
        *(
            b"Transfer-Encoding: chunked",
            b"?format=json",
            b"&since=",
            b"&session=",
            b"&rooms=",
        ),
        *(
            b"Upgrade: websocket",
            b"Sec-WebSocket-Key: ",
            b"Sec-WebSocket-Protocol: chat.json",
        ),
        *(
            b"EIO=4",
            b"&transport=polling",
            b"&sid=session1",
            b"%00",
            b"%0d%0a",
            b"\n",
            b"\0",
        ),
        *(
            b"Expect: 100-continue",
            b"X-Forwarded-For: ",
            b"Forwarded: for=",
            b"p",
            b"-",
        ),
        *(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", b"\\nick ", b"\xff\xfb\x00"),
    ),
)
