"""Three clients that send anything, and what others are shown of it on each wire.

The input is a list of what they send, one on a line: ``l`` and a line, ``j`` and a JSON
text, ``s`` and an Engine.IO packet.
"""

from __future__ import annotations

import json
from typing import Any

from tests.fuzz.model.players import JsonPlayer, LinePlayer, SocketIOPlayer
from tests.fuzz.target import Target, expect, expect_equal, expect_harmless
from tests.fuzz.world import World, no_failure_logged
from tests.support.memory import text
from twisted_chat.clients.first_frame import GRACE
from twisted_chat.core.events import LOBBY
from twisted_chat.core.texts.sanitize import sanitize_text

_TEXTS = ("text", "nick", "from", "to", "room")
"""Fields that are shown to people."""


def check(data: bytes) -> None:
    """Send this, and read what those see who are there."""
    with no_failure_logged():
        world = World()
        senders = (LinePlayer(world), JsonPlayer(world), SocketIOPlayer(world))
        world.clock.advance(GRACE)
        watcher, reader, page = (
            LinePlayer(world),
            JsonPlayer(world),
            SocketIOPlayer(world),
        )
        world.clock.advance(GRACE)
        world.settle()
        for player in (*senders, watcher, reader, page):
            player.reads()
        for step in data.split(b"\n"):
            _send(senders, step)
            world.settle()
        lines = watcher.reads()
        objects = reader.reads()
        events = page.reads()
        for sender in senders[1:]:
            # What the line client is answered is checked by another target.
            expect(all(sender.reads()), "an empty answer")
    for line in lines:
        expect_harmless(line)
    for fields in objects:
        _check_object(fields)
    _check_agreement(lines, objects, events)


def _send(senders: tuple[LinePlayer, JsonPlayer, SocketIOPlayer], step: bytes) -> None:
    line, program, page = senders
    kind, words = step[:1], step[1:]
    if kind == b"l" and line.wire.connected and not line.wire.disconnecting:
        line.wire.send(words + b"\r\n")
    elif kind in (b"j", b"s"):
        player = program if kind == b"j" else page
        if not player.client.wire.disconnecting:
            player.client.send(text(words.decode("utf-8", "replace")))


def _check_object(fields: dict[str, Any]) -> None:
    for name in _TEXTS:
        value = fields.get(name)
        if isinstance(value, str):
            expect_harmless(value, lines=name == "text")
            expect_equal(sanitize_text(value), value, "a text that is not sanitized")


def _check_agreement(lines: list[Any], objects: list[Any], events: list[Any]) -> None:
    """The same messages of the lobby, in the same order, on every wire."""
    said = [
        f"* {one['from']} {one['text']}"
        if one["type"] == "action"
        else f"{one['from']}: {one['text']}"
        for one in objects
        if one["type"] in ("message", "action") and one["room"] == LOBBY
    ]
    shown = [one[1] for one in events if one[0] == "messages"]
    expect_equal(shown, said, "Socket.IO and JSON clients are shown other messages")
    count = sum(one.count("\n") + 1 for one in said)
    expect(len(lines) >= count, "a line client is shown fewer messages")


def _packet(*values: object) -> bytes:
    return b"s42" + json.dumps(values).encode()


TARGET = Target(
    check,
    seeds=(
        b"lhello\nj" + json.dumps({"type": "message", "text": "hi\nall"}).encode(),
        _packet("join", "sam") + b"\n" + _packet("messages", "left the chat"),
        _packet("chat", {"a": [1, None]}) + b"\n" + _packet("chat", "text\x1b[31m"),
        b'j{"type":"nick","nick":"ann"}\nl\\dm ann psst\nl\\me waves',
        b'j{"type":"join","room":"den"}\nj{"type":"message","text":"x","room":"den"}',
        b'j{"type":"command","text":"\\\\quit bye"}\nj{"type":"who"}',
        b"l\\nick \xc3\xa9ve\nl\\topic tea\nl\\away lunch\nl\\quit",
        b"s41\ns40\n" + _packet("messages", "again"),
        b"s1\nj[]\nl\xff\xfb\x1f",
        b's451-["chat",{"_placeholder":true,"num":0}]\ns42["x"]',
    ),
    tokens=(
        *(
            b"\nl",
            b"\nj",
            b"\ns42",
            b"\ns",
            b'["messages","',
            b'["join","',
            b'["chat",',
        ),
        *(b'"]', b'{"type":"message","text":"', b'"}', b'"room":"lobby"', b'"ref":"1"'),
        *(
            b"\\nick ",
            b"\\me ",
            b"\\dm ",
            b"\\join den",
            b"\\leave",
            b"\\quit",
            b"\\u001b",
        ),
        *(
            b"\\n",
            b"\\ud800",
            b"\\u202e",
            b"bob",
            b"41",
            b"40",
            b"3",
            b",",
            b"[",
            b"{}",
        ),
    ),
    max_size=1500,
)
