"""The log as JSON: one object on each line, with keys that log collectors know.

``time`` (RFC 3339, UTC), ``level``, ``namespace`` and ``message`` are always there;
``fields`` has the parts of the message by name, and ``exception`` a traceback.

Invariant: a line says no more than the same line of the text log.  Of an event's fields
only those are written that its message shows.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import isfinite
from string import Formatter
from typing import Any, TextIO

from twisted.logger import (
    FileLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    formatEvent,
)
from twisted.python.failure import Failure

WHOLE_MESSAGE = "line"
"""The field of an event whose message is nothing but that field."""

_LEVELS = {LogLevel.warn: "warning"}
_FORMATTER = Formatter()


def json_log(file: TextIO) -> ILogObserver:
    """An observer that writes each event to a file as one line of JSON."""
    return FileLogObserver(file, json_line)


def json_line(event: LogEvent) -> str | None:
    """An event as one line of JSON, in ASCII; ``None`` if it has nothing to say."""
    failure = event.get("log_failure")
    message = formatEvent(event)
    if not message and failure is None:
        return None
    level = event.get("log_level") or LogLevel.info
    record: dict[str, Any] = {
        "time": _time(event.get("log_time")),
        "level": _LEVELS.get(level, level.name),
        # Events of Twisted's old log name their source in another place.
        "namespace": str(event.get("log_system") or event.get("log_namespace") or ""),
        "message": message,
    }
    fields = _fields(event)
    if fields:
        record["fields"] = fields
    if isinstance(failure, Failure):
        record["exception"] = _traceback(failure)
    return f"{json.dumps(record)}\n"


def _time(seconds: float | None) -> str:
    now = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(event: LogEvent) -> dict[str, Any]:
    """The fields that the message shows: text, numbers and truth as they are."""
    form = event.get("log_format")
    if not isinstance(form, str):
        return {}
    try:
        names = {name for _, name, _, _ in _FORMATTER.parse(form) if name}
    except ValueError:
        return {}
    found = {}
    for name in sorted(names - {WHOLE_MESSAGE}):
        value = event.get(name)
        if name.startswith("log_"):
            continue  # Twisted's own
        # JSON has no infinity.
        if isinstance(value, str | int) or (
            isinstance(value, float) and isfinite(value)
        ):
            found[name] = value
    return found


def _traceback(failure: Failure) -> str:
    try:
        return failure.getTraceback()
    except Exception:  # noqa: BLE001 - an exception's own text can raise anything
        return repr(failure.type)
