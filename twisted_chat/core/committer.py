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
from collections.abc import Callable, Collection

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
from .submission import Order, Submission
from .submission_queue import SubmissionQueue

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


class Committer:
    """Takes events one by one and stores them in batches.

    :param node: unique among all servers and all their runs.
    :param store_log: logs when the store fails and works again; one is made without.
    :ivar refused: called with each submission that was not stored.
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
        self._queue = SubmissionQueue()
        self._in_flight: dict[str, Submission] = {}
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
        self.refused: Callable[[Submission, StoreError | Refused], None] = (
            _ignore_refusal
        )

    @property
    def order(self) -> Order:
        """Which events depend on those before them; by default none does."""
        return self._queue.order

    @order.setter
    def order(self, order: Order) -> None:
        self._queue.order = order

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
        self._queue.add(submission)
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
        self.check_again()
        self._begin()

    def check_again(self) -> None:
        """Check again all that waits: somebody has lost a right."""
        self._queue.check_again(self._count)

    def is_stale(self, submission: Submission) -> bool:
        """Whether rights were changed since the event was received."""
        return self._queue.is_stale(submission)

    def refuse_held(self, error: StoreError) -> None:
        """Refuse what cannot be checked; arrivals and departures wait on."""
        for submission in self._queue.take_requests():
            self.refused(submission, error)
        self.run_settled_calls()
        if not self._running:
            self._idle_calls.run()

    def is_own(self, key: str) -> bool:
        """Whether an entry with this key was submitted on this server."""
        return key.startswith(self._key_prefix)

    def settle(self, stored: Stored) -> Submission | None:
        """The submission of an event that is stored, if it was this server's."""
        if self._queue.order.scope(stored.event) is not None:
            self.check_again()
        submission = self._in_flight.pop(stored.key, None)
        if submission is not None:
            self._presence_settled |= submission.must_store
            counters = self._runtime.counters
            counters.events[type(stored.event)] += 1
            if self._appended_at is not None:
                seconds = self._runtime.seconds() - self._appended_at
                counters.commit_seconds.observe(max(seconds, 0.0))
                self._appended_at = None
        else:
            self._queue.remove_retried(stored.key)
        return submission

    @property
    def queue_length(self) -> int:
        """The number of events that are not stored yet."""
        return len(self._queue) + len(self._in_flight)

    def when_idle(self, call: Callable[[], None]) -> None:
        """Call this once everything is stored; at once if nothing is submitted."""
        if self._running or self._queue:
            self._idle_calls.add(call)
            if not self._running:
                self._begin()
        else:
            call()

    def when_settled(self, call: Callable[[], None]) -> None:
        """Call this once all that was submitted so far is shown or refused.

        Arrivals and departures that the store has refused once are not waited for.
        """
        if self._queue.oldest(self._in_flight.values()) == math.inf:
            call()
        else:
            self._settled_calls.append((self._count, call))

    def run_settled_calls(self) -> None:
        """Make the calls of ``when_settled`` that are due."""
        calls = self._settled_calls
        if not calls:
            return
        # What a call submits is newer than all that the others wait for.
        oldest = self._queue.oldest(self._in_flight.values())
        while calls and calls[0][0] < oldest:
            calls.popleft()[1]()

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
        queue = self._queue
        if queue.has_requests or (queue.has_presence and not self._delay):
            self._running = True
            # Not at once: what else is read in this iteration of the reactor belongs
            # in the same batch.
            self._runtime.call_later(0, self._gather)
        elif queue.has_presence and not self._delaying:
            self._delaying = True
            self._runtime.call_later(self._delay, self._end_delay)
        elif not queue.has_presence:
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
                if self._queue.has_presence and not self._queue.has_requests:
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
            if not self._queue.has_requests:
                break
        self._running = False
        if self._queue.has_presence or self._held:
            self._begin()
        else:
            self._idle_calls.run()

    def _begin_batch(self) -> list[Submission]:
        """The next batch, in flight from here on; empty if there is nothing to store.

        What is not allowed any more is refused.
        """
        while True:
            batch, refused = self._queue.take_batch(presence_is_delayed=self._delay > 0)
            for submission in batch:
                self._in_flight[submission.key] = submission
            for submission, why in refused:
                self.refused(submission, why)
            if batch or not refused:
                return batch
            self.run_settled_calls()

    def _drop(self, keys: Collection[str]) -> None:
        """Refuse what clients sent that are not on this server any more."""
        for key in keys:
            submission = self._in_flight.pop(key, None)
            if submission is not None and submission.client is not None:
                self.refused(submission, StoreError(NOT_HERE))

    def _put_back(self, keys: Collection[str]) -> None:
        """Check again what depends on changes that were not announced here before."""
        if keys:
            self.check_again()
            found = (self._in_flight.pop(key, None) for key in keys)
            self._queue.put_in_front(each for each in found if each is not None)

    def _fail(self, batch: list[Submission], error: StoreError) -> None:
        """Refuse what was not stored; arrivals and departures are tried again."""
        again: list[Submission] = []
        for submission in batch:
            # One that is no longer in flight was announced despite the failure.
            if self._in_flight.pop(submission.key, None) is None:
                continue
            if submission.must_store:
                again.append(submission)
            is_certain = isinstance(error, OutcomeUnknown) and not error.concerns(
                submission.key
            )
            self.refused(submission, StoreError(NOT_SENT) if is_certain else error)
        self._queue.retry(again)


def _ignore_refusal(submission: Submission, error: StoreError | Refused) -> None:
    """Before there is a chat to reply to its clients."""
