r"""The routes that set what a room allows: ``\room``, ``\op``, ``\voice``, ``\invite``.

Bans and exceptions from them are in ``routes_room_bans``.
What follows ``\room`` is a route of a table of its own, with its usage and guards.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from . import routes_room_bans
from .chat import CommandContext, Handler
from .commands import CommandTable
from .durations import is_over
from .events import LOBBY, Event
from .moderation_events import (
    Invited,
    Rank,
    Role,
    RoleChanged,
    RoomChanged,
)
from .nicknames import fold_or_none
from .outcomes import Outcome
from .permissions import MemberAt, check
from .replies import Refused, Reply, SettingList
from .rights import rank_in_room, room_operator
from .room_settings import (
    HIDDEN,
    INVITATION,
    INVITATION_SECONDS,
    KEY,
    LIMIT,
    MAX_INVITATIONS,
    MAX_KEY,
    MAX_ROLES,
    ON,
    OUTSIDE,
    PRIVATE,
    QUIET,
    TOPIC,
    RoomSettings,
    setting_key,
)
from .sanctions import (
    Sanctions,
)
from .sanitize import sanitize_label
from .targets import (
    clear,
    member_in_room,
    member_named,
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
        raise Refused("usage", f"\\room is followed by one of {known}")
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
_setting(PRIVATE, "", "public", "let everyone in")
_setting(QUIET, ON, "quiet", "let only those talk who have a voice")
_setting(QUIET, "", "open", "let everyone talk")
_setting(HIDDEN, ON, "hidden", "do not list the room for those outside")
_setting(HIDDEN, "", "listed", "list the room for everyone")
_setting(OUTSIDE, ON, "outside", "let those talk who are not in the room (IRC)")
_setting(OUTSIDE, "", "inside", "let only those talk who are in the room")


@settings_routes.route(
    "key",
    "WORD",
    "let in only those who know WORD; - removes it",
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
        raise Refused("usage", "usage: \\room topic operators, or \\room topic all")
    return setting_changed(context, TOPIC, value)


for _command in routes_room_bans.routes:
    settings_routes.add(_command)


@routes.route("op", "NAME", "make NAME a room operator", guards=(room_operator,))
def op(context: CommandContext) -> Event:
    return granted(context, Role.OPERATOR, "is a room operator already")


@routes.route(
    "deop", "NAME", "make NAME no longer a room operator", guards=(room_operator,)
)
def deop(context: CommandContext) -> Event:
    return revoked(context, Role.OPERATOR, "is not a room operator")


@routes.route(
    "voice", "NAME", "let NAME talk while the room is quiet", guards=(room_operator,)
)
def voice(context: CommandContext) -> Event:
    return granted(context, Role.VOICE, "has a voice already")


@routes.route(
    "devoice",
    "NAME",
    "no longer let NAME talk while the room is quiet",
    guards=(room_operator,),
)
def devoice(context: CommandContext) -> Event:
    return revoked(context, Role.VOICE, "has no voice")


@routes.route("invite", "NAME", "invite NAME to this room, for a day")
def invite(context: CommandContext) -> Event:
    moderation, client = context.chat.moderation, context.client
    settings = settings_of(context)
    if settings.private:
        room_operator(context)
    member = member_named(context, context.word)
    if context.room in member.rooms:
        raise Refused("bad_request", f"{member.nick} is in #{context.room} already")
    permissions = context.chat.permissions
    check(permissions.may_send(client, member))
    invited = MemberAt(member, context.chat.pool.address_of(member))
    if permissions.is_banned_from(invited, context.room):
        text = f"{member.nick} is banned from #{context.room}: \\room unban first"
        raise Refused("bad_request", text)
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
        tuple(each.who for each in (*settings.mutes.valid(now), *everywhere)),
        listed(settings.exceptions),
        listed(settings.invite_exceptions),
        settings.outside,
    )


def _nicks(context: CommandContext, role: Role) -> tuple[str, ...]:
    """The nicknames that those who have a role have now, or had."""
    pool = context.chat.pool
    nicks = (
        member.nick if (member := pool.member(member_id)) else holder.nick
        for member_id, holder in settings_of(context).holders(role)
    )
    # Whoever has it as a guest and as an account is one.
    return tuple(dict.fromkeys(nicks))


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


def granted(context: CommandContext, role: Role, already: str) -> Event:
    """Give a role to the member that the first argument names.

    :param already: what is said of one that has it.
    :raises Refused: ``no_such_nick``, ``bad_request``, ``too_many``.
    """
    settings = settings_of(context)
    member = member_in_room(context, context.word)
    if settings.has_role(role, member):
        raise Refused("bad_request", f"{member.nick} {already}")
    if len(settings.roles[role]) >= MAX_ROLES:
        raise Refused(
            "too_many", f"#{context.room} has {MAX_ROLES} of them: remove one first"
        )
    return _rolesetting_changed(context, role, member.nick, member.id, granted=True)


def revoked(context: CommandContext, role: Role, never: str) -> Event:
    """Take a role from whoever the first argument names.

    :param never: what is said of one that does not have it.
    :raises Refused: ``bad_request``.
    """
    settings, name = settings_of(context), context.word
    member = context.chat.pool.named_as(name)
    for member_id, holder in settings.holders(role):
        if member is not None:
            is_meant = member_id in (member.id, *member.clients)
        else:
            # Who is not present is known by the nickname of that time.
            is_meant = fold_or_none(holder.nick) == fold_or_none(name)
        if is_meant:
            _check_leaves_operator(context, settings, role, member_id)
            nick = member.nick if member else holder.nick
            return _rolesetting_changed(context, role, nick, member_id, granted=False)
    raise Refused("bad_request", f"{sanitize_label(name)} {never}")


def _check_leaves_operator(
    context: CommandContext, settings: RoomSettings, role: Role, member_id: str
) -> None:
    """Check that the room keeps someone who decides.

    :raises Refused: ``bad_request``, for an account that created the room, and for the
        last room operator itself.
    """
    if role is not Role.OPERATOR:
        return
    if member_id == settings.owner:
        raise Refused("bad_request", "whoever created the room stays its operator")
    member, holders = context.client.member, settings.roles[Role.OPERATOR]
    own = {member.id, *member.clients}
    if member_id in own and own.issuperset(holders) and context.room != LOBBY:
        raise Refused(
            "bad_request",
            f"you are the last room operator of #{context.room}: \\op NAME first",
        )


def _rolesetting_changed(
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
        settings_of(context).opened,
        moderation.stamp(),
    )
