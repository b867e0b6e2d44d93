"""What a JSON client asks: objects in, requests out.

Nothing that a client sends raises here: what cannot be read becomes a request
that is refused with a reason, so that it is answered in its turn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container
from dataclasses import replace
from typing import Any

from twisted_chat.core.limits import MAX_LINE
from twisted_chat.core.nicknames import fold, room_name
from twisted_chat.core.replies import Refused, Request

from .text import decode, too_long

_SURROGATES = re.compile("[\ud800-\udfff]")

Fields = dict[str, Any]


def decode_json(text: str, known: Container[str]) -> Request:
    """What one JSON text asks.  Keys that are not known are ignored.

    :param known: the routes; see ``text.decode``.
    """
    ref: str | None = None
    try:
        fields = _object(text)
        ref = _optional(fields, "ref")
        request = _reader(fields)(fields, known)
    except Refused as refused:
        return Request("", "", ref=ref, refusal=refused)
    return replace(request, ref=ref)


def _object(text: str) -> Fields:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("bad_json", "that is not JSON") from None
    if not isinstance(value, dict):
        raise Refused("bad_json", 'that is not a JSON object such as {"type": "who"}')
    return value


def _no_constant(name: str) -> None:
    """Refuse what Python's reader takes and JSON does not have: ``NaN``."""
    raise ValueError(name)


def _message(fields: Fields, _known: Container[str]) -> Request:
    return Request("", _required(fields, "text"), room=_optional(fields, "room"))


def _dm(fields: Fields, _known: Container[str]) -> Request:
    to = _required(fields, "to")
    if not to or re.search(r"\s", to):
        raise Refused("no_such_nick", "nobody here is called that (try \\who)")
    return Request("dm", f"{to} {_required(fields, 'text')}")


def _nick(fields: Fields, _known: Container[str]) -> Request:
    name = _required(fields, "nick")
    fold(name)  # what a line's words could not spell is refused as a name
    return Request("nick", name)


def _join(fields: Fields, _known: Container[str]) -> Request:
    return Request("join", room_name(_required(fields, "room")))


def _leave(fields: Fields, _known: Container[str]) -> Request:
    return Request("leave", "", room=_required(fields, "room"))


def _who(fields: Fields, _known: Container[str]) -> Request:
    return Request("who", "", room=_optional(fields, "room"))


def _history(fields: Fields, _known: Container[str]) -> Request:
    return Request(
        "history",
        "",
        room=_optional(fields, "room"),
        before=_optional(fields, "before"),
        limit=_limit(fields),
    )


def _limit(fields: Fields) -> int | None:
    limit = fields.get("limit")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise Refused("bad_field", '"limit" must be a whole number from 1 on')
    return limit


def _command(fields: Fields, known: Container[str]) -> Request:
    request = decode(_required(fields, "text"), known)
    return replace(request, room=_optional(fields, "room"), limit=_limit(fields))


_READERS: dict[str, Callable[[Fields, Container[str]], Request]] = {
    "message": _message,
    "dm": _dm,
    "nick": _nick,
    "join": _join,
    "leave": _leave,
    "who": _who,
    "history": _history,
    "command": _command,
}


def _reader(fields: Fields) -> Callable[[Fields, Container[str]], Request]:
    kind = fields.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        known = ", ".join(_READERS)
        raise Refused("unknown_type", f'"type" must be one of {known}')
    return reader


def _required(fields: Fields, name: str) -> str:
    value = _optional(fields, name)
    if value is None:
        raise Refused("bad_field", f'"{name}" is missing')
    return value


def _optional(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("bad_field", f'"{name}" must be a string')
    # JSON can spell half a character, which no wire can carry.
    value = _SURROGATES.sub("\ufffd", value)
    if len(value.encode()) > MAX_LINE:
        raise too_long()
    return value
