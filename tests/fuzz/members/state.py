"""What the reference knows: accounts, members with their devices, rooms, sanctions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .samples import keys_at, keys_of

LOBBY = "lobby"

IRC, IRCV3 = "irc", "ircv3"
IRCS = (IRC, IRCV3)
"""IRC without capabilities, and with those of ``irc_players``."""

Subject = tuple[str, object]
"""Whom a sanction concerns or who has a role: an account, a device, the key of a name,
or an address."""


@dataclass(eq=False)
class Account:
    """A registered name.

    :ivar number: stays different from that of an account which had the name before.
    :ivar generation: how often the password was changed.
    :ivar since: what it has seen and the rooms that it was in, when its last device
        left; ``None`` if none ever has.
    :ivar ignored: the accounts that it ignores.
    """

    number: int
    name: str
    password: str
    generation: int = 0
    since: tuple[int, list[str]] | None = None
    is_operator: bool = False
    ignored: dict[int, str] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        """How it is named in a sanction or a role."""
        return "account", self.number


@dataclass(eq=False)
class Login:
    """What lets a device log in again: its token, and its session.

    :ivar generation: that of the account when it began.
    :ivar is_revoked: the token has ended, as a device with it has logged out.
    """

    account: Account
    generation: int
    is_revoked: bool = False


@dataclass(eq=False, repr=False)
class Device:
    """One client.

    :ivar number: stays the same if it resumes.
    :ivar client_id: by which the test finds it in the server.
    :ivar expected: what it must be shown that was not compared yet.
    :ivar is_new: on Socket.IO, it has not joined yet.
    :ivar last_seq: the place of the last that it was shown.
    :ivar arrived: how many had arrived before.
    :ivar login: with what it logs in again.
    :ivar named: the room that it names, by IRC.
    """

    number: int
    wire: str
    peer: str
    member: Member
    client_id: str = ""
    expected: list[Any] = field(default_factory=list)
    is_new: bool = True
    last_seq: int = 0
    arrived: int = 0
    login: Login | None = None
    named: str | None = None

    def __repr__(self) -> str:
        return f"<device {self.number} of {self.member.nick} by {self.wire}>"

    @property
    def account(self) -> Account | None:
        """The account that it is logged in to."""
        return self.member.account

    @property
    def room(self) -> str | None:
        """The room in which it does what it does."""
        return self.named if self.wire in IRCS else self.member.room

    @property
    def subject(self) -> Subject:
        """How it is named in a sanction or a role."""
        return "device", self.number


@dataclass(eq=False, repr=False)
class Member:
    """Someone who is present: a guest with one device, or an account with any number.

    :ivar rooms: in the order of joining; it talks in the last.
    """

    nick: str
    account: Account | None = None
    devices: list[Device] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    away: str = ""

    @property
    def account_name(self) -> str | None:
        """The name of its account, if it has one."""
        return self.account.name if self.account else None

    @property
    def room(self) -> str | None:
        """The room that it talks in."""
        return self.rooms[-1] if self.rooms else None

    @property
    def id(self) -> Subject:
        """By what it is known: its account, or its only device."""
        return self.account.subject if self.account else self.devices[0].subject

    @property
    def ids(self) -> set[Subject]:
        """The same with all its devices."""
        return {self.id, *(device.subject for device in self.devices)}

    @property
    def subjects(self) -> set[Subject]:
        """By what a sanction concerns it; a guest by the nickname, too."""
        return self.ids if self.account else self.ids | keys_of(self.nick)

    def subjects_at(self, peer: str) -> set[Subject]:
        """The same, of who talks from an address."""
        if self.account:
            return self.subjects
        return self.subjects | keys_at(self.nick, peer)

    @property
    def is_operator(self) -> bool:
        """Whether it has every right."""
        return self.account is not None and self.account.is_operator


@dataclass(eq=False)
class Post:
    """A message or an action.

    :ivar account: the account of its author, or ``None``.
    :ivar device: the number of the device that sent it.
    :ivar position: by which the server knows it, as soon as that is read.
    :ivar corrections: how often it was corrected.
    :ivar is_closed: said in a room that was closed since: only operators read it.
    """

    seq: int
    room: str
    kind: str
    nick: str
    account: Account | None
    device: int
    text: str
    time: float
    position: str = ""
    corrections: int = 0
    is_deleted: bool = False
    is_closed: bool = False

    @property
    def is_edited(self) -> bool:
        """Whether it was corrected."""
        return self.corrections > 0


@dataclass(eq=False)
class Sanction:
    """A ban or a mute.

    :ivar who: the name under which it was imposed.
    :ivar end: seconds; ``None`` for never.
    """

    who: str
    subjects: set[Subject]
    text: str = ""
    end: float | None = None

    def lasts(self, now: float) -> bool:
        """Whether it is in force."""
        return self.end is None or self.end > now


@dataclass(eq=False)
class Holder:
    """Someone who has a role in a room.

    :ivar since: when it was given, and the nickname of that time.
    """

    id: Subject
    since: tuple[int, str]


@dataclass(eq=False)
class Room:
    """A room, and what is set for it.

    :ivar opened: the time at which it was opened; ``None`` if nothing is set for it.
    :ivar operators: in the order in which they became that.
    :ivar is_awaited: something is set for it, and its members may come back after a
        restart.
    """

    name: str
    topic: str = ""
    opened: int | None = None
    owner: Account | None = None
    operators: dict[Subject, Holder] = field(default_factory=dict)
    voices: dict[Subject, Holder] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    bans: dict[Subject, Sanction] = field(default_factory=dict)
    mutes: dict[Subject, Sanction] = field(default_factory=dict)
    invitations: dict[Subject, float] = field(default_factory=dict)
    is_awaited: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether not everyone may enter."""
        return bool(self.settings.get("private") or self.settings.get("key"))

    @property
    def has_settings(self) -> bool:
        """Whether anything is set for it."""
        areas = self.operators, self.voices, self.bans, self.mutes, self.invitations
        return self.owner is not None or any((*areas, *self.settings.values()))

    def has_role(self, holders: dict[Subject, Holder], member: Member) -> bool:
        """Whether a member has a role, or a device of it got it as a guest."""
        return not member.ids.isdisjoint(holders)

    def tidy(self, now: float) -> None:
        """What is over is deleted."""
        for sanctions in (self.bans, self.mutes):
            for key, sanction in list(sanctions.items()):
                if not sanction.lasts(now):
                    del sanctions[key]

    def end_roles(self, subjects: Iterable[Subject]) -> None:
        """Nobody has any longer what these were."""
        for subject in subjects:
            self.operators.pop(subject, None)
            self.voices.pop(subject, None)

    def clear(self) -> None:
        """Nothing is set for it any more; nobody else is shown a closed topic."""
        fresh = Room(self.name, "" if self.is_closed else self.topic)
        self.__dict__.update(fresh.__dict__)
