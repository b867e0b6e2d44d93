"""The events of moderation: what each changes, and to whom it is shown.

A part of the announcer, see ``announcer``.  Whoever is removed from a room is told why.
Bans of the chat are in ``bans``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from twisted_chat.core.committer import Committer
from twisted_chat.core.events import (
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.ignoring.ignoring import is_ignored
from twisted_chat.core.joining.room_entry import RoomEntry
from twisted_chat.core.moderation.audit import AuditLog
from twisted_chat.core.moderation.changes import CHANGES
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.room_owners import RoomOwners
from twisted_chat.core.moderation.room_settings import BAN, setting_key
from twisted_chat.core.moderation.sanction_extensions import SanctionExtensions
from twisted_chat.core.moderation_events import (
    Audited,
    Banned,
    Cleared,
    Expelled,
    Invited,
    Kicked,
    Muted,
    Role,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomClosed,
    RoomExcepted,
    RoomOpened,
    RoomUnbanned,
    SanctionExtended,
    Unbanned,
    Unmuted,
)
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import ErrorReply, Notice

from .announcement import Announcement
from .bans import BanAnnouncer

NO_SERVER = ("expired", "moved")
"""Keys of departures that Redis has found, and no server has submitted."""


class ModerationAnnouncer:
    """Applies events of moderation, and shows them.

    :ivar batch: what is being announced.
    """

    def __init__(
        self,
        pool: ClientPool,
        moderation: Moderation,
        bans: BanAnnouncer,
        extensions: SanctionExtensions,
        entry: RoomEntry,
        audit_log: AuditLog,
        committer: Committer,
        batch: Announcement,
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._bans = bans
        self._entry = entry
        self._audit_log = audit_log
        self._committer = committer
        self._extensions = extensions
        self._owners = RoomOwners(pool, moderation, committer)
        self.batch = batch
        # The rooms that the batch has emptied, and this server closes.
        self._emptied: dict[str, None] = {}
        pool.emptied = self._room_emptied

    def methods(self) -> dict[type, Callable[[Any, Stored], None]]:
        """What to call with each kind of event."""
        shown: dict[type, Callable[[Any, Stored], None]] = {
            Kicked: self._removed,
            RoomBanned: self._removed,
            Muted: self._muted,
            Unmuted: self._in_room,
            RoomUnbanned: self._in_room,
            RoomExcepted: self._in_room,
            RoomChanged: self._in_room,
            RoleChanged: self._in_room,
            Banned: self._bans.banned,
            Unbanned: self._bans.unbanned,
            Expelled: self._bans.expelled,
            Invited: self._invited,
            RoomOpened: self._room_opened,
            RoomClosed: self._room_closed,
            SanctionExtended: _nothing,
            Audited: _nothing,
            Cleared: _nothing,
        }
        return {kind: partial(self._apply, show) for kind, show in shown.items()}

    def _apply(
        self, show: Callable[[Any, Stored], None], event: Any, stored: Stored
    ) -> None:
        changes = CHANGES[type(event)](event)
        self._moderation.apply(changes)
        if self._committer.is_own(stored.key):
            self._audit_log.note(changes)
        show(event, stored)

    def _room_emptied(self, room: str) -> None:
        moderation = self._moderation
        moderation.awaited.discard(room)
        if moderation.is_vacant(room) and moderation.closes(room):
            # Whoever is about to open it is shown nothing of it.
            self._pool.rooms[room].close()
        # The server of the last member closes it; if that is dead, all others do.
        if self.batch.has_submission or self.batch.key in NO_SERVER:
            self._emptied[room] = None

    def finish(self, *, closes_rooms: bool) -> None:
        """The batch was shown: close what is to be closed.

        :param closes_rooms: not while the server stops, for its members come back.
        """
        self._bans.close_connections()
        if self._emptied:
            emptied, self._emptied = self._emptied, {}
            if closes_rooms:
                self._owners.close(emptied)

    def close_rooms(self, rooms: Iterable[str]) -> None:
        """Forget what is set for those of the rooms that are vacant."""
        self._owners.close(rooms)

    # What happens to members, for the announcer.

    def arrived(self, event: Joined) -> None:
        """A client is present: was it banned while it joined?"""
        self._bans.check(event.client_id)
        submission = self.batch.submission
        if submission is not None and self._committer.is_stale(submission):
            self._remove_if_refused(event)
        # Also without a submission: its outcome may have been unknown.
        self._entry.joining_settled(event.client_id, event.room)

    def _remove_if_refused(self, event: Joined) -> None:
        """Rights were changed while a client joined: have it leave a room if need be.

        An event of another server may have come between, and who connects has to
        arrive.
        """
        client = self._pool.clients.get(event.client_id)
        if client is None or event.room not in client.rooms:
            return
        refused = self._entry.still_refused(event, client, is_in=True)
        if refused is not None:
            self.batch.reply(client, ErrorReply.of(refused))
            self._committer.submit(Left(event.room, client.nick, client.id))

    def departed(self, event: Quit) -> None:
        """A client is gone: what it was as a guest ends, unless it may resume."""
        submission = self.batch.submission
        if submission is not None and not submission.resumable:
            self._owners.departed(event.client_id)

    def renamed(self, event: Renamed) -> None:
        """A guest has another nickname: its mutes follow it."""
        self._extensions.renamed(event)

    def logged_in(self, event: LoggedIn) -> None:
        """A guest of this server is an account now, and so is what it was."""
        if not self.batch.has_submission:
            return
        self._bans.check(event.client_id)
        self._extensions.logged_in(event)
        self._owners.logged_in(event)

    def logged_out(self, event: LoggedOut, former: Iterable[str]) -> None:
        """A client is a guest now: the account's mutes follow it.

        :param former: the identities that it had.
        """
        self._extensions.logged_out(event, former)
        # An operator is not concerned by any, also if it is from a banned address.
        self._bans.check(event.client_id)

    def lost_rights(self, member_id: str) -> None:
        """An account is no operator any more: a ban concerns it from now on."""
        for client in self._pool.clients_of(self._pool.member(member_id)):
            self._bans.check(client.id)

    def unregistered(self, member_id: str) -> None:
        """An account was removed: its rooms are as those of a guest."""
        if self.batch.has_submission:
            self._owners.unregistered(member_id)

    # One method for each kind of event.

    def _room_opened(self, event: RoomOpened, _stored: Stored) -> None:
        self._entry.opening_settled(event.room)

    def _room_closed(self, event: RoomClosed, _stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if event.past and room is not None:
            room.close(event.past)

    def _in_room(
        self,
        event: Unmuted | RoomUnbanned | RoomExcepted | RoomChanged | RoleChanged,
        stored: Stored,
    ) -> None:
        self.batch.show(stored, (event.room,))

    def _removed(self, event: Kicked | RoomBanned, stored: Stored) -> None:
        member = self._pool.member(event.target_id)
        if member is not None and event.room in member.rooms:
            self._remove(member, event, stored)
        elif isinstance(event, RoomBanned):
            # Nobody is removed from the room.
            event = replace(event, target_id="")
            self.batch.show(replace(stored, event=event), (event.room,))

    def _remove(
        self, member: Member, event: Kicked | RoomBanned, stored: Stored
    ) -> None:
        clients, former_room = self.batch.viewers(member), member.room
        where = None if event.room == former_room else event.room
        for client in clients:
            self.batch.show_to(client, stored, where)
        self._pool.apply(Left(event.room, member.nick, member.id))
        for client in clients:
            self._pool.show(client, client.view_key())
            self.batch.fanout.view_changed(client)
            self.batch.reply(client, _told(event))
            if client.room != former_room:
                self.batch.show_current_room(client)
        if isinstance(event, RoomBanned):
            key = setting_key(event.room, event.opened, BAN, event.key)
            for client in clients:
                self._extensions.removed(key, event, client)
        self.batch.show(stored, (event.room,))

    def _muted(self, event: Muted, stored: Stored) -> None:
        self.batch.show(stored, (event.room,))
        self._extensions.muted(event)
        length = f" for {event.duration}" if event.duration else ""
        told = ErrorReply("muted", f"you are muted{length}")
        member = self._pool.named_as(event.target)
        if member is not None and event.room not in member.rooms:
            for client in self.batch.viewers(member):
                self.batch.reply(client, told)

    def _invited(self, event: Invited, stored: Stored) -> None:
        member = self._pool.member(event.target_id)
        for client in self.batch.viewers(member) if member else ():
            if not client.ignored or not is_ignored(event, client.ignoring):
                self.batch.show_to(client, stored)
        self._show_invitation(event, stored)
        author = self._pool.clients.get(event.client_id)
        if author is not None and self.batch.ref_of(author) is None:
            text = f"{event.target} is invited to #{event.room}"
            self.batch.reply(author, Notice((text,)))

    def _show_invitation(self, event: Invited, stored: Stored) -> None:
        """To the room operators whose codec shows invitations, except the author."""
        settings = self._moderation.settings(event.room)
        for member_id, _ in settings.holders(Role.OPERATOR):
            member = self._pool.member(member_id)
            if member is None or event.room not in member.rooms:
                continue
            for client in self.batch.viewers(member):
                if client.codec.shows_invitations and client.id != event.client_id:
                    self.batch.show_to(client, stored)


def _told(event: Kicked | RoomBanned) -> ErrorReply:
    """What whoever is removed from a room is told."""
    if isinstance(event, RoomBanned):
        length = f" for {event.duration}" if event.duration else ""
        text = f"you were banned from #{event.room} by {event.nick}{length}"
        return ErrorReply("room_banned", text)
    reason = f" ({event.text})" if event.text else ""
    text = f"you were kicked from #{event.room} by {event.nick}{reason}"
    return ErrorReply("kicked", text)


def _nothing(_event: object, _stored: Stored) -> None:
    """It is shown to nobody."""
