"""The bursts of logins that are measured."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "correct horse"  # noqa: S105
"""Of each account."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One burst.

    :ivar by_token: with tokens instead of passwords.
    :ivar room: in which the messages are posted that are measured.  Those who log in
        are in the lobby.
    :ivar pause: seconds between two messages.
    """

    key: str
    title: str
    by_token: bool
    room: str
    pause: float


# What is posted in the lobby is written to all who are there.
KINDS = (
    Kind("token", "token, another room", True, "tea", 0.01),
    Kind("token-lobby", "token, the same room", True, "lobby", 0.05),
    Kind("password", "password, another room", False, "tea", 0.01),
    Kind("password-lobby", "password, the same room", False, "lobby", 0.05),
)

BY_KEY = {kind.key: kind for kind in KINDS}
