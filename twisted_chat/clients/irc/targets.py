"""Targets: the rooms and nicknames that a command names, separated by commas."""

from __future__ import annotations

CHANNEL = "#"
"""What the name of a room begins with."""


def split(text: str) -> list[str]:
    """The targets in a parameter, each once."""
    return list(dict.fromkeys(filter(None, text.split(","))))


def is_room(target: str) -> bool:
    """Whether a target is a room, and not a nickname."""
    return target.startswith(CHANNEL)
