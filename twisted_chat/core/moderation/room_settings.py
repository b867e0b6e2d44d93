"""What is set for a room: who may enter, read and talk, and who decides about that.

Each setting is one value of the store, under ``room/ROOM/OPENED/SETTING``, so that two
that are changed at the same time do not undo each other.  OPENED is when the room was
opened: of several the latest counts, and what was set for an earlier room of that name
has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from twisted_chat.core.moderation_events import Role
from twisted_chat.core.presence import Member
from twisted_chat.core.texts.durations import is_over

from .sanctions import Sanctions

MAX_ROLES = 500
"""Room operators, or members with a voice, of one room at once."""

MAX_INVITATIONS = 500
"""Invitations to one room that are good at once."""

INVITATION_SECONDS = 24 * 60 * 60
"""Seconds for which an invitation is good."""

MAX_KEY = 32
"""Characters of the key of a room."""

MAX_OWNED = 50
"""Rooms of one account that are kept while nobody is in them."""

OWNER, PRIVATE, QUIET, HIDDEN = "owner", "private", "quiet", "hidden"
KEY, LIMIT, TOPIC = "key", "limit", "topic"
OUTSIDE = "outside"
PAST = "past"
INVITATION, BAN, MUTE = "invite", "ban", "mute"
EXCEPTION, INVITE_EXCEPTION = "except", "invite-except"

ON = "1"
"""The value of a setting that is on or off."""


class RoleHolder(NamedTuple):
    """Someone with a role.

    :ivar since: in milliseconds since 1970.
    :ivar nick: the nickname at that time.
    """

    since: int
    nick: str


_SANCTIONS = {
    BAN: "bans",
    MUTE: "mutes",
    EXCEPTION: "exceptions",
    INVITE_EXCEPTION: "invite_exceptions",
}
"""By area, the attribute that has them."""

# Most rooms have none: never changed.
_NONE = Sanctions()


def _own(sanctions: Sanctions) -> Sanctions:
    return Sanctions() if sanctions is _NONE else sanctions


@dataclass(slots=True)
class RoomSettings:
    """The settings of one room.

    :ivar opened: when it was opened, in milliseconds since 1970; 0 for the lobby.
    :ivar owner: the id of the account that created it; the room is kept then.
    :ivar private: only who is invited enters, and reads its history.
    :ivar quiet: only who has a voice talks.
    :ivar hidden: it is not listed for those outside.
    :ivar outside: who is not in it may talk in it, on wires that permit that.
    :ivar key: what must be known to enter, or empty.
    :ivar limit: of its members; 0 for none.
    :ivar topic_for_operators: only room operators set its topic.
    :ivar roles: by role, then by the id of a member.
    :ivar invitations: until when, by the id of a member.
    :ivar exceptions: whom the bans do not concern.
    :ivar invite_exceptions: who needs no invitation while the room is private.
    """

    opened: int = 0
    owner: str = ""
    private: bool = False
    quiet: bool = False
    hidden: bool = False
    outside: bool = False
    key: str = ""
    limit: int = 0
    topic_for_operators: bool = False
    roles: dict[str, dict[str, RoleHolder]] = field(
        default_factory=lambda: {role.value: {} for role in Role}
    )
    invitations: dict[str, int] = field(default_factory=dict)
    bans: Sanctions = field(default_factory=lambda: _NONE)
    mutes: Sanctions = field(default_factory=lambda: _NONE)
    exceptions: Sanctions = field(default_factory=lambda: _NONE)
    invite_exceptions: Sanctions = field(default_factory=lambda: _NONE)
    # All keys of which there is a value.
    _keys: dict[str, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is set."""
        return bool(self._keys)

    def __iter__(self) -> Iterator[str]:
        """The keys of all that is set, without those of the room."""
        return iter(self._keys)

    def apply(self, key: str, value: str | None) -> None:
        """Bring this up to a changed value.

        A setting of a later version is kept and has no effect here.

        :raises ValueError: the value is not one of this version.
        """
        self._keys.pop(key, None)
        if value is not None:
            self._keys[key] = None
        name, _, subject = key.partition("/")
        if name in self.roles:
            self.roles[name].pop(subject, None)
            if value is not None:
                since, _, nick = value.partition(" ")
                self.roles[name][subject] = RoleHolder(int(since), nick)
        elif name == INVITATION:
            self.invitations.pop(subject, None)
            if value is not None:
                self.invitations[subject] = int(value)
        elif name in _SANCTIONS:
            sanctions = _own(getattr(self, _SANCTIONS[name]))
            setattr(self, _SANCTIONS[name], sanctions)
            sanctions.apply(subject, value)
        else:
            self._set(name, value or "")

    def _set(self, name: str, value: str) -> None:
        match name:
            case "owner" | "key":
                setattr(self, name, value)
            case "private" | "quiet" | "hidden" | "outside":
                setattr(self, name, bool(value))
            case "limit":
                self.limit = 0
                with suppress(ValueError):
                    self.limit = int(value)
            case "topic":
                self.topic_for_operators = bool(value)
            case _:
                pass

    def ended(self, now: int) -> Iterator[str]:
        """The keys of what is over."""
        for area, sanctions in ((BAN, self.bans), (MUTE, self.mutes)):
            for key in sanctions.ended(now):
                yield f"{area}/{key}"
        for member_id, end in self.invitations.items():
            if is_over(end, now):
                yield f"{INVITATION}/{member_id}"

    @property
    def is_closed(self) -> bool:
        """Whether not everyone may enter who wants to."""
        return self.private or bool(self.key)

    def value(self, setting: str) -> str:
        """The value of a setting that is on or off."""
        name = "topic_for_operators" if setting == TOPIC else setting
        return ON if getattr(self, name) else ""

    def sanctions(self, area: str) -> Sanctions:
        """The bans, mutes or exceptions in an area; not to be changed."""
        found: Sanctions = getattr(self, _SANCTIONS[area])
        return found

    def has_role(self, role: Role, member: Member) -> bool:
        """Whether a member has a role, or a client of it got it as a guest."""
        return not self.roles[role].keys().isdisjoint((member.id, *member.clients))

    def holders(self, role: Role) -> list[tuple[str, RoleHolder]]:
        """The ids of those who have a role, the longest-standing first."""
        return sorted(self.roles[role].items(), key=lambda each: each[1])

    def is_invited(self, member: Member, now: int) -> bool:
        """Whether a member has an invitation that is still good."""
        ends = map(self.invitations.get, (member.id, *member.clients))
        return any(end is not None and not is_over(end, now) for end in ends)


OPEN_ROOM = RoomSettings()
"""The settings of a room for which nothing is set; never changed."""


def setting_key(room: str, opened: int, *parts: str) -> str:
    """The key of a setting in the store."""
    return "/".join(("room", room, str(opened), *parts))


def past_key(room: str) -> str:
    """The key of the position up to which the history of a room is closed."""
    return f"room/{room}/{PAST}"
