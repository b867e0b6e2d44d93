"""Events for tests, and what calls a journal and collects what it announces."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeVar

from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.account_events import (
    AccountChanged,
    Change,
    IgnoreChanged,
    ReadUpTo,
)
from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Entry,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Relayed,
    Renamed,
    Stored,
    Switched,
    TopicSet,
)
from twisted_chat.core.interfaces import Journal, StoreError
from twisted_chat.core.moderation_events import (
    Audited,
    Banned,
    Cleared,
    Expelled,
    Invited,
    Kicked,
    Muted,
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
from twisted_chat.journals.retention import KEEP_ALL, Retention, Trims

T = TypeVar("T")

NOW = 1_700_000_000.25
"""The time of a journal under test, in seconds since 1970."""

if TYPE_CHECKING:
    Base = SynchronousTestCase
else:
    Base = object

_keys = count()


def entry(
    event: Event,
    *,
    resumable: bool = True,
    scope: str | None = None,
    depends_on: tuple[str, ...] = (),
) -> Entry:
    """An event with a unique key."""
    return Entry(f"key-{next(_keys)}", event, resumable, scope, depends_on)


def said(text: str, room: str = "lobby", nick: str = "alice") -> Message:
    """A message."""
    return Message(room, nick, text, "id-" + nick)


def texts(messages: Sequence[Stored]) -> list[str]:
    """The texts of events."""
    return [getattr(one.event, "text", "?") for one in messages]


_BY_ALICE = ("lobby", "alice", "bob")

MODERATION: tuple[Event, ...] = (
    Kicked(*_BY_ALICE, "spam", "id-alice", "id-bob", "operator", 5),
    Muted(*_BY_ALICE, "10m", "id-alice", "=bob", "=bob ~bob", 9, False, "op", 3, 5),
    Unmuted(*_BY_ALICE, "id-alice", "room/lobby/3/mute/=bob", "operator", 5),
    Banned("alice", "bob", "2h", "spam", "id-alice", "=bob", "=bob", "", 9, 5),
    Unbanned("alice", "bob", "id-alice", "ban/=bob", 5),
    Expelled("alice", "bob", "2h", "spam", "id-alice", "id-bob"),
    SanctionExtended("bob", "id-bob", "ban/=bob+id-bob", 5),
    RoomBanned(*_BY_ALICE, "", "id-alice", "", "=bob", "=bob", "", 0, "op", 3, 5),
    RoomUnbanned(*_BY_ALICE, "id-alice", "room/lobby/3/ban/=bob", "operator", 5),
    RoomExcepted(
        *_BY_ALICE,
        "except",
        True,
        "id-alice",
        "room/lobby/3/except/=bob",
        "=bob",
        "",
        "",
        "op",
        3,
        5,
    ),
    RoomOpened("tea", "alice", "id-alice", "id-alice", False, 5),
    RoomClosed("tea", "", "", "room/tea/5/op/id-alice", ""),
    RoomChanged("tea", "alice", "limit", "5", "id-alice", "operator", 3, 5),
    RoleChanged(*_BY_ALICE, "op", True, "id-alice", "id-bob", "operator", 3, 5),
    Invited("tea", "alice", "bob", "id-alice", "id-bob", 9, 3),
    Audited("alice", "delete", "bob", "tea", "id-alice", "operator", 5),
    Cleared("alice", "id-alice", "ban/=bob"),
)

EVERY_EVENT: tuple[Event, ...] = (
    said("hi"),
    Message("lobby", "alice", "from a page", "id-alice", '"from a page"'),
    Action("lobby", "alice", "waves", "id-alice", raw="PRIVMSG :waves"),
    CustomEvent("lobby", "alice", '{"typing":true}', "id-alice"),
    Relayed("lobby", "alice", "@+typing=active TAGMSG", "id-alice"),
    Relayed("", "alice", "PRIVMSG :?", "id-alice", "bob", "id-bob", "alice", "@1"),
    DirectMessage("alice", "bob", "psst", "id-alice", "id-bob", raw="NOTICE"),
    Joined("lobby", "carol", "id-carol"),
    Left("lobby", "carol", "id-carol", "tea time"),
    Renamed("carol", "caroline", "id-carol"),
    TopicSet("lobby", "alice", "weather", "id-alice"),
    AwaySet("alice", "lunch", "id-alice"),
    LoggedIn("caroline", "carol", "id-carol", "@carol", "carol"),
    Switched("lobby", "carol", "id-carol"),
    AccountChanged("carol", "@1", Change.REGISTERED, "id-carol"),
    ReadUpTo("lobby", "@1", "1-1", "id-carol"),
    IgnoreChanged("@1", "@2", "bob", '{"nick": "bob"}', "id-carol"),
    LoggedOut("carol", "guest_7", "id-carol"),
    Deleted("lobby", "alice", "", "gone-1 gone-2", "id-alice"),
    Edited("lobby", "alice", "gone-3", "better", "id-alice"),
    *MODERATION,
    Quit("guest_7", "id-carol", "good night"),
)

any_text = st.text(st.characters(codec="utf-8"), max_size=60)


class JournalUnderTest(Journal, Trims, Protocol):
    """Any of the journals."""


class JournalHarness(Base):
    """Calls a journal and collects what it announces.

    :ivar time: the time of the journal.
    :cvar a_moment: seconds that can pass in a test.
    """

    time = NOW
    a_moment = 24 * 60 * 60.0

    def let_pass(self, seconds: float) -> None:
        """Let time pass for the journal."""
        self.time += seconds

    def make(self, retention: Retention = KEEP_ALL) -> JournalUnderTest:
        """A new, empty journal whose clock is at ``NOW``."""
        raise NotImplementedError

    def run_now(self, awaitable: Awaitable[T]) -> T:
        """The result, which must be available at once."""

        async def wait() -> T:
            return await awaitable

        return self.successResultOf(Deferred.fromCoroutine(wait()))

    def refused(self, awaitable: Awaitable[object]) -> str:
        """The one-line error that it fails with."""

        async def wait() -> None:
            await awaitable

        failure = self.failureResultOf(Deferred.fromCoroutine(wait()), StoreError)
        line = str(failure.value)
        self.assertNotIn("\n", line)
        return line

    def opened(
        self,
        keep: int | None = None,
        *,
        days: float | None = None,
        size: int | None = None,
    ) -> JournalUnderTest:
        """A new journal that is open; it is closed after the test."""
        journal = self.make(Retention(keep, days, size))
        self.announced: list[Stored] = []
        self.batches: list[int] = []

        def announce(batch: Sequence[Stored]) -> None:
            self.announced += batch
            self.batches.append(len(batch))

        journal.subscribe(announce)
        self.run_now(journal.open())
        self.addCleanup(lambda: self.run_now(journal.close()))
        return journal

    @cached_property
    def one_journal(self) -> JournalUnderTest:
        """One for all examples of a test, opened with the first of them.

        The making of examples may take longer, the first time, than a server that
        others rely on may be silent.
        """
        return self.opened()

    def append(self, journal: Journal, *events: Event) -> list[Stored]:
        """Append the events as one batch; what was announced of it."""
        before = len(self.announced)
        self.run_now(journal.append([entry(event) for event in events]))
        return self.announced[before:]
