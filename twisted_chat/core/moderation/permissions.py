"""Permissions: what someone may do, by the bans, the mutes and the settings of rooms.

Each method answers a question with a ``Refused`` or ``None``, or says whether, and
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from twisted_chat.core.accounts.accounts import Accounts
from twisted_chat.core.accounts.operators import Operators
from twisted_chat.core.accounts.policy import Mode
from twisted_chat.core.moderation_events import Role
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member, is_account_id
from twisted_chat.core.replies import Refused

from .moderation import Moderation
from .room_settings import RoomSettings
from .sanctions import (
    MAX_RENAMED,
    Sanction,
    Sanctions,
    ban_text,
    identities_at,
    identities_of,
    mute_text,
)

_TO_LOG_IN = "\\login NAME PASSWORD, or \\register PASSWORD"


class Actor(Protocol):
    """Who wants to do something: a client, as far as moderation is concerned."""

    @property
    def member(self) -> Member:
        """For whom it is done."""

    @property
    def address(self) -> str:
        """From where; may be empty."""


@dataclass(frozen=True, slots=True)
class MemberAt:
    """A member and an address, where another member than that of the client acts."""

    member: Member
    address: str = ""


class Permissions:
    """Decides who may do what.

    :param pool: who is in which room.
    :param accounts: whose policy says what guests may do.
    """

    def __init__(
        self,
        pool: ClientPool,
        moderation: Moderation,
        accounts: Accounts,
        operators: Operators,
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._accounts = accounts
        self._operators = operators

    # Rooms.

    def may_enter(
        self,
        actor: Actor,
        room: str,
        key: str = "",
        *,
        returns: bool = False,
        is_in: bool = False,
    ) -> Refused | None:
        """Why someone may not join a room, or ``None``.

        :param key: what it gives as the key of the room.
        :param returns: it was in the room when its connection ended.
        :param is_in: it is counted among the members already.
        """
        settings = self._moderation.settings(room)
        if not settings or self._moderation.rank(actor.member, room) is not None:
            return None
        refused = self._banned_from(settings, actor, room)
        if refused is not None or returns:
            return refused
        if settings.is_invited(actor.member, self._moderation.now()):
            return None
        refused = self._uninvited(settings, actor, room)
        if refused is None and settings.key and key != settings.key:
            refused = _needs_key(room)
        known = self._pool.rooms.get(room)
        members = len(known.members) - is_in if known else 0
        if refused is None and settings.limit and members >= settings.limit:
            refused = Refused("room_full", f"#{room} is full")
        return refused

    def may_read(self, actor: Actor, room: str) -> Refused | None:
        """Why someone may not read what is said in a room, or ``None``."""
        # Also what was set for the room before everyone left it.
        settings, member = self._moderation.latest(room), actor.member
        if (
            not settings
            or room in member.rooms
            or self._moderation.rank(member, room) is not None
        ):
            return None
        refused = self._banned_from(settings, actor, room) or self._uninvited(
            settings, actor, room
        )
        if refused is None and settings.key:
            refused = _needs_key(room)
        return refused

    def is_listed(self, member: Member, room: str) -> bool:
        """Whether a member sees a room in the list of rooms."""
        return (
            not self._moderation.settings(room).hidden
            or room in member.rooms
            or self._moderation.is_operator(member)
        )

    def is_banned_from(self, actor: Actor, room: str) -> bool:
        """Whether a ban keeps someone out of a room."""
        is_banned = self._is_banned(self._moderation.settings(room), actor)
        return is_banned and self._moderation.rank(actor.member, room) is None

    def _banned_from(
        self, settings: RoomSettings, actor: Actor, room: str
    ) -> Refused | None:
        if not self._is_banned(settings, actor):
            return None
        return Refused("banned", f"you are banned from #{room}")

    def _is_banned(self, settings: RoomSettings, actor: Actor) -> bool:
        now, member, address = self._moderation.now(), actor.member, actor.address
        return (
            settings.bans.of_member(member, address, now) is not None
            and settings.exceptions.of_member(member, address, now) is None
        )

    def _uninvited(
        self, settings: RoomSettings, actor: Actor, room: str
    ) -> Refused | None:
        now, member, address = self._moderation.now(), actor.member, actor.address
        if not settings.private or settings.is_invited(member, now):
            return None
        if settings.invite_exceptions.of_member(member, address, now) is not None:
            return None
        who = self.asked(room, "for an invitation")
        return Refused("room_private", f"#{room} is private: {who}")

    def asked(self, room: str, what: str) -> str:
        """Whom to ask for something in a room: the longest-standing room operator."""
        for member_id, holder in self._moderation.settings(room).holders(Role.OPERATOR):
            member = self._pool.member(member_id)
            if member is not None:
                return f"ask {member.nick} {what}"
            if is_account_id(member_id):
                # An account reads later what it is asked.
                return f"ask {holder.nick} {what}"
        return f"ask an operator {what}"

    # Accounts.

    def may_speak(self, actor: Actor) -> Refused | None:
        """Why someone may say nothing, because it has no account, or ``None``."""
        if self._accounts.policy.mode is Mode.REQUIRED and not actor.member.account:
            return Refused("account_required", "log in first", _TO_LOG_IN)
        return None

    def may_register(self) -> bool:
        """Whether guests may register their nicknames.

        Until there is an operator they may in any case: else there would never be one.
        """
        return self._accounts.policy.mode is not Mode.CLOSED or not self._operators.ids

    # Talking.

    def may_talk(self, actor: Actor, room: str) -> Refused | None:
        """Why someone may not talk in a room, or ``None``."""
        settings = self._moderation.settings(room)
        if not settings and not self._moderation.mutes:
            return None
        mute, member = self.mute_of(actor, room), actor.member
        if mute is not None:
            return _muted(mute, self._moderation.now())
        if settings.bans and self._moderation.rank(member, room) is None:
            # One that does not remove those whom it concerns keeps them from talking.
            banned = self._banned_from(settings, MemberAt(member), room)
            if banned is not None:
                return banned
        if (
            settings.quiet
            and not settings.has_role(Role.VOICE, member)
            and self._moderation.rank(member, room) is None
        ):
            return Refused(
                "quiet", f"#{room} is quiet: {self.asked(room, 'for a voice')}"
            )
        return None

    def may_set_topic(self, actor: Actor, room: str) -> Refused | None:
        """Why someone may not set the topic of a room, or ``None``."""
        restricted = self._moderation.settings(room).topic_for_operators
        if restricted and self._moderation.rank(actor.member, room) is None:
            asked = self.asked(room, "to set it")
            text = f"only operators set the topic of #{room}: {asked}"
            return Refused("not_operator", text)
        return self.may_talk(actor, room)

    def may_send(self, actor: Actor, recipient: Member) -> Refused | None:
        """Why someone may not send a member a direct message, or ``None``."""
        if not self._moderation.mutes or self._moderation.is_operator(recipient):
            return None
        mute = self._muted_everywhere(actor)
        return None if mute is None else _muted(mute, self._moderation.now())

    def may_show(self, actor: Actor) -> Refused | None:
        """Why someone may not show a text in all of its rooms, or ``None``."""
        found = (self.may_talk(actor, room) for room in actor.member.rooms)
        refused = next((each for each in found if each is not None), None)
        if refused is not None or not self._moderation.mutes:
            return refused
        mute = self._muted_everywhere(actor)
        return None if mute is None else _muted(mute, self._moderation.now())

    def may_rename(self, actor: Actor) -> Refused | None:
        """Why a guest may not take another nickname, or ``None``.

        Mutes follow it to each of them, and cannot do so without end.
        """
        all_mutes = self._moderation.all_mutes()
        if not all_mutes or actor.member.account:
            return None
        now = self._moderation.now()
        identities = identities_at(actor.member, actor.address)
        for _, mutes in all_mutes:
            found = mutes.find(identities, "", now)
            if found is not None and len(found[1].identities) > MAX_RENAMED:
                text = f"{mute_text(found[1], now)}: keep your nickname"
                return Refused("muted", text)
        return None

    def mute_of(self, actor: Actor, room: str) -> Sanction | None:
        """The mute that concerns someone in a room, if any; the longest."""
        everywhere = self._muted_everywhere(actor)
        mutes = self._moderation.settings(room).mutes
        if not mutes or self._moderation.is_operator(actor.member):
            return everywhere
        here = self._mute_in(mutes, actor)
        if here is None or everywhere is None:
            return here or everywhere
        return max(here, everywhere, key=lambda mute: mute.end or float("inf"))

    def _muted_everywhere(self, actor: Actor) -> Sanction | None:
        if not self._moderation.mutes or self._moderation.is_operator(actor.member):
            return None
        return self._mute_in(self._moderation.mutes, actor)

    def _mute_in(self, mutes: Sanctions, actor: Actor) -> Sanction | None:
        identities = identities_at(actor.member, actor.address)
        found = mutes.find(identities, actor.address, self._moderation.now())
        return found and found[1]

    # Connecting.

    def may_connect(
        self, member: Member | None, identities: Iterable[str], address: str
    ) -> Refused | None:
        """Why someone may not connect, or ``None``.

        :param member: who it is, if that is known.
        """
        if member is not None and self._moderation.is_operator(member):
            return None
        found = self._moderation.ban_of(identities, address)
        return found and Refused("banned", ban_text(found[1]))

    def may_log_in(self, member_id: str, address: str) -> Refused | None:
        """Why nobody may log in to an account from an address, or ``None``."""
        if self._moderation.is_operator(Member(member_id)):
            return None
        found = self._moderation.ban_of((member_id,), address)
        return found and Refused("banned", ban_text(found[1]))

    def may_stay(self, actor: Actor) -> Refused | None:
        """Why someone who is here may not stay, or ``None``."""
        ban = self.ban_on(actor) if self._moderation.bans else None
        return None if ban is None else Refused("banned", ban_text(ban))

    def ban_on(self, actor: Actor) -> Sanction | None:
        """The ban that concerns someone who is here, if any."""
        if self._moderation.is_operator(actor.member):
            return None
        found = self._moderation.ban_of(identities_of(actor.member), actor.address)
        return found and found[1]


def not_in(room: str, *, may_join: bool = True) -> Refused:
    """Why something is refused to someone who is not in a room.

    :param may_join: to join it would help.
    """
    advice = f"\\join {room} first" if may_join else ""
    return Refused("not_in_room", f"you are not in #{room}", advice)


def not_room_operator(room: str, what: str) -> Refused:
    """Why something is refused to someone who is no room operator.

    :param what: what only room operators may do.
    """
    return Refused("not_room_operator", f"only room operators of #{room} may {what}")


def _needs_key(room: str) -> Refused:
    return Refused("needs_key", f"#{room} needs a key", f"\\join {room} KEY")


def _muted(mute: Sanction, now: int) -> Refused:
    return Refused("muted", mute_text(mute, now))


def check(refused: Refused | None) -> None:
    """Raise why something may not be done, if so."""
    if refused is not None:
        raise refused
