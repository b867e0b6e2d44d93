"""Attacks that ask for what is costly to answer, to store or to show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from itertools import count

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.field import Attacker, Field
from bench.attacks.wires import WIRES, Irc, json_frame

WORDS = tuple(f"word{number}" for number in range(63))
"""Words of a search, all of which are in every message of the store."""

AWAY = 400
AWAY_ADDRESSES = 8
"""How many people are away, and from how many addresses."""

_AWAY_BYTES = (4000, 200)
"""The length of an away text that is tried first, and what most servers accept."""


def _command(field: Field, text: str) -> bytes:
    if field.json:
        return json_frame(type="command", text=text)
    return field.wire.say(text)


def ask(text: str, irc: str) -> Attacker:
    """Everyone asks again and again, and reads the answers.

    :param text: a route of this server.
    :param irc: a command of IRC that is as costly as one of it can be.
    """

    async def attack(field: Field) -> None:
        people = await field.people()
        query = irc.encode() if field.irc else _command(field, text)
        work = [each.repeat(query, pause=0.01) for each in people]
        watch = [] if field.irc else [_search_as_bystander(field)]
        await field.for_seconds(*work, *(each.drain() for each in people), *watch)

    return attack


async def _search_as_bystander(field: Field) -> None:
    """How long someone else's search takes meanwhile."""
    worst = 0.0
    try:
        bystander = await Connection.open(field.target, field.network.newcomer)
        await WIRES["line"].enter(bystander, field.host, "searcher")
        while True:
            await asyncio.sleep(0.5)
            before = time.monotonic()
            await bystander.write(b"\\search nowhere\r\n")
            await bystander.read_until(b"found (0)")
            worst = max(worst, time.monotonic() - before)
    except NotEntered as refusal:
        field.note(f"a bystander's search failed: {refusal}")
    finally:
        field.note(f"a bystander's search took up to {worst * 1000:.0f} ms")


SEARCH = ask("\\search " + " ".join(WORDS), "WHO *\r\n")
HISTORY = ask("\\history 500", f"LIST\r\nCHATHISTORY LATEST {Irc.channel} * 500\r\n")


async def away(field: Field) -> None:
    """Many are away with long texts; then someone else comes."""
    people = await field.people(AWAY, addresses=AWAY_ADDRESSES)
    for length in _AWAY_BYTES:
        text = "x" * length
        command = (
            f"AWAY :{text}\r\n".encode()
            if field.irc
            else _command(field, f"\\away {text}")
        )
        for each in people:
            await each.write(command)
    await field.for_seconds(*(each.drain() for each in people))
    newcomer = await Connection.open(field.target, field.network.newcomer)
    drains = [asyncio.ensure_future(each.drain()) for each in people]
    try:
        await field.wire.enter(newcomer, field.host, "newcomer")
        question = b"WHO #lobby\r\n" if field.irc else _command(field, "\\who")
        await newcomer.write(question)
        await newcomer.drain_for(2)
        state = f"then {newcomer.ended}" if newcomer.ended else "and stays"
        field.note(f"a newcomer receives {newcomer.received / 1024:.0f} KiB {state}")
        field.find("the newcomer is cut off", accepted=bool(newcomer.ended))
    except NotEntered as refusal:
        field.find("the newcomer is kept out", accepted=True, answer=str(refusal))
    finally:
        newcomer.close()
        for drain in drains:
            drain.cancel()


async def disk(field: Field) -> None:
    """Everyone makes rooms with topics, and says as much as they may."""
    people = await field.people()

    def work(number: int) -> Callable[[int], bytes]:
        def lines(turn: int) -> bytes:
            room = f"r{number}-{turn}"
            if field.irc:
                return (
                    f"JOIN #{room}\r\nTOPIC #{room} :{'t' * 300}\r\n"
                    f"PRIVMSG #{room} :{'x' * 400}\r\nPART #{room}\r\n"
                ).encode()
            if field.wire.key not in {"line", "json"}:
                return field.wire.say("x" * 4000)
            commands = [f"\\join {room}", f"\\topic {'t' * 390}", *["x" * 4000] * 8]
            commands.append("\\leave")
            return b"".join(_command(field, each) for each in commands)

        return lines

    async def fill(each: Connection, lines: Callable[[int], bytes]) -> None:
        await each.write_all(map(lines, count()))

    await field.for_seconds(
        *(fill(each, work(number)) for number, each in enumerate(people)),
        *(each.drain() for each in people),
    )


async def filtered(field: Field) -> None:
    """Messages that are as long as possible, of words as short as possible."""
    people = await field.people()
    blob = field.wire.say("a " * (200 if field.irc else 2000))
    await field.for_seconds(
        *(each.repeat(blob) for each in people), *(each.drain() for each in people)
    )


async def ignoring(field: Field) -> None:
    """Everyone ignores someone; those whose names are not ASCII talk."""
    people = await field.people()
    for number, each in enumerate(people):
        await each.write(_command(field, f"\\nick Ünïcödé{number}"))
        await each.write(_command(field, f"\\ignore nobody{number}"))
        await each.write(_command(field, f"\\ignore Ünïcödé{number - 1}"))
    blob = field.wire.say("hello")
    await field.for_seconds(
        *(each.repeat(blob) for each in people), *(each.drain() for each in people)
    )
