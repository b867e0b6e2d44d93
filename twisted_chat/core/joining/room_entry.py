"""Entering rooms: a client may join a room, opens it, and may open an empty one.

``\\join`` and clients that connect take this way.  A room that nobody is in belongs to
whoever opens it, which is an event before the first ``Joined``.
"""

from __future__ import annotations

from twisted_chat.core.client import Client
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import Joined
from twisted_chat.core.interfaces import Journal
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.permissions import MemberAt, Permissions
from twisted_chat.core.moderation_events import RoomOpened
from twisted_chat.core.pool import ClientPool, Room
from twisted_chat.core.replies import Refused


class RoomEntry:
    """Lets clients into rooms."""

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        committer: Committer,
        moderation: Moderation,
        permissions: Permissions,
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._committer = committer
        self._moderation = moderation
        self._permissions = permissions
        # The rooms whose opening is submitted, and not yet announced.
        self._opening: set[str] = set()
        # By what those are let in whose ``Joined`` is not announced yet: the key that
        # they give, and whether they return.  By client id and room.
        self._let_in: dict[tuple[str, str], tuple[str, bool]] = {}

    async def open(
        self,
        client: Client,
        name: str,
        key: str = "",
        *,
        returns: bool = False,
        is_new: bool = False,
    ) -> Room:
        """A room for a client about to join it; see ``ClientPool.open_room``.

        :param key: what the client gives as the key of the room.
        :param returns: it was in the room when its connection ended.
        :param is_new: see ``PendingJoin``.
        :raises Refused: it may not join the room.
        :raises StoreError: its topic and history could not be read.
        """
        if other := self._pool.lookalike_of(name):
            raise Refused(
                "room_invalid",
                f"#{name} looks like #{other}: join that, or choose another name",
            )
        # Another client of the member, or of this one on another server, is in it.
        present = None if is_new else self._pool.member(client.id)
        if present is None and not is_new and client.account:
            present = self._pool.member(client.member_id)
        # One who is present has had all that it returns to.
        returns = returns and present is None
        actor = MemberAt(present, client.address) if present else client
        if name not in actor.member.rooms:
            refused = self._permissions.may_enter(actor, name, key, returns=returns)
            if refused is not None:
                raise refused
        room = await self._pool.open_room(
            name, self._journal, self._moderation.readable_state
        )
        if key or returns:
            self._let_in[client.id, name] = (key, returns)
        return room

    def still_refused(
        self, event: Joined | RoomOpened, client: Client, *, is_in: bool = False
    ) -> Refused | None:
        """Why a client that was let in may not join after all, or ``None``.

        It may not open the room then, either.

        :param is_in: it is in the room already.
        """
        name = event.room
        if name in client.rooms and not is_in:
            return None
        key, returns = self._let_in.get((client.id, name), ("", False))
        return self._permissions.may_enter(
            client, name, key, returns=returns, is_in=is_in
        )

    def joining_settled(self, client_id: str, room: str) -> None:
        """A ``Joined`` is announced, or is not stored."""
        self._let_in.pop((client_id, room), None)

    def give_up(self, client_id: str, room: Room) -> None:
        """A client does not join a room that was opened for it."""
        self.joining_settled(client_id, room.name)
        self._pool.release_room(room)

    def submit_opening(
        self, client: Client, room: Room, *, must_store: bool = False
    ) -> None:
        """Have the client own the room from here on, if it is the first in it.

        Call this directly before the ``Joined`` is submitted.

        :param must_store: as for that.
        """
        if room.name in self._opening or not self._moderation.is_vacant(room.name):
            return
        self._opening.add(room.name)
        member = client.member
        opened = RoomOpened(
            room.name,
            member.nick,
            client.id,
            member.id,
            bool(member.account) and self._moderation.may_own(member.id),
            self._moderation.stamp(),
        )
        self._committer.submit(opened, must_store=must_store)

    def opening_settled(self, room: str) -> None:
        """The opening of a room is announced, or is not stored."""
        self._opening.discard(room)
