"""The commands of those who keep order: KICK, INVITE, REDACT."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import replace

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.outcomes import Answered, Outcome
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.routes import invitations, moderation
from twisted_chat.core.routes.corrections import deletion_of
from twisted_chat.core.routes.guards import rank_in_room
from twisted_chat.core.routes.targets import MAX_REASON
from twisted_chat.core.texts.sanitize import cut_label

from .commands import TOO_FEW, IrcTable, lines, request_of
from .commands_rooms import in_room, named_room
from .message import Message
from .numerics import RPL_ENDOFINVITELIST, RPL_INVITELIST
from .reference import Reference
from .targets import check_few, is_room

MAX_INVITATIONS = 100
"""Rooms that INVITE without parameters lists."""

commands = IrcTable()


def _kick(message: Message, reference: Reference) -> Iterable[Request]:
    """One request for each nickname, in one room or one in each."""
    rooms, nicks = (words.split(",") for words in message.params[:2])
    if len(rooms) == 1:
        rooms *= len(nicks)
    if len(rooms) != len(nicks):
        raise Refused(TOO_FEW, "KICK needs a room, or one for each nickname")
    check_few(nicks)
    text = message.params[2] if len(message.params) > 2 else ""
    for each, room, nick in zip(reference.for_each(nicks), rooms, nicks, strict=True):
        yield request_of(each.about(nick, room), room, nick, text)


@commands.handler("KICK", 2, guards=(in_room,), decode=_kick)
def kick(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    name, nick, text = context.words
    at = _in(context, named_room(name), nick, cut_label(text, MAX_REASON))
    rank_in_room(at)
    member = context.chat.pool.named_as(nick)
    if member is not None and at.room not in member.rooms:
        raise Refused("not_member", f"{nick} is not in #{at.room}")
    return moderation.kick(at)


def _invite(message: Message, reference: Reference) -> Iterable[Request]:
    if not message.params:
        yield request_of(reference)
        return
    if len(message.params) == 1:
        raise Refused(TOO_FEW, "INVITE needs a nickname and a room, or neither")
    nick, room, *_ = message.params
    yield request_of(reference.about(nick, room), room, nick)


@commands.handler("INVITE", decode=_invite)
def invite(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    """Without parameters: the rooms that one is invited to."""
    if not context.words:
        rooms = context.chat.moderation.invitations(context.client.member)
        shown = (RPL_INVITELIST(f"#{room}") for room in rooms[:MAX_INVITATIONS])
        return lines(*shown, RPL_ENDOFINVITELIST())
    name, nick = context.words
    in_room(context)
    room = named_room(name)
    member = context.chat.pool.named_as(nick)
    if member is not None and room in member.rooms:
        raise Refused("is_member", f"{nick} is in #{room} already")
    return invitations.invite(_in(context, room, nick))


def _redact(message: Message, reference: Reference) -> Iterable[Request]:
    target, position, *rest = message.params
    words = (target, position, rest[0] if rest else "")
    yield request_of(reference.about(target, position), *words)


@commands.handler("REDACT", 2, in_turn=True, decode=_redact)
async def redact(context: CommandContext) -> Answered:
    """Delete a message of a room: one's own, or as a room operator any."""
    name, position, text = context.words
    if not is_room(name):
        raise Refused("invalid_target", "direct messages cannot be deleted")
    try:
        in_room(context)
    except Refused as refused:
        raise Refused("invalid_target", refused.reason) from None
    at = _in(context, named_room(name))
    # A correction is shown under an id of its own.
    position = context.chat.pool.corrections.corrected(position)
    return await deletion_of(at, position, cut_label(text, MAX_REASON))


def _in(context: CommandContext, room: str, *words: str) -> CommandContext:
    """The context of a route of the core about a room."""
    return replace(context, request=replace(context.request, room=room), words=words)
