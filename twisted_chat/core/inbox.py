"""The inbox of a client: what it has asked that the chat has not taken yet.

Each adapter puts decoded requests in here.  The chat takes them in order: within the
rate limit (which counts lines, long messages and long answers by their bytes, delays,
and drops nothing), nothing before the client is present, and a route only once
everything that the client asked before is done, so that replies come in the order of
the requests.

When the connection is lost, the requests received before are still taken, at the same
rate, and then the client leaves unless it resumes before that.  A client that sends
much and disconnects could leave ever more such inboxes behind, so their time and number
are bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import takewhile
from math import inf

from .chat import Chat
from .client import Client
from .limits import Bucket, LastBurst, RateLimit, TokenBucket
from .replies import Request
from .runtime import ScheduledCall
from .texts import tokens_for

MAX_IN_FLIGHT = 512
"""Requests of one client that may be on their way into the journal at once."""

DRAIN_TIMEOUT = 300.0
"""Seconds in which the requests of a disconnected client are still taken: enough, at
the default rate limit, for the lines that are commonly read at once (64 KiB)."""

MAX_DRAINING = 100
"""Disconnected clients, in all, whose requests are still being taken."""


class Inbox:
    """The requests of one client, in order.

    :param pause: stop reading from the connection; called once until ``resume``.
    :param resume: read again.
    :ivar client: whose requests these are.
    """

    __slots__ = (
        "_after_route",
        "_bucket",
        "_chat",
        "_connection",
        "_counted",
        "_disconnected_at",
        "_pause",
        "_paused",
        "_queue",
        "_resume",
        "_timer",
        "client",
    )

    def __init__(
        self,
        chat: Chat,
        client: Client,
        limit: RateLimit | None,
        pause: Callable[[], object],
        resume: Callable[[], object],
    ) -> None:
        self._chat = chat
        self.client = client
        self._connection = client.connection
        former, client.inbox = client.inbox, self
        self._bucket: Bucket | None = TokenBucket(limit) if limit else None
        self._pause = pause
        self._resume = resume
        self._paused = False
        # The last request taken was a route: the next may depend on what it changes,
        # so that waits until the route is done.
        self._after_route = False
        # Most clients have nothing waiting most of the time, and an empty deque takes
        # 600 bytes.
        self._queue: deque[Request] | None = None
        self._timer: ScheduledCall | None = None
        self._disconnected_at: float | None = None
        self._counted = False
        if isinstance(former, Inbox):
            self._take_over(former)

    def _take_over(self, former: Inbox) -> None:
        """The client resumes: the requests of its former connection come first.

        A ``\\quit`` among them is dropped, and what follows it.
        """
        queue = former._discard_queue()
        former._stop_draining()
        self._bucket = former._bucket
        self._after_route = former._after_route
        left = deque(takewhile(lambda request: not self._is_quit(request), queue))
        if left:
            self._queue = left
            # Not now: the adapter does not have this inbox yet.
            self._chat.runtime.call_later(0, self._process)

    def put(self, request: Request) -> None:
        """Take a request, now or later."""
        client = self.client
        if client.inbox is not self or not client.accepts_requests:
            return
        if self._queue is None:
            if self._ready(request):
                self._chat.receive(client, request)
                return
            self._queue = deque()
        self._queue.append(request)
        if not self._paused and self._disconnected_at is None:
            self._paused = True
            self._pause()

    def disconnected(self) -> None:
        """The connection is lost: take what it sent, then let the client leave."""
        if self._disconnected_at is not None:
            return
        self._disconnected_at = self._chat.runtime.seconds()
        if self.client.inbox is self:
            self._chat.turns.drop(self.client, "the connection was lost")
        if self._queue is None:
            self._leave()
            return
        pool = self._chat.pool
        pool.draining += 1
        self._counted = True
        if pool.draining > MAX_DRAINING:
            self._drop_queue()

    def drain(self) -> None:
        """The server is stopping: take one burst now, and nothing after it.

        Without a rate limit, take everything.
        """
        if self._bucket is not None:
            self._bucket = LastBurst(self._bucket.limit)
        self._process()

    def wait(self) -> float:
        """Seconds until the rate limit lets a request be taken."""
        if self._bucket is None:
            return 0.0
        return self._bucket.wait(self._chat.runtime.seconds())

    def continue_rate(self, former: Inbox) -> None:
        """The same peer had another client before: what that has sent counts."""
        self._bucket = former._bucket

    def charge(self, tokens: int) -> None:
        """Have what the client asks next wait for this many tokens more."""
        if self._bucket is not None:
            self._bucket.take(self._chat.runtime.seconds(), tokens)

    def _ready(self, request: Request) -> bool:
        """Whether the chat may take this now; if not, ``_process`` will be called."""
        client = self.client
        is_route = bool(request.route or request.refusal)
        if (
            client.is_joining
            or client.pending >= MAX_IN_FLIGHT
            or (client.pending and (is_route or self._after_route))
        ):
            client.when_idle(self._process)
            return False
        self._after_route = is_route
        bucket = self._bucket
        if bucket is None:
            return True
        now = self._chat.runtime.seconds()
        wait = bucket.wait(now)
        if wait <= 0:
            bucket.take(now, tokens_for(request.text, request.raw))
            return True
        if self._timer is None and wait < inf:
            self._chat.runtime.counters.rate_limited += 1
            self._timer = self._chat.runtime.call_later(wait, self._tick)
        return False

    def _tick(self) -> None:
        self._timer = None
        lost = self._disconnected_at
        if lost is not None and self._chat.runtime.seconds() - lost > DRAIN_TIMEOUT:
            self._drop_queue()
        else:
            self._process()

    def _drop_queue(self) -> None:
        """Take no more of what a disconnected client sent."""
        count = len(self._discard_queue())
        self._chat.runtime.log_line(
            f"client error: {self.client.nick or 'a new client'}: disconnected; "
            f"dropped {count} queued lines"
        )
        self._process()

    def _discard_queue(self) -> Sequence[Request]:
        """The requests in the queue, which then is empty."""
        queue, self._queue = self._queue, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return queue or ()

    def _process(self) -> None:
        queue = self._queue
        while queue and self._ready(queue[0]):
            self._chat.receive(self.client, queue.popleft())
            if not self.client.accepts_requests:
                queue.clear()
        if not queue:
            self._queue = None
            if self._disconnected_at is not None:
                self._leave()
            elif self._paused and self.client.accepts_requests:
                self._paused = False
                self._resume()

    def _leave(self) -> None:
        if self.client.pending:
            # A route that is not done may still change the client.
            self.client.when_idle(self._process)
            return
        self._stop_draining()
        self._chat.detach(self.client, self._connection)

    def _stop_draining(self) -> None:
        if self._counted:
            self._counted = False
            self._chat.pool.draining -= 1

    def _is_quit(self, request: Request) -> bool:
        table = self._chat.table
        return request.route in table and table.find(request.route).name == "quit"
