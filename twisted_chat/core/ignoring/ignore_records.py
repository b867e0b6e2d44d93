"""Entries of the ignore list of an account, as they are stored.

The value ``ignoreID/KEY`` is one entry: ID is that of the account, KEY that of the
entry; see ``ignoring.Ignored``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace

from twisted_chat.core.account_events import IgnoreChanged
from twisted_chat.core.interfaces import Changes

from .ignore_list import Ignored
from .ignoring import ByFormerNick, ById

_NAMES = [each.name for each in fields(Ignored) if each.name not in ("past", "key")]


def ignore_area(account_id: str) -> str:
    """How the keys of the entries of an account begin."""
    return f"ignore{account_id}/"


def ignore_changes(event: IgnoreChanged) -> Changes:
    """Whom an account ignores."""
    return {ignore_area(event.member_id) + event.key: event.value or None}


def to_value(entry: Ignored) -> str:
    """The value of an entry."""
    past = [
        ["id", mark.member_id] if isinstance(mark, ById) else ["nick", mark.folded]
        for mark in entry.past
    ]
    known = {name: getattr(entry, name) for name in _NAMES}
    kept = {name: value for name, value in known.items() if value}
    return json.dumps({**kept, **({"past": past} if past else {})}, ensure_ascii=False)


def from_value(key: str, value: str) -> Ignored:
    """The entry in a value.

    :raises ValueError: it is not one of this version.
    """
    try:
        found = json.loads(value)
        past = tuple(
            ById(known) if kind == "id" else ByFormerNick(known)
            for kind, known in found.pop("past", ())
        )
        return replace(Ignored(**found), past=past, key=key)
    except (TypeError, AttributeError):
        raise ValueError(value) from None


def entries_in(account_id: str, values: Mapping[str, str]) -> tuple[Ignored, ...]:
    """The entries of an account; those of a later version are left out."""
    area, found = ignore_area(account_id), list[Ignored]()
    for key, value in values.items():
        try:
            found.append(from_value(key.removeprefix(area), value))
        except ValueError:
            continue
    return tuple(found)


def change_of(
    account_id: str, key: str, entry: Ignored | None, nick: str, client_id: str = ""
) -> IgnoreChanged:
    """The event by which an entry of an account is stored, or deleted if ``None``.

    :param nick: of whom it is about, as it is listed.
    """
    value = "" if entry is None else to_value(entry)
    return IgnoreChanged(account_id, key, nick, value, client_id)
