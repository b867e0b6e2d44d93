"""The routes by which messages are deleted and corrected; see ``routes``."""

from __future__ import annotations

from dataclasses import replace

from twisted_chat.core.accounts.operators import is_operator
from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.corrections import Author
from twisted_chat.core.events import Action, Deleted, Edited, Message
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.limits import CORRECTION_MINUTES, MAX_DELETED, MAX_LOOKED_AT
from twisted_chat.core.moderation.permissions import not_room_operator
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.outcomes import Answered
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import echoed

from .guards import in_room, may_talk
from .targets import subordinate, subordinate_account

NOTHING_SAID = "there is no message of yours here"


routes: CommandTable[Handler] = CommandTable()


def may_delete(context: CommandContext) -> None:
    """Guard: only room operators may delete what others said."""
    if is_of_others(context) and not may_moderate(context):
        raise not_room_operator(context.room, "delete what others said")


def is_of_others(context: CommandContext) -> bool:
    """Whether more is to be deleted than one's own last message."""
    name, count = context.words
    return bool(count) or bool(
        name and fold_or_none(name) != context.client.member.folded
    )


def may_moderate(context: CommandContext) -> bool:
    """Whether the client may delete what others said in the room."""
    member = context.client.member
    return context.chat.moderation.rank(member, context.room) is not None


@routes.route(
    "delete",
    "[NAME] [N]",
    "delete your last message here; room operators: the last N of NAME",
    guards=(in_room, may_delete),
    in_turn=True,
)
async def delete(context: CommandContext) -> Answered:
    r"""``\delete``: one's own last message here; or the last messages of a name."""
    client, room = context.client, context.room
    name, count = context.words
    if not is_of_others(context):
        name = ""
    if name:
        author, limit = await _named(context, name), _count(count)
    else:
        author, limit = Author.of(client.member), 1
    found = await context.chat.journal.history.last_of(room, author, limit)
    found = context.chat.pool.corrections.apply(found)
    if not found:
        who = f"{echoed(name)} has said nothing here lately"
        raise Refused("no_such_message", who if name else NOTHING_SAID)
    last = found[-1].event
    shown = last.nick if name and isinstance(last, Message | Action) else ""
    positions = " ".join(stored.position for stored in found)
    event = Deleted(room, client.nick, shown, positions, client.id)
    if not name:
        return Answered(event)
    counted = f"{shown} {len(found)}" if len(found) > 1 else shown
    audited = context.chat.audited(client, "delete", counted, room)
    return Answered(event, audited=audited)


@routes.route("delete_one", internal=True, guards=(in_room,), in_turn=True)
async def delete_one(context: CommandContext) -> Answered:
    """One message of a room, whose position is the only word; see ``deletion_of``."""
    return await deletion_of(context, context.word)


async def deletion_of(
    context: CommandContext, position: str, text: str = ""
) -> Answered:
    """The deletion of one message of a room: one's own, or as a room operator any.

    :param text: the reason.
    :raises Refused: ``no_such_message``; ``not_author``; ``bad_request``, if it is that
        of an operator.
    """
    chat, client, room = context.chat, context.client, context.room
    query = HistoryQuery(room, 1, start=position, first=True)
    found = chat.pool.corrections.apply(await chat.journal.history.page(query))
    event = found[0].event if found and found[0].position == position else None
    if not isinstance(event, Message | Action):
        raise Refused("no_such_message", f"there is no such message in #{room}")
    if await _is_own(context, event, position):
        return Answered(Deleted(room, client.nick, "", position, client.id, text))
    if not may_moderate(context):
        raise Refused("not_author", "only its author or a room operator may delete it")
    if event.account_id in chat.operators.ids:
        raise is_operator(event.nick)
    deleted = Deleted(room, client.nick, event.nick, position, client.id, text)
    audited = chat.audited(client, "delete", event.nick, room)
    return Answered(deleted, audited=audited)


async def _is_own(
    context: CommandContext, event: Message | Action, position: str
) -> bool:
    """Whether a client has written a message."""
    if event.account:
        return bool(event.account_id) and event.account_id == context.client.account_id
    # The store knows which guests have written what; nobody else does.
    author, history = Author.of(context.client.member), context.chat.journal.history
    own = await history.last_of(context.room, author, MAX_LOOKED_AT)
    return any(stored.position == position for stored in own)


@routes.route(
    "edit",
    "TEXT",
    f"correct your last message here, for {CORRECTION_MINUTES} minutes",
    guards=(in_room, may_talk),
    in_turn=True,
)
async def edit(context: CommandContext) -> Edited:
    r"""``\edit``: another text for one's own last message here."""
    chat, client, room = context.chat, context.client, context.room
    text = chat.sanitized(context.word)
    author = Author.of(client.member)
    found = await chat.journal.history.last_of(room, author, 1)
    found = chat.pool.corrections.apply(found)
    if not found:
        raise Refused("no_such_message", NOTHING_SAID)
    age = chat.runtime.now() - found[0].time / 1000
    if age > CORRECTION_MINUTES * 60:
        raise Refused(
            "too_late",
            "your last message here can no longer be corrected: it is older than "
            f"{CORRECTION_MINUTES} minutes",
            "(\\delete deletes it)",
        )
    position = found[0].position
    return Edited(
        room,
        client.nick,
        position,
        text,
        client.id,
        client.account,
        client.account_id,
    )


async def _named(context: CommandContext, name: str) -> Author:
    """Whose messages are meant: those under a nickname, and those of who has it now.

    :raises Refused: these are those of an operator.
    """
    folded = fold_or_none(name)
    if folded is None:
        raise Refused("no_such_nick", f"nobody is called {echoed(name)}")
    own, chat = context.client.member, context.chat
    member = chat.pool.named(folded)
    author = Author(nick=folded)
    if member is None:
        account = await chat.moderation.find_account(name)
        if account is not None and account.id != own.id:
            subordinate_account(context, account, "delete")
    else:
        author = Author.of(member, folded)
        if member is not own:
            subordinate(context, member, "delete")
    return replace(author, spared=frozenset(chat.operators.ids - {own.id}))


def _count(text: str) -> int:
    """How many messages are deleted.

    :raises Refused: ``usage``.
    """
    if not text:
        return 1
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 0 < number <= MAX_DELETED:
        raise Refused(
            "usage",
            f"{echoed(text)} is not a number from 1 to {MAX_DELETED}",
            "(try \\delete NAME 2)",
        )
    return number
