"""What one client has asked that the chat has not taken yet.

Each protocol puts what it decodes in here, and the chat takes it as it
should: at the client's pace (flood control delays, it drops nothing), a route
only once everything that the client asked before is done (so that answers
come in the order of the questions), and nothing before the client was let in.

When the peer is gone, what it had sent is still said, at the same pace; then the
client leaves, unless it resumes before that.  Who sends much and hangs up could so
leave ever more voices behind: their time and their number are bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import takewhile

from .chat import Chat
from .limits import RateLimit, TokenBucket
from .pool import Client
from .replies import Request
from .runtime import ScheduledCall

MAX_IN_FLIGHT = 512
"""Lines of one client that may be on their way into the journal at once."""

PATIENCE = 300.0
"""Seconds in which a client that is gone may still say what it had sent: at the usual
pace, as many lines as are commonly read at once (64 KiB)."""

MAX_LINGERING = 100
"""Clients that are gone and still have something to say, all together."""


class Inbox:
    """The requests of one client, in order.

    :param pause: stop reading from the peer; called once until ``resume``.
    :param resume: read on.
    """

    __slots__ = (
        "_bucket",
        "_chat",
        "_client",
        "_connection",
        "_finished_at",
        "_lingers",
        "_pause",
        "_paused",
        "_queue",
        "_resume",
        "_routed",
        "_timer",
    )

    def __init__(
        self,
        chat: Chat,
        client: Client,
        pace: RateLimit | None,
        pause: Callable[[], object],
        resume: Callable[[], object],
    ) -> None:
        self._chat = chat
        self._client = client
        self._connection = client.connection
        former, client.inbox = client.inbox, self
        self._bucket = TokenBucket(pace) if pace else None
        self._pause = pause
        self._resume = resume
        self._paused = False
        # The last request taken was a route: what follows may depend on what
        # it changes, so it waits until that is done.
        self._routed = False
        # Most clients have nothing waiting most of the time, and an empty
        # deque is 600 bytes.
        self._queue: deque[Request] | None = None
        self._timer: ScheduledCall | None = None
        self._finished_at: float | None = None
        self._lingers = False
        if isinstance(former, Inbox):
            self._go_on_from(former)

    def _go_on_from(self, former: Inbox) -> None:
        """The client resumes: what its former connection sent comes before the rest.

        If it had asked to go it has thought better of it.
        """
        queue, former._queue = former._queue, None
        if former._timer is not None:
            former._timer.cancel()
            former._timer = None
        former._linger_no_more()
        self._bucket = former._bucket
        self._routed = former._routed
        left = deque(takewhile(lambda request: request.route != "quit", queue or ()))
        if left:
            self._queue = left
            self._pump()

    def put(self, request: Request) -> None:
        """Take a request in, now or later."""
        if self._client.closed or self._client.inbox is not self:
            return
        if self._queue is None:
            if self._ready(request):
                self._chat.receive(self._client, request)
                return
            self._queue = deque()
        self._queue.append(request)
        if not self._paused and self._finished_at is None:
            self._paused = True
            self._pause()

    def finish(self) -> None:
        """The peer is gone: say what it had sent, then let the client leave."""
        if self._finished_at is not None:
            return
        self._finished_at = self._chat.runtime.seconds()
        if self._queue is None:
            self._leave()
            return
        pool = self._chat.pool
        pool.lingering += 1
        self._lingers = True
        if pool.lingering > MAX_LINGERING:
            self._give_up()

    def drain(self) -> None:
        """The server is stopping: say everything now, at no one's pace."""
        self._bucket = None
        self._pump()

    def _ready(self, request: Request) -> bool:
        """Whether the chat may take this now; if not, ``_pump`` will be called."""
        client = self._client
        routed = bool(request.route or request.refusal)
        if (
            not client.present
            or client.pending >= MAX_IN_FLIGHT
            or (client.pending and (routed or self._routed))
        ):
            client.when_idle(self._pump)
            return False
        self._routed = routed
        bucket = self._bucket
        if bucket is None:
            return True
        now = self._chat.runtime.seconds()
        wait = bucket.wait(now)
        if wait <= 0:
            bucket.take(now)
            return True
        if self._timer is None:
            self._timer = self._chat.runtime.call_later(wait, self._tick)
        return False

    def _tick(self) -> None:
        self._timer = None
        gone = self._finished_at
        if gone is not None and self._chat.runtime.seconds() - gone > PATIENCE:
            self._give_up()
        else:
            self._pump()

    def _give_up(self) -> None:
        """Say no more of what a client that is gone had sent."""
        count = len(self._queue or ())
        self._chat.runtime.log_line(
            f"client error: {self._client.nick or 'a new client'}: disconnected; "
            f"dropped {count} queued lines"
        )
        if self._queue:
            self._queue.clear()
        self._pump()

    def _pump(self) -> None:
        queue = self._queue
        while queue and self._ready(queue[0]):
            self._chat.receive(self._client, queue.popleft())
            if self._client.closed:
                queue.clear()
        if not queue:
            self._queue = None
            if self._finished_at is not None:
                self._leave()
            elif self._paused and not self._client.closed:
                self._paused = False
                self._resume()

    def _leave(self) -> None:
        if self._client.pending:
            # An answer is on its way that may still change the client.
            self._client.when_idle(self._pump)
            return
        self._linger_no_more()
        self._chat.detach(self._client, self._connection)

    def _linger_no_more(self) -> None:
        if self._lingers:
            self._lingers = False
            self._chat.pool.lingering -= 1
