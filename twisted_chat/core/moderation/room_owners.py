"""Owners of rooms: what becomes of a room when everyone leaves, or its owner changes.

What is set for the room of a guest is forgotten once nobody is in it.  The rooms that a
guest has opened are those of its account once it logs in.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted_chat.core.committer import Committer
from twisted_chat.core.events import LoggedIn
from twisted_chat.core.moderation_events import Cleared, Role, RoomClosed, RoomOpened
from twisted_chat.core.pool import ClientPool

from .moderation import MAX_TIDIED, Moderation
from .room_settings import OWNER, setting_key


class RoomOwners:
    """Has rooms opened and closed."""

    def __init__(
        self, pool: ClientPool, moderation: Moderation, committer: Committer
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._committer = committer

    def close(self, rooms: Iterable[str]) -> None:
        """Forget what is set for those of the rooms that are vacant."""
        if not self._pool.position:
            # As nothing was announced yet, it is not known up to where a history is
            # closed.  Until it is, nobody reads it: what is set still says so.
            return
        for room in rooms:
            if self._moderation.has_settings(room) and self._moderation.is_vacant(room):
                event = self._moderation.closing(room, self._pool.position)
                self._committer.submit(event)

    def departed(self, client_id: str) -> None:
        """A client is gone for good: nobody has the roles that it had as a guest."""
        keys = self._moderation.role_keys(client_id)
        for start in range(0, len(keys), MAX_TIDIED):
            ended = " ".join(keys[start : start + MAX_TIDIED])
            self._committer.submit(Cleared("", "", ended))

    def logged_in(self, event: LoggedIn) -> None:
        """A guest is an account now: its rooms are the account's."""
        moderation = self._moderation
        for room in moderation.opened_by(event.client_id):
            settings = moderation.settings(room)
            holder = settings.roles[Role.OPERATOR][event.client_id]
            is_creator = holder.since == settings.opened
            opened = RoomOpened(
                room,
                event.nick,
                event.client_id,
                event.member_id,
                is_creator and moderation.may_own(event.member_id),
                settings.opened,
            )
            self._committer.submit(opened)

    def unregistered(self, member_id: str) -> None:
        """An account was removed: its rooms are as those of a guest."""
        for room in self._moderation.owned_by(member_id):
            known = self._pool.rooms.get(room)
            if known is not None and known.members:
                opened = self._moderation.settings(room).opened
                owner = setting_key(room, opened, OWNER)
                role = setting_key(room, opened, Role.OPERATOR, member_id)
                closing = RoomClosed(room, "", "", f"{owner} {role}", "")
            else:
                closing = self._moderation.closing(room, self._pool.position)
            self._committer.submit(closing)
