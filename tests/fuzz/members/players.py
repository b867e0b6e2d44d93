"""Players that log in: those of the other model, which read more of what they are sent.

An error is read as its line on every wire, and a message with its id.
"""

from __future__ import annotations

import json
from typing import Any

from tests.fuzz.model.players import (
    JsonPlayer,
    LinePlayer,
    Player,
    SocketIOPlayer,
    TextPlayer,
    sorted_names,
)
from tests.fuzz.world import World
from tests.support.memory import text

from .irc_players import IrcMember
from .shown import JSON, LINE, TEXT
from .state import IRCS

PROMPT = "password: "
BANNED = 4003
"""The code with which a WebSocket is closed whose client is banned."""

_LEFT_OUT = (
    *("time", "motd", "routes", "position", "session", "ref", "more", "token"),
    "account_id",
)
_WITH_ID = ("message", "action", "edited")


class LineMember(LinePlayer):
    """A client of the line chat."""

    def reads(self) -> list[Any]:
        *lines, self._rest = (self._rest + self.wire.take()).split(b"\r\n")
        shown = [sorted_names(line.decode()) for line in lines]
        if self._rest:
            shown.append(self._rest.decode())
            self._rest = b""
        return shown

    @property
    def is_closed(self) -> bool:
        """Whether the server has closed the connection."""
        return self.wire.disconnecting or self.wire.aborted


class TextMember(TextPlayer):
    """A client of plain-text WebSocket."""

    def reads(self) -> list[Any]:
        return [sorted_names(line) for line in self.frames()]

    @property
    def is_closed(self) -> bool:
        """Whether the server has closed the connection."""
        return self.close_code == BANNED


class JsonMember(JsonPlayer):
    """A client that exchanges JSON objects.

    :ivar token: with which it may log in.
    """

    token = ""

    @property
    def is_closed(self) -> bool:
        """Whether the server has closed the connection."""
        return self.close_code == BANNED

    def logs_in(self, **credentials: str) -> None:
        """Log in by a frame."""
        self.send(json.dumps({"type": "login", **credentials}))

    def asks_history(self, room: str, limit: int) -> None:
        """Ask for the last messages of a room, which it need not be in."""
        frame = {"type": "history", "room": room, "limit": limit}
        self.send(json.dumps(frame))

    def _read(self, fields: dict[str, Any]) -> Any:
        kind = fields["type"]
        # What was missed is older than the position of a welcome.
        seen = fields.get("position") or fields.get("id") or ""
        self.position = max(self.position, seen)
        if kind == "error":
            return f"error: {fields['text']}"
        if kind == "welcome":
            self.session = fields["session"]
            self.token = fields.get("token", self.token)
        if kind in ("welcome", "history"):
            name = "history" if kind == "welcome" else "messages"
            fields[name] = list(map(_read_message, fields[name]))
        if "members" in fields:
            fields["members"] = sorted(fields["members"])
        more = fields.get("more")
        fields = _read_message(fields)
        return fields | {"more": more} if kind == "history" else fields


def _read_message(fields: dict[str, Any]) -> dict[str, Any]:
    out = _LEFT_OUT if fields["type"] in _WITH_ID else (*_LEFT_OUT, "id")
    return {name: value for name, value in fields.items() if name not in out}


class SocketIOMember(SocketIOPlayer):
    """A page with a stock client, which may log in as it connects."""

    auth: dict[str, str]
    is_refused = False

    def __init__(self, world: World, peer: str, auth: dict[str, str]) -> None:
        self.auth = auth
        super().__init__(world, peer=peer)

    def connect(self, query: str) -> None:
        super(SocketIOPlayer, self).connect(query)
        auth = {"dialect": "messages", **self.auth}
        self.client.send(text("40" + json.dumps(auth)))

    @property
    def is_closed(self) -> bool:
        """Whether the server has refused it, or closed the connection."""
        return self.is_refused or self.close_code is not None

    def reads(self) -> list[Any]:
        shown: list[Any] = []
        for packet in self.frames():
            if packet == "2":
                self.client.send(text("3"))
            elif packet.startswith("44"):
                self.is_refused = True
                shown.append(f"error: {json.loads(packet[2:])['message']}")
            elif packet.startswith("41"):
                self.is_refused = True
            elif packet.startswith("42"):
                data = json.loads(packet[2:])
                if len(data) > 1:
                    is_error = str(data[1]).startswith("error: ")
                    shown.append(data[1] if is_error else data)
        return sorted_chatters(shown)


def sorted_chatters(shown: list[Any]) -> list[Any]:
    """Names that are added one after the other, in a known order."""
    found: list[Any] = []
    names: list[Any] = []
    for one in shown:
        if isinstance(one, list) and one[0] == "add chatter":
            names.append(one)
        else:
            found += [*sorted(names), one]
            names = []
    return found + sorted(names)


Member = LineMember | TextMember | JsonMember | SocketIOMember | IrcMember


def make_player(world: World, wire: str, peer: str) -> Player:
    """A new client of a wire, that connects as a guest; by IRC, it has to register."""
    if wire == LINE:
        return LineMember(world, peer)
    if wire == TEXT:
        return TextMember(world, peer=peer)
    if wire == JSON:
        return JsonMember(world, peer=peer)
    if wire in IRCS:
        return IrcMember(world, peer, wire)
    return SocketIOMember(world, peer, {})
