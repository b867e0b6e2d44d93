"""The commands of operators: OPER, KILL, WALLOPS, REHASH."""

from __future__ import annotations

from collections.abc import Awaitable

from twisted_chat.core.accounts.logins import peer_of
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import LISTENERS, Event, Relayed
from twisted_chat.core.moderation_events import Banned
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Refused, Reply
from twisted_chat.core.routes.guards import may_send_password, operator
from twisted_chat.core.routes.logins import enter_account
from twisted_chat.core.routes.targets import member_named, person_to_ban, reason

from .commands import IrcTable, lines
from .commands_account import own_nick
from .message import Message
from .numerics import RPL_REHASHING, RPL_YOUREOPER
from .raw import WALLOPS, Raw

KILL_SECONDS = 1
"""For how long a member that was killed cannot come back."""

commands = IrcTable()


@commands.handler("OPER", 2, guards=(may_send_password,))
async def oper(context: CommandContext) -> Outcome:
    """Log in to the account of an operator, and keep the nickname."""
    chat, client = context.chat, context.client
    name, password, *_ = context.words
    account = await chat.accounts.log_in(name, password, peer_of(client))
    if account.id not in chat.operators.ids:
        raise Refused("not_an_operator", f"{account.name} is not an operator")
    if client.member_id == account.id:
        return _is_operator(context)
    return await enter_account(
        context, account, lambda *_: _is_operator(context), nick=own_nick(client)
    )


def _is_operator(context: CommandContext) -> Reply:
    nick = context.client.nick
    return lines(Message("MODE", (nick, "+o"), source=nick), RPL_YOUREOPER())


@commands.handler("KILL", 1, guards=(operator,))
def kill(context: CommandContext) -> Awaitable[Event]:
    member_named(context, context.word)
    return _kill(context)


async def _kill(context: CommandContext) -> Event:
    """Disconnect a member, on whichever server: it is banned for a moment."""
    moderation = context.chat.moderation
    killed = await person_to_ban(context, context.word)
    text = reason(context, context.words[1] if len(context.words) > 1 else "")
    return Banned(
        context.client.nick,
        killed.name,
        f"{KILL_SECONDS}s",
        text,
        context.client.id,
        killed.key,
        " ".join(killed.identities),
        "",
        moderation.now() + KILL_SECONDS * 1000,
        moderation.stamp(),
    )


@commands.handler(WALLOPS, 1, guards=(operator,))
def wallops(context: CommandContext) -> Event:
    """Tell the operators, and the IRC clients that want to know, on every server."""
    client, text = context.client, context.chat.sanitized_label(context.words[-1])
    raw = Raw(WALLOPS, text).pack() or ""
    return Relayed(
        "",
        client.nick,
        raw,
        client.id,
        recipient_id=LISTENERS,
        account=client.account,
        account_id=client.account_id,
    )


@commands.handler("REHASH", guards=(operator,))
def rehash(context: CommandContext) -> Reply:
    context.chat.reload()
    return lines(RPL_REHASHING("*"))
