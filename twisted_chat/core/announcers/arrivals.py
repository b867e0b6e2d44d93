"""Arrivals: what is shown when a client joins a room.

A client that connects, or that asks to join a room, joins on behalf of its member.  The
member may be there already, by another client of its account: then nobody is shown an
arrival.  If not, all clients of the member are shown the room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import NO_ROOM, Joined, Quit, Renamed, Stored
from twisted_chat.core.evictions import Evictions
from twisted_chat.core.joining.joining import Joiner
from twisted_chat.core.joining.pending_joins import PendingJoin
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member

from .announcement import Announcement
from .presence import with_nick


# Not frozen: that would take twice as long to make, for each client that connects.
@dataclass(slots=True, eq=False)
class _Arrival:
    """One ``Joined`` that was applied.

    :ivar client: that joined, if it is on this server.
    :ivar pending: if it is arriving.
    :ivar former_nick: of the member.
    :ivar is_new: the member was not in the room; false if it joined none.
    :ivar is_shown: nobody knows that the member is in the room.
    """

    event: Joined
    stored: Stored
    client: Client | None
    pending: PendingJoin | None
    member: Member
    former_nick: str
    is_new: bool
    is_shown: bool


class Arrivals:
    """Applies ``Joined`` events, and shows them.

    :ivar batch: what is being announced.
    """

    def __init__(
        self,
        pool: ClientPool,
        committer: Committer,
        joiner: Joiner,
        evictions: Evictions,
        batch: Announcement,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._joiner = joiner
        self._joining = joiner.joining
        self._naming = joiner.naming
        self._kept = joiner.kept
        self._welcomer = joiner.welcomer
        self._evictions = evictions
        self.batch = batch

    def joined(self, event: Joined, stored: Stored) -> None:
        """A client joined a room, perhaps as it arrived."""
        pool, own = self._pool, self._committer.is_own(stored.key)
        pending = self._joining.awaiting(event.client_id, event.room) if own else None
        client = pool.clients.get(event.client_id)
        if not own:
            self._kept.forget_rooms(event.client_id)
        if client is not None and not own:
            self._resumed_elsewhere(client, event, stored)
            client = None
        known = pool.member(event.member_id)
        former_nick = known.nick if known else event.nick
        was_there = known is not None and event.room in known.rooms
        is_new = event.room != NO_ROOM and not was_there
        if pending is not None and pending.client is not client:
            client = pending.client
            pool.add(client)
        member = pool.apply(event)
        if member is None:
            return
        if client is not None and client.member is not member:
            # It logged in or out while this server was cut off from the store.
            pool.move(client, member)
        is_shown = self._evictions.rejoins(member, event) or is_new
        if known is None and pool.ignoring:
            self._follow(member)
        if own and member.nick != event.nick:
            # Another client of the account has changed the nickname meanwhile.
            self._naming.release(member.id, event.nick, kept=member.nick)
        self._show(
            _Arrival(
                event, stored, client, pending, member, former_nick, is_new, is_shown
            )
        )

    def _show(self, arrival: _Arrival) -> None:
        event, client, pending = arrival.event, arrival.client, arrival.pending
        newcomers: list[Client] = []
        if arrival.is_new and (pending is None or arrival.member.account):
            viewers = self.batch.viewers(arrival.member)
            newcomers = [
                each for each in viewers if pending is None or each is not client
            ]
        if pending is not None:
            self._show_arriving(pending, arrival)
        elif client is not None and not arrival.is_new:
            self._show_back(client, arrival)
        for each in newcomers:
            self._show_room(each, arrival)
        if (
            client is not None
            and event.room != NO_ROOM
            and (arrival.is_new or self.batch.has_submission)
        ):
            # It need not be kept open for the client any more.
            self._pool.release_room(self._pool.rooms[event.room])
        if arrival.is_shown:
            self._show_all(arrival)
        if pending is not None and pending.client.is_connected:
            self.batch.send(pending.client, self._welcomer.hint(pending.client))
        for each in newcomers:
            self.batch.show_current_room(each)

    def _show_arriving(self, pending: PendingJoin, arrival: _Arrival) -> None:
        """A client of this server joined one of the rooms with which it arrives."""
        client, data = pending.client, b""
        self.batch.fanout.begin_timeline(client)
        pending.awaited.discard(arrival.event.room)
        if not pending.awaited:
            data = self._joiner.complete(pending, arrival.stored.position)
        if client.is_connected:
            self.batch.log_lines.append(self._joiner.arrival_line(client))
            self._pool.show(client, client.view_key())
            if arrival.is_shown:
                data += self._in_bulk(client, arrival)
        self.batch.fanout.send_to(client, data)

    def _show_back(self, client: Client, arrival: _Arrival) -> None:
        """A client joined a room in which its member is already."""
        if self.batch.has_submission:
            # Another client of the account has asked for the same.
            self.batch.show_current_room(client)
        elif arrival.former_nick != arrival.member.nick:
            # Other servers took this client for gone, and its nickname was taken.
            renamed = Renamed(arrival.former_nick, arrival.member.nick, client.id)
            self.batch.show_to(client, replace(arrival.stored, event=renamed))

    def _show_room(self, client: Client, arrival: _Arrival) -> None:
        """The member of a client of this server is in one more room."""
        self.batch.fanout.begin_timeline(client)
        room = arrival.event.room
        ref = self.batch.ref_of(client)
        bulk = self.batch.bulk
        if bulk.has(room, arrived=True) and self.batch.is_hidden(
            arrival.stored, client
        ):
            late = self._welcomer.late_snapshot(client, room, ref)
            if late is not None:
                bulk.shows_room(room, client)
                self._pool.show(client, client.view_key())
                self.batch.fanout.send_late(client, late)
                return
        data = self._welcomer.snapshots(client, (room,), arrival.stored.position, ref)
        client.charge_room(len(data))
        self._pool.show(client, client.view_key())
        self.batch.fanout.send_to(client, data + self._in_bulk(client, arrival))

    def _in_bulk(self, client: Client, arrival: _Arrival) -> bytes:
        """A client's own arrival, where others are shown a bulk line."""
        room = arrival.event.room
        if not self.batch.bulk.has(room, arrived=True):
            return b""
        if self.batch.is_hidden(arrival.stored, client):
            self.batch.bulk.shown_room(room, client)
            return b""
        return self.batch.encode(client.codec.event, arrival.stored, None)

    def _show_all(self, arrival: _Arrival) -> None:
        """Show everyone in the room that a member joined."""
        room, member = arrival.event.room, arrival.member
        hidden_from = []
        if not arrival.is_new:
            # It is back; who arrives is shown the room in its place.
            hidden_from = [
                client
                for client in self.batch.viewers(member)
                if self.batch.is_hidden(arrival.stored, client)
            ]
        if self.batch.bulk.collect(
            room, member.nick, arrived=True, hidden_from=hidden_from
        ):
            return
        causes = self._pool.clients_of(member)
        self.batch.show(with_nick(member, arrival.stored), (room,), causes)

    def _resumed_elsewhere(self, client: Client, event: Joined, stored: Stored) -> None:
        """A client of this server has resumed on another one."""
        member = client.member
        if client.state is not ClientState.GONE:
            client.move_to(ClientState.GONE)
        self._evictions.forget(member, client.id)
        self._pool.discard(client)
        if not member.account or member.id != event.member_id:
            self._pool.apply(Quit(client.nick, client.id))
        self._joiner.departed(client, member, stored.position)
        self.batch.stale_clients.append(client)

    def _follow(self, member: Member) -> None:
        """Those who ignore the person go on to do so."""
        address_of = self._pool.address_of
        self.batch.follow(
            lambda ignored, is_here: ignored.arrived(
                member, address_of(member), is_here
            )
        )
