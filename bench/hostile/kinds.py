"""The kinds of hostile clients."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bench.attacks import floods, holding
from bench.attacks.connection import Connection
from bench.attacks.field import Attacker, Field
from bench.attacks.frames import CONTINUATION, TEXT, frame

CONNECTIONS = 64
"""Of each kind, from one address: as many as the server permits."""

SMALL_BUFFER = 4096
"""The kernel's receive buffer of those who read slowly, in bytes."""

_BLOB = 64 * 1024
_BLOB_SECONDS = 0.1
"""64 connections send 300 Mbit/s together."""

_SLOW_BYTES = 1024
_SLOW_SECONDS = 1.0
_PIECE = 100
_PIECE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    :ivar wire: the key of the protocol.
    """

    key: str
    title: str
    wire: str
    attack: Attacker
    connections: int = CONNECTIONS


def flood(piece: bytes) -> Attacker:
    """They send a piece again and again.

    No faster than a fast line, as the people whose messages are measured share a
    processor with them.
    """
    blob = piece * (_BLOB // len(piece))

    async def attack(field: Field) -> None:
        people = await field.people()
        await field.for_seconds(
            *(each.repeat(blob, _BLOB_SECONDS) for each in people),
            *(each.drain() for each in people),
        )

    return attack


async def frozen(field: Field) -> None:
    """They read nothing at all."""
    await field.people(receive_buffer=SMALL_BUFFER)
    await field.for_seconds()


async def slow(field: Field) -> None:
    """They read 1 KiB a second."""
    people = await field.people(receive_buffer=SMALL_BUFFER)

    async def trickle(reader: Connection) -> None:
        while True:
            if not await reader.read(_SLOW_BYTES):
                return
            await asyncio.sleep(_SLOW_SECONDS)

    await field.for_seconds(*map(trickle, people))


async def half_open(field: Field) -> None:
    """They send a message piece by piece, which does not end."""
    people = await field.people()
    for each in people:
        await each.write(frame(b"x", TEXT, fin=False))
    piece = frame(b"x" * _PIECE, CONTINUATION, fin=False)
    await field.for_seconds(
        *(each.repeat(piece, _PIECE_SECONDS) for each in people),
        *(each.drain() for each in people),
    )


KINDS = (
    Kind("frozen", "frozen reader", "line", frozen, 1),
    Kind("empty", "empty frames (JSON)", "json", flood(frame(b""))),
    Kind("endless", "lines without end (telnet)", "line", flood(b"x")),
    Kind("tiny", "POSTs of tiny packets (Engine.IO)", "socketio", floods.payloads),
    Kind("half-open", "messages without end (WebSocket)", "json", half_open),
    Kind("slow", "readers of 1 KiB a second (telnet)", "line", slow),
    Kind("slow-json", "readers of 1 KiB a second (JSON)", "json", slow),
    Kind("empty-irc", "empty lines (IRC)", "irc", flood(b"\r\n")),
    Kind("slow-irc", "readers of 1 KiB a second (IRC)", "irc", slow),
    Kind("churn", "clients that come and go (telnet)", "line", holding.churn),
    Kind("churn-json", "clients that come and go (JSON)", "json", holding.churn),
    Kind("churn-irc", "clients that come and go (IRC)", "irc", holding.churn),
)

BY_KEY = {kind.key: kind for kind in KINDS}
