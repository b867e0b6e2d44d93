"""Engine.IO's polling transport: a GET waits for packets, a POST brings some.

(engine.io-protocol, version 4: "HTTP long-polling".)

Invariants: at most one request of each kind is held.  What waits for the next GET is
bounded, and so is what one response takes.  While the application pauses, the rest of a
POST is neither decoded nor answered, so that the client sends no more.  What a client
has posted before it disconnects is taken.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from enum import Enum
from typing import Any

from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.web.http import Request
from websockets.frames import CloseCode

from twisted_chat.net.large_inputs import REFUSAL
from twisted_chat.net.pacing import Pace
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.resets import READ_ON_TIMEOUT
from twisted_chat.net.send_queue import SendQueue
from twisted_chat.net.slow_readers import unacknowledged

from .framing import POLLING
from .interfaces import TransportUser
from .packets import CLOSE, NOOP, Packet, PacketError, decode_payload, payload, record

MAX_RESPONSE = 256 * 1024
"""Bytes in the answer to a GET, and one write more.

So much may wait until the heartbeat ends the session: on other transports it would wait
in the kernel.  Only what is beyond that makes a client a slow reader."""

GONE = "the client cancelled its request"
"""Why a session ends whose client is gone."""

NOOP_RECORD = record(NOOP.encode())
"""Answers a GET for which nothing waits."""

CLOSE_RECORD = record(CLOSE.encode())
"""The last record of a session that the server closes."""


class PollingState(Enum):
    """The life of a polling transport."""

    OPEN = "a GET is held until something is written"
    UPGRADING = "no GET is held, as the client is about to change its transport"
    ABANDONED = "the client is gone; the rest of its POST is taken, nothing is sent"
    CLOSED = "nothing more is sent or received"


# Looking up the member of an enum takes ten times as long in Python 3.11.
_ABANDONED, _CLOSED = PollingState.ABANDONED, PollingState.CLOSED


class PollingTransport(Pace):
    """Carries one session over HTTP requests.

    :param session: receives the packets.
    :param limits: of all connections of the server.
    """

    __slots__ = (
        "_abandoned",
        "_answered",
        "_clock",
        "_get",
        "_large_inputs",
        "_packets",
        "_paused",
        "_post",
        "_queue",
        "_session",
        "_slow_readers",
        "_state",
    )

    framing = POLLING
    upgrades = ("websocket",)

    def __init__(
        self, session: TransportUser, limits: PeerLimits, clock: IReactorTime
    ) -> None:
        super().__init__(limits.pacing)
        self._clock = clock
        self._abandoned: IDelayedCall | None = None
        self._large_inputs = limits.large_inputs
        self._session = session
        self._slow_readers = limits.slow_readers
        # The connection to which the last GET was answered.
        self._answered: Any = None
        self._state = PollingState.OPEN
        self._get: Request | None = None
        self._queue = SendQueue()
        self._post: Request | None = None
        self._packets: Iterator[Packet] | None = None
        self._paused = False

    # Sending.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the next GET."""
        return self._queue.size

    def write(self, records: bytes) -> None:
        """Send records with the GET that is held, or with the next one."""
        get = self._get
        if get is not None:
            self._get = None
            self._answer(get, records)
        elif self._state is not _CLOSED and self._state is not _ABANDONED:
            queue = self._queue
            before = queue.size
            if not queue.push(records):
                self.cut_off()
            elif before <= MAX_RESPONSE < queue.size:
                self._slow_readers.add(self)

    def _answer(self, get: Request, records: bytes) -> None:
        channel: Any = get.channel
        self._answered = getattr(channel, "transport", None)
        respond(get, payload(records))

    def hold_writes(self) -> None:
        """Hold nothing: a client reads each response before it sends the next GET."""

    def get(self, request: Request) -> None:
        """Answer a GET, or hold it until something is written."""
        if self._state is _ABANDONED:
            refuse(request, GONE)
        elif self._get is not None:
            # Two clients, or one with a bug: neither can be served.
            refuse(request, "this session has a GET that waits")
            self._session.fail("two GETs at once")
        elif self._queue:
            self._answer(request, self._queue.pop(MAX_RESPONSE))
        elif self._state is PollingState.UPGRADING:
            respond(request, payload(NOOP_RECORD))
        else:
            self._get = request
            request.notifyFinish().addErrback(lambda _: self._get_lost(request))

    def _get_lost(self, request: Request) -> None:
        if self._get is request:
            self._get = None
            if self._packets is None:
                self._session.fail(GONE)
            else:
                self._abandon()

    def _abandon(self) -> None:
        """The client is gone: end the session when the rest of its POST is taken."""
        if self._state is _ABANDONED or self._state is _CLOSED:
            return
        self._state = _ABANDONED
        self._queue.pop_all()
        self._abandoned = self._clock.callLater(
            READ_ON_TIMEOUT, self._session.fail, GONE
        )

    # For ``slow_readers``.

    @property
    def is_behind(self) -> bool:
        """See ``SlowReader``."""
        return self._queue.is_long

    def progress(self) -> Hashable:
        """See ``SlowReader``."""
        if self._queue.size <= MAX_RESPONSE or self._state is _CLOSED:
            return None
        return self._queue.taken, unacknowledged(self._answered)

    def cut_off(self) -> None:
        """See ``SlowReader``."""
        self._state = PollingState.CLOSED
        self._session.too_slow()

    # Receiving.

    def post(self, request: Request, size: int) -> None:
        """Take the packets of a POST one by one, then answer it.

        :param size: bytes of its body, which is read only if as much may be held.
        """
        if self._packets is not None:
            refuse(request, "this session has a POST in progress")
            self._session.fail("two POSTs at once")
            return
        if not self._large_inputs.hold(self, self.address, size):
            refuse(request, REFUSAL, 503)
            self._session.fail(REFUSAL)
            return
        # Not kept twice while it waits.
        content, request.content = request.content, None
        body = b""
        if content is not None:
            body = content.read()
            content.close()
        self._post, self._packets = request, decode_payload(body)
        request.notifyFinish().addErrback(lambda _: self._post_lost(request))
        self.run()

    def pause(self) -> None:
        """Take no further packets."""
        self._paused = True

    def resume(self) -> None:
        """Take packets again."""
        self._paused = False
        self.run()

    # For the pace; see there.

    @property
    def address(self) -> IAddress:
        """The client's address."""
        return self._session.address

    @property
    def has_work(self) -> bool:
        """Whether there is a packet to take, and it may be taken."""
        return self._packets is not None and not self._paused

    def work(self) -> None:
        """Take a packet; after the last one, answer the POST."""
        if self._packets is None:
            return
        try:
            packet = next(self._packets, None)
            if packet is None:
                self._drop_packets()
                self._answer_post()
                if self._state is _ABANDONED:
                    self._session.fail(GONE)
            else:
                self._session.packet_received(packet)
        except PacketError as error:
            self._drop_packets()
            post, self._post = self._post, None
            if post is not None:
                refuse(post, str(error))
            self._session.fail(str(error))

    def _drop_packets(self) -> None:
        """The POST is read, or nothing more of it will be."""
        self._packets = None
        self._large_inputs.let_go(self)

    def _answer_post(self) -> None:
        post, self._post = self._post, None
        if post is not None:
            respond(post, b"ok")

    def _post_lost(self, request: Request) -> None:
        if self._post is request:
            self._post = None
            self._abandon()

    # Upgrading; see ``upgrade``.

    @property
    def can_be_replaced(self) -> bool:
        """Whether the client ended its polling: no GET is held, no POST in progress."""
        return self._state is PollingState.UPGRADING and self._packets is None

    def start_upgrade(self) -> None:
        """Hold no GET from now on."""
        self._state = PollingState.UPGRADING
        if self._get is not None:
            self.write(NOOP_RECORD)

    def cancel_upgrade(self) -> None:
        """Hold GETs again."""
        if self._state is PollingState.UPGRADING:
            self._state = PollingState.OPEN

    def detach(self) -> bytes:
        """End, because another transport replaces this one; the records that wait."""
        self._state = PollingState.CLOSED
        self.stop()
        return self._queue.pop_all()

    # Closing.

    def close(
        self, code: int, _reason: str, *, by_client: bool = False
    ) -> tuple[bytes, ...]:
        """Answer both requests; see ``Transport.close``."""
        self._state = PollingState.CLOSED
        if self._abandoned is not None and self._abandoned.active():
            self._abandoned.cancel()
        self._drop_packets()
        self.stop()
        self._answer_post()
        waiting = self._queue.pop_all()
        last = NOOP_RECORD if by_client else CLOSE_RECORD
        get, self._get = self._get, None
        if get is not None:
            respond(get, payload(waiting + last))
            return ()
        if code != CloseCode.NORMAL_CLOSURE:
            # The client violated the protocol: its next GET is refused.
            return ()
        # In two responses: stock clients ignore messages in one with CLOSE.
        return (waiting, last) if waiting else (last,)


def respond(request: Request, body: bytes) -> None:
    """Send the whole response to a request that is held, or is being rendered."""
    headers = request.responseHeaders
    headers.setRawHeaders(b"Content-Type", [b"text/plain; charset=UTF-8"])
    headers.setRawHeaders(b"Content-Length", [b"%d" % len(body)])
    headers.setRawHeaders(b"Cache-Control", [b"no-store"])
    request.write(body)
    request.finish()


def refuse(request: Request, reason: str, status: int = 400) -> None:
    """Refuse a request, with status 400 or another one."""
    request.setResponseCode(status)
    respond(request, reason.encode())
