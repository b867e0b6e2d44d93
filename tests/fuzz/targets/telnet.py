"""The telnet filter: commands are removed from the text, and answered."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fuzz.target import Target, expect, expect_equal, same_however_cut
from twisted_chat.clients.telnet import MAX_SUBNEGOTIATION, TelnetFilter

_OFFER = 6
_LONGEST_REPLY = 9
"""Bytes of the first offer, and of the longest reply to a command."""


def check(data: bytes) -> None:
    """Filter the bytes of one peer."""
    text, replies = same_however_cut(_filter, data)
    commands = data.count(b"\xff")
    expect(b"\xff" not in text, "text contains a telnet command")
    expect(len(text) <= len(data), "text is longer than what was received")
    expect(
        len(replies) <= _OFFER + _LONGEST_REPLY * commands,
        f"{commands} commands are answered with {len(replies)} bytes",
    )
    if not commands:
        expect_equal((text, replies), (data, b""), "text without commands is changed")
    # Whatever has begun, a peer can go on to send lines.
    end = b"\xff" * 3 + b"x" * MAX_SUBNEGOTIATION
    expect(b"line" in _filter([data + end, b"line"])[0], "no more text is received")


def _filter(pieces: Sequence[bytes]) -> tuple[bytes, bytes]:
    telnet = TelnetFilter()
    fed = [telnet.feed(piece) for piece in pieces]
    return b"".join(text for text, _ in fed), b"".join(reply for _, reply in fed)


_DEBIAN = (
    b"\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f\xff\xfb \xff\xfb!\xff\xfb\"\xff\xfb'"
    b"\xff\xfd\x05\xff\xfb#"
)
_PUTTY = (
    b"\xff\xfb\x1f\xff\xfb \xff\xfb\x18\xff\xfb'\xff\xfd\x01\xff\xfb\x03\xff\xfd\x03"
)
"""What these clients begin with."""

TARGET = Target(
    check,
    seeds=(
        _DEBIAN + b"hi\r\n",
        _PUTTY + b"hi\r\n",
        b"\xff\xfa\x18\x00xterm-256color\xff\xf0\xff\xfa\x1f\x00P\x00\x18\xff\xf0ok\r\0",
        b"\xff\xf4\xff\xfd\x06after Ctrl-C\r\n",
        "caf\u00e9 \xff\u4f60\u597d\r\n".encode(),
    ),
    tokens=(
        *(bytes((0xFF, code)) for code in range(0xEC, 0x100)),
        *(bytes((0xFF, verb, 0)) for verb in range(0xFB, 0xFF)),
        b"\xff\xfd\x06",
        b"\xff\xff\xff",
        b"x" * 1023,
        b"\r\0",
    ),
)
