"""Attacks that succeed or fail by what is sent, and not by how much of it."""

from __future__ import annotations

import asyncio
import json
import re

from bench.attacks.connection import Connection, NotEntered
from bench.attacks.field import Field
from bench.attacks.frames import frame
from bench.attacks.wires import (
    HANDSHAKES,
    Irc,
    json_frame,
    open_websocket,
    request,
    upgrade,
)

_EVIL = "evil.example"

ESCAPES = {
    "clear the screen": "\x1b[2J",
    "set the title": "\x1b]0;title\x07",
    "one-byte CSI": "\x9b2J",
    "backspaces": "\b\b\b",
    "carriage return": "\r",
    "bell": "\x07",
    "right-to-left override": "\u202e",
    "NUL": "\0",
}
"""What could move another person's cursor or change what is read."""

NAMES = {
    "the same": "alice",
    "upper case": "ALICE",
    "full width": "ａｌｉｃｅ",
    "Cyrillic": "аӏісе",
    "small capitals": "alicᴇ",
    "invisible character": "ali\u200bce",
    "like the server": "errᴏr",
}
"""Names that look like ``alice``, or like the server."""

_WAIT = 1.5
"""Seconds to wait for what should not come."""


async def hosts(field: Field) -> None:
    """Pages of another site open a WebSocket, by its name or by a name of the attacker
    that was pointed to this server (DNS rebinding).
    """
    field.started()
    evil = f"{_EVIL}:{field.target[1]}"
    origin = f"Origin: http://{evil}"
    target = HANDSHAKES[field.wire.key][0]
    rebound = upgrade(target, evil, origin)
    two = upgrade(target, field.host, f"Host: {evil}", origin)
    await _try_handshake(field, "DNS rebinding", rebound)
    await _try_handshake(
        field, "page of another site", upgrade(target, field.host, origin)
    )
    await _try_handshake(field, "two Host headers", two)


async def _try_handshake(field: Field, what: str, handshake: bytes) -> None:
    connection = await field.connect()
    try:
        await open_websocket(connection, handshake, b"")
    except NotEntered as refusal:
        field.find(what, accepted=False, answer=str(refusal))
    else:
        field.find(what, accepted=True, answer="101")


async def image(field: Field) -> None:
    """An image of another site, whose address opens a session (no ``Origin``)."""
    field.started()
    connection = await field.connect()
    text = request(
        "/socket.io/?EIO=4&transport=polling",
        field.host,
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: no-cors",
        "Sec-Fetch-Dest: image",
        "Connection: close",
    )
    await connection.write(text)
    await connection.drain_for(_WAIT)
    answer = connection.tail
    field.find(
        "session by an image",
        accepted=b'"sid"' in answer,
        answer=answer.split(b"\r\n")[0].decode().removeprefix("HTTP/1.1 "),
    )


async def _watch(field: Field) -> Connection:
    """A bystander of the attack's own."""
    watcher = await Connection.open(field.target, field.network.newcomer)
    await field.wire.enter(watcher, field.host, "watcher")
    return watcher


async def _seen(watcher: Connection, mark: bytes) -> bytes:
    """What a watcher received until a mark, or until nothing more is expected."""
    data = b""
    try:
        async with asyncio.timeout(_WAIT):
            while mark not in data and (more := await watcher.read()):
                data += more
    except TimeoutError:
        pass
    return data


async def form(field: Field) -> None:
    """A page of another site makes a browser post a form to the port (text/plain)."""
    watcher = await _watch(field)
    field.started()
    lines = {
        "irc": "NICK spammer\r\nUSER s 0 * :s\r\n"
        + f"JOIN {Irc.channel}\r\nPRIVMSG {Irc.channel} :spamspam=\r\n" * 100,
        "socketio": '40\x1e42["messages","spamspam="]',
        "json": '{"type":"message","text":"spamspam="}',
    }
    body = lines.get(field.wire.key, "spamspam=\r\nspamspam=\r\n")
    target = "/"
    if field.wire.key == "socketio":
        target = "/socket.io/?EIO=4&transport=polling"
    text = request(
        target,
        field.host,
        f"Origin: http://{_EVIL}",
        "Content-Type: text/plain",
        f"Content-Length: {len(body)}",
        method="POST",
    )
    for what, silence in (("form", 0.0), ("form after a silence", 0.5)):
        connection = await field.connect()
        await asyncio.sleep(silence)
        await connection.write(text + body.encode())
        posted = b"spamspam" in await _seen(watcher, b"spamspam")
        await connection.drain_for(0.1)
        status = connection.tail.split(b"\r\n")[0].decode("utf-8", "replace")
        answer = status if status.startswith("HTTP/") else connection.ended
        field.find(what, accepted=posted, answer=answer.removeprefix("HTTP/1.1 "))
    watcher.close()


def readable(data: bytes) -> str:
    """What was received as text, with the escapes of JSON resolved."""
    text = data.decode("utf-8", "surrogateescape")
    return re.sub(
        r"\\(u[0-9a-fA-F]{4}|[bfnrt])",
        lambda found: str(json.loads(f'"{found[0]}"')),
        text,
    )


async def escapes(field: Field) -> None:
    """Control characters, escape sequences and bidirectional overrides in messages."""
    watcher = await _watch(field)
    talker = await field.enter()
    field.started()
    for number, (what, sequence) in enumerate(ESCAPES.items()):
        text = f"begin{number}{sequence}end{number}"
        await talker.write(field.wire.say(text))
        seen = readable(await _seen(watcher, f"end{number}".encode()))
        message = seen[seen.find(f"begin{number}") :].split(f"end{number}")[0]
        # CR LF ends a line; what follows is another message.
        relayed = sequence in message.replace("\r\n", "")
        field.find(what, accepted=relayed, answer="" if message else "not relayed")
    watcher.close()


async def forged(field: Field) -> None:
    """A message that reads as if its author had left."""
    watcher = await _watch(field)
    talker = await field.enter()
    field.started()
    await _seen(watcher, b"joined the chat")
    await talker.write(field.wire.say("left the chat"))
    said = await _seen(watcher, b"left the chat")
    line = next((each for each in said.splitlines() if b"left the chat" in each), b"")
    # Frames begin with bytes that are not text.
    text = line.decode("utf-8", "ignore").strip()
    field.find(
        "reads as an event",
        accepted=re.search(r": left the chat$", text) is not None,
        answer=text[text.find("guest") :],
    )
    watcher.close()


async def names(field: Field) -> None:
    """Someone takes a name that looks like that of a member, or of the server."""
    victim = await Connection.open(field.target, field.network.newcomer)
    await field.wire.enter(victim, field.host, "alice")
    mallory = await field.enter("mallory")
    field.started()
    for what, name in NAMES.items():
        if field.irc:
            await mallory.write(f"NICK {name}\r\nPING {len(what)}\r\n".encode())
            answer = await mallory.read_until(b"PONG")
            taken = b" NICK " in answer
        elif field.json:
            await mallory.write(json_frame(type="nick", nick=name, ref=what))
            answer = await mallory.read_until(f'"{what}"'.encode())
            taken = b'"error"' not in answer
        else:
            await mallory.write(f"\\nick {name}\r\n".encode())
            answer = await mallory.read_until(b"\r\n")
            taken = b"now known as" in answer
        field.find(what, accepted=taken)
        await asyncio.sleep(0.3)
    victim.close()


async def sessions(field: Field) -> None:
    """Someone resumes a session that the server has not issued to them."""
    field.started()
    if field.json:
        await _json_sessions(field)
    else:
        await _engine_sessions(field)


async def _json_sessions(field: Field) -> None:
    victim = await Connection.open(field.target, field.network.newcomer)
    welcome = readable(await field.wire.enter(victim, field.host, "bob"))
    secret = re.findall(r'"session": ?"([^"]+)"', welcome)[0]
    victim.close()
    await asyncio.sleep(0.5)
    changed = ("A" if secret[0] != "A" else "B") + secret[1:]
    for what, session in (
        ("a session with one letter changed", changed),
        ("a session of one's own choice", "mine"),
        ("control characters", "\r\nX: y\x1b[2J"),
    ):
        person = await field.connect()
        handshake = upgrade("/ws?format=json&resume=1", field.host)
        await open_websocket(person, handshake, b"")
        await person.write(json_frame(type="resume", session=session))
        answer = readable(await person.read_until(b'"welcome"'))
        taken = '"nick":"bob"' in answer.replace(" ", "")
        given = re.findall(r'"session": ?"([^"]+)"', answer)
        field.find(what, accepted=taken or session in given)


async def _engine_sessions(field: Field) -> None:
    connection = await field.connect()
    target = "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA"
    await connection.write(request(target, field.host))
    await connection.drain_for(0.5)
    status = connection.tail.split(b"\r\n")[0].decode("utf-8", "replace")
    answer = status.removeprefix("HTTP/1.1 ")
    field.find("a made-up sid", accepted=answer.startswith("200"), answer=answer)
    person = await field.connect()
    handshake = upgrade(HANDSHAKES[field.wire.key][0], field.host)
    await open_websocket(person, handshake, b'"sid"')
    forged_pid = "AAAAAAAAAAAAAAAAAAAA"
    connect = json.dumps({"pid": forged_pid, "offset": "0"})
    await person.write(frame(b"40" + connect.encode()))
    accepted = forged_pid.encode() in await person.read_until(b"40{")
    field.find("a made-up pid", accepted=accepted)


async def stop(field: Field) -> None:
    """Some send as much as they can, and the server is asked to stop (SIGTERM)."""
    people = await field.people(8)
    lines = field.wire.say("x" * (400 if field.irc else 100)) * 500
    await field.for_seconds(
        *(each.repeat(lines) for each in people), *(each.drain() for each in people)
    )
