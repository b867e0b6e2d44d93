"""User modes: ``i``, which everyone has, ``o`` of operators, and those that one sets.

Nobody is listed to those who share no room, and operators log in, so only ``B`` and
``w`` can be set; see ``profile``.
"""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.replies import Refused, Reply

from .codec import codec_of
from .commands import lines
from .message import Message
from .numerics import ERR_UMODEUNKNOWNFLAG, RPL_UMODEIS
from .profile import BOT_MODE, USER_MODES, WALLOPS_MODE, profile_of
from .targets import no_such_nick

SETTABLE = frozenset((BOT_MODE, WALLOPS_MODE))


def user_mode(context: CommandContext) -> Reply:
    """Reply to ``MODE`` with a nickname."""
    nick, *changes = context.words
    client = context.client
    member = context.chat.pool.named_as(nick)
    if member is None:
        raise no_such_nick(nick)
    if member is not client.member:
        raise Refused("others_modes", "these are the modes of someone else")
    profile = profile_of(client)
    if profile is None:
        raise TypeError("not an IRC client")
    if not changes:
        operator = "o" if context.chat.moderation.is_operator(member) else ""
        return lines(RPL_UMODEIS(f"+i{operator}{''.join(sorted(profile.modes))}"))
    before, profile.modes = profile.modes, changed_modes(profile.modes, changes[0])
    shown: list[Message] = []
    if difference := _difference(before, profile.modes):
        source = codec_of(client).server.source(member)
        shown.append(Message("MODE", (member.nick, difference), source=source))
    if not set(USER_MODES + "+-").issuperset(changes[0]):
        shown.append(ERR_UMODEUNKNOWNFLAG())
    return lines(*shown)


def changed_modes(modes: frozenset[str], changes: str) -> frozenset[str]:
    """The modes that are set after changes such as ``+B-w``; others are ignored."""
    is_added = True
    for letter in changes:
        if letter in "+-":
            is_added = letter == "+"
        elif letter in SETTABLE:
            modes = modes | {letter} if is_added else modes - {letter}
    return modes


def _difference(before: frozenset[str], after: frozenset[str]) -> str:
    added, removed = sorted(after - before), sorted(before - after)
    return "".join(
        (
            *(("+", *added) if added else ()),
            *(("-", *removed) if removed else ()),
        )
    )
