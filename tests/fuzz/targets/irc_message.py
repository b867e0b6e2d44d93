"""IRC messages: bytes become lines, and these messages, which can be written again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.fuzz.target import Target, expect, expect_equal, same_however_cut
from twisted_chat.clients.irc.message import (
    MAX_BODY,
    MAX_CLIENT_TAGS,
    MAX_LINE,
    InvalidUtf8,
    LineSplitter,
    Message,
    MessageError,
    TooLong,
    format_message,
    parse,
)


def check(data: bytes) -> None:
    """Read the lines of one client."""
    lines = same_however_cut(_split, data)
    whole = [line for line in re.split(rb"[\r\n]+", data) if line]
    if not data.endswith((b"\r", b"\n")) and whole and len(whole[-1]) <= MAX_LINE:
        whole.pop()
    expect_equal(lines, [line[: MAX_LINE + 1] for line in whole], "other lines")
    for line in lines:
        _check_line(line)


def _split(pieces: Sequence[bytes]) -> list[bytes]:
    splitter = LineSplitter()
    lines = []
    for piece in pieces:
        lines += splitter.feed(piece)
        expect(splitter.held <= MAX_LINE, f"{splitter.held} bytes are held")
    return lines


def _check_line(line: bytes) -> None:
    try:
        message = parse(line)
    except TooLong:
        expect(len(line) > MAX_BODY, "a short line is too long")
        return
    except InvalidUtf8:
        expect(not _is_utf8(line), "UTF-8 is refused")
        return
    except MessageError as error:
        expect_equal(error.command, "*", "a command that is none")
        return
    expect(_is_utf8(line), "what is not UTF-8 is read")
    expect(len(line) <= MAX_LINE, "a line that is too long is read")
    written = format_message(message)
    expect_equal(written.count(b"\n"), 1, "lines of one message")
    expect_equal(_read(written), message, "a message changes on a second way")


def _read(written: bytes) -> Message:
    """The message in a line, to which a colon or an escape may have been added."""
    end = written.index(b" ") if written.startswith(b"@") else 0
    expect(end <= 2 * MAX_CLIENT_TAGS, "the tags grow")
    if end >= MAX_CLIENT_TAGS or len(written) - end > MAX_BODY:
        # Their form that a server sends may be longer than what a client may.
        return parse_long(written)
    return parse(written[:-2])


def parse_long(written: bytes) -> Message:
    """The message in a line of any length, read in another way."""
    tags: dict[str, str] = {}
    text = written.decode()[:-2]
    if text.startswith("@"):
        raw, text = text[1:].split(" ", 1)
        for tag in raw.split(";"):
            key, _, value = tag.partition("=")
            tags[key] = "".join(
                {r"\:": ";", r"\s": " ", r"\r": "\r", r"\n": "\n"}.get(piece, piece[-1])
                for piece in re.findall(r"\\.|[^\\]", value)
            )
    source = ""
    if text.startswith(":"):
        source, text = text[1:].split(" ", 1)
    head, colon, last = text.partition(" :")
    command, *params = head.split(" ")
    return Message(command, (*params, *([last] if colon else [])), source, tags)


def _is_utf8(line: bytes) -> bool:
    try:
        line.replace(b"\0", b"").decode()
    except UnicodeDecodeError:
        return False
    return True


TARGET = Target(
    check,
    seeds=(
        b"CAP LS 302\r\nNICK bob\r\nUSER bob 0 * :Bob B\r\nCAP END\r\n",
        b"@label=1;+typing=active TAGMSG #lobby\r\n",
        rb"@+a=\:\s\\\r\n\x\ :s PRIVMSG #lobby :hi" + b"\n",
        b":bob!b@h QUIT :bye\n",
        b"@a;b=;=c;;d_e=1 PING :x\r\n",
        "PRIVMSG #tea :gr\u00fc\u00dfe\r\nPRIVMSG #tea :gr".encode() + b"\xfc\r\n",
        b"@a=\xff PING x\r\n:\xff PING x\r\n\xff PING x\r\n",
        b"PRIVMSG a :" + b"x" * (MAX_BODY - 11) + b"\r\nPING" + b" y" * 254 + b"\r\n",
        b"@a=" + b"x" * (MAX_CLIENT_TAGS - 4) + b" TAGMSG b\r\n",
        b"@a=" + b"x" * (MAX_CLIENT_TAGS - 3) + b" TAGMSG b\r\n",
        b"x" * (MAX_LINE + 1) + b"\r\nPING a\r\n",
        b"\r\n \r\n@\n@ \n:\n: \n::\n@a :b\n",
        b"MODE #a:b  +o   :bob \r\nTOPIC #a :\r\nTOPIC #a ::)\r\n",
    ),
    tokens=(
        *(b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b" :", b"@", b";", b"=", b"\\"),
        *(rb"\:", rb"\s", rb"\r", rb"\n", b"+", b"/", b"\xff", "\u20ac".encode()),
        *(b"PRIVMSG ", b"CAP ", b"001 ", b"#lobby", b"label=", b"+draft/reply="),
        *(b"x" * MAX_BODY, b"x" * (MAX_CLIENT_TAGS - 4)),
    ),
    max_size=12_000,
)
