"""Direct messages: to whom one is sent, and that it may be."""

from __future__ import annotations

from collections.abc import Awaitable

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import DirectMessage
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.names.nicknames import fold_or_none, service_named
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused

from .targets import no_such_nick

_INSTEAD = {
    "NickServ": "\\login NAME PASSWORD, or \\register PASSWORD",
    "ChanServ": "(try \\help room)",
}
"""What to type, by the name of a service."""


def direct_message(
    context: CommandContext, name: str, text: str
) -> DirectMessage | Awaitable[DirectMessage]:
    """A direct message to a member, or to an account that is not here.

    :raises Refused: the client may not send it, or there is nobody of that name.
    """
    recipient = context.chat.pool.named(fold_or_none(name))
    if recipient is None:
        return _dm_to_account(context, name, text)
    check(context.chat.permissions.may_send(context.client, recipient))
    return _direct_message(context, recipient.nick, recipient.id, text)


async def _dm_to_account(
    context: CommandContext, name: str, text: str
) -> DirectMessage:
    """To one who is not here, or under another nickname."""
    service = service_named(name)
    if service is not None:
        raise _no_service(service)
    account = await context.chat.accounts.find(name)
    if account is None:
        raise no_such_nick(name)
    present = context.chat.pool.member(account.id)
    member = present or Member(account.id, account.name, account=account.name)
    check(context.chat.permissions.may_send(context.client, member))
    return _direct_message(context, member.nick, account.id, text)


def _no_service(name: str) -> Refused:
    """What is sent to a service, often a password, is a command; here routes are."""
    return Refused("no_such_nick", f"there is no {name} here", _INSTEAD[name])


def _direct_message(
    context: CommandContext, recipient: str, recipient_id: str, text: str
) -> DirectMessage:
    client, text = context.client, context.chat.sanitized(text)
    return DirectMessage(
        client.nick,
        recipient,
        text,
        client.id,
        recipient_id,
        client.account,
        client.member_id,
        context.request.raw,
    )
