"""An announcement: what is done for one batch, besides applying its events to the pool.

It has what the batch shows to whom, and what follows once that is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ParamSpec

from twisted_chat.core.client import Client
from twisted_chat.core.events import Stored
from twisted_chat.core.ignoring.ignore_list import IgnoreList
from twisted_chat.core.ignoring.ignoring import is_ignored
from twisted_chat.core.interfaces import Codec
from twisted_chat.core.isolation import encoded
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import CurrentRoom, Reply
from twisted_chat.core.runtime import Runtime
from twisted_chat.core.submission import Submission

from .bulk import Bulk
from .fanout import Fanout

P = ParamSpec("P")

Follow = Callable[[IgnoreList, Callable[[str], bool]], bool]
"""Brings an ignore list up to an event; returns whether it changed.

It is also given whether there is a member of an id."""


class Announcement:
    """One batch while it is announced.

    :ivar fanout: what it shows to whom.
    :ivar bulk: the arrivals and departures that it shows together.
    :ivar log_lines: for the log.
    :ivar stale_clients: those that were resumed on another server.
    :ivar submission: what the event that is being announced settles.
    :ivar key: that of the event that is being announced.
    :ivar logins: those that are answered last: their clients are shown all who are in
        a room, and so that is the same list for all of them.
    :ivar ignoring: the members whose ignore lists have to be stored.
    """

    __slots__ = (
        "_pool",
        "_runtime",
        "bulk",
        "fanout",
        "ignoring",
        "key",
        "log_lines",
        "logins",
        "stale_clients",
        "submission",
    )

    def __init__(
        self, pool: ClientPool, runtime: Runtime, batch: Sequence[Stored] = ()
    ) -> None:
        self._pool = pool
        self._runtime = runtime
        self.fanout = Fanout(pool, runtime)
        self.bulk = Bulk(pool, batch)
        self.log_lines: list[str] = []
        self.stale_clients: list[Client] = []
        self.logins: list[tuple[Submission, Client, Stored]] = []
        self.submission: Submission | None = None
        self.key = ""
        self.ignoring: dict[Member, None] = {}

    @property
    def has_submission(self) -> bool:
        """Whether the event that is being announced settles a submission in flight.

        Unlike ``Committer.is_own`` it is false for what the journal itself stored when
        members rejoin.
        """
        return self.submission is not None

    def encode(
        self, encode: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs
    ) -> bytes:
        """What a codec returns; nothing, if it raises."""
        return encoded(self._runtime, encode, *args, **kwargs)

    def show(
        self,
        stored: Stored,
        rooms: tuple[str, ...],
        causes: Iterable[Client] | None = None,
    ) -> None:
        """Show an event in these rooms, except to those whose codec hides their own.

        :param causes: the clients whose own it is; by default the one that caused it.
        """
        if causes is None:
            author = self._pool.clients.get(stored.event.client_id)
            causes = () if author is None else (author,)
        hidden_from = [client for client in causes if self.is_hidden(stored, client)]
        self.fanout.show(stored, rooms, hidden_from=hidden_from)

    def show_change(self, member: Member, stored: Stored) -> None:
        """Show what a member has changed of itself: in its rooms, and to its followers.

        Each is shown it once.
        """
        self.show(stored, member.rooms)
        shown: dict[Codec, bytes] = {}
        for client in self._pool.followers_of(member):
            view = client.view
            if view is None or client.member is member:
                continue
            if any(room in view.rooms for room in member.rooms):
                continue
            if is_ignored(stored.event, client.ignoring):
                continue
            codec = client.codec
            if codec not in shown:
                shown[codec] = self.encode(codec.event, stored, None)
            self.send(client, shown[codec])

    def is_hidden(self, stored: Stored, client: Client) -> bool:
        """Whether a client is not shown this event if it is its own."""
        kind = type(stored.event)
        if kind in client.codec.hidden_from_author:
            return True
        submission = self.submission
        return (
            submission is not None
            and submission.client is client
            and type(submission.event) is kind
            and self.ref_of(client) is not None
        )

    def ref_of(self, client: Client) -> str | None:
        """The ``ref`` of the reply in which a client is shown the event.

        ``None`` if it did not ask for it, or is shown it as others are.
        """
        submission = self.submission
        if (
            submission is None
            or submission.client is not client
            or submission.reply is not None
            or not client.codec.replies_with_events
        ):
            return None
        return submission.ref

    def show_to(self, client: Client, stored: Stored, room: str | None = None) -> None:
        """Show an event to one client.

        :param room: where it happened, if that is not the client's current room.
        """
        data = self.encode(client.codec.event, stored, room)
        self.fanout.send_to(client, data)

    def reply(self, client: Client, reply: Reply, ref: str | None = None) -> None:
        """Send a client a reply, between what it is shown before and after."""
        data = self.encode(client.codec.reply, reply, client, ref)
        self.send(client, data)

    def send(self, client: Client, data: bytes) -> None:
        """Send a client these bytes, if there are any, likewise."""
        if data:
            self.fanout.send_to(client, data)

    def show_current_room(self, client: Client) -> None:
        """The client talks in another room than before."""
        self.reply(client, CurrentRoom(client.room))

    def update_view(self, client: Client) -> None:
        """Show a client, from here on, what it should be shown now."""
        if client.view is not None:
            self.fanout.begin_timeline(client)
            self._pool.show(client, client.view_key())
            self.fanout.view_changed(client)

    def viewers(self, member: Member) -> list[Client]:
        """The clients of a member that were welcomed on this server."""
        clients = self._pool.clients_of(member)
        return [client for client in clients if client.view is not None]

    def update_views(self, member: Member) -> None:
        """Update the views of the clients of a member."""
        for client in self.viewers(member):
            self.update_view(client)

    def follow(self, follow: Follow) -> None:
        """Have those who ignore someone go on ignoring that person."""
        for member in self._pool.ignoring:
            if member.ignored and follow(member.ignored, self._is_here):
                self.update_views(member)
                self.ignoring_changed(member)

    def ignoring_changed(self, member: Member) -> None:
        """The ignore list of a member has changed, and has to be stored for an account.

        One server does that: the one that the event comes from.
        """
        if member.account and self.submission is not None:
            self.ignoring[member] = None

    def _is_here(self, an_id: str) -> bool:
        return self._pool.member(an_id) is not None
