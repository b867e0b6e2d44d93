"""The routes that send something: direct messages, actions, and events for programs."""

from __future__ import annotations

from collections.abc import Awaitable

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import Action, CustomEvent, DirectMessage, Event
from twisted_chat.core.replies import Notice

from .direct_messages import direct_message
from .guards import may_speak, may_talk, may_talk_there

routes: CommandTable[Handler] = CommandTable()


@routes.route(
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


@routes.route(
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


@routes.route("custom_event", internal=True, guards=(may_speak, may_talk))
def custom_event(context: CommandContext) -> Event:
    """Show Socket.IO clients a value that is not a text."""
    client, raw = context.client, context.request.raw or "null"
    return CustomEvent(
        context.room, client.nick, raw, client.id, client.account, client.account_id
    )
