"""What can happen in the chat, as frozen values.

Everything that anyone is shown of what others did is one of these, and was
stored before it was shown.  Rules of this file: values only, no behaviour, no
input or output; a new kind of event starts here and in ``Event``.

``client_id`` is always the id of the client that did it.  Client ids are secrets (a
client resumes its place with its own), so they never reach another client or
a log.
"""

from __future__ import annotations

from dataclasses import dataclass

LOBBY = "lobby"
"""The room in which every client starts."""


@dataclass(frozen=True, slots=True)
class Message:
    """Someone said something in a room.

    :ivar raw: the JSON text of the Socket.IO ``chat`` value that this came
        from, where it did: Socket.IO clients are shown that, unchanged.
    """

    room: str
    nick: str
    text: str
    client_id: str
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """Someone did something, as with ``\\me``: ``* alice waves``."""

    room: str
    nick: str
    text: str
    client_id: str


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """A Socket.IO client sent a ``chat`` value that is no text.

    :ivar raw: its JSON text; shown to Socket.IO clients only.
    """

    room: str
    nick: str
    raw: str
    client_id: str


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """A private message, shown to its sender and its receiver only.

    :ivar recipient: the receiver's nickname when it was sent.
    :ivar recipient_id: the receiver's client id.
    """

    nick: str
    recipient: str
    text: str
    client_id: str
    recipient_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Someone came into a room."""

    room: str
    nick: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Left:
    """Someone left one room and stays in the chat."""

    room: str
    nick: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Someone left the chat, and with it every room."""

    nick: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """Someone took another nickname."""

    old: str
    new: str
    client_id: str


@dataclass(frozen=True, slots=True)
class TopicSet:
    """Someone set a room's topic; an empty text clears it."""

    room: str
    nick: str
    text: str
    client_id: str


@dataclass(frozen=True, slots=True)
class AwaySet:
    """Someone went away, or with an empty text came back."""

    nick: str
    text: str
    client_id: str


@dataclass(frozen=True, slots=True)
class HistoryGap:
    """Some of what was said in a room before this cannot be shown here.

    Only a server that was cut off from its journal for long says so, to those who
    are connected to it.  It is announced like an event, but it is none: it is never
    stored, and no wire has to know it.
    """

    room: str


Event = (
    Message
    | Action
    | CustomEvent
    | DirectMessage
    | Joined
    | Left
    | Quit
    | Renamed
    | TopicSet
    | AwaySet
)
RoomMessage = Message | Action
"""What a room's history is made of."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way into a journal.

    :ivar key: unique among all entries of all servers, so that one whose
        answer was lost can be recognised and is never said twice.
    """

    key: str
    event: Event


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is kept.

    :ivar position: opaque to clients; positions of one journal sort, as text,
        in the order of arrival.
    :ivar time: milliseconds since 1970, UTC.
    :ivar key: the key of its ``Entry``; empty when it was read from history.
    """

    position: str
    time: int
    event: Event
    key: str = ""


@dataclass(frozen=True, slots=True)
class BulkPresence:
    """Many came into a room, or left it, in one batch.

    It stands in the place of their single ``Joined`` or ``Left`` and is made
    while announcing, never stored: without it a storm of N arrivals would
    cost N times N lines.

    :ivar names: all of them, in order.
    :ivar audience: how many will be shown this, so that a wire that must
        give every name can bound what that costs.
    """

    room: str
    arrived: bool
    names: tuple[str, ...]
    audience: int
