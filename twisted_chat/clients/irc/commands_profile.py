"""SETNAME: another real name (https://ircv3.net/specs/extensions/setname)."""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import Relayed
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Refused
from twisted_chat.core.routes.guards import may_speak

from .advice import text_of
from .commands import IrcTable
from .raw import SETNAME, Raw
from .users import MAX_REALNAME

commands = IrcTable()


@commands.handler(SETNAME, 1, guards=(may_speak,))
def set_name(context: CommandContext) -> Outcome:
    client, chat = context.client, context.chat
    check(chat.permissions.may_show(client))
    try:
        realname = chat.sanitized_label(context.word, MAX_REALNAME)
    except Refused as refused:
        raise Refused("invalid_realname", text_of(refused)) from None
    raw = Raw(SETNAME, realname).pack() or ""
    return Relayed(
        "",
        client.nick,
        raw,
        client.id,
        account=client.account,
        account_id=client.account_id,
    )
