"""The edges of the core, as protocols that others implement.

Each kind of client provides a ``Connection`` and a ``Codec``; each store provides a
``Journal`` with its ``History`` and ``KeyValues``, and a ``NameRegistry``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from .corrections import Author
from .events import BulkPresence, DirectMessage, Entry, Stored
from .history_query import HistoryQuery
from .limits import SEARCH_TIME
from .replies import Reply
from .texts.sanitize import one_line

Announce = Callable[[Sequence[Stored]], None]
"""Receives each batch that a journal has stored, in order."""

Changes = Mapping[str, str | None]
"""New values by key; ``None`` deletes the key."""


TAKEN_OVER = "another connection has taken its place"
"""Why a connection is closed whose client resumed on another one."""

BANNED = "banned"
"""Why a connection is closed that a ban ends."""

NOT_HERE = "another connection took its place, or this server was cut off: try again"
"""Why what a client sent is not stored, though what others sent is."""

SHUTTING_DOWN = "the server is shutting down"
"""Why a connection is closed when the server stops."""


NOT_SENT = "the connection to the store was lost: try again"
"""Why something is not stored, of which that is certain."""

RETRY_DELAY = 1.0
"""Seconds until something is tried again for which the store was unavailable."""


class StoreError(Exception):
    """A journal failed; the text is one line for the user or the operator.

    :param operator_text: what an operator may read, if that is more.
    """

    def __init__(self, text: str = "", operator_text: str = "") -> None:
        super().__init__(one_line(text))
        self.operator_text = one_line(operator_text or text)


class OutcomeUnknown(StoreError):
    """It is unknown whether a batch was stored.

    If it was stored, it is still announced, and appending the same entries again before
    that has no effect.

    :param keys: those of the entries of which this is unknown, the others are not
        stored; ``None`` for all.
    """

    def __init__(
        self,
        text: str = "",
        operator_text: str = "",
        *,
        keys: Collection[str] | None = None,
    ) -> None:
        super().__init__(text, operator_text)
        self._keys = keys
        self._calls: list[Callable[[], None]] = []

    def concerns(self, key: str) -> bool:
        """Whether it is unknown of the entry with this key."""
        return self._keys is None or key in self._keys

    def when_not_stored(self, call: Callable[[], None]) -> None:
        """Call this as soon as it is known that the batch was not stored."""
        self._calls.append(call)

    def not_stored(self) -> None:
        """The batch was not stored, and will not be; for the journal."""
        calls, self._calls = self._calls, []
        for call in calls:
            call()


class SearchTimeout(StoreError):
    """A search was not done in its time.

    :ivar found: what it has found by then, the last messages.
    """

    def __init__(self, found: tuple[Stored, ...]) -> None:
        super().__init__("the search took too long: search for longer or rarer words")
        self.found = found


class Connection(Protocol):
    """How the core reaches one client."""

    @property
    def waiting(self) -> int:
        """Bytes that were written and wait until the peer has room for them."""

    def write(self, data: bytes) -> None:
        """Send these bytes at once or when the peer has room for them.

        Never blocks, never raises, and never calls back into the chat before
        it returns.  A peer that reads too slowly is disconnected.
        """

    def close(self, reason: str) -> None:
        """End the connection once all that was written is sent.

        :param reason: for the peer, where its protocol can carry one.
        """


@runtime_checkable
class HidesInput(Protocol):
    """A connection that may be able to hide what its client types."""

    def hide_input(self, *, hidden: bool) -> None:
        """Hide what is typed from here on, or show it again, where that is possible."""


class Source(Protocol):
    """What a client's requests are read from."""

    def pause(self) -> None:
        """Stop reading; called once until ``resume``."""

    def resume(self) -> None:
        """Read again."""


class Viewer(Protocol):
    """The client that a reply is for, as far as its codec may know it."""

    @property
    def member_id(self) -> str:
        """The id of its member."""

    @property
    def nick(self) -> str:
        """Its nickname; empty until it has one."""


class Codec(Protocol):
    """How events and replies look to one kind of client.

    Clients that share a codec object share the encoded bytes, so one object should
    serve all clients of a kind.  The bytes returned may be joined with others into one
    write; ``b""`` means that this kind of client is not shown it.

    :ivar hidden_from_author: kinds of events that are not shown to the client that
        caused them.
    :ivar replies_with_events: an event that a client asked for, with a ``ref``, is not
        shown to it: it is in the reply, see ``replies.Done``.
    :ivar shows_invitations: its clients are shown whom others invite to a room whose
        operators they are.
    """

    hidden_from_author: frozenset[type]
    replies_with_events: bool
    shows_invitations: bool

    def event(self, stored: Stored, room: str | None) -> bytes:
        """Encode an event; never called with a ``DirectMessage``.

        :param room: where it happened, if that is not the viewer's current room.
        """

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """Encode a direct message.

        :param event: ``stored.event``, for the type checker.

        :param sent: the viewer is its sender.
        """

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        """Encode many arrivals or departures of a room."""

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """Encode a reply to one client.

        :param viewer: that client.
        :param ref: the client's reference, by which it matches the reply.
        """


@dataclass(frozen=True, slots=True)
class TopicOrigin:
    """Who set the topic of a room, under which nickname, and when.

    :ivar time: milliseconds since 1970, UTC.
    """

    nick: str
    time: int


@dataclass(frozen=True, slots=True)
class RoomState:
    """One room in a journal: its topic and last messages, oldest first.

    :ivar topic_origin: ``None`` if there is no topic, or an earlier version stored it.
    """

    topic: str
    recent: tuple[Stored, ...]
    topic_origin: TopicOrigin | None = None


@dataclass(frozen=True, slots=True)
class MissedEvents:
    """The events that a client missed since a position.

    :ivar complete: no event is missing; if false, ``events`` is empty.
    """

    complete: bool
    events: tuple[Stored, ...]


class History(Protocol):
    """What a journal has stored, to be read again.

    Nothing is returned that has not been announced yet.  Every method may raise
    ``StoreError``.
    """

    def room(self, room: str, limit: int) -> Awaitable[RoomState]:
        """A room's topic and its last ``limit`` messages."""

    def page(self, query: HistoryQuery) -> Awaitable[tuple[Stored, ...]]:
        """A part of a history, oldest first."""

    def position_at(self, time: int) -> Awaitable[str | None]:
        """A position before which are the events earlier than a time, for ``page``.

        :param time: milliseconds since 1970, UTC.
        :returns: ``None`` if all events are earlier.
        """

    def since(
        self, position: str, rooms: Sequence[str], client_id: str, limit: int
    ) -> Awaitable[MissedEvents]:
        """The events after a position that a client missed, oldest first.

        These are messages, actions, topics and corrections in the rooms, and direct
        messages from and to the client.  A message is returned as it is now; so a
        correction is left out unless the client has the message as it was.

        The result is incomplete if there are more than ``limit``, if they are much more
        text than ``limits.MAX_MISSED_CHARACTERS``, if some are no longer kept, or if
        the position is not of this journal.
        """

    def search(
        self, room: str, words: str, limit: int, seconds: float = SEARCH_TIME
    ) -> Awaitable[tuple[Stored, ...]]:
        """The last ``limit`` messages of a room that contain all the words.

        :param seconds: how long it may take of the thread that searches.
        :raises SearchTimeout: it was not done in this time.
        """

    def last_of(
        self, room: str, author: Author, limit: int
    ) -> Awaitable[tuple[Stored, ...]]:
        """The last ``limit`` messages of an author in a room, oldest first.

        They are looked for among the last ``limits.MAX_LOOKED_AT`` of the room.
        """

    def direct(
        self, member_id: str, position: str, limit: int
    ) -> Awaitable[tuple[Stored, ...]]:
        """The last ``limit`` direct messages to a member after a position.

        Oldest first.  Those from itself are left out.  If the position is not of this
        journal, the result is empty.
        """

    def count(self, room: str, position: str, most: int) -> Awaitable[int]:
        """How many messages of a room are after a position, counted up to ``most``.

        If the position is not of this journal, there are none.
        """

    def nickname(self, client_id: str) -> Awaitable[str | None]:
        """The last nickname of a client that has left or was cut off, for a day.

        ``None`` if the client may not resume: it is not known, or no longer.
        """


class KeyValues(Protocol):
    """What a journal keeps besides events, such as accounts: texts by key.

    A key is ``AREA/SUBJECT``, neither of them empty, or ``AREA`` alone.  All servers of
    one journal share the values, and none is trimmed.  Some events change values, too:
    in the transaction that stores them, see ``records.changes``.

    Every method may raise ``StoreError``.
    """

    def load(self, prefix: str) -> Awaitable[dict[str, str]]:
        """All values whose key begins with ``prefix``, by key.

        :param prefix: at least an area and its slash.
        """

    def get(self, keys: Sequence[str]) -> Awaitable[dict[str, str]]:
        """The values of those of the keys that exist, as they are at one moment."""

    def write(
        self, changes: Changes, expected: Changes | None = None
    ) -> Awaitable[bool]:
        """Make all of the changes, or none.

        :param expected: the values that these keys must have, ``None`` where there must
            be no such key.
        :returns: true once the changes are as durable as events are; false if a
            value was not the expected one, so that nothing was changed.
        :raises OutcomeUnknown: the changes may have been made.
        """


class SharedAttempts(Protocol):
    """Attempts, such as failed logins, that all servers of one store count together.

    Every method may raise ``StoreError``.
    """

    def ages(self, subject: str) -> Awaitable[Sequence[float]]:
        """How many seconds ago each attempt was, the oldest first.

        :param subject: what is tried, such as a name.
        """

    def count(self, subject: str, most: int, seconds: float) -> Awaitable[None]:
        """One more.

        :param most: that many are remembered, the last ones.
        :param seconds: for how long after the last one.
        """


@dataclass(frozen=True, slots=True)
class Unstored:
    """Those entries of a batch that are not stored, by key and in order.

    :ivar elsewhere: their clients are not on this server any more: they have resumed on
        another one, or that took this server for gone.
    :ivar outdated: another server has changed rights, in a scope that they depend on,
        after what was announced here when they were appended.  Once the change is
        announced, they may be appended again.
    """

    elsewhere: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


class Journal(Protocol):
    """The store of events, which announces each event once it is stored.

    Every method may raise ``StoreError``.
    """

    @property
    def history(self) -> History:
        """What was stored and announced, to be read again."""

    @property
    def values(self) -> KeyValues:
        """What is kept besides events."""

    @property
    def attempts(self) -> SharedAttempts | None:
        """What several servers count together; ``None`` if only one uses the store."""

    def subscribe(self, announce: Announce) -> None:
        """Pass every stored batch to ``announce``, in order; called once."""

    def open(self) -> Awaitable[None]:
        """Get ready; called before any other method but ``subscribe``."""

    def append(self, batch: Sequence[Entry]) -> Awaitable[Unstored | None]:
        """Store all of the batch or nothing; but nothing that ``Unstored`` names.

        The result may arrive before or after the batch is announced.

        :returns: what is not stored; ``None`` if all is.
        """

    def problem(self) -> str | None:
        """``None``, or in one line why nothing can be stored now."""

    def close(self) -> Awaitable[None]:
        """Store what was appended, then release all resources."""


class NameRegistry(Protocol):
    """The nicknames in use, across all servers of one chat."""

    def claim(
        self, keys: Sequence[str], owner: str, former: str = ""
    ) -> Awaitable[bool]:
        """Claim all of these keys for an owner, or none of them.

        :param owner: a member id.
        :param former: another owner, who loses those of the keys that it has.
        :returns: true if each was free, or the owner's or the former one's.
        """

    def owner(self, keys: Sequence[str]) -> Awaitable[str]:
        """Who has any of these keys: a member id, or empty if all are free."""

    def release(self, keys: Sequence[str], owner: str) -> Awaitable[None]:
        """Release those of the keys that are the owner's."""
