"""Players: a client of each wire, on a transport in memory.

A player does what a person asks of it, in the words of its wire, and reads what it is
sent in the form that ``reference`` expects.
"""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from websockets.frames import Opcode

from tests.fuzz.world import World
from tests.support.memory import WebSocketClient, Wire, masked, text

from .showing import ERROR
from .shown import JSON, LINE, SOCKETIO, TEXT

_LEFT_OUT = ("id", "time", "motd", "routes", "position", "session", "ref")


class Player:
    """One client.

    :ivar position: the id of the last that it was shown.
    :ivar session: the secret with which it may resume.
    """

    position = ""
    session = ""
    _address = 0

    def __init__(self, world: World, peer: str = "") -> None:
        self.world = world
        # Each from an address of its own, unless it is given.
        Player._address = (Player._address + 1) % 65_000
        high, low = divmod(Player._address, 250)
        self.peer = peer or f"198.18.{high}.{low + 1}"

    def types(self, line: str) -> None:
        """Send a line, which may be a route."""
        raise NotImplementedError

    def says(self, words: str) -> None:
        """Send a message."""
        self.types(words)

    def whispers(self, nick: str, words: str) -> None:
        """Send a direct message."""
        self.types(f"\\dm {nick} {words}")

    def renames(self, nick: str) -> None:
        """Ask for another nickname."""
        self.types(f"\\nick {nick}")

    def reads(self) -> list[Any]:
        """What it was sent since the last call."""
        raise NotImplementedError

    def goes(self) -> None:
        """Lose the connection."""
        raise NotImplementedError


class LinePlayer(Player):
    """A client of the line chat."""

    def __init__(self, world: World, peer: str = "") -> None:
        super().__init__(world, peer)
        self.wire: Wire = world.connect(self.peer)
        world.clock.advance(0.3)
        self._rest = b""

    def types(self, line: str) -> None:
        self.wire.send(line.encode() + b"\r\n")

    def begins(self, line: str) -> None:
        """Send a line without its end."""
        self.wire.send(line.encode())

    def half_closes(self) -> None:
        """Send nothing more."""
        protocol: Any = self.wire.protocol
        protocol.readConnectionLost()

    def reads(self) -> list[Any]:
        *lines, self._rest = (self._rest + self.wire.take()).split(b"\r\n")
        assert not self._rest, f"a line without its end: {self._rest!r}"
        return _read_lines([line.decode() for line in lines])

    def goes(self) -> None:
        self.wire.disconnect()

    def breaks(self) -> None:
        """Its connection is lost, without having been closed."""
        self.wire.connectionLost(Failure(ConnectionLost()))


def _read_lines(lines: list[str]) -> list[Any]:
    return [
        ERROR if line.startswith("error: ") else sorted_names(line) for line in lines
    ]


def sorted_names(line: str) -> str:
    """The list of members, whose order is that of arrival, in a known order."""
    head, colon, names = line.partition("): ")
    if head.startswith("here (") and colon:
        return head + colon + ", ".join(sorted(names.split(", ")))
    return line


class SocketPlayer(Player):
    """A client on a WebSocket.

    :cvar path: of its handshake.
    """

    path = "/ws"
    client: WebSocketClient

    def __init__(self, world: World, query: str = "", peer: str = "") -> None:
        super().__init__(world, peer)
        self.close_code: int | None = None
        self.connect(query)

    def connect(self, query: str) -> None:
        """Connect, with this at the end of the query."""
        path = self.path + query
        self.client = WebSocketClient(self.world.port, path, peer=self.peer)
        assert self.client.status == 101, self.client.head

    def frames(self) -> list[str]:
        """The texts received since the last call; pings are answered."""
        found = []
        for frame in self.client.frames():
            data = bytes(frame.data)
            if frame.opcode is Opcode.TEXT:
                found.append(data.decode())
            elif frame.opcode is Opcode.PING:
                self.client.send(masked(0x8A, data))
            elif frame.opcode is Opcode.CLOSE:
                self.close_code = int.from_bytes(data[:2], "big")
        return found

    def types(self, line: str) -> None:
        self.client.send(text(line))

    def goes(self) -> None:
        self.client.wire.disconnect()


class TextPlayer(SocketPlayer):
    """A client of plain-text WebSocket."""

    def reads(self) -> list[Any]:
        return _read_lines(self.frames())


class JsonPlayer(SocketPlayer):
    """A client that exchanges JSON objects; it has its messages acknowledged."""

    path = "/ws?format=json"

    def send(self, words: str) -> None:
        """Send the text of an object."""
        self.client.send(text(words))

    def resumes(self, session: str, since: str) -> None:
        """Resume a session with the first frame."""
        self._ask(type="resume", session=session, since=since)

    def types(self, line: str) -> None:
        self._ask(type="command", text=line)

    def says(self, words: str) -> None:
        self._ask(type="message", text=words, ref="r")

    def whispers(self, nick: str, words: str) -> None:
        self._ask(type="dm", to=nick, text=words)

    def renames(self, nick: str) -> None:
        self._ask(type="nick", nick=nick)

    def _ask(self, **fields: Any) -> None:
        self.send(json.dumps(fields))

    def reads(self) -> list[Any]:
        return [self._read(json.loads(frame)) for frame in self.frames()]

    def _read(self, fields: dict[str, Any]) -> Any:
        kind = fields["type"]
        if kind == "error":
            return ERROR
        if kind == "welcome":
            self.session = fields["session"]
            del fields["more"]
            fields["history"] = list(map(_without_ids, fields["history"]))
        if kind == "history":
            fields["messages"] = list(map(_without_ids, fields["messages"]))
        if "members" in fields:
            fields["members"] = sorted(fields["members"])
        # What was missed is older than the position of a welcome.
        seen = fields.get("id") or fields.get("position") or ""
        self.position = max(self.position, seen)
        return _without_ids(fields)


def _without_ids(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in _LEFT_OUT}


class SocketIOPlayer(SocketPlayer):
    """A page with a stock client, of the dialect *messages*."""

    path = "/socket.io/?EIO=4&transport=websocket"

    def connect(self, query: str) -> None:
        super().connect(query)
        self.client.send(text('40{"dialect":"messages"}'))

    def says(self, words: str) -> None:
        self._emit("messages", words)

    def renames(self, nick: str) -> None:
        self._emit("join", nick)

    def _emit(self, *data: str) -> None:
        self.client.send(text("42" + json.dumps(data)))

    def reads(self) -> list[Any]:
        shown: list[Any] = []
        for packet in self.frames():
            if packet == "2":
                self.client.send(text("3"))
            elif packet.startswith("42"):
                data = json.loads(packet[2:])
                if str(data[1:]).startswith("['error: "):
                    shown.append(ERROR)
                elif len(data) > 1:
                    shown.append(data)
        return _sorted_chatters(shown)


def _sorted_chatters(shown: list[Any]) -> list[Any]:
    """Names that are added one after the other, in a known order."""
    found: list[Any] = []
    names: list[Any] = []
    for one in shown:
        if one[0] == "add chatter":
            names.append(one)
            continue
        found += sorted(names)
        names = []
        found.append(one)
    return found + sorted(names)


def make_player(world: World, wire: str) -> Player:
    """A new client of a wire."""
    kinds: dict[str, type[Any]] = {
        LINE: LinePlayer,
        TEXT: TextPlayer,
        JSON: JsonPlayer,
        SOCKETIO: SocketIOPlayer,
    }
    player: Player = kinds[wire](world)
    return player
