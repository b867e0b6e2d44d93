"""Submissions, and which of them depend on what others change.

An event may change rights, and may depend on them: a message depends on the mutes of
its room.  What rights are changed in is a *scope*: a room, the free places of a room
with a limit, or ``EVERYWHERE``.  An event may also depend on ``ANYWHERE``, which is
every scope.  No event is stored behind a change in a scope that it depends on, unless
it was checked after that change; see ``rechecks``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .client import Client
from .events import Entry, Event
from .moderation_events import Audited
from .replies import Refused, Reply

EVERYWHERE = "/everywhere"
"""The scope of a change that concerns every room.  A name of a room has no slash."""

ANYWHERE = "/anywhere"
"""What an event depends on that every change may concern."""


class Order(Protocol):
    """Which events depend on those before them; see ``rechecks.Rechecks``."""

    def scope(self, event: Event) -> str | None:
        """What an event changes the rights in; ``None`` if it changes none."""

    def depends_on(self, event: Event) -> tuple[str, ...]:
        """The scopes of the changes that an event depends on."""

    def refusal(self, event: Event, client: Client | None) -> Refused | None:
        """Why an event is not allowed any more, or ``None``."""


class AnyOrder:
    """No event depends on another one."""

    def scope(self, _event: Event) -> str | None:
        """None changes any rights."""
        return None

    def depends_on(self, _event: Event) -> tuple[str, ...]:
        """None depends on any."""
        return ()

    def refusal(self, _event: Event, _client: Client | None) -> Refused | None:
        """All are allowed."""
        return None


@dataclass(slots=True, eq=False)
class Submission:
    """An event to be stored, and the client that asked for it.

    :ivar ref: comes back on the reply.
    :ivar reply: see ``outcomes.Answered``, as is ``audited``.
    :ivar number: counts the submissions.
    :ivar must_store: an arrival, a departure, or the change of an account that was not
        stored at first and is written: submitted again until it is stored, and never
        refused.
    :ivar resumable: see ``Entry``.
    :ivar scope: see ``Entry``, as is ``depends_on``; known once it is in a batch.
    """

    number: int
    key: str
    event: Event
    client: Client | None
    ref: str | None
    must_store: bool
    resumable: bool
    reply: Callable[[str], Reply] | None = None
    audited: Audited | None = None
    scope: str | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The event as it is appended to the journal; before it, what is audited."""
        entry = Entry(self.key, self.event, self.resumable, self.scope, self.depends_on)
        if self.audited is None:
            return (entry,)
        key = f"{self.key}-audited"
        return Entry(key, self.audited, depends_on=self.depends_on), entry


class BatchScopes:
    """What the submissions in one batch change, and depend on.

    Each depends also on what those of its author before it depend on: what is not
    stored with the batch is stored later, and the order of an author stays.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._changed: set[str] = set()
        # The authors of those that wait.
        self._waiting: set[str] = set()
        # What those of each author depend on together.
        self._together: dict[str, tuple[str, ...]] = {}

    def has_to_wait(self, submission: Submission) -> bool:
        """Whether a submission may not be in this batch.

        It depends on a change in the batch, or its author's one before it waits.
        """
        event = submission.event
        depends_on: tuple[str, ...] = ()
        if not submission.must_store:
            depends_on = self._order.depends_on(event)
        submission.depends_on = depends_on
        if self._changed and (
            event.client_id in self._waiting or not self._changed.isdisjoint(depends_on)
        ):
            self._waiting.add(event.client_id)
            return True
        return False

    def add(self, submission: Submission) -> None:
        """Add a submission to the batch."""
        author = submission.event.client_id
        depends_on = submission.depends_on
        together = self._together.get(author, ())
        if depends_on != together:
            if together:
                depends_on = tuple(dict.fromkeys((*together, *depends_on)))
                submission.depends_on = depends_on
            self._together[author] = depends_on
        submission.scope = self._order.scope(submission.event)
        if submission.scope is not None:
            self._changed.update((submission.scope, ANYWHERE))
