"""The route by which a client says how far it has read; see ``read_markers``."""

from __future__ import annotations

from twisted_chat.core.account_events import ReadUpTo
from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.history_query import DirectMessages, HistoryQuery
from twisted_chat.core.names.nicknames import fold_or_none, room_name
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.read_markers import DIRECT, ReadMarker
from twisted_chat.core.replies import Refused

from .guards import logged_in

MAX_READ = 1_000
"""Rooms of which it is kept how far one account has read."""

routes: CommandTable[Handler] = CommandTable()


@routes.route("read_up_to", internal=True, guards=(logged_in,))
async def read(context: CommandContext) -> Outcome:
    """How far the client has read; what is older changes nothing.

    The words are a room, or ``DIRECT`` and a nickname, and a position.
    """
    chat, (name, position) = context.chat, context.words
    if position > chat.pool.position or len(position) > len(chat.pool.position):
        raise Refused("bad_field", '"id" is not that of anything that was said')
    source: str | DirectMessages
    if name.startswith(DIRECT):
        folded = fold_or_none(name.removeprefix(DIRECT))
        if folded is None:
            raise Refused("bad_field", '"nick" is not a nickname')
        name = DIRECT + folded
        source = DirectMessages(context.client.member_id)
    else:
        name = source = room_name(name)
    history = chat.journal.history
    found = await history.page(HistoryQuery(source, 1, start=position, first=True))
    if not found or found[0].position != position:
        # For an event that is not a message, such as an arrival: the message before.
        found = await history.page(HistoryQuery(source, 1, end=position))
    time = found[0].time if found else 0
    return await mark_read(context, name, ReadMarker(time, position))


async def read_markers(context: CommandContext) -> dict[str, ReadMarker]:
    """How far a client has read, by room; see ``ReadUpTo.room``.

    That of a guest is known until it leaves.
    """
    member = context.client.member
    if member.account:
        member.read = await context.chat.account_logins.read(member.id)
    elif member.read is None:
        member.read = {}
    return member.read


async def mark_read(
    context: CommandContext, room: str, marker: ReadMarker
) -> ReadUpTo | None:
    """Note how far a client has read.

    :param room: or ``DIRECT`` and a folded nickname.
    :returns: what is to be stored; ``None`` for a guest, or if it has read as far.
    :raises Refused: ``too_many``.
    """
    client, known = context.client, await read_markers(context)
    if room not in known and len(known) >= MAX_READ:
        raise Refused("too_many", f"there are {MAX_READ} rooms that you have read")
    if not marker.replaces(known.get(room, ReadMarker())):
        return None
    if not client.account:
        known[room] = marker
        return None
    return ReadUpTo(room, client.member_id, marker.position, client.id, marker.time)
