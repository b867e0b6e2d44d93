"""The first bytes of a connection, which choose its protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from twisted.internet.protocol import Factory
from twisted.internet.task import Clock

from tests.fuzz.target import Target, expect, expect_equal, same_however_cut
from tests.support.memory import Wire
from tests.support.switch import LineServer, Servers
from twisted_chat.net.detection import Detector
from twisted_chat.net.first_bytes import (
    Match,
    foreign_name,
    foreign_protocol,
    http_request,
    ssh_banner,
    tls_hello,
)
from twisted_chat.net.switch import SwitchFactory

_DETECTORS = {
    "http": http_request,
    "ssh": ssh_banner,
    "tls": tls_hello,
    "foreign": foreign_protocol,
}


def check(data: bytes) -> None:
    """Connect, send this, and then nothing more."""
    protocol, received, is_closed = same_however_cut(_connect, data)
    if not (protocol == "lines" and is_closed):
        # Lines are guarded against the first line of another protocol.
        expect_equal(received, data, "what the protocol receives")
    for detect in _DETECTORS.values():
        _check_detector(detect, data)
    if protocol == "foreign":
        expect(foreign_name(data) is not None, "a foreign protocol without a name")
    first_line = data.lstrip(b"\r\n").split(b"\n")[0]
    if first_line.rstrip(b"\r").endswith(b" HTTP/1.1") and b"\n" in data.lstrip(
        b"\r\n"
    ):
        is_get = first_line.startswith(b"GET /") and b"\r" not in first_line[:-1]
        expect(not is_get or protocol == "http", "a request goes elsewhere")


def _connect(pieces: Sequence[bytes]) -> tuple[str, bytes, bool]:
    """Which protocol gets the connection, what that receives, whether it is closed."""
    clock = Clock()
    servers = {name: Servers() for name in _DETECTORS}
    lines = Servers(LineServer)
    table = [Detector(name, _DETECTORS[name], servers[name]) for name in _DETECTORS]
    factory: Factory = SwitchFactory(clock, table, lines)
    wire = Wire().accept(factory)
    for piece in pieces:
        wire.send(piece)
    clock.pump([0.5] * 20)
    found = [
        (name, server)
        for name, one in {**servers, "lines": lines}.items()
        for server in one.built
    ]
    expect_equal(len(found), 1, "the protocols of one connection")
    ((name, server),) = found
    return name, server.received, wire.disconnecting


def _check_detector(detect: Callable[[bytes], Match], data: bytes) -> None:
    matches = [detect(data[:end]) for end in range(min(len(data), 400) + 1)]
    for match, later in pairwise(matches):
        if match is Match.NO:
            expect(later is Match.NO, "more bytes never undo a mismatch")
        if match is Match.YES:
            expect(later is Match.YES, "what is, later is not")


TARGET = Target(
    check,
    seeds=(
        b"GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n",
        b"\r\n\r\nPOST /x HTTP/1.0\r\n",
        b"GET well soon\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT chat.example:443 HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
        b"hello\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"\xff\xfb\x1f\xff\xfb \xff\xfb\x18",
        b"EHLO mail.example\r\n",
        b"NICK bob\r\nUSER bob 0 * :Bob\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b'{"jsonrpc":"2.0","method":"x"}\n',
        b"\x03\0\0\x13\x0e\xe0\0\0",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + bytes(12),
        b"a1 CAPABILITY\r\n",
        b"\x05\x01\x00",
        b"Content-Length: 120\r\n\r\n",
        b"OPTIONS \0 HTTP/1\r",
        b"OPTIONS rtsp://chat.example HTTP/1.1\r\n",
        b"CAP S\r",
    ),
    tokens=(
        *(
            b"GET ",
            b"POST ",
            b"/",
            b"http://",
            b" HTTP/1.1",
            b"\r\n",
            b"\n",
            b"\r",
            b"\0",
        ),
        *(
            b"CAP LS",
            b"PASS x",
            b"QUIT",
            b"HELO x",
            b"MAIL FROM:",
            b"AUTH ",
            b"\xff\xfb",
        ),
        *(b"\x16\x03", b"SSH-", b"*1", b"RFB 003.008", b"<?xml ", b"CNXN", b"8=FIX"),
        *(
            b"sip:x",
            b"rtsp://",
            b"[{",
            b'"method":',
            b"\x04\x01",
            b"0\x0c",
            b"\x02\x01",
        ),
        *(b"\0\0", b"\xfeSMB", b"t3 12.2", b"x" * 1024, b" ", b"\t"),
    ),
    max_size=6000,
)
