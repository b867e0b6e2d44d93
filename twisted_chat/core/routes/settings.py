r"""The route ``\room``, which shows what is set for a room, and sets it.

What follows it is a route of a table of its own, with its usage and guards.  Bans and
exceptions from them are in ``room_bans``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import replace

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import LOBBY, Event
from twisted_chat.core.moderation.listing import has_effect, name_of
from twisted_chat.core.moderation.room_settings import (
    HIDDEN,
    KEY,
    LIMIT,
    MAX_KEY,
    ON,
    OUTSIDE,
    PRIVATE,
    QUIET,
    TOPIC,
)
from twisted_chat.core.moderation.sanctions import Sanction, Sanctions
from twisted_chat.core.moderation_events import Rank, Role, RoomChanged
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.presence import is_account_id
from twisted_chat.core.replies import Refused, Reply, SettingList
from twisted_chat.core.texts.sanitize import echoed, sanitize_label

from . import room_bans
from .guards import rank_in_room, room_operator
from .targets import (
    settings_of,
)

MAX_MEMBERS = 100_000
"""The greatest limit that a room may have."""

routes: CommandTable[Handler] = CommandTable()

settings_routes: CommandTable[Handler] = CommandTable()
"""What follows ``\\room``."""


def not_the_lobby(context: CommandContext) -> None:
    """Guard: the room is not the lobby, where everyone starts."""
    if context.room == LOBBY:
        raise Refused("bad_request", f"#{LOBBY} is open to all: everyone starts there")


@routes.route(
    "room",
    "[SETTING]",
    "show what is set for this room, or set it (\\help room)",
    parts=settings_routes,
)
def room(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    name, _, words = context.word.partition(" ")
    if not name:
        return _shown(context)
    if name not in settings_routes:
        known = ", ".join(each.name for each in settings_routes)
        shown = echoed(name)
        raise Refused("usage", f"{shown} is not a setting: choose one of {known}")
    command = settings_routes.find(name)
    given = replace(context, words=command.arguments(words, "room"))
    for guard in command.guards:
        guard(given)
    return command.handler(given)


def _setting(name: str, value: str, word: str, summary: str) -> None:
    """Declare a setting that is on or off."""
    guards = (room_operator, not_the_lobby) if name == PRIVATE else (room_operator,)

    @settings_routes.route(word, "", summary, guards=guards)
    def change(context: CommandContext) -> Event:
        settings = settings_of(context)
        if bool(value) == getattr(settings, name):
            raise Refused("bad_request", f"#{context.room} is {word} already")
        return setting_changed(context, name, value)


_setting(PRIVATE, ON, "private", "let in only those who are invited")
_setting(PRIVATE, "", "public", "let everyone in, to read what was said before")
_setting(QUIET, ON, "quiet", "let only those talk who have a voice")
_setting(QUIET, "", "open", "let everyone talk")
_setting(HIDDEN, ON, "hidden", "do not list the room for those outside")
_setting(HIDDEN, "", "listed", "list the room for everyone")
_setting(OUTSIDE, ON, "outside", "let those talk who are not in the room (IRC)")
_setting(OUTSIDE, "", "inside", "let only those talk who are in the room")


@settings_routes.route(
    "key",
    "WORD",
    "let in only those who know WORD; - lets in all, to read what was said before",
    guards=(room_operator, not_the_lobby),
)
def key(context: CommandContext) -> Event:
    word = sanitize_label(context.word)
    if word == "-":
        if not settings_of(context).key:
            raise Refused("bad_request", f"#{context.room} has no key")
        return setting_changed(context, KEY, "")
    if not 1 <= len(word) <= MAX_KEY:
        raise Refused("usage", f"a key has 1 to {MAX_KEY} characters")
    return setting_changed(context, KEY, word)


@settings_routes.route(
    "limit",
    "N",
    "let in no more than N; - removes the limit",
    guards=(room_operator, not_the_lobby),
)
def limit(context: CommandContext) -> Event:
    word = context.word
    if word == "-":
        if not settings_of(context).limit:
            raise Refused("bad_request", f"#{context.room} has no limit")
        return setting_changed(context, LIMIT, "")
    if not (word.isascii() and word.isdecimal() and 1 <= int(word) <= MAX_MEMBERS):
        raise Refused("usage", f"a limit is 1 to {MAX_MEMBERS} members")
    return setting_changed(context, LIMIT, str(int(word)))


@settings_routes.route(
    "topic",
    "WHO",
    "let only operators set the topic, or all",
    guards=(room_operator,),
)
def topic(context: CommandContext) -> Event:
    values = {"operators": ON, "all": ""}
    value = values.get(context.word.lower())
    if value is None:
        how = "(usage: \\room topic operators, or \\room topic all)"
        shown = echoed(context.word)
        raise Refused("usage", f"{shown} is neither operators nor all", how)
    return setting_changed(context, TOPIC, value)


for _command in room_bans.routes:
    settings_routes.add(_command)


def _shown(context: CommandContext) -> Reply:
    moderation, room = context.chat.moderation, context.room
    rank, settings = moderation.rank(context.client.member, room), settings_of(context)
    now = moderation.now()
    is_operator = rank is Rank.OPERATOR
    # Those that the client can unmute.
    everywhere = moderation.mutes.valid(now) if is_operator else ()

    def listed(sanctions: Sanctions) -> tuple[str, ...]:
        """Whom they concern; addresses are for operators only."""
        found = sanctions.valid(now)
        return tuple(
            each.who for each in found if is_operator or not each.is_by_address
        )

    return SettingList(
        room,
        rank or "",
        settings.private,
        settings.quiet,
        settings.hidden,
        bool(settings.key),
        settings.key if rank is not None else "",
        settings.limit,
        settings.topic_for_operators,
        _nicks(context, Role.OPERATOR),
        _nicks(context, Role.VOICE),
        listed(settings.bans),
        _muted(context, (*settings.mutes.valid(now), *everywhere)),
        listed(settings.exceptions),
        listed(settings.invite_exceptions),
        settings.outside,
    )


def _muted(context: CommandContext, mutes: Iterable[Sanction]) -> tuple[str, ...]:
    """The nicknames that those who are muted have now, or had."""
    moderation, pool = context.chat.moderation, context.chat.pool
    found = (mute for mute in mutes if has_effect(moderation, pool, mute))
    return tuple(dict.fromkeys(name_of(pool, mute) for mute in found))


def _nicks(context: CommandContext, role: Role) -> tuple[str, ...]:
    """The nicknames of those who have a role: present members, and accounts.

    A guest who is gone has it only if it resumes its session; it is listed then.
    """
    nicks: dict[str, None] = {}
    for member_id, holder in settings_of(context).holders(role):
        member = context.chat.pool.member(member_id)
        # Whoever has it as a guest and as an account is one.
        if member is not None:
            nicks[member.nick] = None
        elif is_account_id(member_id):
            nicks[holder.nick] = None
    return tuple(nicks)


def setting_changed(
    context: CommandContext, setting: str, value: str, *others: tuple[str, str]
) -> Event:
    """Change a setting of the room that the request names, or several."""
    moderation = context.chat.moderation
    return RoomChanged(
        context.room,
        context.client.nick,
        setting,
        value,
        context.client.id,
        rank_in_room(context),
        settings_of(context).opened,
        moderation.stamp(),
        " ".join(f"{name}={value}" for name, value in others),
    )
