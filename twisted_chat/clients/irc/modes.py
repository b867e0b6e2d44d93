"""Channel modes: the settings of a room, under the letters that IRC has for them.

``n``, that nobody talks who is outside, is on unless that is set.  The key is shown to
room operators alone, and addresses to operators.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twisted_chat.core.moderation.masks import mask_in
from twisted_chat.core.moderation.room_settings import (
    BAN,
    EXCEPTION,
    HIDDEN,
    INVITE_EXCEPTION,
    KEY,
    LIMIT,
    ON,
    OUTSIDE,
    PRIVATE,
    QUIET,
    TOPIC,
    RoomSettings,
)
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.moderation_events import (
    ModerationEvent,
    Role,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomUnbanned,
)
from twisted_chat.core.routes.subjects import ACCOUNT, AN_ADDRESS

MAX_CHANGES = 20
"""Changes in one command; what follows is left out."""

FLAGS = {"i": PRIVATE, "m": QUIET, "n": OUTSIDE, "s": HIDDEN, "t": TOPIC}
"""The setting of each mode without a parameter; ``n`` is on while its is off."""

LISTS = {"b": BAN, "e": EXCEPTION, "I": INVITE_EXCEPTION}
"""The area of each mode that is a list."""

ROLES = {"o": Role.OPERATOR, "v": Role.VOICE}

KEY_MODE, LIMIT_MODE, INSIDE = "k", "l", "n"

CHANMODES = f"{''.join(LISTS)},{KEY_MODE},{LIMIT_MODE},imnst"
"""The modes as ISUPPORT lists them, without those of members."""

HIDDEN_KEY = "*"
"""What is shown in place of the key."""

_LETTERS = {
    **{setting: letter for letter, setting in FLAGS.items()},
    KEY: KEY_MODE,
    LIMIT: LIMIT_MODE,
}
_OF_AREA = {area: letter for letter, area in LISTS.items()}
_OF_ROLE = {role: letter for letter, role in ROLES.items()}
_TAKES_PARAMETER = {*LISTS, *ROLES, KEY_MODE}


@dataclass(frozen=True, slots=True)
class ModeChange:
    """One mode that a client sets, removes or asks for.

    :ivar on: it is set.
    :ivar value: its parameter; ``None`` if it has none.
    """

    letter: str
    on: bool
    value: str | None = None


def mode_changes(words: Sequence[str]) -> Iterator[ModeChange]:
    """The changes in the parameters of ``MODE`` after the room."""
    letters, *values = words
    on, count = True, 0
    for letter in letters:
        if letter in "+-":
            on = letter == "+"
            continue
        count += 1
        if count > MAX_CHANGES:
            return
        takes = letter in _TAKES_PARAMETER or (letter == LIMIT_MODE and on)
        yield ModeChange(letter, on, values.pop(0) if takes and values else None)


def modes_of(settings: RoomSettings, *, with_key: bool) -> tuple[str, ...]:
    """The modes of a room, and their parameters.

    :param with_key: the key itself is shown.
    """
    on = {
        INSIDE: not settings.outside,
        "i": settings.private,
        "m": settings.quiet,
        "s": settings.hidden,
        "t": settings.topic_for_operators,
        KEY_MODE: bool(settings.key),
        LIMIT_MODE: bool(settings.limit),
    }
    letters = "".join(letter for letter, is_on in on.items() if is_on)
    values = [settings.key if with_key else HIDDEN_KEY] if settings.key else []
    if settings.limit:
        values.append(str(settings.limit))
    return (f"+{letters}", *values)


def mode_of(event: ModerationEvent) -> tuple[str, ...] | None:
    """The mode that an event sets or removes, and its parameter.

    ``None`` if it is none, or concerns an address, which not everyone may read.
    """
    match event:
        case RoomChanged(changes=changes):
            known = [(*each,) for each in changes if each[0] in _LETTERS]
            return _settings_mode(known) if known else None
        case RoleChanged(role=role, granted=granted, target=nick):
            return _mode(_OF_ROLE[Role(role)], granted, nick)
        case RoomBanned(target=who):
            return _listed("b", who, on=True)
        case RoomUnbanned(target=who):
            return _listed("b", who, on=False)
        case RoomExcepted(area=area, granted=granted, target=who):
            return _listed(_OF_AREA[area], who, on=granted)
        case _:
            return None


def flag_value(letter: str, *, on: bool) -> str:
    """The value of a setting whose mode is on or off."""
    return ON if on != (letter == INSIDE) else ""


def _settings_mode(changes: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The modes of settings that were changed."""
    signs = {True: "", False: ""}
    values = []
    for setting, value in changes:
        letter = _LETTERS[setting]
        on = bool(value) != (letter == INSIDE)
        signs[on] += letter
        if setting == KEY:
            values.append(HIDDEN_KEY)
        elif setting == LIMIT and value:
            values.append(value)
    modes = [sign + signs[on] for sign, on in (("+", True), ("-", False)) if signs[on]]
    return ("".join(modes), *values)


def mask_of(sanction: Sanction, *, with_address: bool) -> str | None:
    """The mask of an entry of a list.

    :param with_address: it is shown also if it is an address.
    """
    if sanction.networks:
        return f"*!*@{sanction.who}" if with_address else None
    return _mask(sanction.who)


def _mask(who: str) -> str:
    is_mask = who.startswith(ACCOUNT) or mask_in(who) is not None
    return who if is_mask else f"{who}!*@*"


def _listed(letter: str, who: str, *, on: bool) -> tuple[str, ...] | None:
    return None if who == AN_ADDRESS else _mode(letter, on, _mask(who))


def _mode(letter: str, on: bool, *values: str) -> tuple[str, ...]:
    return (f"{'+' if on else '-'}{letter}", *values)
