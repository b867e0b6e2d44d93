"""The announcer of presence: departures, logins and changes of members.

Each event is applied to the pool and shown to the clients that it concerns.  A client
acts for its member, so all clients of the member are shown what changes for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.events import (
    AwaySet,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Renamed,
    Stored,
    Switched,
)
from twisted_chat.core.evictions import Evictions
from twisted_chat.core.joining.joining import Joiner
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member

from .announcement import Announcement


class PresenceAnnouncer:
    """Applies the events that change who is where, but for arrivals, and shows them.

    :ivar batch: what is being announced.
    """

    def __init__(
        self,
        pool: ClientPool,
        joiner: Joiner,
        evictions: Evictions,
        batch: Announcement,
    ) -> None:
        self._pool = pool
        self._joiner = joiner
        self._naming = joiner.naming
        self._kept = joiner.kept
        self._welcomer = joiner.welcomer
        self._evictions = evictions
        self.batch = batch

    # Departures.

    def left(self, event: Left, stored: Stored) -> None:
        """A member left a room; all its clients are shown so."""
        member = self._pool.member(event.client_id)
        if member is None or event.room not in member.rooms:
            return
        clients, former_room = self.batch.viewers(member), member.room
        stored = with_nick(member, stored)
        for client in clients:
            if not self.batch.is_hidden(stored, client):
                self.batch.show_to(client, stored, event.room)
        self._pool.apply(event)
        for client in clients:
            self._pool.show(client, client.view_key())
            self.batch.fanout.view_changed(client)
            if client.room != former_room:
                self.batch.show_current_room(client)
        if not self.batch.bulk.collect(event.room, member.nick, arrived=False):
            self.batch.fanout.show(stored, (event.room,))

    def quit(self, event: Quit, stored: Stored) -> None:
        """A client left the chat, and its member if it was the last."""
        member = self._pool.member(event.client_id)
        if member is None:
            return
        if self._evictions.is_last(member, event.client_id):
            self._show_departure(member, stored)
        client = self._pool.clients.get(event.client_id)
        if client is not None and client.state is not ClientState.GONE:
            # The other servers declared this one dead; the journal will let its
            # clients join again.
            self._evictions.add(member, event.client_id)
            return
        self._evictions.forget(member, event.client_id)
        if client is not None:
            self.batch.fanout.begin_timeline(client)
            self._pool.discard(client)
            self.batch.fanout.view_changed(client)
        self._pool.apply(event)
        if client is not None:
            self._joiner.departed(client, member, stored.position)

    def _show_departure(self, member: Member, stored: Stored) -> None:
        # Those that other servers declared gone are still here.
        hidden_from = [
            client
            for client in self.batch.viewers(member)
            if self.batch.is_hidden(stored, client)
        ]
        one_by_one = tuple(
            room
            for room in self._evictions.rooms_shown(member)
            if not self.batch.bulk.collect(
                room, member.nick, arrived=False, hidden_from=hidden_from
            )
        )
        if one_by_one:
            stored = with_nick(member, stored)
            self.batch.fanout.show(stored, one_by_one, hidden_from=hidden_from)

    # Logins.

    def logged_in(self, event: LoggedIn, stored: Stored) -> None:
        """A guest is the member of an account now, or one more of its clients."""
        guest = self._pool.member(event.client_id)
        if guest is None or guest.account:
            return
        client = self._pool.clients.get(event.client_id)
        former_nick, former_rooms = guest.nick, guest.rooms
        former_folded = guest.folded
        if self._pool.member(event.member_id) is not None:
            self._hide_from(client)
            left = Quit(former_nick, event.client_id)
            self._show_departure(guest, replace(stored, event=left))
        member = self._pool.apply(event)
        if member is None:
            return
        client_id = event.client_id
        self.batch.follow(lambda ignored, _: ignored.logged_in(client_id, member))
        if member is guest:
            self._show_renamed(member, former_nick, stored, client)
            self._show_account(member, former_folded, stored)
        if client is not None:
            if member is not guest:
                line = f"{former_nick} logged in as {member.nick}"
                self.batch.log_lines.append(line)
            self._pool.move(client, member)
            self._kept.restore_ignored(client)
            self.batch.ignoring_changed(member)
            self._naming.release(client.id, former_nick)
            if member.nick != event.nick:
                self._naming.release(member.id, event.nick, kept=member.nick)
            moved = b""
            if member is not guest and client.codec.replies_with_events:
                moved = self._moved(client, former_nick, former_rooms, stored)
            self._show_rooms(client, former_rooms, stored, moved)

    def logged_out(self, event: LoggedOut, stored: Stored) -> None:
        """A client is a guest now; its member stays if it has other clients."""
        member = self._pool.member(event.client_id)
        if member is None or not member.account:
            return
        client = self._pool.clients.get(event.client_id)
        former_id, former_nick = member.id, member.nick
        former_folded = member.folded
        guest = self._pool.apply(event)
        if guest is None:
            return
        self.batch.follow(lambda ignored, _: ignored.logged_out(former_id, guest))
        if client is not None:
            self._pool.move(client, guest)
        if guest is member:
            self._show_renamed(guest, former_nick, stored, client)
            self._show_account(guest, former_folded, stored)
            if client is not None:
                self._naming.release(former_id, former_nick)
                self._joiner.account_departed(former_id, guest.rooms, stored.position)
            return
        if client is not None and client.codec.replies_with_events:
            # It knows its own nickname, which nobody else had to be shown.
            renamed = Renamed(former_nick, guest.nick, client.id)
            self.batch.show_to(client, replace(stored, event=renamed))
        for room in guest.rooms:
            joined = Joined(room, guest.nick, event.client_id)
            self.batch.show(replace(stored, event=joined), (room,))
        if client is not None:
            self.batch.update_view(client)

    def _show_account(self, member: Member, former_folded: str, stored: Stored) -> None:
        """Show that a member has logged in or out.

        Who follows a nickname that it has only now is told of that first.
        """
        stored = with_nick(member, stored)
        if member.folded == former_folded:
            self.batch.show_change(member, stored)
        else:
            self.batch.show(stored, member.rooms)

    def _hide_from(self, client: Client | None) -> None:
        """Show a client nothing, until it has a view again."""
        if client is not None:
            self.batch.fanout.begin_timeline(client)
            self._pool.show(client, None)
            self.batch.fanout.view_changed(client)

    def _moved(
        self,
        client: Client,
        former_nick: str,
        former_rooms: tuple[str, ...],
        stored: Stored,
    ) -> bytes:
        """What a client must know of itself that is one more of a member.

        It keeps lists: it has the nickname of the member now, and is in its rooms.
        """
        shown: list[tuple[Event, str | None]] = [
            (Left(room, former_nick, client.id), room)
            for room in former_rooms
            if room not in client.rooms
        ]
        if client.nick != former_nick:
            shown.append((Renamed(former_nick, client.nick, client.id), None))
        encode = client.codec.event
        return b"".join(
            self.batch.encode(encode, replace(stored, event=event), room)
            for event, room in shown
        )

    def _show_rooms(
        self,
        client: Client,
        former_rooms: tuple[str, ...],
        stored: Stored,
        before: bytes,
    ) -> None:
        """A client has the rooms of another member: show it those that it was not in.

        :param former_rooms: those that it was in.
        :param before: what it has to be shown before them.
        """
        new = tuple(room for room in client.rooms if room not in former_rooms)
        self.batch.fanout.begin_timeline(client)
        data = self._welcomer.snapshots(client, new, stored.position, before=before)
        self._pool.show(client, client.view_key())
        self.batch.fanout.send_to(client, data)
        if former_rooms[-1:] != client.rooms[-1:]:
            self.batch.show_current_room(client)

    # Changes.

    def renamed(self, event: Renamed, stored: Stored) -> None:
        """A member changed its nickname, by one of its clients."""
        member = self._pool.member(event.client_id)
        if member is None:
            return
        former_nick = member.nick
        self._pool.apply(event)
        client = self._pool.clients.get(event.client_id)
        if client is not None:
            self._naming.release(member.id, former_nick, kept=event.new)
            if self._kept.restore_ignored(client):
                self.batch.update_views(member)
        self._show_renamed(member, former_nick, stored, client)

    def _show_renamed(
        self, member: Member, former_nick: str, stored: Stored, client: Client | None
    ) -> None:
        """Show that a member has another nickname.

        :param client: the client that asked for it, if it is on this server.
        """
        if former_nick == member.nick:
            return
        if client is not None:
            line = f"{former_nick} is now known as {member.nick}"
            self.batch.log_lines.append(line)
        renamed = Renamed(former_nick, member.nick, stored.event.client_id)
        if stored.event != renamed:
            stored = replace(stored, event=renamed)
        if not member.rooms:
            for each in self.batch.viewers(member):
                if each is not client or not self.batch.is_hidden(stored, each):
                    self.batch.show_to(each, stored)
        address_of = self._pool.address_of
        self.batch.follow(
            lambda ignored, is_here: ignored.renamed(
                member, address_of(member), is_here
            )
        )
        self.batch.show(stored, member.rooms)

    def switched(self, event: Switched, _stored: Stored) -> None:
        """A member talks in another one of its rooms, on all devices."""
        member = self._pool.apply(event)
        if member is None:
            return
        self.batch.update_views(member)
        for client in self.batch.viewers(member):
            self.batch.show_current_room(client)

    def away_set(self, event: AwaySet, stored: Stored) -> None:
        """A member went away or came back."""
        member = self._pool.apply(event)
        if member is not None:
            self.batch.show_change(member, with_nick(member, stored))


def with_nick(member: Member, stored: Stored) -> Stored:
    """An event with the nickname that its member has now.

    Another client of an account may have changed it since the event was submitted.
    """
    event: Any = stored.event
    if event.nick == member.nick:
        return stored
    return replace(stored, event=replace(event, nick=member.nick))
