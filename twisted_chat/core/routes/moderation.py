r"""The routes of those who keep order: ``\kick``, ``\mute``, ``\ban`` and ``\audit``.

Those for the settings of rooms are in ``settings``.
"""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import Event
from twisted_chat.core.moderation.changes import BANS, MUTES
from twisted_chat.core.moderation.listing import listed
from twisted_chat.core.moderation.networks import network_text
from twisted_chat.core.moderation.room_settings import MUTE, setting_key
from twisted_chat.core.moderation.sanctions import (
    MAX_ROOM_SANCTIONS,
    MAX_SANCTIONS,
    Sanction,
    identities_at,
    identities_of,
    name_identities,
    name_key,
    names_at,
    network_key,
)
from twisted_chat.core.moderation_events import (
    Banned,
    Kicked,
    Muted,
    Rank,
    Unbanned,
    Unmuted,
)
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Notice, Refused, Reply
from twisted_chat.core.texts.sanitize import echoed, sanitize_label

from .guards import operator, rank_in_room, room_operator
from .targets import (
    NamedPerson,
    keys_concerning,
    length,
    length_and_reason,
    make_place,
    member_in_room,
    member_named,
    network_to_ban,
    person_to_ban,
    reason,
    subordinate,
)

DEFAULT_LINES = 20
r"""Lines that ``\audit`` shows when no number is given."""

MAX_LINES = 500
r"""Lines that ``\audit`` or ``\bans`` shows at most."""

routes: CommandTable[Handler] = CommandTable()


@routes.route(
    "kick", "NAME [TEXT]", "remove NAME from this room", guards=(room_operator,)
)
def kick(context: CommandContext) -> Event:
    name, text = context.words
    member = subordinate(context, member_in_room(context, name), "kick")
    return Kicked(
        context.room,
        context.client.nick,
        member.nick,
        reason(context, text),
        context.client.id,
        member.id,
        rank_in_room(context),
        context.chat.moderation.stamp(),
    )


@routes.route(
    "mute",
    "NAME [DURATION]",
    "refuse what NAME says here; as an operator, everywhere",
    guards=(room_operator,),
)
def mute(context: CommandContext) -> Event:
    name, duration = context.words
    member = subordinate(context, member_named(context, name), "mute")
    lasts, moderation = length(duration), context.chat.moderation
    rank, now = rank_in_room(context), moderation.now()
    everywhere = rank is Rank.OPERATOR
    settings = moderation.settings(context.room)
    mutes, area, most = moderation.mutes, MUTES, MAX_SANCTIONS
    if not everywhere:
        area = setting_key(context.room, settings.opened, MUTE, "")
        mutes, most = settings.mutes, MAX_ROOM_SANCTIONS
    full = f"{most} people are muted"
    make_place(context, mutes, area, most, full, "\\unmute one first")
    return Muted(
        context.room,
        context.client.nick,
        member.nick,
        lasts.text,
        context.client.id,
        member.id if member.account else name_key(member.nick),
        " ".join(_muted_identities(context, member)),
        lasts.end(now),
        everywhere,
        rank,
        settings.opened,
        moderation.stamp(),
    )


def _muted_identities(context: CommandContext, member: Member) -> tuple[str, ...]:
    """Whom a mute concerns from the start; the server of a guest adds to that."""
    if member.account:
        return identities_of(member)
    client = context.chat.pool.clients.get(member.id)
    if client is None:
        return (member.id,)
    return (member.id, *names_at(member.nick, client.address))


@routes.route("unmute", "NAME", "let NAME talk again", guards=(room_operator,))
def unmute(context: CommandContext) -> Event:
    moderation, room = context.chat.moderation, context.room
    rank, name = rank_in_room(context), context.word
    member = context.chat.pool.named_as(name)
    identities, address = name_identities(name)[:1], ""
    if member is not None:
        address = context.chat.pool.address_of(member)
        identities = identities_at(member, address)
    settings = moderation.settings(room)
    area = setting_key(room, settings.opened, MUTE, "")
    here = keys_concerning(settings.mutes, name, identities, address)
    keys = [area + key for key in here]
    everywhere = keys_concerning(moderation.mutes, name, identities, address)
    if rank is Rank.OPERATOR:
        keys += [MUTES + key for key in everywhere]
    if not keys:
        shown = echoed(name)
        if everywhere:
            raise Refused("not_operator", f"only operators may unmute {shown}")
        raise Refused("bad_request", f"{shown} is not muted")
    return Unmuted(
        room,
        context.client.nick,
        member.nick if member else sanitize_label(name),
        context.client.id,
        " ".join(keys),
        rank,
        moderation.stamp(),
        bool(everywhere) and rank is Rank.OPERATOR,
    )


@routes.route(
    "ban",
    "WHO [DURATION] [TEXT]",
    "keep a name, an address or a network out",
    guards=(operator,),
)
async def ban(context: CommandContext) -> Event:
    who, *words = context.words
    lasts, text = length_and_reason(context, " ".join(words))
    moderation = context.chat.moderation
    now = moderation.now()
    full = f"{MAX_SANCTIONS} bans are in force"
    make_place(context, moderation.bans, BANS, MAX_SANCTIONS, full, "\\unban one first")
    network = await network_to_ban(context, who)
    if network is not None:
        banned = NamedPerson(network_text(network), network_key(network), ())
    else:
        banned = await person_to_ban(context, who)
    return Banned(
        context.client.nick,
        banned.name,
        lasts.text,
        text,
        context.client.id,
        banned.key,
        " ".join(banned.identities),
        str(network) if network else "",
        lasts.end(now),
        moderation.stamp(),
    )


@routes.route("unban", "WHO", "let someone in again", guards=(operator,))
async def unban(context: CommandContext) -> Event:
    name, moderation = context.word, context.chat.moderation
    account = await moderation.find_account(name)
    identities = (account.id,) if account else name_identities(name)[:1]
    keys = keys_concerning(moderation.bans, name, identities)
    if not keys:
        raise Refused(
            "bad_request",
            f"{echoed(name)} is not banned",
            "(\\bans lists who is)",
        )
    return Unbanned(
        context.client.nick,
        moderation.bans.get(keys[0]).who,
        context.client.id,
        " ".join(BANS + key for key in keys),
        moderation.stamp(),
    )


@routes.route(
    "bans", "", "list who may not come in, and who is muted", guards=(operator,)
)
def bans(context: CommandContext) -> Reply:
    moderation = context.chat.moderation
    now = moderation.now()
    lines = _listed(context, "bans", moderation.bans.valid(now))
    # Those that hold everywhere; \room lists those of a room.
    if mutes := moderation.mutes.valid(now):
        lines += _listed(context, "mutes", mutes)
    return Notice(tuple(lines))


def _listed(context: CommandContext, what: str, found: list[Sanction]) -> list[str]:
    """The lines of a list, at most ``MAX_LINES`` below its heading."""
    lines = [f"{what} ({len(found)}):"]
    if len(found) > MAX_LINES:
        lines.append(f"and {len(found) - MAX_LINES} earlier ones")
    moderation, pool = context.chat.moderation, context.chat.pool
    shown = (listed(moderation, pool, each) for each in found[-MAX_LINES:])
    return [*lines, *shown]


@routes.route(
    "audit", "[N]", "show the last N acts of those who keep order", guards=(operator,)
)
async def audit(context: CommandContext) -> Reply:
    count = DEFAULT_LINES
    if context.word:
        if not context.word.isdecimal() or not int(context.word):
            shown = echoed(context.word)
            text = f"{shown} is not a positive whole number"
            raise Refused("usage", text, "(try \\audit 20)")
        count = min(int(context.word), MAX_LINES)
    lines = await context.chat.audit_log.last(count)
    return Notice(tuple(lines) or ("the audit log is empty",))
