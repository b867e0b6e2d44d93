"""Pending joins: the clients that have connected and are not present yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted_chat.core.accounts.absences import Openings
from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.logins import Login

from .join_request import JoinRequest


@dataclass(slots=True, eq=False)
class PendingJoin:
    """A client that is joining.

    :ivar request: what it asks for, with what the server remembers of its session.
    :ivar rooms: the rooms that it joins; it will talk in the last.
    :ivar is_new: its member cannot be present already: it does not resume, and has no
        account.
    :ivar unchecked: it came with a session of which it is not known yet whether it is
        valid.
    :ivar last_nick: the nickname that it had, if it resumes and that is known.
    :ivar former_rooms: those rooms to which it returns, also if they are open to few.
    :ivar awaited: the rooms whose ``Joined`` is submitted and not yet announced.
    :ivar warned: it was told that it cannot join yet.
    :ivar login: the account that it is logged in to, if it is and that is known.
    """

    client: Client
    request: JoinRequest
    rooms: tuple[str, ...]
    unchecked: bool
    is_new: bool = False
    last_nick: str | None = None
    former_rooms: Openings = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)
    warned: bool = False
    login: Login | None = None

    @property
    def submitted(self) -> bool:
        """Its ``Joined`` events are on their way, and cannot be taken back."""
        return bool(self.awaited)

    @property
    def cancelled(self) -> bool:
        """It left before they were."""
        return not self.awaited and self.client.state is ClientState.GONE


class PendingJoins(dict[str, PendingJoin]):
    """All that are pending, by client id."""

    def awaiting(self, client_id: str, room: str) -> PendingJoin | None:
        """The one that awaits the arrival of this client in this room."""
        pending = self.get(client_id)
        return pending if pending and room in pending.awaited else None

    def clients(self) -> list[Client]:
        """The clients that are joining."""
        return [pending.client for pending in self.values()]
