"""Players that speak IRC: what is typed elsewhere they send as the command for it.

What they receive is read as words: the nickname of the source, the command and the
parameters; numerics, by what they say.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from tests.fuzz.model.players import Player
from tests.fuzz.world import World
from tests.support.memory import Wire
from twisted_chat.clients.irc.message import Message, parse

from .state import IRCV3

CAPABILITIES = (
    "account-notify account-tag away-notify draft/message-redaction echo-message"
    " extended-join message-tags multi-prefix"
)

_MODES = {
    "private": "+i",
    "public": "-i",
    "quiet": "+m",
    "open": "-m",
    "hidden": "+s",
    "listed": "-s",
    "key -": "-k *",
    "limit -": "-l",
    "topic operators": "+t",
    "topic all": "-t",
}
_ROLES = {"op": "+o", "deop": "-o", "voice": "+v", "devoice": "-v"}

_TAGS = {"msgid": "id", "account": "account", "+draft/reply": "reply"}
"""The tags that are read, and what they are called here."""

_SHOWN = {
    "001": "welcome {0}",
    "301": "{1} is away: {2}",
    "305": "you are back",
    "306": "you are away",
    "332": "topic of {1}: {2}",
    "341": "{1} is invited to {2}",
    "900": "logged in as {2}",
    "901": "logged out",
    "REGISTER": "registered {1}",
}
"""How answers are read, from their parameters."""

_IGNORED = frozenset(
    {
        *("002", "003", "004", "005", "321", "333", "422", "903"),
        *("AUTHENTICATE", "CAP", "ERROR", "PONG"),
    }
)


class IrcMember(Player):
    """An IRC client.

    :ivar room: where it does what is asked of it next.
    """

    def __init__(self, world: World, peer: str, wire: str) -> None:
        super().__init__(world, peer)
        self.wire: Wire = world.connect(self.peer)
        self.room = ""
        self._wire = wire
        self._rest = b""
        # What a list has that has not ended.
        self._names: list[str] = []
        self._rooms: list[str] = []

    def registers(self, nick: str, login: tuple[str, str] | None = None) -> None:
        """Ask for a nickname, after having logged in.

        :param login: the name of the account, and a password.
        """
        wanted = CAPABILITIES.split() if self._wire == IRCV3 else []
        wanted += ["sasl"] if login else []
        if wanted:
            self._sends(f"CAP REQ :{' '.join(wanted)}")
        if login:
            self._logs_in(*login)
        self._sends(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        if wanted:
            self._sends("CAP END")

    def _logs_in(self, name: str, password: str) -> None:
        response = b64encode(f"\0{name}\0{password}".encode()).decode()
        self._sends("AUTHENTICATE PLAIN", f"AUTHENTICATE {response}")

    def _sends(self, *lines: str) -> None:
        self.wire.send("".join(f"{line}\r\n" for line in lines).encode())

    # What it does.

    def types(self, line: str) -> None:
        route, _, rest = line.removeprefix("\\").partition(" ")
        room, first, more = f"#{self.room}", *rest.partition(" ")[::2]
        commands: dict[str, Callable[[], str]] = {
            "away": lambda: f"AWAY :{rest}" if rest else "AWAY",
            "dm": lambda: f"PRIVMSG {first} :{more}",
            "invite": lambda: f"INVITE {rest} {room}",
            "join": lambda: f"JOIN #{rest}",
            "kick": lambda: f"KICK {room} {first} :{more}",
            "leave": lambda: f"PART {room}",
            "logout": lambda: "PRIVMSG NickServ :LOGOUT",
            "me": lambda: f"PRIVMSG {room} :\x01ACTION {rest}\x01",
            "nick": lambda: f"NICK {rest}",
            "quit": lambda: f"QUIT :{rest}",
            "register": lambda: f"REGISTER * * :{rest}",
            "room": lambda: f"MODE {room} {_mode(rest)}",
            "rooms": lambda: "LIST",
            "topic": lambda: f"TOPIC {room} :{rest}",
            "who": lambda: f"NAMES #{rest}",
        }
        if route == "login":
            self._logs_in(first, more)
        elif route in _ROLES:
            self._sends(f"MODE {room} {_ROLES[route]} {rest}")
        else:
            self._sends(commands[route]())

    def says(self, words: str) -> None:
        self._sends(f"PRIVMSG #{self.room} :{words}")

    def redacts(self, position: str) -> None:
        """Delete a message by its id."""
        self._sends(f"REDACT #{self.room} {position}")

    def goes(self) -> None:
        self.wire.disconnect()

    @property
    def is_closed(self) -> bool:
        """Whether the server has closed the connection."""
        return self.wire.disconnecting or self.wire.aborted

    # What it is shown.

    def reads(self) -> list[Any]:
        *lines, self._rest = (self._rest + self.wire.take()).split(b"\r\n")
        assert not self._rest, f"a line without its end: {self._rest!r}"
        read = (self._read(parse(line)) for line in lines)
        return [each for each in read if each]

    def _read(self, message: Message) -> Any:
        command, params = message.command, message.params
        if command == "PING":
            self._sends(f"PONG :{params[-1]}")
            return None
        if command in _IGNORED:
            return None
        if command.isdecimal() or "!" not in message.source:
            return self._answer(command, params)
        nick, words = message.source.partition("!")[0], list(params)
        tags = {
            name: message.tags[tag]
            for tag, name in _TAGS.items()
            if tag in message.tags
        }
        if command != "PRIVMSG":
            # All events have an id; it means something to those who know messages.
            tags.pop("id", None)
        match command:
            case "REDACT":
                tags["id"] = words.pop()
            case "QUIT":
                words.clear()
            case "JOIN":
                # Without the real name.
                words = words[:2]
            case "NOTICE" if nick == "NickServ":
                return params[-1] if params[-1].startswith("error: ") else None
        line = " ".join((nick, command, *words)).rstrip()
        return {"line": line, **tags} if tags else line

    def _answer(self, command: str, params: tuple[str, ...]) -> Any:
        """A line of the server itself."""
        text = params[-1]
        match command:
            case "353":
                self._names += text.split()
                return None
            case "366":
                names, self._names = " ".join(sorted(self._names)), []
                return f"names {params[1]}: {names}".rstrip()
            case "322":
                self._rooms.append(f"{params[1]} ({params[2]}) {text}".rstrip())
                return None
            case "323":
                rooms, self._rooms = ", ".join(sorted(self._rooms)), []
                return f"rooms: {rooms}"
            case "NOTICE" if params[0][0] in "#*":
                return f"notice {params[0]} {text}"
            case "NOTICE":
                return text if text.startswith("error: ") else f"notice {text}"
            case _ if command in _SHOWN:
                return _SHOWN[command].format(*params).rstrip()
            case _ if command == "FAIL" or command[0] in "459":
                return f"error: {text[:1].lower()}{text[1:]}"
        return " ".join((command, *params))


def _mode(setting: str) -> str:
    """The mode that is a setting, as it is typed behind ``\\room``."""
    name, _, value = setting.partition(" ")
    if setting not in _MODES:
        return f"+{name[0]} {value}"
    return _MODES[setting]
