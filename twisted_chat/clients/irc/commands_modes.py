"""The command MODE for channels: a view of the settings of a room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.networks import is_like_address, network_in
from twisted_chat.core.moderation.permissions import not_in
from twisted_chat.core.moderation.room_settings import KEY, LIMIT, MAX_KEY, PRIVATE
from twisted_chat.core.moderation_events import Rank
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Refused, Reply, Request
from twisted_chat.core.routes.guards import check_readable, rank_in_room
from twisted_chat.core.routes.roles import granted, revoked
from twisted_chat.core.routes.room_bans import (
    exception_ended,
    room_banned,
    room_excepted,
    room_unbanned,
)
from twisted_chat.core.routes.settings import (
    MAX_MEMBERS,
    not_the_lobby,
    setting_changed,
)
from twisted_chat.core.routes.subjects import ACCOUNT
from twisted_chat.core.routes.targets import settings_of

from .codec import codec_of
from .commands import IrcTable, lines, request_of
from .commands_rooms import in_room, known_room
from .message import Message
from .modes import (
    FLAGS,
    KEY_MODE,
    LIMIT_MODE,
    LISTS,
    ROLES,
    ModeChange,
    flag_value,
    mask_of,
    mode_changes,
    modes_of,
)
from .numerics import (
    RPL_BANLIST,
    RPL_CHANNELMODEIS,
    RPL_CREATIONTIME,
    RPL_ENDOFBANLIST,
    RPL_ENDOFEXCEPTLIST,
    RPL_ENDOFINVEXLIST,
    RPL_EXCEPTLIST,
    RPL_INVEXLIST,
)
from .reference import Reference
from .targets import is_room, no_such_nick
from .user_modes import user_mode

commands = IrcTable()

_ENTRIES = {
    "b": (RPL_BANLIST, RPL_ENDOFBANLIST),
    "e": (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST),
    "I": (RPL_INVEXLIST, RPL_ENDOFINVEXLIST),
}
"""The numerics of each list: of an entry, and of the end."""

_KEY = re.compile(r"[^\s,:\x00-\x20\x7f][^\s,\x00-\x20\x7f]*\Z")


def _mode(message: Message, reference: Reference) -> Iterable[Request]:
    """One request for each change."""
    name, *words = message.params
    if not is_room(name) or not words or not words[0].strip("+-"):
        yield request_of(reference, name, *words)
        return
    changes = [*_together(mode_changes(words))]
    references = reference.for_each([name] * len(changes))
    for each, group in zip(references, changes, strict=True):
        yield request_of(each.about(*_named(group[0], name)), name, *_typed(group))


def _together(changes: Iterable[ModeChange]) -> Iterator[list[ModeChange]]:
    """The changes, those without parameters as one."""
    flags: list[ModeChange] = []
    others: list[list[ModeChange]] = []
    for change in changes:
        if change.letter in FLAGS:
            flags.append(change)
        else:
            others.append([change])
    if flags:
        yield flags
    yield from others


def _typed(group: list[ModeChange]) -> tuple[str, ...]:
    letters = "".join(f"{'+' if each.on else '-'}{each.letter}" for each in group)
    return (letters, *(each.value for each in group if each.value is not None))


def _named(change: ModeChange, room: str) -> tuple[str, ...]:
    """What an error about a change names; the room is the last."""
    if change.letter in ROLES:
        return (change.value or "*", room)
    if change.letter in (KEY_MODE, LIMIT_MODE):
        return (room, change.letter, "*", room)
    return (change.letter, room)


@commands.handler("MODE", 1, decode=_mode)
async def mode(context: CommandContext) -> Outcome:
    name, *words = context.words
    if not is_room(name):
        return user_mode(context)
    room = known_room(context, name)
    at = replace(context, request=replace(context.request, room=room))
    if not words or not words[0].strip("+-"):
        return _shown(context, room)
    change, *others = mode_changes(words)
    if change.letter in LISTS and change.value is None:
        return _listed(context, room, change.letter)
    in_room(context)
    rank_in_room(at)
    if change.letter in FLAGS:
        return _flags_changed(at, [change, *others])
    return await _changed(at, change)


def _shown(context: CommandContext, room: str) -> Reply:
    """The modes of a room, and since when it exists."""
    _check_shown(context, room)
    moderation, name = context.chat.moderation, f"#{room}"
    settings = moderation.settings(room)
    has_rank = moderation.rank(context.client.member, room) is not None
    opened = settings.opened // 1000 or int(codec_of(context.client).server.started)
    return lines(
        RPL_CHANNELMODEIS(name, *modes_of(settings, with_key=has_rank)),
        RPL_CREATIONTIME(name, str(opened)),
    )


def _check_shown(context: CommandContext, room: str) -> None:
    """Check that the client may know what is set for a room.

    :raises Refused: ``not_in_room``, as if that were the reason: the client has not
        asked to join.
    """
    try:
        check_readable(context, room)
    except Refused:
        raise not_in(room, may_join=False) from None


def _listed(context: CommandContext, room: str, letter: str) -> Reply:
    """The entries of a list; those by address for operators only."""
    _check_shown(context, room)
    moderation, (entry, end) = context.chat.moderation, _ENTRIES[letter]
    shows_all = moderation.rank(context.client.member, room) is Rank.OPERATOR
    found = []
    sanctions = moderation.settings(room).sanctions(LISTS[letter])
    for each in sanctions.valid(moderation.now()):
        mask = mask_of(each, with_address=shows_all)
        if mask is not None:
            found.append(entry(f"#{room}", mask, each.by, str(each.began // 1000)))
    return lines(*found, end(f"#{room}"))


async def _changed(context: CommandContext, change: ModeChange) -> Outcome:
    """Change a mode; what is so already stays."""
    letter = change.letter
    if letter in LISTS:
        return await _list_changed(context, change)
    if letter in ROLES:
        return _role_changed(context, change)
    if letter == KEY_MODE:
        return _key_changed(context, change)
    if letter == LIMIT_MODE:
        return _limit_changed(context, change)
    raise Refused("unknown_mode", f"there is no mode {letter}")


def _flags_changed(context: CommandContext, changes: list[ModeChange]) -> Outcome:
    """Change the modes without parameters that are not so already."""
    settings = settings_of(context)
    wanted: dict[str, str] = {}
    for change in changes:
        setting = FLAGS[change.letter]
        if setting == PRIVATE:
            not_the_lobby(context)
        wanted[setting] = flag_value(change.letter, on=change.on)
    changed = [each for each in wanted.items() if settings.value(each[0]) != each[1]]
    if not changed:
        return None
    (setting, value), *others = changed
    return setting_changed(context, setting, value, *others)


def _role_changed(context: CommandContext, change: ModeChange) -> Outcome:
    nick, role = change.value or "", ROLES[change.letter]
    member = context.chat.pool.named_as(nick)
    if member is None:
        raise no_such_nick(nick)
    if context.room not in member.rooms:
        raise Refused("not_member", f"{nick} is not in #{context.room}")
    if settings_of(context).has_role(role, member) == change.on:
        return None
    about = replace(context, words=(nick,))
    if change.on:
        return granted(about, role, "")
    # Programs of room operators do that once all is set.
    return revoked(about, role, "", may_be_last=True)


def _key_changed(context: CommandContext, change: ModeChange) -> Outcome:
    not_the_lobby(context)
    key = settings_of(context).key
    if not change.on:
        return setting_changed(context, KEY, "") if key else None
    value = change.value or ""
    if len(value) > MAX_KEY or not _KEY.match(value):
        text = f"a key has 1 to {MAX_KEY} characters, none of them a blank or a comma"
        raise Refused("invalid_mode", text)
    return None if value == key else setting_changed(context, KEY, value)


def _limit_changed(context: CommandContext, change: ModeChange) -> Outcome:
    not_the_lobby(context)
    limit = settings_of(context).limit
    if not change.on:
        return setting_changed(context, LIMIT, "") if limit else None
    value = change.value or ""
    is_number = value.isascii() and value.isdecimal() and len(value) < 9
    if not is_number or not 1 <= int(value) <= MAX_MEMBERS:
        raise Refused("invalid_mode", f"a limit is 1 to {MAX_MEMBERS} members")
    if int(value) == limit:
        return None
    return setting_changed(context, LIMIT, str(int(value)))


async def _list_changed(context: CommandContext, change: ModeChange) -> Outcome:
    who, area = _who(change.value or ""), LISTS[change.letter]
    if change.on:
        if change.letter == "b":
            return await room_banned(context, who)
        return await room_excepted(context, area, who)
    try:
        if change.letter == "b":
            return room_unbanned(context, who)
        return exception_ended(context, area, who)
    except Refused as refused:
        if refused.code == "bad_request":
            # It is not in the list.
            return None
        raise


def _who(mask: str) -> str:
    """Whom a mask means: a nickname alone, whoever is seen with it."""
    is_whole = mask.startswith(ACCOUNT) or not {"!", "@", "*", "?"}.isdisjoint(mask)
    is_address = network_in(mask) is not None or is_like_address(mask)
    return mask if is_whole or is_address else f"{mask}!*@*"
