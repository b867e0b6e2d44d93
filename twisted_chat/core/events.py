"""Events: what can happen in the chat, as frozen values.

Everything that anyone is shown of what others did is one of these, and was stored
before it was shown.  Values only: no behaviour, no input or output.  CONTRIBUTING.md
says what a new kind of event needs besides.

``client_id`` is always the id of the client that caused the event.  Client ids never
reach another client or a log.  ``account`` is the name of the account that this client
is logged in to, and ``account_id`` its id; both are empty for a guest.  A name may
belong to another account later, an id never does; so authors are compared by ids.
Messages that earlier versions stored have no ``account_id``.  A *member id* is the
client id of a guest, or the id of an account; see ``presence``.
"""

from __future__ import annotations

from dataclasses import dataclass

from .account_events import AccountChanged, IgnoreChanged, ReadUpTo
from .limits import MAX_AWAY, MAX_TOPIC
from .moderation_events import ModerationEvent
from .texts.sanitize import cut_label

LOBBY = "lobby"
"""The room in which every client starts that asks for no other."""

LISTENERS = "*"
"""In place of the member id of a recipient: whoever listens, on every server."""

NO_ROOM = ""
"""The room of a ``Joined`` by which a client joins none: it is only present."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a room.

    :ivar raw: what clients like its author's are shown in place of the text, in the
        form of their wire; of other messages it is ``None``.  It is the JSON text of a
        Socket.IO ``chat`` value, or what ``clients.irc.raw`` has of a message of IRC.
    """

    room: str
    nick: str
    text: str
    client_id: str
    raw: str | None = None
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A message that says what its author does, by ``\\me``: ``* alice waves``.

    :ivar raw: see ``Message``.
    """

    room: str
    nick: str
    text: str
    client_id: str
    account: str = ""
    account_id: str = ""
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """A Socket.IO ``chat`` value that is not a text.

    :ivar raw: its JSON text; shown to Socket.IO clients only.
    """

    room: str
    nick: str
    raw: str
    client_id: str
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Relayed:
    """What clients of one kind send each other, and the chat does not understand.

    Shown to clients of that kind only.  Nothing of it is kept for later.

    :ivar room: where; empty if it is sent to one member, or to nobody but those who
        are in a room with its author or follow it.
    :ivar raw: what is sent, in the form of that kind of client.
    :ivar recipient: the nickname of that member, if it is.
    :ivar recipient_id: its member id, or ``LISTENERS``.
    """

    room: str
    nick: str
    raw: str
    client_id: str
    recipient: str = ""
    recipient_id: str = ""
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """A message that only its sender and its recipient are shown.

    :ivar nick: the sender's nickname.
    :ivar recipient: the recipient's nickname when it was sent.
    :ivar recipient_id: the recipient's member id.
    :ivar sender_id: the sender's member id; by default its client id.
    :ivar raw: see ``Message``.
    """

    nick: str
    recipient: str
    text: str
    client_id: str
    recipient_id: str
    account: str = ""
    sender_id: str = ""
    raw: str | None = None

    def __post_init__(self) -> None:
        if not self.sender_id:
            object.__setattr__(self, "sender_id", self.client_id)

    @property
    def account_id(self) -> str:
        """The id of the sender's account."""
        return self.sender_id if self.account else ""


@dataclass(frozen=True, slots=True)
class Joined:
    """A client joined a room, and with it its member, unless that is there already.

    :ivar room: ``NO_ROOM`` if a client that connects joins none; nobody is shown that.
    :ivar member_id: by default the client id, which is that of a guest.
    """

    room: str
    nick: str
    client_id: str
    member_id: str = ""
    account: str = ""

    def __post_init__(self) -> None:
        if not self.member_id:
            object.__setattr__(self, "member_id", self.client_id)


@dataclass(frozen=True, slots=True)
class Left:
    """A member left a room and stays in the chat.

    :ivar text: why, as IRC clients are shown; empty if there is no reason.
    """

    room: str
    nick: str
    client_id: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Quit:
    """A client left the chat; its member leaves, with every room, if it was the last.

    Only that is shown.

    :ivar text: why, as IRC clients are shown; empty if there is no reason.
    """

    nick: str
    client_id: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A member changed its nickname."""

    old: str
    new: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Switched:
    """A member talks in another one of its rooms.

    Shown to nobody.  It is stored for accounts only: the clients of an account may be
    on several servers.
    """

    room: str
    nick: str
    client_id: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A guest logged in to an account.

    If the member of the account is present, the client becomes one more of its clients
    and the guest has left.  Otherwise the guest becomes that member, in its rooms.

    :ivar old: the guest's nickname.
    :ivar nick: the nickname that it has then, unless the member is present.
    """

    old: str
    nick: str
    client_id: str
    member_id: str
    account: str


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """A client logged out of its account, and is a guest, in the same rooms.

    The member stays if it has other clients, and becomes the guest otherwise.

    :ivar old: the nickname of the member.
    :ivar nick: the guest's nickname.
    """

    old: str
    nick: str
    client_id: str


@dataclass(frozen=True, slots=True)
class TopicSet:
    """A member set a room's topic; an empty text clears it.

    Earlier versions stored longer texts than ``MAX_TOPIC``: these are cut.
    """

    room: str
    nick: str
    text: str
    client_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", cut_label(self.text, MAX_TOPIC))


AWAY = "away"
"""The text of those who go away without one, which everyone may show."""


@dataclass(frozen=True, slots=True)
class AwaySet:
    """A member went away, or with an empty text came back.

    Earlier versions stored longer texts than ``MAX_AWAY``: these are cut.
    """

    nick: str
    text: str
    client_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", cut_label(self.text, MAX_AWAY))


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages of a room were deleted: their texts are stored nowhere any more.

    :ivar nick: who deleted them.
    :ivar author: the nickname of who wrote them; empty if they were one's own.
    :ivar positions: their positions, separated by spaces.
    :ivar text: the reason; shown to clients that have a place for it.
    """

    room: str
    nick: str
    author: str
    positions: str
    client_id: str
    text: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The positions of the messages."""
        return tuple(self.positions.split())


@dataclass(frozen=True, slots=True)
class Edited:
    """The author of a message replaced its text; it keeps its position.

    :ivar position: of the message.
    :ivar text: the new text.  It is stored in the message only; what is read from a
        journal has the text that the message has now.
    """

    room: str
    nick: str
    position: str
    text: str
    client_id: str
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class HistoryGap:
    """Earlier messages of a room cannot be shown on this server.

    A server announces this to its own clients when it was disconnected from its
    journal for too long.  It is announced like an event, but it is never stored, and no
    codec has to know it.
    """

    room: str


@dataclass(frozen=True, slots=True)
class ValuesMissed:
    """What is kept besides events may have changed without being announced here.

    Announced, and never stored, as ``HistoryGap`` is: what was read of the values has
    to be read again.
    """


@dataclass(frozen=True, slots=True)
class Removed:
    """What this was, a message or a correction, has been deleted or replaced since.

    A server announces this in place of an event that it reads from its journal late.
    It is announced like an event, shown to nobody, and never stored.
    """


Event = (
    Message
    | Action
    | CustomEvent
    | Relayed
    | DirectMessage
    | Joined
    | Left
    | Quit
    | Renamed
    | TopicSet
    | AwaySet
    | Switched
    | LoggedIn
    | LoggedOut
    | Deleted
    | Edited
    | ModerationEvent
    | AccountChanged
    | IgnoreChanged
    | ReadUpTo
)

RoomMessage = Message | Action
"""The events that make up a room's history."""

Correction = Deleted | Edited
"""The events that change messages which are stored already; see ``corrections``."""

PresenceEvent = (
    Joined | Left | Quit | Renamed | AwaySet | Switched | LoggedIn | LoggedOut
)
"""The events that change who is where; see ``presence``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way into a journal.

    :ivar key: unique among all entries of all servers, so that an entry whose outcome
        was in doubt is recognised and never announced twice.
    :ivar resumable: its client may resume, so its nickname in the event is kept.  A
        ``Quit`` with false ends the session.
    :ivar scope: what it changes rights in, see ``submission``; ``None`` if in nothing.
    :ivar depends_on: the scopes of the changes behind which it is not stored, unless
        they were announced when it was appended.
    """

    key: str
    event: Event
    resumable: bool = True
    scope: str | None = None
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is stored.

    :ivar position: opaque to clients; positions of one journal sort, as text, in the
        order of arrival.
    :ivar time: milliseconds since 1970, UTC.
    :ivar key: the key of its ``Entry``; empty when it was read from history.
    :ivar edited: it is a message whose author has replaced the text.
    """

    position: str
    time: int
    event: Event
    key: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class BulkPresence:
    """Many members joined a room, or left it, in one batch.

    It is made while announcing, in place of their single ``Joined`` or ``Left``, and
    never stored: otherwise N arrivals at once would cost N times N lines.

    :ivar names: the nicknames, in order.
    :ivar audience: the number of members that are shown this, so that a codec which
        must give every name can bound what that costs.
    """

    room: str
    arrived: bool
    names: tuple[str, ...]
    audience: int
