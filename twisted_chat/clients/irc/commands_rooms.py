"""The commands about rooms: JOIN, PART, TOPIC, NAMES, LIST."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import Event, Left, TopicSet
from twisted_chat.core.limits import MAX_TOPIC
from twisted_chat.core.moderation.permissions import check, not_in
from twisted_chat.core.names.nicknames import room_name
from twisted_chat.core.replies import MemberList, Refused, Reply, Request, Topic
from twisted_chat.core.routes.guards import check_readable
from twisted_chat.core.routes.rooms import enter

from .answers import lines_that_fit
from .codec import codec_of
from .commands import IrcTable, lines, request_of
from .message import Message
from .numerics import RPL_ENDOFNAMES, RPL_NAMREPLY
from .reasons import reason
from .reference import Place, Reference
from .targets import check_few, is_room, split

commands = IrcTable()

MAX_NAMED = 20
"""Rooms that NAMES without a room lists, besides the client's own."""

_NO_ROOM = "0"
"""What is joined in place of a room to leave all of them (RFC 2812, section 3.2.1)."""


def named_room(name: str) -> str:
    """The room of a name that begins with ``#``.

    :raises Refused: ``room_invalid``.
    """
    if not is_room(name):
        raise Refused("no_such_room", f"{name} is not a room")
    return room_name(name)


def known_room(context: CommandContext, name: str) -> str:
    """The room of a name, if anyone is in it.

    :raises Refused: ``no_such_room``.
    """
    room = named_room(name)
    if room not in context.chat.pool.rooms:
        raise Refused("no_such_room", f"there is no #{room}")
    return room


def check_seen(context: CommandContext, room: str) -> None:
    """Check that the client may know who is in a room.

    :raises Refused: the room is not open to it, or hidden from those outside.
    """
    check_readable(context, room)
    if not context.chat.permissions.is_listed(context.client.member, room):
        raise not_in(room, may_join=False)


def in_room(context: CommandContext) -> None:
    """Guard: the client is in the room that the first parameter names."""
    room = named_room(context.word)
    if room in context.client.rooms:
        return
    known_room(context, context.word)
    raise not_in(room, may_join=False)


def _for_each_room(message: Message, reference: Reference) -> Iterable[Request]:
    """A request for each room in the first parameter, with the other parameters."""
    rooms = split(message.params[0])
    for each in reference.for_each(rooms):
        yield request_of(each, each.target, *message.params[1:])


def _join(message: Message, reference: Reference) -> Iterable[Request]:
    rooms = split(message.params[0])
    if rooms == [_NO_ROOM]:
        # Nobody knows yet how many rooms that are.
        last = replace(reference, place=Place.LAST)
        yield request_of(last, _NO_ROOM, "")
        return
    keys = message.params[1].split(",") if len(message.params) > 1 else []
    keys += [""] * len(rooms)
    for each, key in zip(reference.for_each(rooms), keys, strict=False):
        yield request_of(each, each.target, key)


@commands.handler("JOIN", 1, decode=_join)
async def join(context: CommandContext) -> Event | None:
    name, key = context.words
    if name == _NO_ROOM:
        return _leave_all(context)
    room = named_room(name)
    if room in context.client.rooms:
        return None
    return await enter(context, room, key)


@commands.handler("PART", 1, guards=(in_room,), decode=_for_each_room)
def part(context: CommandContext) -> Event:
    client, room = context.client, named_room(context.word)
    text = reason(context, context.words[1], room) if len(context.words) > 1 else ""
    return Left(room, client.nick, client.id, text)


def _all_names(context: CommandContext) -> Reply:
    """The members of the rooms that the client is in, and of some others."""
    client = context.client
    permissions, member = context.chat.permissions, client.member
    others = (
        room.name
        for room in context.chat.pool.rooms.values()
        if room.name not in client.rooms
        and permissions.is_listed(member, room.name)
        and permissions.may_read(client, room.name) is None
    )
    rooms = (*client.rooms, *islice(others, MAX_NAMED))
    return lines(*lines_that_fit(_members(context, rooms)), RPL_ENDOFNAMES("*"))


def _leave_all(context: CommandContext) -> Event | None:
    """Leave every room.  The answer for the last of them ends the answer."""
    client, rooms = context.client, context.client.rooms
    reference = Reference.of(context.request.ref)
    context.chat.reply(client, lines(), str(replace(reference, place=Place.FIRST)))
    if not rooms:
        return None
    *first, last = rooms
    for room in first:
        event = Left(room, client.nick, client.id)
        ref = str(replace(reference, place=Place.MIDDLE))
        context.chat.submit(event, client, ref)
    return Left(last, client.nick, client.id)


@commands.handler("TOPIC", 1, guards=(in_room,))
def topic(context: CommandContext) -> Event | Reply | None:
    chat, client, room = context.chat, context.client, named_room(context.word)
    known = chat.pool.rooms.get(room)
    now = (known and known.topic) or ""
    if len(context.words) == 1:
        return Topic(room, now)
    check(chat.permissions.may_speak(client))
    check(chat.permissions.may_set_topic(client, room))
    text = context.words[1]
    if text:
        text = chat.sanitized_label(text, MAX_TOPIC)
    if text == now:
        return None
    return TopicSet(room, client.nick, text, client.id)


@commands.handler("NAMES")
def names(context: CommandContext) -> Reply:
    if not context.words:
        return _all_names(context)
    targets = split(context.word)
    check_few(targets)
    rooms = list(_readable(context, targets))
    if rooms and len(targets) == 1:
        return MemberList(rooms[0], ())
    shown = lines_that_fit(_members(context, rooms))
    return lines(*shown, RPL_ENDOFNAMES(",".join(targets)))


def _readable(context: CommandContext, names: Iterable[str]) -> Iterable[str]:
    """The rooms of these names, without those that the client may not know."""
    for name in names:
        try:
            room = named_room(name)
            check_seen(context, room)
        except Refused:
            continue
        yield room


def _members(context: CommandContext, rooms: Iterable[str]) -> Iterable[Message]:
    """The lines that list the members of several rooms, without an end."""
    codec, nick = codec_of(context.client), context.client.nick
    for room in rooms:
        for line in codec.names(room, nick):
            if line.command == RPL_NAMREPLY.number:
                yield line
