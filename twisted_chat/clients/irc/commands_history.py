"""The commands about what was said: CHATHISTORY and MARKREAD.

See https://ircv3.net/specs/extensions/chathistory and
https://ircv3.net/specs/extensions/read-marker.  The id of a message is its position.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from twisted_chat.clients.answers import MAX_ANSWER
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import DirectMessage, Stored
from twisted_chat.core.history_query import DirectMessages, HistoryQuery
from twisted_chat.core.ignoring.ignoring import without_ignored
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.read_markers import DIRECT, ReadMarker
from twisted_chat.core.replies import Native, Refused, Reply, Request
from twisted_chat.core.routes.reading import mark_read, read_markers

from .answers import messages_that_fit
from .batches import Batch
from .codec import codec_of
from .commands import IrcTable, lines, request_of
from .commands_rooms import in_room, named_room
from .history_points import Point, parse_limit, parse_point
from .message import Message
from .read_lines import markread
from .reference import Reference
from .targets import is_room
from .times import parse_time, server_time

commands = IrcTable()

_PARAMETERS = {
    "LATEST": 3,
    "BEFORE": 3,
    "AFTER": 3,
    "AROUND": 3,
    "BETWEEN": 4,
    "TARGETS": 3,
}
"""The parameters of each subcommand."""

_TARGETS = "TARGETS"

_EVERYTHING = "*"
"""Stands for a point in ``LATEST``: the messages are not bounded."""

MAX_DIRECT = 500
"""Direct messages among which the partners of a client are looked for."""


def _history(message: Message, reference: Reference) -> Iterable[Request]:
    """Check the number of parameters: errors name the subcommand and the target."""
    subcommand, *rest = [*message.params, ""]
    subcommand = subcommand.upper()
    about = [subcommand or "*", *rest[:1]] if subcommand != _TARGETS else [subcommand]
    yield request_of(reference.about(*about), subcommand, *message.params[1:])


@commands.handler("CHATHISTORY", in_turn=True, decode=_history)
async def chathistory(context: CommandContext) -> Reply:
    subcommand, *words = context.words
    count = _PARAMETERS.get(subcommand)
    if count is None:
        if not subcommand:
            raise Refused("need_more_params", "CHATHISTORY needs a subcommand")
        raise Refused("unknown_subcommand", f"there is no CHATHISTORY {subcommand}")
    if len(words) < count:
        raise Refused("need_more_params", f"CHATHISTORY {subcommand} needs more")
    limit = parse_limit(words[count - 1])
    if subcommand == _TARGETS:
        return await _targets(context, words, limit)
    source = await _source(context, words[0])
    points = [parse_point(word) for word in words[1 : count - 1] if word != _EVERYTHING]
    if subcommand != "LATEST" and len(points) != count - 2:
        raise Refused("invalid_params", "* is for LATEST alone")
    codec = codec_of(context.client)
    room = source if isinstance(source, str) else ""
    query = HistoryQuery(source, limit, besides=codec.playback)
    found = await _METHODS[subcommand](context, query, points)
    return Native((codec.history(words[0], _readable(context, found, room)),))


# Each returns the messages that a subcommand asks for, oldest first.


async def _latest(
    context: CommandContext, query: HistoryQuery, points: list[Point]
) -> tuple[Stored, ...]:
    return await _page(context, query, *points)


async def _before(
    context: CommandContext, query: HistoryQuery, points: list[Point]
) -> tuple[Stored, ...]:
    return await _page(context, query, None, points[0])


async def _after(
    context: CommandContext, query: HistoryQuery, points: list[Point]
) -> tuple[Stored, ...]:
    return await _page(context, replace(query, first=True), points[0])


async def _around(
    context: CommandContext, query: HistoryQuery, points: list[Point]
) -> tuple[Stored, ...]:
    """Half of the messages before a point, and half from it on."""
    half, history = query.limit // 2, context.chat.journal.history
    before = await _page(context, replace(query, limit=half), None, points[0])
    before = messages_that_fit(before, limit=MAX_ANSWER // 2)
    start = await points[0].position(history)
    if start is None:
        return before
    rest = replace(query, limit=query.limit - half, start=start, first=True)
    after = await history.page(rest)
    return (*before, *messages_that_fit(after, first=True, limit=MAX_ANSWER // 2))


async def _between(
    context: CommandContext, query: HistoryQuery, points: list[Point]
) -> tuple[Stored, ...]:
    """From the first point on, in the direction of the second."""
    history, (one, two) = context.chat.journal.history, points
    first, second = await one.position(history), await two.position(history)
    if second is None or (first is not None and first <= second):
        return await _page(context, replace(query, first=True), one, two)
    return await _page(context, query, two, one)


_METHODS = {
    "LATEST": _latest,
    "BEFORE": _before,
    "AFTER": _after,
    "AROUND": _around,
    "BETWEEN": _between,
}


async def _page(
    context: CommandContext,
    query: HistoryQuery,
    after: Point | None = None,
    before: Point | None = None,
) -> tuple[Stored, ...]:
    """The messages after a point and before another, neither of them included."""
    history, limit = context.chat.journal.history, query.limit
    if before is not None:
        query = replace(query, end=await before.position(history))
    if after is None:
        return messages_that_fit(await history.page(query))
    start = await after.next_position(history)
    if start is None:
        return ()
    # The message at the point itself is one too many.
    found = await history.page(replace(query, start=start, limit=limit + 1))
    found = tuple(stored for stored in found if stored.position != after.msgid)
    found = found[:limit] if query.first else found[max(len(found) - limit, 0) :]
    return messages_that_fit(found, first=query.first)


def _readable(
    context: CommandContext, found: tuple[Stored, ...], room: str
) -> tuple[Stored, ...]:
    """What the client may read, as it is now, without those whom it ignores.

    :param room: in whose history it stands; empty for direct messages.
    """
    chat, client = context.chat, context.client
    found = chat.pool.corrections.apply(found)
    found = chat.moderation.readable(found, client.member, room)
    return without_ignored(found, client.ignoring) if client.ignored else found


async def _source(context: CommandContext, target: str) -> str | DirectMessages:
    """The history that a target names.

    :raises Refused: ``invalid_target``, if the client is not in that room.
    """
    if is_room(target):
        try:
            in_room(replace(context, words=(target,)))
        except Refused as refused:
            raise Refused("invalid_target", refused.reason) from None
        return named_room(target)
    own = context.client.member_id
    return DirectMessages(own, await _partner(context, target))


async def _partner(context: CommandContext, nick: str) -> str:
    """The member id of whoever has a nickname, or had it when writing to the client.

    It is that of nobody, if nobody is known by it.
    """
    pool, folded = context.chat.pool, fold_or_none(nick)
    member = pool.named(folded)
    if member is not None:
        return member.id
    account = await context.chat.moderation.find_account(nick)
    if account is not None:
        return account.id
    for partner, (event, _) in (await _partners(context)).items():
        names = {event.sender_id: event.nick, event.recipient_id: event.recipient}
        if folded is not None and fold_or_none(names[partner]) == folded:
            return partner
    return "-"


async def _partners(context: CommandContext) -> dict[str, tuple[DirectMessage, int]]:
    """The last direct message with each partner of the client, and its time."""
    own = context.client.member_id
    query = HistoryQuery(DirectMessages(own), MAX_DIRECT)
    partners: dict[str, tuple[DirectMessage, int]] = {}
    for stored in await context.chat.journal.history.page(query):
        event = stored.event
        if isinstance(event, DirectMessage):
            is_own = event.sender_id == own
            partner = event.recipient_id if is_own else event.sender_id
            partners[partner] = event, stored.time
    return partners


async def _targets(context: CommandContext, words: list[str], limit: int) -> Reply:
    """The rooms and partners whose last message is between two times."""
    one, two = (parse_time(word) for word in words[:2])
    low, high = sorted((one, two))
    found = [
        (time, target)
        for target, time in await _last_times(context)
        if low < time < high
    ]
    found.sort()
    found = found[:limit] if one <= two else found[max(len(found) - limit, 0) :]
    items = tuple(
        Message("CHATHISTORY", (_TARGETS, target, server_time(time)))
        for time, target in found
    )
    return Native((Batch("draft/chathistory-targets", (), items),))


async def _last_times(context: CommandContext) -> list[tuple[str, int]]:
    """Each room and partner of the client, with the time of the last message."""
    chat, client = context.chat, context.client
    times: list[tuple[str, int]] = []
    for room in client.rooms:
        last = await chat.journal.history.page(HistoryQuery(room, 1))
        times += [(f"#{room}", each.time) for each in _readable(context, last, room)]
    for partner, (event, time) in (await _partners(context)).items():
        member = chat.pool.member(partner)
        nick = event.recipient if event.recipient_id == partner else event.nick
        times.append((member.nick if member else nick, time))
    return times


# Read markers.


def _mark(message: Message, reference: Reference) -> Iterable[Request]:
    target = message.params[0] if message.params else "*"
    yield request_of(reference.about(target), *message.params)


@commands.handler("MARKREAD", decode=_mark)
async def mark(context: CommandContext) -> Outcome:
    """How far the client has read a room, or direct messages with someone."""
    if not context.words:
        raise Refused("need_more_params", "MARKREAD needs a target")
    target, *times = context.words
    name = _marked(target)
    if not times:
        known = await read_markers(context)
        return lines(markread(target, known.get(name)))
    time, history = parse_time(times[0]), context.chat.journal.history
    end = await history.position_at(time + 1)
    source: str | DirectMessages = name
    if name.startswith(DIRECT):
        own = context.client.member_id
        source = DirectMessages(own, await _partner(context, target))
    last = await history.page(HistoryQuery(source, 1, end=end))
    marker = ReadMarker(time, last[0].position if last else "")
    event = await mark_read(context, name, marker)
    if event is not None:
        return event
    known = await read_markers(context)
    return lines(markread(target, known.get(name)))


def _marked(target: str) -> str:
    """How what is read is kept; see ``ReadUpTo.room``."""
    if is_room(target):
        return named_room(target)
    folded = fold_or_none(target)
    if folded is None:
        raise Refused("invalid_params", f"{target} is not a nickname")
    return f"{DIRECT}{folded}"
