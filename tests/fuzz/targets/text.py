"""A line of the line chat: bytes become a request."""

from __future__ import annotations

import re

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.clients.erase import erase
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.limits import MAX_LINE
from twisted_chat.core.replies import Request
from twisted_chat.core.routes.table import standard_table

_CODEC = LineCodec()
_ROUTES = standard_table()
_ERASING = re.compile("[\x08\x15\x7f]")


def check(data: bytes) -> None:
    """Decode one line, then a frame of several lines."""
    request = _CODEC.decode(data, _ROUTES)
    is_too_long = _is_too_long(request)
    expect_equal(is_too_long, len(data) > MAX_LINE, "the limit of a line")
    text = data.decode("utf-8", "replace")
    if request.refusal is None:
        _check_request(request, erase(text))
    else:
        expect_equal((request.route, request.text), ("", ""), "what is refused")
    for one in _CODEC.decode_frame(text, _ROUTES):
        expect(not _is_too_long(one) or len(data) > MAX_LINE, "a short line is refused")
    _check_erase(text)


def _is_too_long(request: Request) -> bool:
    """Whether it is refused for that, and not as a mistyped password."""
    return request.refusal is not None and request.refusal.code == "too_long"


def _check_request(request: Request, line: str) -> None:
    expect(len(request.route) + len(request.text) <= len(line), "a longer request")
    if request.route:
        # What is typed again, as it was understood, is understood in the same way.
        typed = f"\\{request.route} {request.text}".encode()
        if len(typed) <= MAX_LINE:
            expect_equal(_CODEC.decode(typed, _ROUTES), request, "a route typed again")
        expect_equal(request.text.rstrip(), request.text, "blanks at its end")
    else:
        # One backslash makes a text of what would be a route.
        texts = (line, line.replace("\\", "", 1))
        expect(request.text in texts, "a text that nobody typed")


def _check_erase(text: str) -> None:
    left = erase(text)
    expect(_ERASING.search(left) is None, "a key that erases is left")
    expect_equal(erase(left), left, "erasing what is left")
    expect(len(left) <= len(text), "erasing makes a text longer")
    # Each key erases a character at most: a plain text typed behind stays.
    expect(erase(text + " end").endswith(" end"), "what is typed behind the keys")
    expect_equal(erase(text + "\x15"), "", "a line that is erased")


TARGET = Target(
    check,
    seeds=(
        b"hi all",
        rb"\nick bob",
        b"/me waves",
        rb"\\text with a backslash",
        b"  \\dm  bob  psst ",
        b"helo\x08\x08llo",
        "\N{FULLWIDTH REVERSE SOLIDUS}nick \N{FULLWIDTH LATIN SMALL LETTER A}".encode(),
        "\N{YEN SIGN}who".encode(),
        b"\x1b[A\\who",
        "👋🏽\x7f👨‍👩‍👧\x08🇩🇪\x08e\u0301\x08".encode(),
        b"typed \x15anew",
        b"\xff\xfe\x80",
        b"/usr/bin",
        rb"\alpha + \beta",
        rb"C:\nick",
        rb"\o/",
        rb"\log_in ",
        b"/ login bob secret",
        b"/sign in bob secret",
    ),
    tokens=(
        *(b"\\" + command.name.encode() + b" " for command in _ROUTES),
        *(b"\x08", b"\x7f", b"\x15", b"\x1b[A", b"\x1b[3~", b"\\", b"/"),
        *(b"\r\n", b"\r", b"\n", b"\t"),
        *("\u200d\u2800\u3000\ufeff\u202e\u00a5\u20a9\uff0f\uff3c\ufe68".encode(),),
        "\U0001f1e9\U0001f1ea".encode(),
        "\U0001f3fd".encode(),
        b"\xe2\x80",
        b"x" * MAX_LINE,
    ),
    max_size=2 * MAX_LINE,
)
