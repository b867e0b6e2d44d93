"""The events of moderation: who was removed or silenced, and what a room allows.

Values only, as in ``events``: ``nick`` and ``client_id`` are of whoever did it.  Each
names all that follows from it, so that every server, and the store, comes to the same
by the event alone; see ``moderation.changes``.

- ``target`` is the nickname of whom it concerns, ``target_id`` the id of that member.
- ``duration`` is how long it lasts, as it is shown, empty for ever; ``end`` when it is
  over, see ``durations``.
- ``key``, ``identities`` and ``networks`` are those of a ``Sanction``; several of them
  are separated by blanks.
- ``rank`` is by which right it was done, see ``Rank``.
- ``opened`` is when the room was opened, by which its settings are told from those of
  an earlier room of that name; see ``room_settings``.
- ``time`` is when it was done, in milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rank(StrEnum):
    """The rank by which something was done."""

    OPERATOR = "operator"
    ROOM_OPERATOR = "room operator"


class Role(StrEnum):
    """What someone may be in a room."""

    OPERATOR = "op"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Kicked:
    """A member was removed from a room, and may come back."""

    room: str
    nick: str
    target: str
    text: str
    client_id: str
    target_id: str
    rank: str
    time: int


@dataclass(frozen=True, slots=True)
class Muted:
    """What a member says is refused, in one room or everywhere.

    :ivar room: where it is shown, and where it holds.
    :ivar everywhere: it holds in all rooms.
    """

    room: str
    nick: str
    target: str
    duration: str
    client_id: str
    key: str
    identities: str
    end: int
    everywhere: bool
    rank: str
    opened: int
    time: int


@dataclass(frozen=True, slots=True)
class Unmuted:
    """A member may talk again.

    :ivar room: where it is shown, and where a mute ends.
    :ivar keys: of the sanctions that end, whole.
    :ivar everywhere: one of them held in all rooms.
    """

    room: str
    nick: str
    target: str
    client_id: str
    keys: str
    rank: str
    time: int
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Banned:
    """Someone may not connect any more; shown to operators."""

    nick: str
    target: str
    duration: str
    text: str
    client_id: str
    key: str
    identities: str
    networks: str
    end: int
    time: int


@dataclass(frozen=True, slots=True)
class Unbanned:
    """Someone may connect again; shown to operators.

    :ivar keys: of the sanction that ends, whole.
    """

    nick: str
    target: str
    client_id: str
    keys: str
    time: int


@dataclass(frozen=True, slots=True)
class Expelled:
    """A member is disconnected by a ban, which is shown where the member was.

    :ivar client_id: empty: each server does it to its own clients.
    """

    nick: str
    target: str
    duration: str
    text: str
    client_id: str
    target_id: str


@dataclass(frozen=True, slots=True)
class SanctionExtended:
    """A ban or a mute concerns something more, such as a new name; shown to nobody.

    :ivar nick: of whom it concerns, as is ``client_id``.
    :ivar key: whole, with what is added; see ``Sanctions``.
    :ivar began: when the sanction was imposed.
    """

    nick: str
    client_id: str
    key: str
    began: int


@dataclass(frozen=True, slots=True)
class RoomBanned:
    """Someone was removed from a room, and may not come back.

    :ivar masks: see ``Sanction``.
    """

    room: str
    nick: str
    target: str
    duration: str
    client_id: str
    target_id: str
    key: str
    identities: str
    networks: str
    end: int
    rank: str
    opened: int
    time: int
    masks: str = ""


@dataclass(frozen=True, slots=True)
class RoomUnbanned:
    """Someone may come back to a room."""

    room: str
    nick: str
    target: str
    client_id: str
    keys: str
    rank: str
    time: int


@dataclass(frozen=True, slots=True)
class RoomExcepted:
    """The bans of a room, or that it is private, do not concern someone; or do again.

    :ivar area: from what, see ``RoomSettings``.
    :ivar granted: that it begins; otherwise it ends.
    :ivar keys: under which it is kept; of all that end.
    :ivar masks: see ``Sanction``.
    """

    room: str
    nick: str
    target: str
    area: str
    granted: bool
    client_id: str
    keys: str
    identities: str
    networks: str
    masks: str
    rank: str
    opened: int
    time: int


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """A member joins a room in which nobody is, and is its operator; not shown.

    :ivar nick: that member's, as are both ids.
    :ivar account: whether it has an account; then the room and its settings are kept.
    """

    room: str
    nick: str
    client_id: str
    member_id: str
    account: bool
    opened: int


@dataclass(frozen=True, slots=True)
class RoomClosed:
    """Nobody is left in a room that no account owns, or none owns it now; not shown.

    :ivar nick: empty, as is ``client_id``: the server did it.
    :ivar keys: of what is not set for it any more, whole.
    :ivar past: the position up to which only operators read its history, as it was not
        open to all; empty if it was.
    """

    room: str
    nick: str
    client_id: str
    keys: str
    past: str


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A setting of a room was changed, or several at once.

    :ivar setting: its name, see ``RoomSettings``.
    :ivar value: the new one; empty if it is off.
    :ivar others: those that were changed besides, ``NAME=VALUE``, separated by blanks.
    """

    room: str
    nick: str
    setting: str
    value: str
    client_id: str
    rank: str
    opened: int
    time: int
    others: str = ""

    @property
    def changes(self) -> tuple[tuple[str, str], ...]:
        """Each setting that was changed, with its new value."""
        others = (each.partition("=")[::2] for each in self.others.split())
        return ((self.setting, self.value), *others)


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A member was made a room operator, or may talk in a quiet room; or no longer.

    :ivar role: see ``Role``.
    """

    room: str
    nick: str
    target: str
    role: str
    granted: bool
    client_id: str
    target_id: str
    rank: str
    opened: int
    time: int


@dataclass(frozen=True, slots=True)
class Invited:
    """A member was invited to a room; shown to that member only.

    :ivar account: that of who invites, as in ``events``.
    """

    room: str
    nick: str
    target: str
    client_id: str
    target_id: str
    end: int
    opened: int
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What is over is deleted, as there is too much of it; shown to nobody.

    :ivar keys: of sanctions and invitations, whole.
    """

    nick: str
    client_id: str
    keys: str


@dataclass(frozen=True, slots=True)
class Audited:
    """An act that other events show belongs in the audit log; shown to nobody.

    :ivar act: what was done, as it is typed.
    :ivar room: where; empty if that does not matter.
    """

    nick: str
    act: str
    target: str
    room: str
    client_id: str
    rank: str
    time: int


ModerationEvent = (
    Kicked
    | Muted
    | Unmuted
    | Banned
    | Unbanned
    | Expelled
    | SanctionExtended
    | RoomBanned
    | RoomUnbanned
    | RoomExcepted
    | RoomOpened
    | RoomClosed
    | RoomChanged
    | RoleChanged
    | Invited
    | Audited
    | Cleared
)
