"""What waits to be stored, and which of it is the next batch.

Messages and other requests wait in one queue, arrivals and departures in another, as a
message may overtake them: nobody has said anything before arriving, or says anything
after leaving.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from itertools import chain, islice

from .replies import Refused
from .submission import AnyOrder, BatchScopes, Order, Submission
from .texts.texts import characters_shown

MAX_ENTRIES = 2000
"""Events in one batch."""

MAX_CHARACTERS = 128 * 1024
"""Characters shown by one batch, well below what may wait for one client."""

MAX_WITH_MESSAGE = 64
"""More of them than this do not join the batch of a message, which they would delay."""


class SubmissionQueue:
    """The submissions that are not in a batch yet.

    :ivar order: which events depend on those before them; by default none does.
    """

    def __init__(self) -> None:
        self._requests: deque[Submission] = deque()
        self._presence: deque[Submission] = deque()
        # Those in ``_presence`` whose last attempt failed.
        self._retried: dict[str, Submission] = {}
        # The number of the last submission when rights were changed: those up to it
        # were checked before that.
        self._checked_before = 0
        self.order: Order = AnyOrder()

    def __len__(self) -> int:
        return len(self._requests) + len(self._presence)

    @property
    def has_requests(self) -> bool:
        """Whether anything waits besides arrivals and departures."""
        return bool(self._requests)

    @property
    def has_presence(self) -> bool:
        """Whether an arrival or a departure waits."""
        return bool(self._presence)

    def add(self, submission: Submission) -> None:
        """A submission waits behind all others of its kind."""
        (self._presence if submission.must_store else self._requests).append(submission)

    def put_in_front(self, submissions: Iterable[Submission]) -> None:
        """Have these stored before those that wait.

        :param submissions: in order.
        """
        for submission in reversed(list(submissions)):
            queue = self._presence if submission.must_store else self._requests
            queue.appendleft(submission)

    def retry(self, submissions: Iterable[Submission]) -> None:
        """Arrivals and departures that could not be stored wait again.

        :param submissions: in order.
        """
        again = list(submissions)
        self._retried.update((each.key, each) for each in again)
        # Before later ones, since nobody leaves before arriving.
        self._presence.extendleft(reversed(again))

    def remove_retried(self, key: str) -> None:
        """A submission was stored after all, though its last attempt was in doubt."""
        submission = self._retried.pop(key, None)
        if submission is not None:
            self._presence.remove(submission)

    def take_requests(self) -> deque[Submission]:
        """What waits besides arrivals and departures, which does not wait any more."""
        requests, self._requests = self._requests, deque()
        return requests

    def check_again(self, until: int) -> None:
        """Rights were changed: check again what was submitted up to this number."""
        self._checked_before = until

    def is_stale(self, submission: Submission) -> bool:
        """Whether rights were changed since the event was received."""
        return submission.number <= self._checked_before

    def oldest(self, in_flight: Iterable[Submission]) -> float:
        """The number of the oldest submission that somebody may wait for.

        Nobody waits for arrivals and departures that the store has refused once.
        """
        presence = () if self._retried else islice(self._presence, 1)
        waiting = chain(islice(self._requests, 1), presence, in_flight)
        return min((submission.number for submission in waiting), default=math.inf)

    def take_batch(
        self, *, presence_is_delayed: bool
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
        requests = self._requests
        presence = self._presence
        if presence_is_delayed and not self._may_join_messages:
            presence = deque()
        while (requests or presence) and budget > 0 and len(batch) < MAX_ENTRIES:
            queue = requests
            if presence and (
                not requests
                # What failed is put last: the authors of the rest need not wait.
                or (presence[0].number < requests[0].number and not self._retried)
            ):
                queue = presence
            submission = queue.popleft()
            event = submission.event
            if scopes.has_to_wait(submission):
                left.append(submission)
                continue
            if (
                self.is_stale(submission)
                and not submission.must_store
                and (why := self.order.refusal(event, submission.client)) is not None
            ):
                refused.append((submission, why))
                continue
            batch.append(submission)
            budget -= characters_shown(event)
            scopes.add(submission)
        if self._retried:
            for submission in batch:
                self._retried.pop(submission.key, None)
        self.put_in_front(left)
        return batch, refused

    @property
    def _may_join_messages(self) -> bool:
        """Arrivals and departures may be stored with the messages that wait."""
        few = len(self._presence) <= MAX_WITH_MESSAGE
        return bool(self._requests) and few and not self._retried
