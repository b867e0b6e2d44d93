"""Group commit: at most one batch is on its way into the journal.

While it is, the rest gathers and becomes the next batch; the commit's own
latency is the window, and there is no timer to tune.  What was not stored is
refused to its author and heard by nobody, except for arrivals and departures:
those are facts, and are tried again until they are stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .events import Entry, Event, Stored
from .interfaces import Journal, StoreError
from .isolation import as_store_error
from .pool import Client
from .runtime import Runtime

MAX_ENTRIES = 2000
"""Events in one batch."""

MAX_CHARACTERS = 128 * 1024
"""Characters said in one batch, well below what may wait for one reader."""

MAX_PRESENCE_DELAY = 0.1
"""Seconds that arrivals and departures may wait for more of their kind, when to
show them takes long: so that thousands who come at once cost a line for each
crowd and not one for each of them, times everyone who is there."""

DELAY_FACTOR = 4
"""As many times as it took to show the last batch they wait before the next."""

RETRY = 1.0
"""Seconds until arrivals and departures are tried again."""


@dataclass(slots=True, eq=False)
class Submission:
    """An event on its way, and who asked for it.

    :ivar ref: comes back on the answer.
    :ivar lasting: tried again until it is stored.
    """

    key: str
    event: Event
    client: Client | None
    ref: str | None
    lasting: bool


class Committer:
    """Takes events one by one and stores them in batches.

    :param node: unique among all servers and all their runs.
    :ivar refused: called with each submission that was not stored.
    """

    def __init__(self, journal: Journal, runtime: Runtime, *, node: str) -> None:
        self._journal = journal
        self._runtime = runtime
        self._own = f"{node}-"
        self._count = 0
        self._waiting: deque[Submission] = deque()
        self._in_flight: dict[str, Submission] = {}
        # Those in ``_waiting`` that were tried before.
        self._again: dict[str, Submission] = {}
        self._running = False
        # How many of those in ``_waiting`` are waited for.
        self._urgent = 0
        self._rest_until = 0.0
        self._resting = False
        self._when_idle: list[Callable[[], None]] = []
        self.refused: Callable[[Submission, StoreError], None] = _unheard

    def submit(
        self,
        event: Event,
        client: Client | None = None,
        ref: str | None = None,
        *,
        lasting: bool = False,
    ) -> None:
        """Store this event next, after all that was submitted before."""
        self._count += 1
        key = f"{self._own}{self._count}"
        if client is not None:
            client.pending += 1
        self._waiting.append(Submission(key, event, client, ref, lasting))
        self._urgent += not lasting
        if not self._running:
            if lasting:
                self._rest()
            else:
                self._begin()

    def delay_presence(self, cost: float) -> None:
        """Let arrivals and departures gather before the next batch of them.

        :param cost: seconds that showing the last batch took.
        """
        delay = min(MAX_PRESENCE_DELAY, DELAY_FACTOR * cost)
        self._rest_until = self._runtime.seconds() + delay

    def is_own(self, key: str) -> bool:
        """Whether an entry with this key comes from this server."""
        return key.startswith(self._own)

    def settle(self, stored: Stored) -> Submission | None:
        """Whose submission was stored, if it was one of this server's."""
        submission = self._in_flight.pop(stored.key, None)
        if submission is None and stored.key in self._again:
            # It was not known to be stored, but it was.
            self._waiting.remove(self._again.pop(stored.key))
        return submission

    def when_idle(self, call: Callable[[], None]) -> None:
        """Call this once nothing is on its way; at once if nothing is."""
        if self._running or self._waiting:
            self._when_idle.append(call)
            if not self._running:
                self._begin()
        else:
            call()

    def _rest(self) -> None:
        """Begin after a while, unless something urgent comes before that."""
        wait = self._rest_until - self._runtime.seconds()
        if wait <= 0:
            self._begin()
        elif not self._resting:
            self._resting = True
            self._runtime.call_later(wait, self._rested)

    def _rested(self) -> None:
        self._resting = False
        self._begin()

    def _begin(self) -> None:
        if self._waiting and not self._running:
            self._running = True
            # Not at once: what else this turn of the reactor brings belongs
            # into the same batch.
            self._runtime.call_later(0, self._start)

    def _start(self) -> None:
        self._runtime.spawn(self._run())

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            for submission in batch:
                self._in_flight[submission.key] = submission
                if self._again:
                    self._again.pop(submission.key, None)
            try:
                await self._journal.append([Entry(s.key, s.event) for s in batch])
            except Exception as error:  # noqa: BLE001 - it ends in the log
                # A mistake in a journal must not stop the chat: the batch is
                # treated as after any other failure.
                self._fail(batch, as_store_error(self._runtime, error))
                if self._waiting and self._waiting[0].lasting:
                    self._runtime.call_later(RETRY, self._start)
                    self._tell_idle()
                    return
            if self._waiting and not self._urgent and not self._when_idle:
                self._running = False
                self._rest()
                return
        self._running = False
        self._tell_idle()

    def _next_batch(self) -> list[Submission]:
        batch: list[Submission] = []
        room = MAX_CHARACTERS
        while self._waiting and room > 0 and len(batch) < MAX_ENTRIES:
            submission = self._waiting.popleft()
            batch.append(submission)
            self._urgent -= not submission.lasting
            room -= len(getattr(submission.event, "text", ""))
        return batch

    def _fail(self, batch: list[Submission], error: StoreError) -> None:
        """Refuse what was not stored, and put what lasts behind all the rest."""
        lasting: list[Submission] = []
        for submission in batch:
            # One that is not in flight any more was announced all the same.
            if self._in_flight.pop(submission.key, None) is None:
                continue
            if submission.lasting:
                lasting.append(submission)
                self._again[submission.key] = submission
            self.refused(submission, error)
        # Behind what can be refused, whose authors need not wait for it; but before
        # what lasts and came later, since who leaves has come before.
        lasting += [s for s in self._waiting if s.lasting]
        self._waiting = deque(s for s in self._waiting if not s.lasting)
        self._waiting += lasting

    def _tell_idle(self) -> None:
        calls, self._when_idle = self._when_idle, []
        for call in calls:
            call()


def _unheard(submission: Submission, error: StoreError) -> None:
    """Until the chat is there to tell its clients."""
