"""Read markers as lines (https://ircv3.net/specs/extensions/read-marker)."""

from __future__ import annotations

from twisted_chat.core.read_markers import ReadMarker

from .message import Message
from .times import server_time

CAPABILITY = "draft/read-marker"


def markread(target: str, marker: ReadMarker | None) -> Message:
    """How far a target is read.

    :param marker: ``None`` if that is not known.
    """
    is_known = marker is not None and marker.time > 0
    value = f"timestamp={server_time(marker.time)}" if is_known and marker else "*"
    return Message("MARKREAD", (target, value))
