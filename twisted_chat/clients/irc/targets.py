"""Targets: the rooms and nicknames that a command names, separated by commas."""

from __future__ import annotations

CHANNEL = "#"
"""What the name of a room begins with."""


PREFIXES = "@+"
"""Of those members of a room to whom a message is sent that has one of these, and the
name of the room, as its target: room operators, and also those with a voice."""


def split(text: str) -> list[str]:
    """The targets in a parameter, each once."""
    return list(dict.fromkeys(filter(None, text.split(","))))


def is_part_of_room(target: str) -> bool:
    """Whether a target is some of the members of a room."""
    return target[:1] in PREFIXES and is_room(target[1:])


def is_room(target: str) -> bool:
    """Whether a target is a room, and not a nickname."""
    return target.startswith(CHANNEL)
