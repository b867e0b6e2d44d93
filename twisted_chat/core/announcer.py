"""The announcer: what each event changes, and to whom it is shown.

This is the one way out for events.  Each batch that the journal has stored is applied
to the pool, event by event, and then written to the clients as a whole.  Nothing else
changes presence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ParamSpec

from .bulk import Bulk
from .client import Client, ClientState
from .committer import Committer
from .events import (
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    Event,
    HistoryGap,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    RoomMessage,
    Stored,
    Switched,
    TopicSet,
)
from .fanout import Fanout
from .ignoring import IgnoreList, follow_arrival, follow_rename, is_ignored
from .interfaces import TAKEN_OVER, NameRegistry
from .isolation import encoded
from .joining import Joiner, PendingJoin, arrival_line
from .name_registry import release
from .pool import ClientPool
from .presence import Member
from .replies import CurrentRoom, Done, Notice
from .runtime import Runtime
from .welcome import snapshot_of

P = ParamSpec("P")

_GAP = (
    "some messages in #{room} are missing here: this server was disconnected from "
    "the store (\\history shows what is stored)"
)


class Announcer:
    """Applies each batch to the pool, then shows it.

    :ivar silent: show nothing any more; the server is stopping.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        committer: Committer,
        joiner: Joiner,
        names: NameRegistry,
        runtime: Runtime,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._joiner = joiner
        self._names = names
        self._runtime = runtime
        self.silent = False
        # Of the batch that is being announced.
        self._fanout = Fanout(pool, runtime)
        self._bulk = Bulk(pool, ())
        self._stale_clients: list[Client] = []
        self._log_lines: list[str] = []
        # Whether the event being announced settles a submission in flight.  Unlike
        # ``Committer.is_own`` it is false for what the journal itself stored when
        # members rejoin.
        self._has_submission = False
        self._apply: dict[type, Callable[[Any, Stored], None]] = {
            Message: self._message,
            Action: self._message,
            CustomEvent: self._custom_event,
            DirectMessage: self._direct_message,
            Joined: self._joined,
            Left: self._left,
            Quit: self._quit,
            Renamed: self._renamed,
            TopicSet: self._topic_set,
            AwaySet: self._away_set,
            Switched: self._switched,
            LoggedIn: self._logged_in,
            LoggedOut: self._logged_out,
            HistoryGap: self._history_gap,
        }

    def announce(self, batch: Sequence[Stored]) -> None:
        """Apply a stored batch, and show each event to everyone it concerns.

        :param batch: not empty.
        """
        fanout = self._fanout = Fanout(self._pool, self._runtime)
        self._bulk = Bulk(self._pool, batch)
        idle: list[Client] = []
        for stored in batch:
            submission = self._committer.settle(stored)
            self._has_submission = submission is not None
            try:
                self._apply[type(stored.event)](stored.event, stored)
            except Exception as error:  # noqa: BLE001 - it is logged
                # A failure at one event must not hide the others.
                self._runtime.log_failure(error)
            if submission is None or (client := submission.client) is None:
                continue
            if submission.ref is not None:
                done = Done(stored.position)
                reply = self._encode(client.codec.reply, done, client, submission.ref)
                fanout.send_to(client, reply)
            if client.count_completed():
                idle.append(client)
        for line in self._bulk.lines():
            fanout.show(line, (line.room,))
        self._pool.position = batch[-1].position
        if not self.silent:
            self._write(fanout)
        # Clients need not wait for the log, and together its lines take half the time.
        for logged in self._log_lines:
            self._runtime.log_line(logged)
        self._log_lines.clear()
        # Only now may anything call back into the chat.
        while self._stale_clients:
            self._stale_clients.pop().connection.close(TAKEN_OVER)
        for client in idle:
            client.run_idle_calls()

    def _write(self, fanout: Fanout) -> None:
        began = self._runtime.seconds()
        fanout.write()
        seconds = max(self._runtime.seconds() - began, 0.0)
        self._runtime.counters.fanout_seconds.observe(seconds)
        self._committer.delay_presence(seconds)

    def _encode(
        self, encode: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs
    ) -> bytes:
        return encoded(self._runtime, encode, *args, **kwargs)

    # One method for each kind of event.

    def _message(self, event: RoomMessage, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if room is not None:
            room.append(stored)
            self._show(event, stored, (event.room,))

    def _custom_event(self, event: CustomEvent, stored: Stored) -> None:
        self._show(event, stored, (event.room,))

    def _direct_message(self, event: DirectMessage, stored: Stored) -> None:
        recipient = self._pool.clients.get(event.recipient_id)
        received = b""
        if recipient is not None and not _ignores(recipient, event):
            encode = recipient.codec.direct_message
            received = self._encode(encode, stored, event, sent=False)
            self._fanout.send_to(recipient, received)
            self._runtime.counters.deliveries += 1
        sender = self._pool.clients.get(event.client_id)
        if sender is not None and type(event) not in sender.codec.hidden_from_author:
            encode = sender.codec.direct_message
            sent = self._encode(encode, stored, event, sent=True)
            # A message to oneself is shown twice only where the two look different.
            if sender is not recipient or sent != received:
                self._fanout.send_to(sender, sent)
                self._runtime.counters.deliveries += 1

    def _joined(self, event: Joined, stored: Stored) -> None:
        own = self._committer.is_own(stored.key)
        pending = self._joiner.get(event.client_id, event.room) if own else None
        client = pending.client if pending else self._pool.clients.get(event.client_id)
        if client is not None and not own:
            self._resumed_elsewhere(client)
            client = None
        arrives = self._pool.member(event.client_id) is None
        if pending is not None and client is not None and not client.rooms:
            self._pool.add(client)
        known = self._pool.member(event.client_id)
        old_nick = known.nick if known else event.nick
        was_here = known is not None and event.room in known.rooms
        member = self._pool.apply(event)
        if arrives and member is not None:
            address = client.identity.address if client else ""
            self._follow(
                lambda ignored: follow_arrival(
                    ignored, member.id, member.folded, address, self._is_here
                )
            )
        if was_here and not self._has_submission:
            # Other servers took this client for gone, but it never was.
            if client is not None and member is not None and old_nick != event.nick:
                self._show_new_nick(client, old_nick, stored)
        elif client is not None:
            self._client_joined(client, pending, event, stored)
        if not self._bulk.collect(event.room, event.nick, arrived=True):
            self._show(event, stored, (event.room,))
        if client is None or not client.is_connected:
            return
        if pending is not None:
            self._send_note(client, self._joiner.hint(client))
        elif not was_here:
            self._show_current_room(client)

    def _show_current_room(self, client: Client) -> None:
        """The client talks in another room than before."""
        reply = CurrentRoom(client.room)
        note = self._encode(client.codec.reply, reply, client, None)
        self._send_note(client, note)

    def _send_note(self, client: Client, note: bytes) -> None:
        if note:
            self._fanout.send_to(client, note)

    def _resumed_elsewhere(self, client: Client) -> None:
        """A client of this server has resumed on another one."""
        if client.state is not ClientState.GONE:
            client.move_to(ClientState.GONE)
        self._pool.discard(client)
        self._pool.apply(Quit(client.nick, client.id))
        self._runtime.spawn(self._joiner.departed(client.id, client.nick))
        self._stale_clients.append(client)

    def _show_new_nick(self, client: Client, old_nick: str, stored: Stored) -> None:
        renamed = Renamed(old_nick, client.nick, client.id)
        shown = replace(stored, event=renamed)
        self._fanout.send_to(client, self._encode(client.codec.event, shown, None))

    def _client_joined(
        self, client: Client, pending: PendingJoin | None, event: Joined, stored: Stored
    ) -> None:
        """A client of this server has joined a room."""
        self._fanout.begin_timeline(client)
        room = self._pool.rooms[event.room]
        data = b""
        if pending is None:
            snapshot = snapshot_of(room, client)
            data = self._encode(client.codec.reply, snapshot, client, None)
            client.charge_answer(len(data))
        else:
            pending.awaited.discard(event.room)
            if not pending.awaited:
                data = self._joiner.complete(pending, room, stored.position)
                if client.is_connected:
                    line = arrival_line(client, "joined", self._runtime)
                    self._log_lines.append(line)
        if client.is_connected:
            self._pool.show(client, client.view_key())
            in_bulk = self._bulk.has(event.room, arrived=True)
            if in_bulk and Joined not in client.codec.hidden_from_author:
                # Others see the bulk line; the client sees its own arrival.
                data += self._encode(client.codec.event, stored, None)
        self._fanout.send_to(client, data)
        self._pool.release_room(room)

    def _left(self, event: Left, stored: Stored) -> None:
        if self._pool.member(event.client_id) is None:
            return
        client = self._pool.clients.get(event.client_id)
        former = None if client is None else client.room
        if client is not None:
            shown = self._encode(client.codec.event, stored, event.room)
            self._fanout.send_to(client, shown)
        self._pool.apply(event)
        if client is not None:
            self._pool.show(client, client.view_key())
            self._fanout.view_changed(client)
            if client.room != former:
                self._show_current_room(client)
        if not self._bulk.collect(event.room, event.nick, arrived=False):
            self._fanout.show(stored, (event.room,))

    def _quit(self, event: Quit, stored: Stored) -> None:
        member = self._pool.member(event.client_id)
        if member is None:
            return
        one_by_one = tuple(
            room
            for room in member.rooms
            if not self._bulk.collect(room, event.nick, arrived=False)
        )
        if one_by_one:
            self._fanout.show(stored, one_by_one)
        client = self._pool.clients.get(event.client_id)
        if client is not None:
            if client.state is not ClientState.GONE:
                # The other servers declared this one dead; the journal will let its
                # clients join again.
                return
            self._fanout.begin_timeline(client)
            self._pool.discard(client)
            self._fanout.view_changed(client)
            self._runtime.spawn(self._joiner.departed(client.id, client.nick))
        self._pool.apply(event)

    def _renamed(self, event: Renamed, stored: Stored) -> None:
        member = self._pool.apply(event)
        if member is None:
            return
        client = self._pool.clients.get(event.client_id)
        if client is not None:
            self._log_lines.append(f"{event.old} is now known as {event.new}")
            released = release(self._names, client.id, event.old, kept=event.new)
            self._runtime.spawn(released)
            if self._joiner.ignores_as_before(client):
                self._update_view(client)
            if not client.rooms and Renamed not in client.codec.hidden_from_author:
                shown = self._encode(client.codec.event, stored, None)
                self._fanout.send_to(client, shown)
        address = client.identity.address if client else ""
        self._follow(
            lambda ignored: follow_rename(
                ignored, member.id, event.new, address, self._is_here
            )
        )
        self._show(event, stored, member.rooms)

    def _is_here(self, client_id: str) -> bool:
        return self._pool.member(client_id) is not None

    def _follow(self, follow: Callable[[IgnoreList], bool]) -> None:
        """Have those who ignore someone go on ignoring that person."""
        for client in self._pool.ignoring:
            if client.ignored and follow(client.ignored):
                self._update_view(client)

    def _update_view(self, client: Client) -> None:
        """The client ignores others than before: what follows is shown accordingly."""
        if client.view is not None:
            self._fanout.begin_timeline(client)
            self._pool.show(client, client.view_key())
            self._fanout.view_changed(client)

    def _topic_set(self, event: TopicSet, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if room is not None:
            room.topic = event.text
            self._show(event, stored, (event.room,))

    def _away_set(self, event: AwaySet, stored: Stored) -> None:
        member = self._pool.apply(event)
        if member is not None:
            self._show(event, stored, member.rooms)

    def _switched(self, event: Switched, _stored: Stored) -> None:
        for client in self._pool.clients_of(self._pool.apply(event)):
            self._update_view(client)

    def _logged_in(self, event: LoggedIn, stored: Stored) -> None:
        guest = self._pool.member(event.client_id)
        if guest is None:
            return
        rooms = guest.rooms
        if self._pool.member(event.member_id) is not None:
            left = Quit(guest.nick, event.client_id)
            self._fanout.show(replace(stored, event=left), rooms)
        elif event.nick != guest.nick:
            renamed = Renamed(guest.nick, event.nick, event.client_id)
            self._fanout.show(replace(stored, event=renamed), rooms)
        self._move_client(event.client_id, self._pool.apply(event))

    def _logged_out(self, event: LoggedOut, stored: Stored) -> None:
        member = self._pool.member(event.client_id)
        if member is None or not member.account:
            return
        former = member.nick
        guest = self._pool.apply(event)
        if guest is member:
            renamed = Renamed(former, event.nick, event.client_id)
            self._fanout.show(replace(stored, event=renamed), member.rooms)
        else:
            for room in member.rooms:
                joined = Joined(room, event.nick, event.client_id)
                self._fanout.show(replace(stored, event=joined), (room,))
        self._move_client(event.client_id, guest)

    def _move_client(self, client_id: str, member: Member | None) -> None:
        """A client belongs to another member."""
        client = self._pool.clients.get(client_id)
        if client is not None and member is not None:
            client.member = member
            self._update_view(client)

    def _history_gap(self, event: HistoryGap, stored: Stored) -> None:
        notice = Notice((_GAP.format(room=event.room),))
        for client in self._pool.clients.values():
            if event.room in client.rooms:
                data = self._encode(client.codec.reply, notice, client, None)
                self._fanout.send_to(client, data)

    def _show(
        self,
        event: Event,
        stored: Stored,
        rooms: tuple[str, ...],
    ) -> None:
        """Show an event in these rooms, except to an author whose codec hides it."""
        author = self._pool.clients.get(event.client_id)
        if author is not None and type(event) not in author.codec.hidden_from_author:
            author = None
        self._fanout.show(stored, rooms, hidden_from=author)


def _ignores(client: Client, event: DirectMessage) -> bool:
    """Whether a client ignores the sender."""
    return bool(client.ignored) and is_ignored(event, client.ignoring)
