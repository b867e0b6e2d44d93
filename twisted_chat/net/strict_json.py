"""JSON from clients, read strictly.

Python's own reader accepts ``NaN``, and how deep a value it can read depends on the
stack of its caller.  Here the depth has a limit, so that whatever handles a value that
was accepted can handle it everywhere.

Invariant: only ``JsonError`` is raised.
"""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 500
"""Levels of arrays and objects in one value: half of Python's recursion limit."""


class JsonError(ValueError):
    """A text is not JSON, or nested too deeply; the text says why."""


def parse_json(text: str) -> Any:
    """The value of a JSON text (RFC 8259).

    :raises JsonError: it is invalid, as ``NaN`` and ``Infinity`` are, or nested more
        deeply than ``MAX_DEPTH``.
    """
    try:
        value = DECODER.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise JsonError(f"invalid JSON: {error}") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: object) -> None:
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(MAX_DEPTH):
        level = [
            item
            for outer in level
            for item in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(item, list | dict)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> JsonError:
    return JsonError(f"JSON nested more than {MAX_DEPTH} levels deep")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not valid in JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse)
"""Reads one value at a time; for a text that ``parse_json`` has accepted."""
