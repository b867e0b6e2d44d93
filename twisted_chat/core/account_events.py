"""Events of accounts, which concern other servers or other devices of an account.

Values only, as in ``events``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Change(enum.StrEnum):
    """What became of an account; the values are stored."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    OPERATOR = "operator"
    NO_OPERATOR = "no operator"


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """An account was changed; shown to nobody.

    Its record was written before: this lets all servers act accordingly.

    :ivar account: its name.
    :ivar member_id: its id.
    :ivar change: one of ``Change``.
    """

    account: str
    member_id: str
    change: str
    client_id: str


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """How far an account has read a room; shown to its other devices.

    :ivar position: the last event that it has read.
    """

    room: str
    member_id: str
    position: str
    client_id: str
