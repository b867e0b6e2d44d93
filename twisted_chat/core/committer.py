"""Group commit: at most one batch is on its way into the journal.

Events that are submitted meanwhile become the next batch; the commit's own latency is
the window, and there is no timer to tune.  An event that is not stored is refused to
its author and shown to nobody, except for the joins of a client that connects and the
departure of one that leaves: those have happened, and are submitted again until they
are stored.

What an event may depend on, such as that its author is not muted, was checked when it
was received.  If an event before it changes that, it waits until the change is
announced, and is checked again; see ``rechecks``.  So it does if the journal finds that
another server has stored such a change.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable
from itertools import chain, islice

from .client import Client
from .events import Event, Stored
from .idle import IdleCalls
from .interfaces import (
    NOT_HERE,
    NOT_SENT,
    RETRY_DELAY,
    Journal,
    OutcomeUnknown,
    StoreError,
)
from .isolation import as_store_error
from .moderation_events import Audited
from .replies import Refused, Reply
from .runtime import Runtime
from .store_log import StoreLog
from .submission import AnyOrder, BatchScopes, Order, Submission
from .texts.texts import characters_shown

MAX_ENTRIES = 2000
"""Events in one batch."""

MAX_CHARACTERS = 128 * 1024
"""Characters shown by one batch, well below what may wait for one client."""

MAX_PRESENCE_DELAY = 0.5
"""Seconds that arrivals and departures may wait for more of their kind.

When thousands of clients connect at once, the cost is one line for each group of them
and member of the room instead of one for each client and member.  With ten thousand
members, ``DELAY_FACTOR`` asks for 0.3 s.
"""

DELAY_FACTOR = 4
"""Arrivals and departures wait at least this many times as long as showing the last
batch with some of them took.  So those batches take at most a fifth of the time, and
messages, which do not wait for them, the rest.
"""

MESSAGE_WAIT_FACTOR = 10
"""They wait this many times as long, up to ``MAX_MESSAGE_WAIT``, for a message: in the
batch of a message they are shown by the same writes.  So clients that come and go do
not delay the messages in a large room."""

MAX_MESSAGE_WAIT = 0.1
"""Seconds that arrivals and departures wait for a message."""

MAX_WITH_MESSAGE = 64
"""More of them than this do not join the batch of a message, which they would delay."""


class Committer:
    """Takes events one by one and stores them in batches.

    :param node: unique among all servers and all their runs.
    :param store_log: logs when the store fails and works again; one is made without.
    :ivar refused: called with each submission that was not stored.
    :ivar order: which events depend on those before them; by default none does.
    """

    def __init__(
        self,
        journal: Journal,
        runtime: Runtime,
        *,
        node: str,
        store_log: StoreLog | None = None,
    ) -> None:
        self._journal = journal
        self._runtime = runtime
        self._store_log = store_log or StoreLog(runtime.log_line)
        self._key_prefix = f"{node}-"
        self._count = 0
        self._waiting: deque[Submission] = deque()
        # Arrivals and departures that wait.  A message may overtake them: nobody has
        # said anything before arriving, or says anything after leaving.
        self._presence: deque[Submission] = deque()
        self._in_flight: dict[str, Submission] = {}
        # Those in ``_presence`` whose last attempt failed.
        self._retried: dict[str, Submission] = {}
        self._running = False
        self._held = False
        self._delayed_until = 0.0
        self._delaying = False
        # Whether some of them were settled since ``delay_presence`` was called.
        self._presence_settled = False
        self._idle_calls = IdleCalls()
        # Each with the number of the last submission that it waits for.
        self._settled_calls: deque[tuple[int, Callable[[], None]]] = deque()
        # When the batch in flight was passed on; ``None`` once one of its events is
        # announced.
        self._appended_at: float | None = None
        # The number of the last submission when rights were changed: those up to it
        # were checked before that.
        self._checked_before = 0
        self.order: Order = AnyOrder()
        self.refused: Callable[[Submission, StoreError | Refused], None] = (
            _ignore_refusal
        )

    def submit(
        self,
        event: Event,
        client: Client | None = None,
        ref: str | None = None,
        *,
        must_store: bool = False,
        resumable: bool = True,
        reply: Callable[[str], Reply] | None = None,
        audited: Audited | None = None,
    ) -> None:
        """Store this event after all that were submitted before.

        :param must_store: see ``Submission``.  Others may be stored before it; see
            ``delay_presence``.
        """
        self._count += 1
        key = f"{self._key_prefix}{self._count}"
        if client is not None:
            client.begin_one()
        submission = Submission(
            self._count, key, event, client, ref, must_store, resumable, reply, audited
        )
        (self._presence if must_store else self._waiting).append(submission)
        if not self._running:
            self._begin()

    def delay_presence(self, cost: float) -> None:
        """Let arrivals and departures gather before the next batch of them.

        :param cost: seconds that showing the last batch took.
        """
        if self._presence_settled:
            self._presence_settled = False
            delay = max(
                min(MAX_PRESENCE_DELAY, DELAY_FACTOR * cost),
                min(MAX_MESSAGE_WAIT, MESSAGE_WAIT_FACTOR * cost),
            )
            self._delayed_until = self._runtime.seconds() + delay

    def hold(self) -> None:
        """Append nothing: what the server knows of rights is out of date."""
        self._held = True

    def go_on(self) -> None:
        """Append again, once all that waits was checked again."""
        self._held = False
        self._checked_before = self._count
        self._begin()

    def check_again(self) -> None:
        """Check again all that waits: somebody has lost a right."""
        self._checked_before = self._count

    def refuse_held(self, error: StoreError) -> None:
        """Refuse what cannot be checked; arrivals and departures wait on."""
        waiting, self._waiting = self._waiting, deque()
        for submission in waiting:
            self.refused(submission, error)
        self.run_settled_calls()
        if not self._running:
            self._idle_calls.run()

    def is_own(self, key: str) -> bool:
        """Whether an entry with this key was submitted on this server."""
        return key.startswith(self._key_prefix)

    def settle(self, stored: Stored) -> Submission | None:
        """The submission of an event that is stored, if it was this server's."""
        if self.order.scope(stored.event) is not None:
            self._checked_before = self._count
        submission = self._in_flight.pop(stored.key, None)
        if submission is not None:
            self._presence_settled |= submission.must_store
            counters = self._runtime.counters
            counters.events[type(stored.event)] += 1
            if self._appended_at is not None:
                seconds = self._runtime.seconds() - self._appended_at
                counters.commit_seconds.observe(max(seconds, 0.0))
                self._appended_at = None
        elif stored.key in self._retried:
            # Its last attempt was in doubt, but it was stored.
            self._presence.remove(self._retried.pop(stored.key))
        return submission

    @property
    def queue_length(self) -> int:
        """The number of events that are not stored yet."""
        return len(self._waiting) + len(self._presence) + len(self._in_flight)

    def when_idle(self, call: Callable[[], None]) -> None:
        """Call this once everything is stored; at once if nothing is submitted."""
        if self._running or self._waiting or self._presence:
            self._idle_calls.add(call)
            if not self._running:
                self._begin()
        else:
            call()

    def when_settled(self, call: Callable[[], None]) -> None:
        """Call this once all that was submitted so far is shown or refused.

        Arrivals and departures that the store has refused once are not waited for.
        """
        if self._oldest() == math.inf:
            call()
        else:
            self._settled_calls.append((self._count, call))

    def run_settled_calls(self) -> None:
        """Make the calls of ``when_settled`` that are due."""
        calls = self._settled_calls
        if not calls:
            return
        # What a call submits is newer than all that the others wait for.
        oldest = self._oldest()
        while calls and calls[0][0] < oldest:
            calls.popleft()[1]()

    def _oldest(self) -> float:
        """The number of the oldest submission that somebody may wait for."""
        presence = () if self._retried else islice(self._presence, 1)
        waiting = chain(islice(self._waiting, 1), presence, self._in_flight.values())
        return min((submission.number for submission in waiting), default=math.inf)

    @property
    def _delay(self) -> float:
        """Seconds until arrivals and departures may be stored."""
        if self._idle_calls:
            return 0.0
        return max(self._delayed_until - self._runtime.seconds(), 0.0)

    def _begin(self) -> None:
        """Store what waits and may be stored now; the rest later."""
        if self._running or self._held:
            return
        if self._waiting or (self._presence and not self._delay):
            self._running = True
            # Not at once: what else is read in this iteration of the reactor belongs
            # in the same batch.
            self._runtime.call_later(0, self._gather)
        elif self._presence and not self._delaying:
            self._delaying = True
            self._runtime.call_later(self._delay, self._end_delay)
        elif not self._presence:
            self._idle_calls.run()

    def _end_delay(self) -> None:
        self._delaying = False
        self._begin()

    def _gather(self) -> None:
        # What was received since this iteration looked at the sockets belongs there,
        # too.  Measured with ten clients that send all the time, in a room of a
        # thousand: batches are 1.7 times as large, and a message costs 30 % less CPU
        # time.  A single message waits for one look at the sockets.
        self._runtime.call_later(0, self._start)

    def _start(self) -> None:
        self._runtime.spawn(self._run())

    async def _run(self) -> None:
        while not self._held and (batch := self._begin_batch()):
            self._runtime.counters.batch_entries.observe(len(batch))
            self._appended_at = self._runtime.seconds()
            try:
                unstored = await self._journal.append(
                    [entry for each in batch for entry in each.entries]
                )
            except Exception as error:  # noqa: BLE001 - logged by as_store_error
                # A bug in a journal must not stop the chat: the batch is treated as
                # after any other failure.
                store_error = as_store_error(self._runtime, error)
                self._store_log.report(store_error)
                self._appended_at = None
                self._runtime.counters.failed_batches += 1
                self._fail(batch, store_error)
                self.run_settled_calls()
                if self._presence and not self._waiting:
                    self._runtime.call_later(RETRY_DELAY, self._start)
                    self._idle_calls.run()
                    return
            else:
                if unstored is not None:
                    self._drop(unstored.elsewhere)
                    self._put_back(unstored.outdated)
                self.run_settled_calls()
                if self._store_log.failing and self._journal.problem() is None:
                    self._store_log.report(None)
            if not self._waiting:
                break
        self._running = False
        if self._presence or self._held:
            self._begin()
        else:
            self._idle_calls.run()

    def _begin_batch(self) -> list[Submission]:
        """The next batch, in flight from here on; empty if there is nothing to store.

        What is not allowed any more is refused.
        """
        while True:
            batch, refused = self._next_batch()
            for submission in batch:
                self._in_flight[submission.key] = submission
                if self._retried:
                    self._retried.pop(submission.key, None)
            for submission, why in refused:
                self.refused(submission, why)
            if batch or not refused:
                return batch
            self.run_settled_calls()

    def is_stale(self, submission: Submission) -> bool:
        """Whether rights were changed since the event was received."""
        return submission.number <= self._checked_before

    def _next_batch(
        self,
    ) -> tuple[list[Submission], list[tuple[Submission, Refused]]]:
        """What waits and may be stored now, in order; and what is not allowed any more.

        What depends on a change of rights in the batch is left for the next one, with
        all that its author does after it.
        """
        batch: list[Submission] = []
        refused: list[tuple[Submission, Refused]] = []
        left: list[Submission] = []
        scopes = BatchScopes(self.order)
        budget = MAX_CHARACTERS
        waiting = self._waiting
        presence = self._presence
        if self._delay and not self._may_join_messages:
            presence = deque()
        while (waiting or presence) and budget > 0 and len(batch) < MAX_ENTRIES:
            queue = waiting
            if presence and (
                not waiting
                # What failed is put last: the authors of the rest need not wait.
                or (presence[0].number < waiting[0].number and not self._retried)
            ):
                queue = presence
            submission = queue.popleft()
            event = submission.event
            if scopes.has_to_wait(submission):
                left.append(submission)
                continue
            if (
                submission.number <= self._checked_before
                and not submission.must_store
                and (why := self.order.refusal(event, submission.client)) is not None
            ):
                refused.append((submission, why))
                continue
            batch.append(submission)
            budget -= characters_shown(event)
            scopes.add(submission)
        self._put_in_front(left)
        return batch, refused

    def _put_in_front(self, submissions: Iterable[Submission]) -> None:
        """Have these stored before those that wait.

        :param submissions: in order.
        """
        for submission in reversed(list(submissions)):
            queue = self._presence if submission.must_store else self._waiting
            queue.appendleft(submission)

    @property
    def _may_join_messages(self) -> bool:
        """Arrivals and departures may be stored with the messages that wait."""
        few = len(self._presence) <= MAX_WITH_MESSAGE
        return bool(self._waiting) and few and not self._retried

    def _drop(self, keys: Collection[str]) -> None:
        """Refuse what clients sent that are not on this server any more."""
        for key in keys:
            submission = self._in_flight.pop(key, None)
            if submission is not None and submission.client is not None:
                self.refused(submission, StoreError(NOT_HERE))

    def _put_back(self, keys: Collection[str]) -> None:
        """Check again what depends on changes that were not announced here before."""
        if keys:
            self._checked_before = self._count
            found = (self._in_flight.pop(key, None) for key in keys)
            self._put_in_front(each for each in found if each is not None)

    def _fail(self, batch: list[Submission], error: StoreError) -> None:
        """Refuse what was not stored; arrivals and departures are tried again."""
        again: list[Submission] = []
        for submission in batch:
            # One that is no longer in flight was announced despite the failure.
            if self._in_flight.pop(submission.key, None) is None:
                continue
            if submission.must_store:
                again.append(submission)
                self._retried[submission.key] = submission
            is_certain = isinstance(error, OutcomeUnknown) and not error.concerns(
                submission.key
            )
            self.refused(submission, StoreError(NOT_SENT) if is_certain else error)
        # Before later arrivals and departures, since nobody leaves before arriving.
        self._presence.extendleft(reversed(again))


def _ignore_refusal(submission: Submission, error: StoreError | Refused) -> None:
    """Before there is a chat to reply to its clients."""
