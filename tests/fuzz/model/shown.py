"""How what happens looks on each wire, written from docs/protocol.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .samples import READ_AS_EVENTS

LINE, TEXT, JSON, SOCKETIO = "line", "text", "json", "socketio"
WIRES = (LINE, TEXT, JSON, SOCKETIO)
LINES = (LINE, TEXT)
"""The wires of lines."""

LOBBY = "lobby"


@dataclass(frozen=True)
class Happening:
    """Something that happened in the chat.

    :ivar kind: ``message``, ``action``, ``topic``, ``joined``, ``left``, ``quit``,
        ``renamed``, ``away`` or ``dm``.
    :ivar author: the number of the client that did it.
    :ivar other: the new nickname, or that of the recipient.
    :ivar recipient: the number of the recipient of a direct message.
    :ivar seq: its place among all that happened.
    """

    kind: str
    author: int
    nick: str
    room: str = ""
    text: str = ""
    other: str = ""
    recipient: int = -1
    seq: int = 0


def on_lines(what: Happening, prefix: str = "") -> list[str]:
    """The lines that show it, each with a prefix."""
    return [(prefix + line).rstrip() for line in _lines(what)]


def _lines(what: Happening) -> list[str]:
    nick, text = what.nick, what.text
    if what.kind == "message":
        return [
            f'{nick}: "{line}"' if line in READ_AS_EVENTS else f"{nick}: {line}"
            for line in text.split("\n")
        ]
    if what.kind == "action":
        return [f"* {nick} {line}" for line in text.split("\n")]
    if what.kind == "topic":
        return [
            f"{nick}: set the topic to: {text}"
            if text
            else f"{nick}: cleared the topic"
        ]
    if what.kind == "away":
        return [f"{nick}: is away ({text})" if text else f"{nick}: is back"]
    if what.kind == "renamed":
        return [f"{nick}: is now known as {what.other}"]
    return [f"{nick}: {'joined' if what.kind == 'joined' else 'left'} the chat"]


def dm_on_lines(what: Happening, *, sent: bool) -> list[str]:
    """The lines that show a direct message."""
    to = f" (private to {what.other})" if sent else " (private)"
    return [f"{what.nick}{to}: {line}".rstrip() for line in what.text.split("\n")]


def as_object(what: Happening) -> dict[str, Any]:
    """The JSON object that shows it, without ``id`` and ``time``."""
    nick, room = what.nick, what.room
    match what.kind:
        case "message" | "action":
            author = {"from": nick, "account": None}
            return {"type": what.kind, **author, "room": room, "text": what.text}
        case "topic":
            return {"type": what.kind, "from": nick, "room": room, "text": what.text}
        case "renamed":
            return {"type": "renamed", "from": nick, "to": what.other}
        case "away":
            return {"type": "away", "nick": nick, "text": what.text}
        case "dm":
            author = {"from": nick, "account": None}
            return {"type": "dm", **author, "to": what.other, "text": what.text}
        case "quit":
            return {"type": "left", "room": None, "nick": nick}
        case "joined":
            return {"type": "joined", "room": room, "nick": nick, "account": None}
        case kind:
            return {"type": kind, "room": room, "nick": nick}


def as_events(
    what: Happening, prefix: str = "", *, sent: bool = False
) -> list[list[str]]:
    """The Socket.IO events that show it."""
    nick, text = what.nick, what.text
    match what.kind:
        case "message":
            return [["messages", f"{prefix}{nick}: {text}"]]
        case "action":
            return [["messages", f"{prefix}* {nick} {text}"]]
        case "dm":
            to = f" (private to {what.other})" if sent else " (private)"
            return [["messages", f"{nick}{to}: {text}"]]
        case "joined" if what.room == LOBBY:
            return [["add chatter", nick]]
        case "left" if what.room == LOBBY:
            return [["remove chatter", nick]]
        case "quit":
            return [["remove chatter", nick]]
        case "renamed":
            return [["remove chatter", nick], ["add chatter", what.other]]
        case _:
            return []
