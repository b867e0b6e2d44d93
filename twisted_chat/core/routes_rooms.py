r"""The routes that set what a room allows: ``\room``, ``\op``, ``\voice``, ``\invite``.

What follows ``\room`` is a route of a table of its own, with its usage and guards.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from .chat import CommandContext, Handler
from .commands import CommandTable
from .durations import is_over
from .events import LOBBY, Event
from .moderation_events import (
    Invited,
    Rank,
    Role,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomUnbanned,
)
from .nicknames import fold_or_none
from .outcomes import Outcome
from .replies import Refused, Reply, SettingList
from .rights import operator, rank_in_room, room_operator
from .room_settings import (
    BAN,
    HIDDEN,
    INVITATION,
    INVITATION_SECONDS,
    KEY,
    LIMIT,
    MAX_INVITATIONS,
    MAX_KEY,
    MAX_ROLES,
    ON,
    PRIVATE,
    QUIET,
    TOPIC,
    RoomSettings,
    setting_key,
)
from .sanctions import (
    MAX_ROOM_SANCTIONS,
    identities_of,
    name_identities,
    network_key,
)
from .sanitize import sanitize_label
from .targets import (
    BannedPerson,
    clear,
    keys_concerning,
    length,
    make_place,
    member_in_room,
    member_named,
    network_to_ban,
    person_to_ban,
)

MAX_MEMBERS = 100_000
"""The greatest limit that a room may have."""

AN_ADDRESS = "an address"
"""What is shown in place of an address or a network: these are for operators only."""

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
        raise Refused("usage", f"\\room is followed by one of {known}")
    command = settings_routes.find(name)
    given = replace(context, words=command.arguments(words))
    for guard in command.guards:
        guard(given)
    return command.handler(given)


def _setting(name: str, value: str, word: str, summary: str) -> None:
    """Declare a setting that is on or off."""
    guards = (room_operator, not_the_lobby) if name == PRIVATE else (room_operator,)

    @settings_routes.route(word, "", summary, guards=guards)
    def change(context: CommandContext) -> Event:
        settings = _settings(context)
        if bool(value) == getattr(settings, name):
            raise Refused("bad_request", f"#{context.room} is {word} already")
        return _changed(context, name, value)


_setting(PRIVATE, ON, "private", "let in only those who are invited")
_setting(PRIVATE, "", "public", "let everyone in")
_setting(QUIET, ON, "quiet", "let only those talk who have a voice")
_setting(QUIET, "", "open", "let everyone talk")
_setting(HIDDEN, ON, "hidden", "do not list the room for those outside")
_setting(HIDDEN, "", "listed", "list the room for everyone")


@settings_routes.route(
    "key",
    "WORD",
    "let in only those who know WORD; - removes it",
    guards=(room_operator, not_the_lobby),
)
def key(context: CommandContext) -> Event:
    word = sanitize_label(context.word)
    if word == "-":
        if not _settings(context).key:
            raise Refused("bad_request", f"#{context.room} has no key")
        return _changed(context, KEY, "")
    if not 1 <= len(word) <= MAX_KEY:
        raise Refused("usage", f"a key has 1 to {MAX_KEY} characters")
    return _changed(context, KEY, word)


@settings_routes.route(
    "limit",
    "N",
    "let in no more than N; - removes the limit",
    guards=(room_operator, not_the_lobby),
)
def limit(context: CommandContext) -> Event:
    word = context.word
    if word == "-":
        if not _settings(context).limit:
            raise Refused("bad_request", f"#{context.room} has no limit")
        return _changed(context, LIMIT, "")
    if not (word.isascii() and word.isdecimal() and 1 <= int(word) <= MAX_MEMBERS):
        raise Refused("usage", f"a limit is 1 to {MAX_MEMBERS} members")
    return _changed(context, LIMIT, str(int(word)))


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
        raise Refused("usage", "usage: \\room topic operators, or \\room topic all")
    return _changed(context, TOPIC, value)


@settings_routes.route(
    "ban",
    "WHO [DURATION]",
    "remove someone, and do not let them in again",
    guards=(room_operator,),
)
async def ban(context: CommandContext) -> Event:
    who, duration = context.words
    lasts, network = length(duration), network_to_ban(context, who)
    if network is not None:
        # Only operators are shown addresses.
        operator(context)
        banned = BannedPerson(AN_ADDRESS, network_key(network), ())
    else:
        banned = await person_to_ban(context, who)
    # Read only now, as it may have changed meanwhile.
    moderation, settings = context.chat.moderation, _settings(context)
    rank, now = rank_in_room(context), moderation.now()
    area = setting_key(context.room, settings.opened, BAN, "")
    full = f"bans are in force in #{context.room}: \\room unban one first"
    make_place(context, settings.bans, area, MAX_ROOM_SANCTIONS, full)
    return RoomBanned(
        context.room,
        context.client.nick,
        banned.name,
        lasts.text,
        context.client.id,
        banned.member_id,
        banned.key,
        " ".join(banned.identities),
        str(network) if network else "",
        lasts.end(now),
        rank,
        settings.opened,
        moderation.stamp(),
    )


@settings_routes.route("unban", "WHO", "let someone in again", guards=(room_operator,))
def unban(context: CommandContext) -> Event:
    settings, name = _settings(context), context.word
    member = context.chat.pool.named_as(name)
    identities = identities_of(member) if member else name_identities(name)[:1]
    keys = keys_concerning(settings.bans, name, identities)
    if not keys:
        raise Refused(
            "bad_request", f"{sanitize_label(name)} is not banned from #{context.room}"
        )
    area = setting_key(context.room, settings.opened, BAN, "")
    return RoomUnbanned(
        context.room,
        context.client.nick,
        _unbanned(settings, keys[0]),
        context.client.id,
        " ".join(area + each for each in keys),
        rank_in_room(context),
        context.chat.moderation.stamp(),
    )


def _unbanned(settings: RoomSettings, key: str) -> str:
    """Whom a ban concerned, as everyone in the room may read it."""
    ban = settings.bans.get(key)
    return ban.who if ban.identities else AN_ADDRESS


@routes.route("op", "NAME", "make NAME a room operator", guards=(room_operator,))
def op(context: CommandContext) -> Event:
    return _granted(context, Role.OPERATOR, "is a room operator already")


@routes.route(
    "deop", "NAME", "make NAME no longer a room operator", guards=(room_operator,)
)
def deop(context: CommandContext) -> Event:
    return _revoked(context, Role.OPERATOR, "is not a room operator")


@routes.route(
    "voice", "NAME", "let NAME talk while the room is quiet", guards=(room_operator,)
)
def voice(context: CommandContext) -> Event:
    return _granted(context, Role.VOICE, "has a voice already")


@routes.route(
    "devoice",
    "NAME",
    "no longer let NAME talk while the room is quiet",
    guards=(room_operator,),
)
def devoice(context: CommandContext) -> Event:
    return _revoked(context, Role.VOICE, "has no voice")


@routes.route("invite", "NAME", "invite NAME to this room, for a day")
def invite(context: CommandContext) -> Event:
    moderation, client = context.chat.moderation, context.client
    settings = _settings(context)
    if settings.private:
        room_operator(context)
    member = member_named(context, context.word)
    if context.room in member.rooms:
        raise Refused("bad_request", f"{member.nick} is in #{context.room} already")
    refused = moderation.may_send(client.member, member)
    if refused is not None:
        raise refused
    now = moderation.now()
    invitations = settings.invitations
    if len(invitations) >= MAX_INVITATIONS:
        over = [each for each, end in invitations.items() if is_over(end, now)]
        if not over:
            raise Refused(
                "too_many",
                f"#{context.room} has {len(invitations)} invitations:"
                " wait until they end",
            )
        area = setting_key(context.room, settings.opened, INVITATION, "")
        clear(context, [area + each for each in over])
    end = now + INVITATION_SECONDS * 1000
    return Invited(
        context.room,
        client.nick,
        member.nick,
        client.id,
        member.id,
        end,
        settings.opened,
        client.account,
        client.account_id,
    )


def _settings(context: CommandContext) -> RoomSettings:
    return context.chat.moderation.settings(context.room)


def _shown(context: CommandContext) -> Reply:
    moderation, room = context.chat.moderation, context.room
    rank, settings = moderation.rank(context.client.member, room), _settings(context)
    now = moderation.now()
    bans = settings.bans.valid(now)
    # Those that the client can unmute.
    everywhere = moderation.mutes.valid(now) if rank is Rank.OPERATOR else ()
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
        tuple(each.who for each in bans if each.identities or rank is Rank.OPERATOR),
        tuple(each.who for each in (*settings.mutes.valid(now), *everywhere)),
    )


def _nicks(context: CommandContext, role: Role) -> tuple[str, ...]:
    """The nicknames that those who have a role have now, or had."""
    pool = context.chat.pool
    return tuple(
        member.nick if (member := pool.member(member_id)) else holder.nick
        for member_id, holder in _settings(context).holders(role)
    )


def _changed(context: CommandContext, setting: str, value: str) -> Event:
    moderation = context.chat.moderation
    return RoomChanged(
        context.room,
        context.client.nick,
        setting,
        value,
        context.client.id,
        rank_in_room(context),
        _settings(context).opened,
        moderation.stamp(),
    )


def _granted(context: CommandContext, role: Role, already: str) -> Event:
    settings = _settings(context)
    member = member_in_room(context, context.word)
    if settings.has_role(role, member):
        raise Refused("bad_request", f"{member.nick} {already}")
    if len(settings.roles[role]) >= MAX_ROLES:
        raise Refused(
            "too_many", f"#{context.room} has {MAX_ROLES} of them: remove one first"
        )
    return _role_changed(context, role, member.nick, member.id, granted=True)


def _revoked(context: CommandContext, role: Role, never: str) -> Event:
    settings, name = _settings(context), context.word
    member = context.chat.pool.named_as(name)
    for member_id, holder in settings.holders(role):
        if member is not None:
            is_meant = member_id in (member.id, *member.clients)
        else:
            # Who is not present is known by the nickname of that time.
            is_meant = fold_or_none(holder.nick) == fold_or_none(name)
        if is_meant:
            _check_owner(context, settings, role, member_id)
            nick = member.nick if member else holder.nick
            return _role_changed(context, role, nick, member_id, granted=False)
    raise Refused("bad_request", f"{sanitize_label(name)} {never}")


def _check_owner(
    context: CommandContext, settings: RoomSettings, role: Role, member_id: str
) -> None:
    """:raises Refused: an account that created the room stays its operator."""
    if (
        role is Role.OPERATOR
        and member_id == settings.owner
        and rank_in_room(context) is not Rank.OPERATOR
    ):
        raise Refused("bad_request", "whoever created the room stays its operator")


def _role_changed(
    context: CommandContext, role: Role, nick: str, member_id: str, *, granted: bool
) -> Event:
    moderation = context.chat.moderation
    return RoleChanged(
        context.room,
        context.client.nick,
        nick,
        role,
        granted,
        context.client.id,
        member_id,
        rank_in_room(context),
        _settings(context).opened,
        moderation.stamp(),
    )
