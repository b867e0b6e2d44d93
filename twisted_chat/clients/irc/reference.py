"""References: what a reply has to know of the command that it answers.

The core passes ``Request.ref`` on to the codec as it is.  Of an IRC client it is the
text of a ``Reference``: the command and its target, which numerics name, and the label
(https://ircv3.net/specs/extensions/labeled-response).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

_SEPARATOR = "\0"
"""No line has it."""


class Place(StrEnum):
    """Which part of the answer to a command a reply is.

    A command with several targets is several requests, each of which has a reply.
    """

    WHOLE = "-"
    FIRST = "<"
    MIDDLE = "="
    LAST = ">"

    @property
    def begins(self) -> bool:
        """Whether nothing of the answer precedes it."""
        return self in (Place.WHOLE, Place.FIRST)

    @property
    def ends(self) -> bool:
        """Whether nothing of the answer follows it."""
        return self in (Place.WHOLE, Place.LAST)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reply answers.

    :ivar target: the nickname, room or mask that the command names; may be empty.
    :ivar label: of the command; empty if it has none.
    """

    command: str
    target: str = ""
    label: str = ""
    place: Place = Place.WHOLE

    def __str__(self) -> str:
        """The text of the reference, for ``Request.ref``."""
        return f"{self.place.value}{self.command}\n{self.target}\n{self.label}"

    @staticmethod
    def has_label(ref: str | None) -> bool:
        """Whether the command has a label, by the text of a reference alone."""
        return ref is not None and bool(ref.split("\n", 2)[2])

    @classmethod
    def of(cls, ref: str | None) -> Reference:
        """The reference of a reply; an empty one if it answers nothing."""
        if not ref:
            return _NOTHING
        # Only a label may have a line end, by an escape.
        command, target, label = ref[1:].split("\n", 2)
        return cls(command, target, label, Place(ref[0]))

    @property
    def names(self) -> tuple[str, ...]:
        """What an error names: the target, or what ``about`` was given."""
        return tuple(self.target.split(_SEPARATOR))

    def about(self, *names: str) -> Reference:
        """The reference of a command whose errors name several things."""
        return replace(self, target=_SEPARATOR.join(names))

    def for_each(self, targets: list[str]) -> list[Reference]:
        """One reference for each target of the command, in order."""
        if targets == [self.target]:
            return [self]
        if len(targets) == 1:
            return [replace(self, target=targets[0])]
        last = len(targets) - 1
        return [
            replace(self, target=target, place=_place(index, last))
            for index, target in enumerate(targets)
        ]


def _place(index: int, last: int) -> Place:
    if index == 0:
        return Place.FIRST
    return Place.LAST if index == last else Place.MIDDLE


_NOTHING = Reference("")
