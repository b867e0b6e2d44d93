"""User modes: ``i``, which everyone has, and ``o`` of operators of the server.

Neither can be set: nobody is listed to those who share no room, and operators log in.
"""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused, Reply

from .commands import lines
from .numerics import ERR_UMODEUNKNOWNFLAG, RPL_UMODEIS

INVISIBLE, OPERATOR = "i", "o"

USER_MODES = INVISIBLE + OPERATOR


def user_modes_of(context: CommandContext, member: Member) -> str:
    """The modes of a member: ``+i`` or ``+io``."""
    is_operator = context.chat.moderation.is_operator(member)
    return f"+{INVISIBLE}{OPERATOR if is_operator else ''}"


def user_mode(context: CommandContext) -> Reply:
    """Reply to ``MODE`` with a nickname."""
    nick, *changes = context.words
    member = context.chat.pool.named_as(nick)
    if member is None:
        raise Refused("no_such_nick", f"nobody here is called {nick}")
    if member is not context.client.member:
        raise Refused("others_modes", "these are the modes of someone else")
    if not changes:
        return lines(RPL_UMODEIS(user_modes_of(context, member)))
    unknown = set(changes[0]) - set(USER_MODES) - set("+-")
    return lines(*([ERR_UMODEUNKNOWNFLAG()] if unknown else []))
