"""LIST: the rooms that there are, and which of them are asked for.

https://modern.ircdocs.horse/#list-message; the conditions are those of ``ELIST``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.pool import Room
from twisted_chat.core.replies import Refused, Reply

from .answers import in_portions, lines_that_fit
from .commands import IrcTable, lines
from .message import Message
from .numerics import RPL_LIST, RPL_LISTEND, RPL_LISTSTART
from .targets import CHANNEL, split

commands = IrcTable()

ELIST = "MNU"
"""The conditions that are known: masks, masks that do not match, and numbers of
members."""

MAX_CONDITIONS = 10

MAX_LISTED = 2000
"""Rooms in one answer, which has ``MAX_ANSWER`` bytes at most as well."""

_MEMBERS = re.compile(r"([<>])(\d{1,9})\Z")

Condition = Callable[[Room], bool]


@commands.handler("LIST", in_turn=True)
async def list_rooms(context: CommandContext) -> Reply:
    conditions = [
        _condition(word) for each in context.words[:1] for word in split(each)
    ]
    if len(conditions) > MAX_CONDITIONS:
        raise Refused("too_many", f"at most {MAX_CONDITIONS} conditions")
    names = [each for each in conditions if isinstance(each, str)]
    others = [each for each in conditions if not isinstance(each, str)]
    found: list[Message] = []
    rooms = tuple(context.chat.pool.rooms.values())
    async for room in in_portions(context.chat.runtime, rooms):
        if len(found) >= MAX_LISTED:
            break
        if (
            (not names or room.name in names)
            and all(condition(room) for condition in others)
            and room.members
            and context.chat.permissions.is_listed(context.client.member, room.name)
        ):
            found.append(_listed(context, room))
    shown = lines_that_fit(found)
    return lines(RPL_LISTSTART("Channel"), *shown, RPL_LISTEND())


def _listed(context: CommandContext, room: Room) -> Message:
    may_read = context.chat.permissions.may_read(context.client, room.name) is None
    topic = (room.topic or "") if may_read else ""
    return RPL_LIST(f"#{room.name}", str(len(room.members)), topic)


def _condition(word: str) -> str | Condition:
    """The name of a room, or what a room must fulfil."""
    members = _MEMBERS.match(word)
    if members is not None:
        number = int(members[2])
        if members[1] == ">":
            return lambda room: len(room.members) > number
        return lambda room: len(room.members) < number
    mask = word.removeprefix("!")
    if "*" in mask or "?" in mask or mask != word:
        matches = re.compile(_pattern(mask)).match
        expected = mask == word
        return lambda room: (matches(CHANNEL + room.name) is not None) is expected
    return fold_or_none(word.removeprefix(CHANNEL)) or word


def _pattern(mask: str) -> str:
    """The regular expression for a mask: ``*`` is anything, ``?`` one character."""
    return translate(re.sub(r"\*+", "*", mask.lower()).replace("[", "[[]"))
