"""The inbox of a client: what it has asked that the chat has not taken yet.

Each adapter passes in what it receives, undecoded; what has to wait is in a backlog.
The chat takes the requests in order: within the rate limit (which counts lines, long
messages and long answers by their bytes, delays, and drops nothing), nothing before the
client is present, and a route only once everything that the client asked before is
done, so that replies come in the order of the requests.

When the connection is lost, the requests received before are still taken, at the same
rate, and then the client leaves unless it resumes before that.  A client that sends
much and disconnects could leave ever more such inboxes behind, so their time and number
are bounded.
"""

from __future__ import annotations

from math import inf

from .backlog import Backlog, Decode, Unit, size_of
from .chat import Chat
from .client import NO_CONNECTION, Client, NoConnection
from .interfaces import Source
from .limits import TOKEN_BYTES, Bucket, LastBurst, RateLimit, TokenBucket
from .network_rates import SharedBucket
from .replies import NOTHING, Request
from .runtime import ScheduledCall
from .texts.texts import tokens_for

MAX_IN_FLIGHT = 512
"""Requests of one client that may be on their way into the journal at once."""

MAX_IN_FLIGHT_SIZE = 128 * 1024
"""Characters in them, after which no further one is taken until all are stored."""

MAX_AT_ONCE = 64
"""Requests of a backlog that are taken before others get a turn."""

DRAIN_TIMEOUT = 300.0
"""Seconds in which the requests of a disconnected client are still taken: enough, at
the default rate limit, for the lines that are commonly read at once (64 KiB)."""

MAX_DRAINING = 100
"""Disconnected clients, in all, whose requests are still being taken."""

TOO_MUCH = "too much input"
"""Why a client is disconnected whose adapter reads on though it should not."""


class Inbox:
    """The requests of one client, in order.

    :param decode: makes requests of what is received.
    :param source: where it is received; paused while anything waits.
    :ivar client: whose requests these are.
    """

    __slots__ = (
        "_after_route",
        "_backlog",
        "_bucket",
        "_chat",
        "_connection",
        "_counted",
        "_decode",
        "_disconnected_at",
        "_in_flight",
        "_paused",
        "_source",
        "_timer",
        "client",
    )

    def __init__(
        self,
        chat: Chat,
        client: Client,
        limit: RateLimit | None,
        decode: Decode,
        source: Source,
    ) -> None:
        self._chat = chat
        self.client = client
        self._connection = client.connection
        former, client.inbox = client.inbox, self
        self._bucket = self._make_bucket(limit)
        self._decode = decode
        self._source = source
        self._paused = False
        # The last request taken was a route, or what a route has asked for: the next
        # may depend on what it changes, so that waits until the route is done.
        self._after_route = False
        # Characters taken since nothing was pending.
        self._in_flight = 0
        # Most clients have none most of the time.
        self._backlog: Backlog | None = None
        self._timer: ScheduledCall | None = None
        self._disconnected_at: float | None = None
        self._counted = False
        if isinstance(former, Inbox):
            self._take_over(former)

    def _make_bucket(self, limit: RateLimit | None) -> Bucket | None:
        if limit is None:
            return None
        network = self.client.identity.network
        if network is None:
            return TokenBucket(limit)
        now = self._chat.runtime.seconds()
        return SharedBucket(limit, self._chat.network_rates, network, now)

    def _take_over(self, former: Inbox) -> None:
        """The client resumes: the requests of its former connection come first.

        A ``\\quit`` among them is dropped, and what follows it.
        """
        backlog = former._discard_backlog()
        former._stop_draining()
        self._bucket = former._bucket
        self._after_route = former._after_route
        self._in_flight = former._in_flight
        if backlog is None:
            return
        backlog.become_former()
        backlog.drop_former(self._is_quit)
        if backlog.next is not None:
            self._backlog = backlog
            # Not now: the adapter does not have this inbox yet.
            self._chat.runtime.call_later(0, self._process)

    def receive(self, unit: Unit) -> None:
        """Take what the client has sent, now or later.

        :param unit: one line, frame or event, as ``decode`` expects it.
        """
        if not self._accepts_requests:
            return
        if self._backlog is not None:
            self._keep(self._backlog.push(unit, self._decode))
            return
        tokens = size_of(unit) // TOKEN_BYTES
        requests = iter(self._decode(unit))
        for count, request in enumerate(requests):
            if count == MAX_AT_ONCE:
                self._process_later()
            elif self._ready(request, tokens):
                tokens = 0
                self._take(request)
                if self.client.accepts_requests:
                    continue
                return
            self._backlog = Backlog(request, requests, tokens)
            self._stop_reading()
            return

    def put(self, request: Request) -> None:
        """Take a request of the adapter's own, now or later."""
        if not self._accepts_requests:
            return
        if self._backlog is not None:
            self._keep(self._backlog.push_request(request))
        elif self._ready(request, 0):
            self._take(request)
        else:
            self._backlog = Backlog(request, iter(()), 0)
            self._stop_reading()

    def disconnected(self) -> None:
        """The connection is lost: take what it sent, then let the client leave."""
        if self._disconnected_at is not None:
            return
        self._disconnected_at = self._chat.runtime.seconds()
        if self.client.inbox is self:
            self._chat.turns.drop(self.client, "the connection was lost")
        if self._backlog is None:
            self._leave()
            return
        pool = self._chat.pool
        pool.draining += 1
        self._counted = True
        if pool.draining > MAX_DRAINING:
            self._drop_backlog()

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
        self.client.has_room = former.client.has_room

    def charge(self, tokens: int) -> None:
        """Have what the client asks next wait for this many tokens more."""
        if self._bucket is not None:
            self._bucket.take(self._chat.runtime.seconds(), tokens)

    def idle_seconds(self) -> float | None:
        """For how long the client has asked nothing; ``None`` if that is not known.

        Its bucket has been full since shortly after its last request.
        """
        bucket = self._bucket
        if bucket is None or not bucket.full_at:
            return None
        return max(self._chat.runtime.seconds() - bucket.full_at, 0.0)

    @property
    def _accepts_requests(self) -> bool:
        client = self.client
        return client.inbox is self and client.accepts_requests

    def _ready(self, request: Request, tokens: int) -> bool:
        """Whether the chat may take this now; if not, ``_process`` will be called.

        :param tokens: what it costs at least.
        """
        client = self.client
        is_route = bool(request.route or request.refusal or self._chat.is_asked(client))
        if (
            client.is_joining
            or client.pending >= MAX_IN_FLIGHT
            or (
                client.pending
                and (
                    is_route
                    or self._after_route
                    or self._in_flight >= MAX_IN_FLIGHT_SIZE
                )
            )
        ):
            client.when_idle(self._process)
            return False
        bucket = self._bucket
        if bucket is not None:
            now = self._chat.runtime.seconds()
            tokens = max(tokens, tokens_for(request.text, request.raw))
            wait = bucket.wait(now, tokens)
            if wait > 0:
                self._wait(wait)
                return False
            bucket.take(now, tokens)
        self._after_route = is_route
        if not client.pending:
            self._in_flight = 0
        held = len(request.text) + len(request.raw or "") + len(request.ref or "")
        self._in_flight += held
        return True

    def _wait(self, seconds: float) -> None:
        if self._timer is None and seconds < inf:
            self._chat.runtime.counters.rate_limited += 1
            self._timer = self._chat.runtime.call_later(seconds, self._tick)

    def _process_later(self) -> None:
        if self._timer is None:
            self._timer = self._chat.runtime.call_later(0, self._tick)

    def _tick(self) -> None:
        self._timer = None
        lost = self._disconnected_at
        if lost is not None and self._chat.runtime.seconds() - lost > DRAIN_TIMEOUT:
            self._drop_backlog()
        else:
            self._process()

    def _take(self, request: Request) -> None:
        if request is not NOTHING:
            self._chat.receive(self.client, request)

    def _keep(self, is_kept: bool) -> None:
        """A unit was added to the backlog, or there was no space for it."""
        if is_kept:
            self._stop_reading()
        elif self._disconnected_at is None:
            self._connection.close(TOO_MUCH)

    def _stop_reading(self) -> None:
        if not self._paused and self._disconnected_at is None:
            self._paused = True
            self._source.pause()

    def _drop_backlog(self) -> None:
        """Take no more of what a disconnected client sent."""
        backlog = self._discard_backlog()
        self._chat.runtime.log_line(
            f"client error: {self.client.nick or 'a new client'}: disconnected; "
            f"dropped {len(backlog or ())} queued lines"
        )
        self._process()

    def _discard_backlog(self) -> Backlog | None:
        """The backlog; there is none then."""
        backlog, self._backlog = self._backlog, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return backlog

    def _process(self) -> None:
        """Take what may be taken now; with nothing left, read on or leave."""
        # From a client that leaves, or is banned while it waits, nothing more is taken.
        backlog = self._backlog if self.client.accepts_requests else None
        taken = 0
        while backlog is not None and (request := backlog.next) is not None:
            if taken == MAX_AT_ONCE:
                self._process_later()
                return
            if not self._ready(request, backlog.tokens):
                return
            backlog.advance()
            backlog.drop_former(self._is_quit)
            self._take(request)
            taken += 1
            if not self.client.accepts_requests:
                break
        self._backlog = None
        if self._disconnected_at is not None:
            self._leave()
        elif self._paused and self.client.accepts_requests:
            self._paused = False
            self._source.resume()

    def _leave(self) -> None:
        if self.client.pending:
            # A route that is not done may still change the client.
            self.client.when_idle(self._process)
            return
        self._stop_draining()
        self._chat.detach(self.client, self._connection)
        self._release()

    def _release(self) -> None:
        """Break the reference cycles, so that no garbage collection is needed."""
        client = self.client
        if client.connection is self._connection:
            client.connection = NO_CONNECTION
            client.inbox = None
        self._connection = self._source = _NOWHERE
        self._decode = _nothing

    def _stop_draining(self) -> None:
        if self._counted:
            self._counted = False
            self._chat.pool.draining -= 1

    def _is_quit(self, request: Request) -> bool:
        table = self._chat.table
        return request.route in table and table.find(request.route).name == "quit"


_NOWHERE = NoConnection()
"""Replaces the source and the connection of an inbox once its client has left."""


def _nothing(_unit: Unit) -> tuple[()]:
    """Decode what nobody takes."""
    return ()
