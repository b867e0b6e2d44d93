"""What an operator decides about accounts, by options."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from twisted_chat.core.replies import Refused

from .passwords import Costs


class Mode(enum.StrEnum):
    """Who may have an account, and who needs one."""

    OPEN = "open"
    """Anyone may register a name."""
    CLOSED = "closed"
    """Only operators add accounts."""
    REQUIRED = "required"
    """Anyone may register; nobody says anything without an account."""


@dataclass(frozen=True, slots=True)
class Policy:
    """See ``--accounts``, ``--password-min`` and ``--require-tls``.

    :ivar shortest: the fewest characters of a password.
    :ivar requires_tls: passwords are taken only over TLS, or from the same machine.
    :ivar costs: of the hashes of passwords.
    """

    mode: Mode = Mode.OPEN
    shortest: int = 8
    requires_tls: bool = False
    costs: Costs = field(default_factory=Costs)


def tls_required() -> Refused:
    """A password was sent where others can read it."""
    return Refused("tls_required", "passwords are accepted only over TLS")
