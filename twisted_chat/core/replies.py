"""What one client is told, as frozen values.

An answer goes to the client that asked and to nobody else; it is not stored.
How it looks is for the wires to say.  Rules of this file: values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .events import Stored


class Refused(Exception):
    """What a client asked for cannot be; the text says what to do instead.

    The only exception whose words reach a peer.

    :ivar code: a short word for programs: ``no_such_nick``, ``too_long``, ...
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a newcomer is shown first.

    :ivar session: the secret with which this client may resume its place.
    :ivar members: everyone in the room, the newcomer too.
    :ivar away: who of them is away, and why.
    :ivar history: what was last said in the room, oldest first; when the
        client resumed and nothing is missing, what it missed in ``missed``
        instead.
    :ivar position: resume from here to miss nothing after this.
    :ivar resumed: the client asked to be shown what it missed.
    :ivar recovered: ``missed`` is all of that.
    """

    nick: str
    session: str
    room: str
    rooms: tuple[str, ...]
    members: tuple[str, ...]
    away: Mapping[str, str]
    topic: str
    history: tuple[Stored, ...]
    position: str
    motd: tuple[str, ...] = ()
    resumed: bool = False
    recovered: bool = False
    missed: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """What one sees on joining a further room, or on switching to it."""

    room: str
    members: tuple[str, ...]
    topic: str
    history: tuple[Stored, ...]
    away: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberList:
    """Who is in a room."""

    room: str
    members: tuple[str, ...]
    away: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A part of a room's history, oldest first.

    :ivar words: what was searched for, if this answers a search.
    :ivar more: there is something older than the first; of a search: found, too.
    """

    room: str
    messages: tuple[Stored, ...]
    more: bool = False
    words: str | None = None


@dataclass(frozen=True, slots=True)
class RoomList:
    """The rooms that someone is in, and how many are in each."""

    rooms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A room's topic; empty when it has none."""

    room: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Some lines for the client's person to read."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What the client asked for was stored, or else is done.

    :ivar id: the position of what was stored, if anything was.
    """

    id: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """What the client asked for was refused."""

    code: str
    text: str


Reply = (
    Welcome
    | RoomSnapshot
    | MemberList
    | HistoryPage
    | RoomList
    | Topic
    | Notice
    | Done
    | ErrorReply
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks, whatever protocol it came by.

    :ivar route: the name of a route without its backslash, or empty when the
        client just speaks.
    :ivar text: what follows the route, or what is said.
    :ivar room: the room meant, if not the one the client speaks in.
    :ivar ref: comes back on the answer, when the client gave one.
    :ivar raw: see ``events.Message``.
    :ivar before: only what is older than this position.
    :ivar limit: at most so many.
    :ivar refusal: it could not even be read; this is why.
    """

    route: str
    text: str
    room: str | None = None
    ref: str | None = None
    raw: str | None = None
    before: str | None = None
    limit: int | None = None
    refusal: Refused | None = None
