"""The routes by which a history is read and searched; see ``routes``."""

from __future__ import annotations

from collections.abc import Sequence

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.ignoring.ignoring import without_ignored
from twisted_chat.core.interfaces import SearchTimeout
from twisted_chat.core.limits import MAX_HISTORY
from twisted_chat.core.names.nicknames import room_name
from twisted_chat.core.replies import HistoryPage, Reply
from twisted_chat.core.texts.sanitize import sanitize_label
from twisted_chat.core.turns import TurnOver

from .guards import check_readable
from .past import USAGE, asked_history, point

routes: CommandTable[Handler] = CommandTable()


DEFAULT_COUNT = 20
"""Messages that ``\\history`` and ``\\search`` show when no number is given."""

MAX_PASSED_OVER = 20
"""Pages of ``\\history`` that are read where the client ignores all who wrote them."""


@routes.route("history", USAGE, "show the last N messages here, or before WHEN")
async def history(context: CommandContext) -> Reply:
    room = _readable_room(context)
    count, when = asked_history(context.words)
    limit = min(count or context.request.limit or DEFAULT_COUNT, MAX_HISTORY)
    # One more than asked for shows whether there are more.
    journal, before = context.chat.journal, context.request.before
    if when:
        before = await _position(context, when)
    for _ in range(MAX_PASSED_OVER):
        query = HistoryQuery(room, limit + 1, end=before)
        found = await journal.history.page(query)
        found = context.chat.moderation.readable(found, context.client.member)
        more = len(found) > limit
        shown = _shown(context, found[-limit:])
        if shown or not more:
            break
        # A whole page of people whom the client ignores.
        before = found[-limit].position
    return HistoryPage(room, shown, more=more)


@routes.route(
    "search",
    "WORDS",
    "find messages of this room that contain all WORDS",
    in_turn=True,
)
async def search(context: CommandContext) -> Reply:
    room, words = _readable_room(context), context.word
    limit = min(context.request.limit or DEFAULT_COUNT, MAX_HISTORY)
    stored, turn = context.chat.journal.history, context.turn
    try:
        found = await stored.search(room, words, limit + 1, turn.seconds)
        more = len(found) > limit
    except SearchTimeout as timeout:
        if not turn.is_last:
            raise TurnOver from None
        if not timeout.found:
            raise
        found, more = timeout.found, True
    readable = context.chat.moderation.readable(found, context.client.member)
    shown = _shown(context, readable[-limit:])
    more = more and len(readable) == len(found)
    return HistoryPage(room, shown, more=more, words=sanitize_label(words))


def _shown(context: CommandContext, found: Sequence[Stored]) -> tuple[Stored, ...]:
    """What the client is shown of a history: as it is now, not as it was read."""
    found = context.chat.pool.corrections.apply(found)
    return without_ignored(found, context.client.ignoring)


async def _position(context: CommandContext, when: str) -> str | None:
    """The position that a person means; ``None`` for the end of the history."""
    found = point(when, context.chat.runtime.now())
    if isinstance(found, str):
        return found
    return await context.chat.journal.history.position_at(found)


def _readable_room(context: CommandContext) -> str:
    """The room whose history is asked for: everyone may read those that are open."""
    room = context.request.room
    name = context.room if room is None else room_name(room)
    check_readable(context, name)
    return name
