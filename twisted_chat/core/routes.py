"""The backslash routes: one small function each.

A handler is given an ``CommandContext`` and returns what it leads to: an event for
everyone, an answer for the asker, or nothing; or it raises ``Refused``.  What
it needs is said by its usage and guards in the table, which has been checked
before it is called.  ``docs/architecture.md`` shows how to add one.
"""

from __future__ import annotations

from contextlib import suppress

from .chat import CommandContext, Handler
from .commands import CommandTable
from .events import (
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    Event,
    Joined,
    Left,
    Message,
    Renamed,
    TopicSet,
)
from .joining import claim, snapshot_of
from .limits import MAX_HISTORY, MAX_IGNORED, MAX_ROOMS
from .nicknames import fold_or_none, room_name
from .pool import Member
from .replies import HistoryPage, MemberList, Notice, Refused, Reply, RoomList, Topic
from .sanitize import clean

SHOWN_HISTORY = 20
"""Messages that ``\\history`` and ``\\search`` show when no number is given."""


_routes: CommandTable[Handler] = CommandTable()


def standard_table() -> CommandTable[Handler]:
    """The routes that every server has; add your own to what this returns."""
    return _routes.copy()


@_routes.route("nick", "NAME", "take another nickname")
async def nick(ask: CommandContext) -> Event:
    client = ask.client
    if ask.word == client.nick:
        raise Refused("nick_taken", f"you are {ask.word} already")
    name = await claim(ask.chat.names, ask.word, client.id)
    return Renamed(client.nick, name.text, client.id)


@_routes.route("dm", "NAME TEXT", "say something to one person", aliases=("msg",))
def dm(ask: CommandContext) -> Event:
    name, text = ask.words
    receiver = _person(ask, name)
    if receiver.away:
        away = Notice((f"{receiver.nick} is away: {receiver.away}",))
        ask.chat.tell(ask.client, away)
    client, text = ask.client, ask.chat.sanitized(text)
    return DirectMessage(client.nick, receiver.nick, text, client.id, receiver.id)


@_routes.route("who", "[ROOM]", "who is in this room, or in another")
def who(ask: CommandContext) -> Reply:
    name = _named_room(ask)
    room = ask.chat.pool.rooms.get(name)
    if room is None:
        return MemberList(name, ())
    return MemberList(name, room.nicks(), room.away())


@_routes.route("help", "[ROUTE]", "what can be typed here")
def show_help(ask: CommandContext) -> Reply:
    return Notice(ask.chat.table.help(ask.word))


@_routes.route("me", "TEXT", "say what you do", in_room=True)
def me(ask: CommandContext) -> Event:
    text = ask.chat.sanitized(ask.word)
    return Action(ask.room, ask.client.nick, text, ask.client.id)


@_routes.route("join", "ROOM", "go into a room and speak there")
async def join(ask: CommandContext) -> Event | Reply:
    client, chat = ask.client, ask.chat
    name = room_name(ask.word)
    if name in client.rooms:
        # Nobody else need know that it speaks here now.
        client.rooms = (*(r for r in client.rooms if r != name), name)
        chat.refresh(client)
        return Notice((f"you speak in #{name} now",))
    if len(client.rooms) >= MAX_ROOMS:
        raise Refused(
            "too_many_rooms",
            f"you are in {MAX_ROOMS} rooms, which is the most: \\leave one first",
        )
    await chat.pool.open(name, chat.journal)
    return Joined(name, client.nick, client.id)


@_routes.route("leave", "[ROOM]", "leave this room, or another", aliases=("part",))
def leave(ask: CommandContext) -> Event:
    room = ask.chat.spoken_room(ask.client, ask.word or ask.request.room)
    return Left(room, ask.client.nick, ask.client.id)


@_routes.route("rooms", "", "the rooms with someone in them")
def rooms(ask: CommandContext) -> Reply:
    found = [(r.name, len(r.people)) for r in ask.chat.pool.rooms.values()]
    found.sort(key=lambda room: (-room[1], room[0]))
    return RoomList(tuple((name, count) for name, count in found if count))


@_routes.route(
    "topic", "[TEXT]", "what this room is about; a text sets it, - clears it"
)
def topic(ask: CommandContext) -> Event | Reply:
    chat, client = ask.chat, ask.client
    if not ask.word:
        room = chat.pool.rooms.get(ask.room)
        return Topic(ask.room, (room and room.topic) or "")
    text = "" if ask.word == "-" else chat.sanitized(ask.word)
    return TopicSet(ask.room, client.nick, text, client.id)


@_routes.route("history", "[N]", "what was said here last")
async def history(ask: CommandContext) -> Reply:
    room = _readable_room(ask)
    limit = _number(ask.word) if ask.word else ask.request.limit
    limit = min(limit or SHOWN_HISTORY, MAX_HISTORY)
    # One more than asked for tells whether there is more.
    found = await ask.chat.journal.before(room, ask.request.before, limit + 1)
    return HistoryPage(room, found[-limit:], more=len(found) > limit)


@_routes.route("search", "WORDS", "what was said here with all these words")
async def search(ask: CommandContext) -> Reply:
    room = _readable_room(ask)
    limit = min(ask.request.limit or SHOWN_HISTORY, MAX_HISTORY)
    found = await ask.chat.journal.search(room, ask.word, limit + 1)
    return HistoryPage(
        room, found[-limit:], more=len(found) > limit, words=clean(ask.word)
    )


@_routes.route("ignore", "[NAME]", "do not show what someone says")
def ignore(ask: CommandContext) -> Reply:
    client = ask.client
    if not ask.word:
        names = sorted(nick for nick, _ in (client.ignored or {}).values())
        return Notice((f"you ignore: {', '.join(names) or 'nobody'}",))
    person = _person(ask, ask.word)
    if person is client:
        raise Refused("bad_request", "you cannot ignore yourself")
    if client.ignored is None:
        client.ignored = {}
    if len(client.ignored) >= MAX_IGNORED:
        raise Refused("too_many", "that are too many: \\unignore someone first")
    client.ignored[person.folded] = (person.nick, person.id)
    ask.chat.refresh(client)
    return Notice((f"you ignore {person.nick} now (\\unignore ends it)",))


@_routes.route("unignore", "NAME", "show again what someone says")
def unignore(ask: CommandContext) -> Reply:
    client, folded = ask.client, fold_or_none(ask.word)
    ignored = client.ignored or {}
    if folded not in ignored:
        # It may have taken another name since.
        person = ask.chat.pool.by_name.get(folded or "")
        ids = {who: name for name, (_, who) in ignored.items()}
        folded = ids.get(person.id) if person else None
    if folded is None:
        raise Refused("no_such_nick", f"you do not ignore {clean(ask.word)}")
    nick, _ = ignored.pop(folded)
    ask.chat.refresh(client)
    return Notice((f"you do not ignore {nick} any more",))


@_routes.route("away", "[TEXT]", "say that you are away; without a text, back")
def away(ask: CommandContext) -> Event:
    text = ask.chat.sanitized(ask.word) if ask.word else ""
    if not text and not ask.client.away:
        text = "away"
    return AwaySet(ask.client.nick, text, ask.client.id)


@_routes.route("quit", "[TEXT]", "leave the chat, with a last word if you like")
def leave_chat(ask: CommandContext) -> Event | None:
    client, connection = ask.client, ask.client.connection
    last_word = ""
    if ask.word and client.room is not None:
        with suppress(Refused):  # who wants to go goes, also without a word
            last_word = ask.chat.sanitized(ask.word)
    client.closed = True
    if last_word and client.room is not None:
        client.when_idle(lambda: connection.close("quit"))
        return Message(client.room, client.nick, last_word, client.id)
    connection.close("quit")
    return None


# For programs: nobody can type a name with a space in it.


@_routes.route(" entrance")
def entrance(ask: CommandContext) -> Reply:
    """What one sees on coming into a room that one is in already."""
    return snapshot_of(ask.chat.pool.room(ask.room))


@_routes.route(" signal")
def signal(ask: CommandContext) -> Event:
    """Show Socket.IO clients a value that is no text."""
    raw = ask.request.raw or "null"
    return CustomEvent(ask.room, ask.client.nick, raw, ask.client.id)


def _person(ask: CommandContext, nick: str) -> Member:
    folded = fold_or_none(nick)
    person = ask.chat.pool.by_name.get(folded) if folded else None
    if person is None:
        nick = clean(nick)
        raise Refused("no_such_nick", f"nobody here is called {nick} (try \\who)")
    return person


def _named_room(ask: CommandContext) -> str:
    """The room that is asked about, which the asker need not be in."""
    if ask.word:
        return room_name(ask.word)
    if ask.request.room is not None:
        return room_name(ask.request.room)
    return ask.room


def _readable_room(ask: CommandContext) -> str:
    """The room whose past is asked for: rooms are open to everyone."""
    return ask.room if ask.request.room is None else room_name(ask.request.room)


def _number(text: str) -> int:
    """How many are asked for.

    :raises Refused: that is no number from 1 on.
    """
    with suppress(ValueError):
        if (number := int(text)) > 0:
            return number
    raise Refused("usage", f"{clean(text)} is no number from 1 on: try \\history 20")
