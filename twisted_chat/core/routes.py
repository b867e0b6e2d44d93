"""The backslash routes: one small function each.

A handler is given a ``CommandContext`` and returns what the route results in: an event
for everyone, a reply to the client that asked, or nothing; or it raises ``Refused``.
Its usage and guards, in the command table, were checked before it is called.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace

from . import (
    routes_accounts,
    routes_corrections,
    routes_history,
    routes_ignoring,
    routes_invitations,
    routes_logins,
    routes_moderation,
    routes_reading,
    routes_roles,
    routes_settings,
    routes_whois,
)
from .chat import CommandContext, Handler
from .client import ClientState
from .commands import CommandTable
from .direct_messages import direct_message
from .events import (
    AWAY,
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    Event,
    Joined,
    Left,
    Message,
    Renamed,
    Switched,
    TopicSet,
)
from .limits import MAX_AWAY, MAX_ROOMS, MAX_TOPIC
from .name_registry import claim_unreserved
from .nicknames import room_name
from .permissions import check, not_in
from .replies import (
    MemberList,
    Notice,
    Refused,
    Reply,
    RoomList,
    Topic,
)
from .rights import check_readable, may_speak, may_talk, may_talk_there
from .welcome import snapshot_of

_routes: CommandTable[Handler] = CommandTable()


def standard_table() -> CommandTable[Handler]:
    """The routes that every server has; add your own to the table returned."""
    table = _routes.copy()
    for routes in (
        routes_history.routes,
        routes_ignoring.routes,
        routes_corrections.routes,
        routes_settings.routes,
        routes_roles.routes,
        routes_invitations.routes,
        routes_moderation.routes,
        routes_logins.routes,
        routes_accounts.routes,
        routes_reading.routes,
        routes_whois.routes,
    ):
        for command in routes:
            table.add(command)
    return table


@_routes.route("nick", "NAME", "change your nickname", aliases=("n",))
async def nick(context: CommandContext) -> Event:
    if context.word == context.client.nick:
        raise Refused("nick_taken", f"your nickname is already {context.word}")
    return await renamed(context)


@_routes.route(
    "dm",
    "NAME TEXT",
    "send a direct message to one person",
    # What this is called in other chats: typed there, it must not be posted here.
    aliases=("msg", "w", "pm", "tell", "whisper", "query"),
    guards=(may_speak,),
)
def dm(context: CommandContext) -> Event | Awaitable[Event]:
    name, text = context.words
    event = direct_message(context, name, text)
    if isinstance(event, DirectMessage):
        _note_away(context, event)
        return event
    return _once_found(context, event)


async def _once_found(
    context: CommandContext, search: Awaitable[DirectMessage]
) -> Event:
    event = await search
    _note_away(context, event)
    return event


def _note_away(context: CommandContext, event: DirectMessage) -> None:
    """Tell the sender if the recipient is away."""
    recipient = context.chat.pool.member(event.recipient_id)
    if recipient is not None and recipient.away:
        away = Notice((f"{recipient.nick} is away: {recipient.away}",))
        context.chat.reply(context.client, away)


@_routes.route(
    "who", "[ROOM]", "list the members of this room, or of ROOM", aliases=("names",)
)
def who(context: CommandContext) -> Reply:
    name = _named_room(context)
    check_readable(context, name)
    room = context.chat.pool.rooms.get(name)
    if room is None:
        return MemberList(name, ())
    return MemberList(name, room.nicks(), room.away(), room.accounts())


@_routes.route("help", "[ROUTE]", "list what you can type, or explain one route")
def show_help(context: CommandContext) -> Reply:
    return Notice(context.chat.table.help(context.word))


@_routes.route(
    "me",
    "TEXT",
    "send an action: * NAME TEXT",
    guards=(may_speak, may_talk_there),
)
def me(context: CommandContext) -> Event:
    client, text = context.client, context.chat.sanitized(context.word)
    return Action(
        context.room_to_talk_in,
        client.nick,
        text,
        client.id,
        client.account,
        client.account_id,
        context.request.raw,
    )


@_routes.route("join", "ROOM [KEY]", "join a room and talk there", aliases=("j",))
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
            "too_many_rooms", f"you are already in {MAX_ROOMS} rooms: \\leave one first"
        )
    room = await chat.entry.open(client, name, key)
    chat.entry.submit_opening(client, room)
    return Joined(name, client.nick, client.id, client.member_id, client.account)


@_routes.route("leave", "[ROOM]", "leave this room, or ROOM", aliases=("part",))
def leave(context: CommandContext) -> Event:
    named, client = context.word or context.request.room, context.client
    if named is not None and room_name(named) not in client.rooms:
        raise not_in(room_name(named), may_join=False)
    room = context.chat.room_of(client, named)
    return Left(room, context.client.nick, context.client.id)


@_routes.route("rooms", "", "list the rooms that have members", aliases=("list",))
def rooms(context: CommandContext) -> Reply:
    permissions, member = context.chat.permissions, context.client.member
    found = [
        (room.name, len(room.members))
        for room in context.chat.pool.rooms.values()
        if permissions.is_listed(member, room.name)
    ]
    found.sort(key=lambda room: (-room[1], room[0]))
    return RoomList(tuple((name, count) for name, count in found if count))


@_routes.route(
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


@_routes.route(
    "away",
    "[TEXT]",
    "mark yourself as away; without TEXT, switch between away and back",
)
def away(context: CommandContext) -> Event:
    client = context.client
    text = ""
    if context.word:
        check(context.chat.permissions.may_speak(client))
        check(context.chat.permissions.may_show(client))
        text = context.chat.sanitized_label(context.word, MAX_AWAY)
    if not text and not client.member.away:
        text = AWAY
    return AwaySet(client.nick, text, client.id)


@_routes.route(
    "quit",
    "[TEXT]",
    "leave the chat, with a last message if you like",
    aliases=("exit",),
)
def leave_chat(context: CommandContext) -> Event | None:
    client, connection = context.client, context.client.connection
    text = ""
    if context.word and client.room is not None:
        with suppress(Refused):  # an empty last message does not keep anyone
            check(context.chat.permissions.may_speak(client))
            text = context.chat.sanitized(context.word)
    client.move_to(ClientState.QUITTING)
    muted = client.room and context.chat.permissions.may_talk(client, client.room)
    if text and client.room is not None and not muted:
        client.when_idle(lambda: connection.close("quit"))
        return Message(
            client.room,
            client.nick,
            text,
            client.id,
            account=client.account,
            account_id=client.account_id,
        )
    connection.close("quit")
    return None


# For adapters.


@_routes.route("snapshot", internal=True)
def snapshot(context: CommandContext) -> Reply:
    """What a client is shown when it joins a room that it is in already."""
    return snapshot_of(context.chat.pool.room(context.room), context.client)


@_routes.route("presence", internal=True)
def presence(context: CommandContext) -> Reply:
    """The same for a client that was shown the history before."""
    room = context.chat.pool.room(context.room)
    return replace(snapshot_of(room, context.client), history=())


@_routes.route("take_nick", "NAME", internal=True)
async def take_nick(context: CommandContext) -> Event | None:
    """As ``nick``, but a client that reconnects may ask for the name that it has."""
    return None if context.word == context.client.nick else await renamed(context)


@_routes.route("custom_event", internal=True, guards=(may_speak, may_talk))
def custom_event(context: CommandContext) -> Event:
    """Show Socket.IO clients a value that is not a text."""
    client, raw = context.client, context.request.raw or "null"
    return CustomEvent(
        context.room, client.nick, raw, client.id, client.account, client.account_id
    )


async def renamed(context: CommandContext) -> Event:
    """Take the nickname that is the first argument.

    :raises Refused: the client may not have it.
    """
    chat, client = context.chat, context.client
    banned = chat.bans.at_renaming(client, context.word)
    if banned is not None:
        chat.bans.expel(client)
        raise banned
    check(chat.permissions.may_rename(client))
    name = await claim_unreserved(
        chat.names,
        chat.accounts.holder,
        context.word,
        client.member_id,
        account=client.account,
        current=client.nick,
    )
    return Renamed(client.nick, name.text, client.id)


def _named_room(context: CommandContext) -> str:
    """The room that is asked about; the client need not be in it."""
    if context.word:
        return room_name(context.word)
    if context.request.room is not None:
        return room_name(context.request.room)
    return context.room
