"""The command TAGMSG, and requests between clients (CTCP): relayed, and not kept."""

from __future__ import annotations

from collections.abc import Iterable

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import Relayed
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.routes.guards import may_speak

from .commands import IrcTable, request_of
from .commands_rooms import named_room
from .message import Message
from .raw import BOT, TAGMSG, Raw, kept_tags
from .reference import Reference
from .targets import check_few, is_room, no_such_nick, split

commands = IrcTable()


def _tagged(message: Message, reference: Reference) -> Iterable[Request]:
    """The client-only tags, to each target."""
    targets = split(message.params[0])
    if not targets:
        raise Refused("no_recipient", "no recipient given")
    check_few(targets)
    tags = kept_tags(message.tags)
    raw = Raw(TAGMSG, None, tags).pack() if tags.keys() - {BOT} else ""
    for each in reference.for_each(targets):
        yield request_of(each, each.target, raw=raw)


@commands.handler(TAGMSG, 1, guards=(may_speak,), decode=_tagged)
def tagged(context: CommandContext) -> Outcome:
    raw = context.request.raw
    return relayed(context, context.word, raw) if raw else None


def relayed(context: CommandContext, target: str, raw: str) -> Relayed:
    """What is sent to a room or to a member, for IRC clients only.

    :raises Refused: the client may not send it there, or there is nobody.
    """
    chat, client = context.chat, context.client
    if is_room(target):
        room = chat.room_to_talk_in(client, named_room(target))
        check(chat.permissions.may_talk(client, room))
        recipient, recipient_id = "", ""
    else:
        member = chat.pool.named_as(target)
        if member is None:
            raise no_such_nick(target)
        check(chat.permissions.may_send(client, member))
        room, recipient, recipient_id = "", member.nick, member.id
    return Relayed(
        room,
        client.nick,
        raw,
        client.id,
        recipient,
        recipient_id,
        client.account,
        client.account_id,
    )
