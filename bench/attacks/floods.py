"""Attacks that send as much as the server takes."""

from __future__ import annotations

import asyncio
import zlib

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.field import Attacker, Field
from bench.attacks.frames import (
    CONTINUATION,
    PING,
    TEXT,
    frame,
)
from bench.attacks.wires import request

_BLOB = 64 * 1024
"""Bytes that are given to the kernel at a time."""

_NEVER_READ = 4096
"""The kernel's receive buffer of those who do not read; the least that it accepts."""

BURST_LINES = 14
BURST_BYTES = 4000
"""S3: as many lines of 4 KB as one client may send at once, and a few more."""

NESTED = 600
"""Arrays in each other, more than a parser that calls itself can follow."""


def repeat(piece: bytes) -> bytes:
    """A piece as often as it fits into one write."""
    return piece * max(1, _BLOB // len(piece))


def flood(
    piece: bytes, *, reads: bool = True, first: bytes = b"", enters: bool = True
) -> Attacker:
    """Everyone sends a piece again and again.

    :param reads: whether the attackers read what comes back.
    :param first: sent once before.
    :param enters: whether they are in the chat.
    """

    async def attack(field: Field) -> None:
        buffer = 0 if reads else _NEVER_READ
        come = field.people if enters else field.sockets
        people = await come(receive_buffer=buffer)
        for each in people:
            await each.write(first)
        work = [each.repeat(repeat(piece)) for each in people]
        if reads:
            work += [each.drain() for each in people]
        await field.for_seconds(*work)

    return attack


EMPTY = {
    "line": flood(b"\n"),
    "irc": flood(b"\r\n"),
    "websocket": flood(frame(b"")),
    "json": flood(frame(b"")),
    "socketio": flood(frame(b"6")),
}
"""Lines and frames that have nothing in them; of Engine.IO, packets without effect."""

REFUSED = {
    "line": flood(b"\\x\n", reads=False),
    "irc": flood(b"X\r\n", reads=False),
    "json": flood(frame(b"1"), reads=False),
    "socketio": flood(frame(b'42["x"]'), reads=False),
}
"""Requests that are refused, and nobody reads the refusals."""

TINY = {
    "line": flood(b"a\n"),
    "irc": flood(b"PRIVMSG #lobby :a\r\n"),
    "websocket": flood(frame(b"a")),
    "json": flood(frame(b'{"type":"message","text":"a"}')),
    "socketio": flood(frame(b'42["messages","a"]')),
}
"""Messages of one letter."""

PINGS = {
    "line": flood(b"\xff\xfd\x06", reads=False),
    "irc": flood(b"PING x\r\n", reads=False),
    "websocket": flood(frame(bytes(125), PING), reads=False),
    "json": flood(frame(bytes(125), PING), reads=False),
    "socketio": flood(frame(bytes(125), PING), reads=False),
}
"""Pings, or telnet's TIMING-MARK, whose answers nobody reads."""

REGISTERING = {
    "irc": flood(b"CAP LS 302\r\nPING x\r\nX\r\n", reads=False, enters=False)
}
"""Requests of clients that have not registered, and nobody reads the answers."""

_FRAGMENT = frame(b"", CONTINUATION, fin=False)
FRAGMENTS = {
    key: flood(_FRAGMENT, first=frame(b"a", TEXT, fin=False))
    for key in ("websocket", "json", "socketio")
}
"""A message of fragments without anything in them, which never ends."""


NUMBERS = range(1000)
"""Of the names in one round of the two floods below; all of them fit into one write."""


def _numbered(template: str) -> bytes:
    """A piece for each number, all different."""
    return b"".join((template % number).encode() for number in NUMBERS)


def _numbered_frames(template: str) -> bytes:
    return b"".join(frame((template % number).encode()) for number in NUMBERS)


GUESSES = {
    "line": flood(_numbered("\\login person%d guess\n")),
    "irc": flood(_numbered("OPER person%d guess\r\n")),
    "json": flood(
        _numbered_frames('{"type":"login","nick":"person%d","password":"guess"}')
    ),
}
"""Guesses of passwords, each for another name: a server that hashes has work."""

RENAMES = {
    "line": flood(_numbered("\\nick name%d\n")),
    "irc": flood(_numbered("NICK name%d\r\n")),
    "json": flood(_numbered_frames('{"type":"nick","nick":"name%d"}')),
    "socketio": flood(_numbered_frames('42["join","name%d"]')),
}
"""Renames, most of them to a name that another attacker has at the moment."""


def bytewise() -> Attacker:
    """One byte in each packet, never a line end, up to less than a line."""

    async def attack(field: Field) -> None:
        people = await field.people()

        work = [each.repeat(b"a", pause=0.002) for each in people]
        await field.for_seconds(*work, *(each.drain() for each in people))

    return attack


FRAGMENTS |= {"line": bytewise(), "irc": bytewise()}


def _say(field: Field, length: int) -> bytes:
    limit = 400 if field.irc else length
    return field.wire.say("x" * min(length, limit))


async def burst(field: Field) -> None:
    """Everyone sends some long lines at once, and reads."""
    people = await field.people()
    blob = _say(field, BURST_BYTES) * BURST_LINES
    await field.for_seconds(
        *(each.write(blob) for each in people), *(each.drain() for each in people)
    )


async def frozen(field: Field) -> None:
    """Half of them never read while the others talk as fast as they may."""
    deaf = await field.people(field.connections // 2, receive_buffer=_NEVER_READ)
    talking = await field.people(field.connections - len(deaf))
    blob = _say(field, BURST_BYTES) * 4
    await field.for_seconds(
        *(each.repeat(blob) for each in talking), *(each.drain() for each in talking)
    )
    # Those who do not read notice the end of their connection only now.
    await asyncio.gather(*(each.drain_for(2) for each in deaf))


LARGE = 8 << 20
"""Bytes of one large message."""


async def large(field: Field) -> None:
    """One of them sends one large message; nobody else does anything."""
    people = await field.people()
    text = "x" * LARGE
    await field.for_seconds(
        people[0].write(field.wire.say(text)), *(each.drain() for each in people)
    )


BOMB = 256 << 20
"""Bytes that a compressed frame becomes."""


async def bomb(field: Field) -> None:
    """A small frame, compressed, that becomes a large text (RFC 7692)."""
    deflate = zlib.compressobj(wbits=-15)
    packed = bytearray()
    for _ in range(BOMB >> 20):
        packed += deflate.compress(bytes(1 << 20))
    packed += deflate.flush(zlib.Z_SYNC_FLUSH)
    data = frame(bytes(packed[:-4]), TEXT, rsv1=True)
    agreed = 0
    people = []
    for _ in range(min(field.connections, 8)):
        connection, answer = await field.handshake(
            "Sec-WebSocket-Extensions: permessage-deflate"
        )
        people.append(connection)
        agreed += b"permessage-deflate" in answer
    field.started()
    field.note(f"compression was agreed to on {agreed} of {len(people)} connections")
    await field.for_seconds(
        *(each.write(data) for each in people), *(each.drain() for each in people)
    )


async def _come_again(field: Field) -> Connection | None:
    await asyncio.sleep(0.1)
    try:
        return await field.enter()
    except NotEntered as refusal:
        field.refuse(str(refusal))
        return None


async def nesting(field: Field) -> None:
    """Arrays in arrays, in every way that the protocol has."""
    deep = b"[" * NESTED + b"]" * NESTED
    if field.json:
        pieces = [b"[" * 30_000, b'{"type":"message","text":' + deep + b"}"]
        frames = [frame(piece) for piece in pieces]
    else:
        placeholder = b'["chat",' + deep + b',{"_placeholder":true,"num":0}]'
        frames = [
            frame(b'42["chat",' + deep + b"]"),
            frame(b"42" + b"[" * 30_000),
            frame(b"451-" + placeholder) + frame(b"\0", 2),
            frame(b'42 ["chat",1]'),
        ]
    people = await field.people()

    async def again(each: Connection) -> None:
        """What is a protocol error ends the connection, so they come again."""
        person: Connection | None = each
        while person is not None:
            for piece in frames:
                await person.write(piece)
            await person.drain_for(0.2)
            if field.end_of(person):
                person = await _come_again(field)

    await field.for_seconds(*map(again, people))


_PAYLOADS = (b"6\x1e" * 333_000, b'42["x"]\x1e' * 120_000, b"3\x1e" * 333_000)


async def payloads(field: Field) -> None:
    """POSTs of nearly 1 MB each, of packets as small as they can be."""
    sessions: list[tuple[Connection, str]] = []
    for _ in range(field.connections):
        connection = await field.connect()
        await connection.write(
            request("/socket.io/?EIO=4&transport=polling", field.host)
        )
        answer = await connection.read_until(b'"pingTimeout"')
        at = answer.index(b'"sid":"') + 7
        sid = answer[at : answer.index(b'"', at)].decode()
        target = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
        sessions.append((connection, target))
    field.started()

    async def post(connection: Connection, target: str) -> None:
        for turn in range(1_000_000):
            body = (b"40\x1e" if turn == 0 else b"") + _PAYLOADS[turn % 3].rstrip(
                b"\x1e"
            )
            length = f"Content-Length: {len(body)}"
            head = request(target, field.host, length, method="POST")
            if not await connection.write(head + body):
                return

    await field.for_seconds(
        *(post(connection, target) for connection, target in sessions),
        *(connection.drain() for connection, _ in sessions),
    )
