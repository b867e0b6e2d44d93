"""The line chat: bytes of a client become lines, and others are shown lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.fuzz.target import (
    Target,
    expect_equal,
    expect_harmless,
    same_however_cut,
)
from tests.support.line_clients import Transport
from twisted_chat.clients.line import ChatFactory
from twisted_chat.clients.telnet import TelnetFilter
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.events import Message
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import is_blank
from twisted_chat.core.texts.texts import accepted_text
from twisted_chat.testing import TestChat

_FEW = 500
"""Pieces after each of which the server gets its turn; with more, that takes long."""

_LINE_END = re.compile(rb"\r\n|\r\0|\r|\n")
_TELNET = re.compile(rb"\r\n\[yes\](?=\r\n)|\xff[\xfb-\xfe][\x00-\xff]|\r(?!\n)")
"""Replies to telnet commands."""


def check(data: bytes) -> None:
    """Talk as alice, then close the sending side."""
    answer, shown, posted = same_however_cut(_talk, data)
    for line in shown:
        expect_harmless(line)
    for line in answer:
        expect_harmless(line)
    wanted = _posted_by(data)
    if wanted is not None:
        expect_equal(posted, wanted, "what is posted")


def _talk(pieces: Sequence[bytes]) -> tuple[list[str], list[str], list[str]]:
    """What alice receives, what eve is shown, and the messages that are stored."""
    room = TestChat()
    (eve,) = room.people("eve")
    factory = ChatFactory(room.chat, room.clock, None)  # type: ignore[arg-type]
    transport = Transport()
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(transport)
    room.settle()
    protocol.dataReceived(b"\\nick alice\r\n")
    room.settle()
    transport.clear()
    eve.sees()
    for piece in pieces:
        protocol.dataReceived(piece)
        if len(pieces) < _FEW:
            room.settle()
    protocol.readConnectionLost()
    room.settle()
    posted = [
        event.text
        for batch in room.journal.batches
        for event in batch
        if isinstance(event, Message)
    ]
    # Replies to telnet commands do not wait for those to lines.
    answer = _TELNET.sub(b"", transport.value()).decode().split("\r\n")
    return [line for line in answer if line], eve.sees(), posted


def _posted_by(data: bytes) -> list[str] | None:
    """What is posted, made in another way; ``None`` if there is a route."""
    codec, routes = LineCodec(), TestChat().chat.table
    posted = []
    for line in _LINE_END.split(TelnetFilter().feed(data)[0]):
        request = codec.decode(line, routes)
        if request.route:
            return None
        if request.refusal is None:
            try:
                text = accepted_text(request.text)
            except Refused:
                continue
            if not is_blank(text):
                posted.append(text)
    return posted


TARGET = Target(
    check,
    seeds=(
        b"hello\r\nworld\n",
        b"no end",
        b"one\rtwo\r\0three\n\rfour\r\r\nfive\r\n",
        b"\\me waves\r\n\\who\r\n\\dm eve psst\r\n\\topic tea\r\n\\away lunch\r\n",
        b"\\join den\r\nhi\r\n\\leave\r\n\\rooms\r\n\\history 3\r\n\\search hello\r\n",
        b"\\ignore eve\r\n\\ignore\r\n\\unignore eve\r\n\\nick bob\r\n\\nick eve\r\n",
        b"\\help\r\n\\help nick\r\n\\quit bye\r\nlate\r\n",
        b"\xff\xfb\x1f\xff\xfd\x00gr\xc3\xbc\xc3\x9fe\r\n\xff\xf6\xff\xf7\r\n",
        b"x" * 4096 + b"\r\n" + b"y" * 4097 + b"\r\nz\r\n",
        b"left the chat\r\n\x1b[2J\x1b[H\x07forged\r\n",
        b"\\history 2 before 18:00\r\n\\dm nobody hi\r\n\\foo\r\n\\\\text\r\n",
    ),
    tokens=(
        *(b"\r\n", b"\n", b"\r", b"\r\0", b"\0", b"\x08", b"\x15", b"\x7f", b" "),
        *(
            b"\\nick ",
            b"\\me ",
            b"\\dm eve ",
            b"\\who",
            b"\\join ",
            b"\\leave",
            b"\\topic ",
        ),
        *(b"\\away", b"\\history ", b"\\search ", b"\\ignore ", b"\\quit", b"\\help "),
        *(
            b"\xff\xfb",
            b"\xff\xfd\x00",
            b"\xff\xf7",
            b"\xff\xf8",
            b"\xff\xfa",
            b"\xff\xf0",
        ),
        *("\u202e\u2028\u0085".encode(), b"\x1b[31m", b"\x1b]0;", b"left the chat"),
        b"x" * 2048,
    ),
    max_size=12_000,
)
