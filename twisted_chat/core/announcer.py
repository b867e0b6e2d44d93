"""What each event changes, and to whom it is shown.

The one way out.  The journal hands over each batch that it has stored; here
the pool is brought up to it, event by event, and then everyone is shown the
whole batch at once.  Only this changes who is where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ParamSpec

from .committer import Committer
from .events import (
    Action,
    AwaySet,
    BulkPresence,
    CustomEvent,
    DirectMessage,
    Event,
    HistoryGap,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from .fanout import Fanout
from .interfaces import TAKEN_OVER, Names
from .isolation import encoded
from .joining import Joiner, PendingJoin, snapshot_of
from .nicknames import fold, fold_or_none, release
from .pool import Client, ClientPool, Member
from .replies import Done, Notice
from .runtime import Runtime

P = ParamSpec("P")

BULK_THRESHOLD = 20
"""Joiner or departures of one room in one batch that are still shown one
by one; beyond it the room gets one line."""

_MISSING = (
    "some messages in #{room} are missing here: this server was cut off for long "
    "(\\history shows what is kept)"
)

Storms = dict[tuple[str, bool], list[str]]
"""(room, whether they arrive) -> the names of those that do."""


class Announcer:
    """Brings the pool up to each batch and shows it.

    :ivar silent: show nothing any more; the server is stopping.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        committer: Committer,
        arrivals: Joiner,
        names: Names,
        runtime: Runtime,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._arrivals = arrivals
        self._names = names
        self._runtime = runtime
        self.silent = False
        # Of the batch that is being announced.
        self._fanout = Fanout(pool, runtime)
        self._storms: Storms = {}
        self._ghosts: list[Client] = []
        # Somebody here asked for the event that is being announced.
        self._asked = False
        self._apply: dict[type, Callable[[Any, Stored], None]] = {
            Message: self._spoken,
            Action: self._spoken,
            CustomEvent: self._signalled,
            DirectMessage: self._whispered,
            Joined: self._joined,
            Left: self._left,
            Quit: self._gone,
            Renamed: self._renamed,
            TopicSet: self._topic_set,
            AwaySet: self._away_set,
            HistoryGap: self._missing,
        }

    def announce(self, batch: Sequence[Stored]) -> None:
        """Show everyone what is stored now."""
        fanout = self._fanout = Fanout(self._pool, self._runtime)
        self._storms = self._find_storms(batch) if len(batch) > BULK_THRESHOLD else {}
        idle: list[Client] = []
        for stored in batch:
            submission = self._committer.settle(stored)
            self._asked = submission is not None
            try:
                self._apply[type(stored.event)](stored.event, stored)
            except Exception as error:  # noqa: BLE001 - it ends in the log
                # What one event breaks must not hide the others.
                self._runtime.log_failure(error)
            if submission is None or (client := submission.client) is None:
                continue
            if submission.ref is not None:
                done = Done(stored.position)
                told = self._encoded(client.codec.reply, done, client, submission.ref)
                fanout.tell(client, told)
            client.pending -= 1
            if not client.pending and client.idle_calls:
                idle.append(client)
        self._show_storms()
        self._pool.position = batch[-1].position
        if not self.silent:
            began = self._runtime.seconds()
            fanout.send()
            self._committer.delay_presence(self._runtime.seconds() - began)
        # Only now may anything call back into the chat.
        while self._ghosts:
            ghost = self._ghosts.pop()
            ghost.connection.close(TAKEN_OVER)
        for client in idle:
            client.idle()

    def _encoded(
        self, encode: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs
    ) -> bytes:
        return encoded(self._runtime, encode, *args, **kwargs)

    # Storms.

    def _find_storms(self, batch: Sequence[Stored]) -> Storms:
        """Which rooms have too many arrivals or departures in this batch."""
        count: Counter[tuple[str, bool]] = Counter()
        for stored in batch:
            match stored.event:
                case Joined(room=room):
                    count[room, True] += 1
                case Left(room=room):
                    count[room, False] += 1
                case Quit(client_id=who) if person := self._pool.by_id.get(who):
                    count.update((room, False) for room in person.rooms)
        return {key: [] for key, number in count.items() if number > BULK_THRESHOLD}

    def _show_storms(self) -> None:
        for (name, arrived), nicks in self._storms.items():
            room = self._pool.rooms.get(name)
            if room is not None and nicks:
                crowd = BulkPresence(name, arrived, tuple(nicks), len(room.people))
                self._fanout.show(crowd, (name,))

    # One method for each kind of event.

    def _spoken(self, event: Message | Action, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if room is not None:
            room.remember(stored)
            self._fanout.show(stored, (event.room,))

    def _signalled(self, event: CustomEvent, stored: Stored) -> None:
        self._fanout.show(stored, (event.room,))

    def _whispered(self, event: DirectMessage, stored: Stored) -> None:
        receiver = self._pool.by_id.get(event.recipient_id)
        heard = b""
        if isinstance(receiver, Client) and not _ignores(receiver, event):
            heard = self._encoded(
                receiver.codec.direct_message, stored, event, sent=False
            )
            self._fanout.tell(receiver, heard)
        sender = self._pool.by_id.get(event.client_id)
        if isinstance(sender, Client):
            told = self._encoded(sender.codec.direct_message, stored, event, sent=True)
            # To oneself it comes twice only where the two look different.
            if sender is not receiver or told != heard:
                self._fanout.tell(sender, told)

    def _joined(self, event: Joined, stored: Stored) -> None:
        own = self._committer.is_own(stored.key)
        arrival = self._arrivals.get(event.client_id) if own else None
        person = arrival.client if arrival else self._pool.by_id.get(event.client_id)
        if isinstance(person, Client) and not own:
            self._moved(person)
            person = None
        if person is None:
            person = Member(event.client_id, event.nick, fold(event.nick))
        is_back = event.room in person.rooms and not self._asked
        self._pool.enter(person, event.room)
        storm = self._storms.get((event.room, True))
        if is_back:
            self._back(person, event, stored)
        elif isinstance(person, Client):
            self._come_in(person, arrival, event, stored, alone=storm is None)
        if storm is None:
            self._fanout.show(
                stored, (event.room,), unseen_by=_unshown_author(person, event)
            )
        else:
            storm.append(event.nick)

    def _moved(self, client: Client) -> None:
        """One of ours has come to another server: what we have of it is a ghost."""
        client.leaving = True
        client.present = False
        self._pool.show(client, None)
        self._pool.remove(client)
        self._runtime.spawn(self._arrivals.departed(client.id, client.nick))
        self._ghosts.append(client)

    def _back(self, person: Member, event: Joined, stored: Stored) -> None:
        """Someone of whom others were told that it is gone, but we knew better."""
        if person.nick == event.nick:
            return
        renamed = Renamed(person.nick, event.nick, person.id)
        self._pool.rename(person, event.nick, fold(event.nick))
        if isinstance(person, Client):
            told = self._encoded(
                person.codec.event, replace(stored, event=renamed), None
            )
            self._fanout.tell(person, told)

    def _come_in(
        self,
        client: Client,
        arrival: PendingJoin | None,
        event: Joined,
        stored: Stored,
        *,
        alone: bool,
    ) -> None:
        """One of this server's own came into a room."""
        self._fanout.story(client)
        room = self._pool.rooms[event.room]
        told = b""
        if arrival is None:
            told = self._encoded(client.codec.reply, snapshot_of(room), client, None)
        else:
            arrival.awaited.discard(event.room)
            if not arrival.awaited:
                told = self._arrivals.let_in(arrival, room, stored.position)
        if client.present:
            self._pool.show(client, client.view_key())
            if not alone and Joined not in client.codec.hidden_from_author:
                # It is one of a crowd to the others, but not to itself.
                told += self._encoded(client.codec.event, stored, None)
        self._fanout.tell(client, told)
        self._pool.shut(room)

    def _left(self, event: Left, stored: Stored) -> None:
        person = self._pool.by_id.get(event.client_id)
        if person is None:
            return
        client = person if isinstance(person, Client) else None
        if client is not None:
            told = self._encoded(client.codec.event, stored, event.room)
            self._fanout.tell(client, told)
        self._pool.leave(person, event.room)
        if client is not None:
            self._pool.show(client, client.view_key())
            self._fanout.tell(client, b"")
        storm = self._storms.get((event.room, False))
        if storm is None:
            self._fanout.show(stored, (event.room,))
        else:
            storm.append(event.nick)

    def _gone(self, event: Quit, stored: Stored) -> None:
        person = self._pool.by_id.get(event.client_id)
        if person is None:
            return
        alone: list[str] = []
        for room in person.rooms:
            storm = self._storms.get((room, False))
            if storm is None:
                alone.append(room)
            else:
                storm.append(event.nick)
        if alone:
            self._fanout.show(stored, tuple(alone))
        if isinstance(person, Client):
            if person.present and not person.leaving:
                # The others took this server for dead; the journal brings it back.
                return
            self._fanout.story(person)
            person.present = False
            self._pool.show(person, None)
            self._fanout.tell(person, b"")
            self._runtime.spawn(self._arrivals.departed(person.id, person.nick))
        self._pool.remove(person)

    def _renamed(self, event: Renamed, stored: Stored) -> None:
        person = self._pool.by_id.get(event.client_id)
        if person is None:
            return
        self._pool.rename(person, event.new, fold(event.new))
        if isinstance(person, Client):
            self._runtime.spawn(
                release(self._names, person.id, event.old, kept=event.new)
            )
            if not person.rooms and Renamed not in person.codec.hidden_from_author:
                told = self._encoded(person.codec.event, stored, None)
                self._fanout.tell(person, told)
        self._fanout.show(
            stored, person.rooms, unseen_by=_unshown_author(person, event)
        )

    def _topic_set(self, event: TopicSet, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if room is not None:
            room.topic = event.text
            self._fanout.show(stored, (event.room,))

    def _missing(self, event: HistoryGap, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        for person in room.people.values() if room is not None else ():
            if isinstance(person, Client):
                notice = Notice((_MISSING.format(room=event.room),))
                told = self._encoded(person.codec.reply, notice, person, None)
                self._fanout.tell(person, told)

    def _away_set(self, event: AwaySet, stored: Stored) -> None:
        person = self._pool.by_id.get(event.client_id)
        if person is not None:
            self._pool.set_away(person, event.text)
            self._fanout.show(stored, person.rooms)


def _unshown_author(person: Member, event: Event) -> Client | None:
    """The client, if its codec does not show it this event of its own."""
    if isinstance(person, Client) and type(event) in person.codec.hidden_from_author:
        return person
    return None


def _ignores(client: Client, event: DirectMessage) -> bool:
    """Whether a client does not want to hear from the sender."""
    if not client.ignored:
        return False
    _, _, ignoring = client.view_key()
    return event.client_id in ignoring or fold_or_none(event.nick) in ignoring
