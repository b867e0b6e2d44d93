"""WHO: who is in a room, or has a nickname that fits a mask.

With the fields that WHOX adds (https://ircv3.net/specs/extensions/whox).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.masks import (
    MAX_MASK,
    folded,
    has_wildcards,
    host_of,
    matches,
)
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused, Reply

from .answers import in_portions, lines_that_fit
from .codec import IrcCodec, codec_of
from .commands import IrcTable, lines
from .commands_rooms import check_seen, named_room
from .message import Message
from .numerics import RPL_ENDOFWHO, RPL_WHOREPLY, RPL_WHOSPCRPL
from .profile import BOT_MODE
from .server import IrcServer
from .targets import is_room
from .users import User, idle_seconds, user_of

MAX_FOUND = 2000
"""Members in one answer, which has ``MAX_ANSWER`` bytes at most as well."""

HIDDEN_ADDRESS = "255.255.255.255"
"""Stands for an address that the client may not know."""

NO_ACCOUNT = "0"
NO_LEVEL = "n/a"

commands = IrcTable()


@dataclass(frozen=True, slots=True)
class _Found:
    """One member, as the client that asks is shown it."""

    server: IrcServer
    member: Member
    user: User
    channel: str
    flags: str
    address: str
    idle: int


_FIELDS: dict[str, Callable[[_Found, str], str]] = {
    "t": lambda _, token: token,
    "c": lambda found, _: found.channel,
    "u": lambda found, _: found.user.user,
    "i": lambda found, _: found.address,
    "h": lambda found, _: found.user.host,
    "s": lambda found, _: found.server.name,
    "n": lambda found, _: found.user.nick,
    "f": lambda found, _: found.flags,
    "d": lambda _found, _: "0",
    "l": lambda found, _: str(found.idle),
    "a": lambda found, _: found.member.account or NO_ACCOUNT,
    "o": lambda _found, _: NO_LEVEL,
    "r": lambda found, _: found.user.realname,
}
"""The fields of WHOX, in the order in which they are sent."""


@commands.handler("WHO", in_turn=True)
async def who(context: CommandContext) -> Reply:
    mask = context.words[0] if context.words and context.words[0] else "*"
    options = context.words[1] if len(context.words) > 1 else ""
    flags, percent, rest = options.partition("%")
    fields, _, token = rest.partition(",")
    server = codec_of(context.client).server
    room, members, is_meant = _members(context, mask)
    is_operator = context.chat.moderation.is_operator

    def line_of(member: Member) -> Message:
        one = _found(context, server, member, room)
        return _whox(one, fields, token) if percent else _who(one)

    found: list[tuple[Member, str, Message]] = []
    async for member in in_portions(context.chat.runtime, members):
        if len(found) >= MAX_FOUND:
            break
        if is_meant(member) and ("o" not in flags or is_operator(member)):
            found.append((member, member.nick, line_of(member)))
    # Between the portions the client was shown who left, and who is renamed.
    shown = [
        line if nick == member.nick else line_of(member)
        for member, nick, line in found
        if _is_here(context, member, room)
    ]
    return lines(*lines_that_fit(shown), RPL_ENDOFWHO(mask))


def _is_here(context: CommandContext, member: Member, room: str) -> bool:
    """Whether a member is still present, and in a room if there is one."""
    is_present = context.chat.pool.member(member.id) is member
    return is_present and (not room or room in member.rooms)


_Filter = Callable[[Member], bool]


def _members(
    context: CommandContext, mask: str
) -> tuple[str, Sequence[Member], _Filter]:
    """The room, if it is one; some members, and which of them are asked for."""
    chat, client = context.chat, context.client
    if is_room(mask):
        try:
            room = named_room(mask)
            check_seen(context, room)
        except Refused:
            return "", (), _everyone
        return room, codec_of(client).server.members(room), _everyone
    exact = chat.pool.named(fold_or_none(mask))
    if exact is not None:
        return "", (exact,), _everyone
    mask = "*" if mask == "0" else mask
    if not has_wildcards(mask) or len(mask) > MAX_MASK:
        return "", (), _everyone
    members = tuple(chat.pool.presence.members.values())
    return "", members, _fitting(context, mask)


def _everyone(_member: Member) -> bool:
    return True


def _fitting(context: CommandContext, mask: str) -> _Filter:
    """Which members have a nickname or a host that fits a mask.

    Only operators find those that share no room with them.
    """
    own, wanted = context.client.member, folded(mask)
    rooms = set(own.rooms)
    sees_all = context.chat.moderation.is_operator(own)

    def fits(member: Member) -> bool:
        is_seen = sees_all or member is own or not rooms.isdisjoint(member.rooms)
        return is_seen and (
            matches(wanted, member.folded) or matches(wanted, host_of(member.id))
        )

    return fits


def _found(
    context: CommandContext, server: IrcServer, member: Member, room: str
) -> _Found:
    chat, client = context.chat, context.client
    clients = chat.pool.clients_of(member)
    flags = "G" if member.away else "H"
    if chat.moderation.is_operator(member):
        flags += "*"
    if room:
        codec = client.codec
        has_all = isinstance(codec, IrcCodec) and "multi-prefix" in codec.capabilities
        flags += server.prefixes(room, member)[: None if has_all else 1]
    if server.is_bot(member):
        flags += BOT_MODE
    address = ""
    if member is client.member or chat.moderation.is_operator(client.member):
        address = next((each.address for each in clients), "")
    return _Found(
        server,
        member,
        user_of(chat, member),
        f"#{room}" if room else "*",
        flags,
        shown_address(address) or HIDDEN_ADDRESS,
        idle_seconds(clients),
    )


def shown_address(address: str) -> str:
    """An address as a parameter that is not the last."""
    return f"0{address}" if address.startswith(":") else address


def _who(found: _Found) -> Message:
    user = found.user
    return RPL_WHOREPLY(
        found.channel,
        user.user,
        user.host,
        found.server.name,
        user.nick,
        found.flags,
        f"0 {user.realname}",
    )


def _whox(found: _Found, fields: str, token: str) -> Message:
    token = token[:3] if token.isdecimal() and token.isascii() else "0"
    values = (get(found, token) for name, get in _FIELDS.items() if name in fields)
    return RPL_WHOSPCRPL(*values)
