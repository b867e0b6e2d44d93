"""Evictions: clients of this server that the other servers took for gone.

That happens while this server is cut off from them.  The clients are still here, and
the journal lets them join again; until then everyone has been shown that their members
left.
"""

from __future__ import annotations

from .events import Joined
from .presence import Member


class Evictions:
    """The evicted clients that have not joined again."""

    def __init__(self) -> None:
        self._clients: set[str] = set()
        # The rooms that a member was shown to leave, and is still in.
        self._left: dict[Member, set[str]] = {}

    def is_last(self, member: Member, client_id: str) -> bool:
        """Whether the other clients of a member are evicted, if it has any."""
        return all(
            one == client_id or one in self._clients for one in member.client_ids
        )

    def rooms_shown(self, member: Member) -> tuple[str, ...]:
        """The rooms of a member that it was not shown to leave."""
        left = self._left.get(member)
        rooms = member.rooms
        return tuple(room for room in rooms if room not in left) if left else rooms

    def add(self, member: Member, client_id: str) -> None:
        """A client is evicted; with the last one its member was shown to leave."""
        if self.is_last(member, client_id):
            self._left[member] = set(member.rooms)
        self._clients.add(client_id)

    def rejoins(self, member: Member, event: Joined) -> bool:
        """A client joins a room: whether its member was shown to have left that."""
        self._clients.discard(event.client_id)
        left = self._left.get(member)
        if left is None or event.room not in left:
            return False
        left.discard(event.room)
        if not left:
            del self._left[member]
        return True

    def forget(self, member: Member, client_id: str) -> None:
        """A client is gone, and perhaps its member."""
        self._clients.discard(client_id)
        if member in self._left and not any(
            one in self._clients for one in member.client_ids
        ):
            del self._left[member]
