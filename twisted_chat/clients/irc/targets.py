"""Targets: the rooms and nicknames that a command names, separated by commas."""

from __future__ import annotations

from collections.abc import Sequence

from twisted_chat.core.replies import Refused

CHANNEL = "#"
"""What the name of a room begins with."""

PREFIXES = "@+"
"""Of those members of a room to whom a message is sent that has one of these, and the
name of the room, as its target: room operators, and also those with a voice."""

MAX_TARGETS = 4
"""Targets of one PRIVMSG, NOTICE, TAGMSG, KICK or NAMES."""


def split(text: str) -> list[str]:
    """The targets in a parameter, each once."""
    return list(dict.fromkeys(filter(None, text.split(","))))


def check_few(targets: Sequence[str]) -> None:
    """Check that a command has no more targets than it may have.

    :raises Refused: ``too_many_targets``.
    """
    if len(targets) > MAX_TARGETS:
        raise Refused("too_many_targets", f"at most {MAX_TARGETS} targets")


def no_such_nick(nick: str) -> Refused:
    """Nobody has a nickname."""
    return Refused("no_such_nick", f"nobody here is called {nick}")


def is_part_of_room(target: str) -> bool:
    """Whether a target is some of the members of a room."""
    return target[:1] in PREFIXES and is_room(target[1:])


def is_room(target: str) -> bool:
    """Whether a target is a room, and not a nickname."""
    return target.startswith(CHANNEL)
