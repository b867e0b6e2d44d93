"""Events of accounts, which concern other servers or other devices of an account.

Values only, as in ``events``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .read_markers import ReadMarker


class Change(enum.StrEnum):
    """What became of an account; the values are stored."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    OPERATOR = "operator"
    NO_OPERATOR = "no operator"


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """An account was changed; shown to nobody.

    It lets all servers act accordingly.

    :ivar account: its name.
    :ivar member_id: its id.
    :ivar change: one of ``Change``.
    """

    account: str
    member_id: str
    change: str
    client_id: str

    @property
    def is_written(self) -> bool:
        """Whether the change holds already, and servers need only be told.

        It was written only if it was allowed.
        """
        return self.change != Change.OPERATOR


@dataclass(frozen=True, slots=True)
class IgnoreChanged:
    """An account ignores someone, or no longer; shown to its other devices.

    :ivar key: of the entry, see ``ignoring.Ignored``.
    :ivar nick: whom it ignores, as that is listed.
    :ivar value: of the entry, see ``ignore_records``; empty: no longer.
    :ivar client_id: empty if an entry only follows the person.
    """

    member_id: str
    key: str
    nick: str
    value: str
    client_id: str


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """How far an account has read a room; shown to its other devices.

    :ivar room: or ``DIRECT`` and a nickname.
    :ivar position: see ``ReadMarker``, as is ``time``.
    """

    room: str
    member_id: str
    position: str
    client_id: str
    time: int = 0

    @property
    def marker(self) -> ReadMarker:
        """That far."""
        return ReadMarker(self.time, self.position)
