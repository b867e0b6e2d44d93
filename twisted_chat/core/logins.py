"""Logins: which account a client is logged in to, for those who let clients join."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .accounts.absences import Absence, Openings
from .client import Client
from .ignoring.ignore_list import Ignored
from .joining.join_request import Credentials
from .read_markers import ReadMarker


@dataclass(frozen=True, slots=True)
class Login:
    """The account that a client is logged in to.

    :ivar account: its name.
    :ivar rooms: those that its member was last in, if that is away.
    :ivar left: those in which it was when it left: it may return to them.
    :ivar token: with it the device logs in the next time; empty if it has one already,
        or none.
    :ivar read: how far the account has read, by room; see ``ReadUpTo.room``.
    :ivar absence: since when it was away, if it was; it is told what it has missed.
    :ivar ignored: whom the account ignores.
    """

    member_id: str
    account: str
    rooms: tuple[str, ...] = ()
    token: str = field(default="", repr=False)
    read: Mapping[str, ReadMarker] = field(default_factory=dict)
    absence: Absence | None = None
    ignored: tuple[Ignored, ...] = ()
    left: Openings = field(default_factory=dict)


class Logins(Protocol):
    """Which sessions are logged in, and what is kept of members that leave."""

    def of_session(self, client_id: str) -> Awaitable[Login | None]:
        """The account that a client which resumes is logged in to.

        :raises StoreError: it cannot be read.
        """

    def authenticate(
        self, credentials: Credentials, client: Client
    ) -> Awaitable[Login]:
        """The account that a client which connects logs in to.

        :raises Refused: the credentials are wrong, or not accepted now.
        :raises StoreError: it cannot be read.
        """

    def arrived(self, client: Client) -> Awaitable[Login | None]:
        """The login of a client that its adapter has logged in.

        :raises StoreError: it cannot be read.
        """

    def departed(self, member_id: str, rooms: Openings, position: str) -> None:
        """The last client of an account has left; it was on this server.

        :param position: it was shown everything up to this.
        """
