"""The edges of the core, as protocols that others implement.

Each kind of client provides a ``Connection`` and a ``Codec``; each store provides a
``Journal`` and a ``NameRegistry``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .events import BulkPresence, DirectMessage, Entry, Stored
from .replies import Reply

Announce = Callable[[Sequence[Stored]], None]
"""Takes each batch that a journal has stored, in order."""


TAKEN_OVER = "another connection has taken its place"
"""Why a connection is closed whose client resumed on another one."""

SHUTTING_DOWN = "the server is shutting down"
"""Why a connection is closed when the server stops."""


class StoreError(Exception):
    """A journal cannot do what was asked; the text is one clear line."""


class OutcomeUnknown(StoreError):
    """It is not known whether a batch was stored.

    If it was it is still announced, and appending the same entries again then does
    nothing more.
    """


class Connection(Protocol):
    """How the core reaches one client."""

    def write(self, data: bytes) -> None:
        """Send these bytes at once or when the peer has room for them.

        Never blocks, never raises, and never calls back into the chat before
        it returns.  A peer that lets more than 1 MiB wait is cut off.
        """

    def close(self, reason: str) -> None:
        """End the connection once all that was written is sent.

        :param reason: for the peer, where its protocol can carry one.
        """


class Viewer(Protocol):
    """The client that a reply is for, as far as its codec may know it."""

    @property
    def id(self) -> str:
        """Its client id."""

    @property
    def nick(self) -> str:
        """Its nickname; empty until it has one."""


class Codec(Protocol):
    """How events and answers look on one wire.

    One object serves all connections of its kind, so that the chat encodes
    each event once for all of them.  Whatever is returned may be joined with
    more of its kind into one write; ``b""`` means that this wire does not
    show it.

    :ivar hidden_from_author: kinds of events that are not shown to the client that
        caused them.
    """

    hidden_from_author: frozenset[type]

    def event(self, stored: Stored, room: str | None) -> bytes:
        """Something that happened.

        :param room: where it happened, if that is not the room in which the
            viewer speaks.
        """

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """A private message.

        :param sent: the viewer is its sender.
        """

    def bulk_presence(self, crowd: BulkPresence, room: str | None) -> bytes:
        """Many arrivals or departures at once."""

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """A reply to one client.

        :param viewer: that client.

        :param ref: what the client gave to recognise the answer by.
        """


@dataclass(frozen=True, slots=True)
class RoomState:
    """What a journal knows of one room: its topic and last messages."""

    topic: str
    recent: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class MissedEvents:
    """What was missed since a position.

    :ivar complete: nothing is missing; if false, ``events`` is empty.
    """

    complete: bool
    events: tuple[Stored, ...]


class Journal(Protocol):
    """Keeps what was said, and says when it is kept.

    Every method may raise ``StoreError``.
    """

    def subscribe(self, announce: Announce) -> None:
        """Hand every stored batch to ``announce``, in order; called once."""

    def open(self) -> Awaitable[None]:
        """Make ready, before anything else but ``subscribe``."""

    def append(self, batch: Sequence[Entry]) -> Awaitable[None]:
        """Store all of the batch, or nothing.

        It may end before or after the batch is announced.
        """

    def room(self, room: str, limit: int) -> Awaitable[RoomState]:
        """A room's topic and the last ``limit`` messages said in it."""

    def before(
        self, room: str, position: str | None, limit: int
    ) -> Awaitable[tuple[Stored, ...]]:
        """The last ``limit`` messages in a room before a position, oldest first.

        :param position: ``None`` for the end of the history.
        """

    def since(
        self, position: str, rooms: Sequence[str], who: str, limit: int
    ) -> Awaitable[MissedEvents]:
        """What was said after a position, oldest first.

        That is messages, actions and topics in these rooms, and private
        messages from or to ``who``.  If there are more than ``limit``, or
        some are no longer kept, or the position is none of this journal's,
        it is not complete.
        """

    def search(
        self, room: str, words: str, limit: int
    ) -> Awaitable[tuple[Stored, ...]]:
        """The last ``limit`` messages of a room that hold all the words."""

    def healthy(self) -> str | None:
        """``None``, or in one line why nothing can be stored now."""

    def close(self) -> Awaitable[None]:
        """Let go of everything, once what was appended is stored."""


class NameRegistry(Protocol):
    """The nicknames in use, across all servers of one conversation."""

    def claim(self, keys: Sequence[str], owner: str) -> Awaitable[bool]:
        """Take all of these keys for an owner, or none of them.

        :returns: true if each was free or the owner's already.
        """

    def release(self, keys: Sequence[str], owner: str) -> Awaitable[None]:
        """Release those of the keys that are the owner's."""
