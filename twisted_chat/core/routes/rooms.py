"""The routes of rooms: joining and leaving, who is there, and the topic."""

from __future__ import annotations

from dataclasses import replace

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import Event, Joined, Left, Switched, TopicSet
from twisted_chat.core.joining.welcome import snapshot_of
from twisted_chat.core.limits import MAX_ROOMS, MAX_TOPIC
from twisted_chat.core.moderation.permissions import check, not_in
from twisted_chat.core.names.nicknames import room_name
from twisted_chat.core.replies import (
    MemberList,
    Notice,
    Refused,
    Reply,
    RoomList,
    Topic,
)

from .guards import check_readable

routes: CommandTable[Handler] = CommandTable()


@routes.route("join", "ROOM [KEY]", "join a room and talk there", aliases=("j",))
async def join(context: CommandContext) -> Event | Reply:
    client, chat = context.client, context.chat
    name, key = room_name(context.word), context.words[1]
    if name in client.rooms:
        if client.account:
            return Switched(name, client.nick, client.id)
        # Only the client's own view changes, so this is not an event.
        client.member.rooms = (*(r for r in client.rooms if r != name), name)
        chat.refresh(client)
        return Notice((f"now talking in #{name}",))
    return await enter(context, name, key)


async def enter(context: CommandContext, name: str, key: str = "") -> Event:
    """Join a room in which the client is not yet.

    :raises Refused: it may not.
    """
    client, chat = context.client, context.chat
    if len(client.rooms) >= MAX_ROOMS:
        raise Refused(
            "too_many_rooms",
            f"you are already in {MAX_ROOMS} rooms",
            "\\leave one first",
        )
    room = await chat.entry.open(client, name, key)
    chat.entry.submit_opening(client, room)
    return Joined(name, client.nick, client.id, client.member_id, client.account)


@routes.route("leave", "[ROOM]", "leave this room, or ROOM", aliases=("part",))
def leave(context: CommandContext) -> Event:
    named, client = context.word or context.request.room, context.client
    if named is not None and room_name(named) not in client.rooms:
        raise not_in(room_name(named), may_join=False)
    room = context.chat.room_of(client, named)
    return Left(room, context.client.nick, context.client.id)


@routes.route("rooms", "", "list the rooms that have members", aliases=("list",))
def rooms(context: CommandContext) -> Reply:
    permissions, member = context.chat.permissions, context.client.member
    found = [
        (room.name, len(room.members))
        for room in context.chat.pool.rooms.values()
        if permissions.is_listed(member, room.name)
    ]
    found.sort(key=lambda room: (-room[1], room[0]))
    return RoomList(tuple((name, count) for name, count in found if count))


@routes.route(
    "who", "[ROOM]", "list the members of this room, or of ROOM", aliases=("names",)
)
def who(context: CommandContext) -> Reply:
    name = _named_room(context)
    check_readable(context, name)
    room = context.chat.pool.rooms.get(name)
    if room is None:
        return MemberList(name, ())
    return MemberList(name, room.nicks(), room.away(), room.accounts())


def _named_room(context: CommandContext) -> str:
    """The room that is asked about; the client need not be in it."""
    if context.word:
        return room_name(context.word)
    if context.request.room is not None:
        return room_name(context.request.room)
    return context.room


@routes.route(
    "topic", "[TEXT]", "show the topic of this room; TEXT sets it, - clears it"
)
def topic(context: CommandContext) -> Event | Reply:
    chat, client = context.chat, context.client
    if not context.word:
        room = chat.pool.rooms.get(context.room)
        return Topic(context.room, (room and room.topic) or "")
    check(chat.permissions.may_speak(client))
    check(chat.permissions.may_set_topic(client, context.room))
    text = "" if context.word == "-" else chat.sanitized_label(context.word, MAX_TOPIC)
    return TopicSet(context.room, client.nick, text, client.id)


@routes.route("snapshot", internal=True)
def snapshot(context: CommandContext) -> Reply | None:
    """What a client is shown when it joins a room that it is in already."""
    room = context.chat.pool.room(context.room)
    if room.loaded:
        return snapshot_of(room, context.client)
    # Messages were deleted: there are older ones in their place.
    context.chat.show_once_read(context.client, room.name, context.request.ref)
    return None


@routes.route("presence", internal=True)
def presence(context: CommandContext) -> Reply:
    """The same for a client that was shown the history before."""
    room = context.chat.pool.room(context.room)
    return replace(snapshot_of(room, context.client), history=())
