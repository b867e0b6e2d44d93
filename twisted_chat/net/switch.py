"""The protocol switch of a port: each connection goes to the protocol it speaks.

The first bytes decide, once; after that the switch takes no part in the connection.
A connection that stays silent, or whose first bytes no detector matches, goes to the
fallback.

Invariants: a web page cannot make a browser talk to the fallback: a browser's request
is known by its first line, however slowly that arrives (see also ``late_requests``).
Memory and time are bounded before any protocol is asked to serve a connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IHandshakeListener,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from zope.interface import implementer

from .admission import Admission
from .detection import Detection, Detector
from .first_bytes import http_request
from .handover import disable_nagle, hand_over, ignore_no_delay, on_connection_lost
from .host_rate import HostRate
from .late_requests import LateRequestGuard
from .reject import reject_http_client, reject_line_client
from .tcp_keepalive import TcpKeepalive
from .timers import Deadlines

SILENCE_TIMEOUT = 0.25
"""Seconds without a byte after which a connection goes to the fallback."""

SILENCE_BEFORE_TLS = 0.5
"""The same on a port with TLS.

HexChat begins its handshake 0.3 s after it has connected: the fallback would have sent
something by then, which no handshake survives.
"""

GRACE_TURNS = 2
"""Turns of the reactor that a connection gets after its silence timeout.

If the reactor was blocked, what the peer sent may still be in the kernel: it has to be
read before the peer is taken for silent.  The timer for this is shared and may be due
in the same turn already, before anything is read; the second one cannot be.
"""

FIRST_LINE_TIMEOUT = 5.0
"""Seconds in which a first line that looks like a request has to be complete."""

TLS_HANDSHAKE_TIMEOUT = 10.0
"""Seconds for a TLS handshake."""

NEW_AT_ONCE = 2
"""New connections of one address that are served at once, as a multiple of the
connections that it may have: an office loads the page, or reconnects after a restart.
"""

NEW_PER_SECOND = 0.25
"""The same for each second after that; further ones wait before they are read.

A client that connects and leaves again and again costs more than its requests: rows in
the store, lines in the log, events for everyone."""

MAX_REJECTING = 100
"""Connections over the limit that are kept until their protocol is known, so that
the reason can be sent; further ones are closed at once."""


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class SwitchProtocol(Protocol):
    """A connection whose protocol is not known yet."""

    transport: Any

    def __init__(
        self,
        silence: Silence,
        detectors: Sequence[Detector],
        fallback: IProtocolFactory,
        lost: Callable[[], None] | None,
        keepalive: TcpKeepalive | None = None,
        refused: Counter[str] | None = None,
        delay: float = 0.0,
        peer: IAddress | None = None,
    ) -> None:
        self._delay = delay
        self._peer = peer
        self._silence = silence
        self._keepalive = keepalive
        self._refused = refused
        self._detectors = detectors
        self._detection = Detection(detectors, fallback)
        self._fallback = fallback
        self._lost = lost
        self._timer: IDelayedCall | None = None
        self._grace_turns = 0

    def connectionMade(self) -> None:
        """Twisted: wait for the first bytes, within TLS for its handshake first."""
        disable_nagle(self.transport)
        if self._keepalive is not None:
            self._keepalive.enable(self.transport)
        if self._lost is not None:
            on_connection_lost(self.transport, self._lost)
            self._lost = None
        if self._delay > 0:
            self.transport.pauseProducing()
            self._wait(self._delay, self._end_delay)
        else:
            self._begin()

    def _end_delay(self) -> None:
        """Serve the connection now; see ``NEW_PER_SECOND``."""
        self._delay = 0.0
        self.transport.resumeProducing()
        self._begin()
        if self._detection.received:
            self.dataReceived(b"")

    def _begin(self) -> None:
        if isinstance(self.transport, ProtocolWrapper):
            self._wait(TLS_HANDSHAKE_TIMEOUT, self.transport.abortConnection)
        else:
            self._start()

    def handshakeCompleted(self) -> None:
        """Twisted: the TLS handshake is done."""
        if self._timer is not None:
            self._timer.cancel()
            self._start()

    def _start(self) -> None:
        self._timer = None
        self._started = self._last = self._silence.clock.seconds()
        self._silence.silent.set(self)

    def _wait(self, seconds: float, call: Callable[[], None]) -> None:
        self._timer = self._silence.clock.callLater(seconds, call)

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some of the first bytes."""
        if self._delay > 0:
            # Received by whoever handed the connection over.
            self._detection.received += data
            return
        factory = self._detection.add(data)
        self._last = self._silence.clock.seconds()
        self._grace_turns = 0
        if factory is not None:
            self._hand_to(factory)

    def readConnectionLost(self) -> None:
        """Twisted: the peer sends no more, so that no more bytes can decide."""
        transport = self.transport
        next_protocol: Any = self._hand_to(self._detection.guess())
        if IHalfCloseableProtocol.providedBy(next_protocol):
            next_protocol.readConnectionLost()
        else:
            transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Twisted: this side never closes only its sending side."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted: the peer disconnected before its protocol was known.

        Within TLS, the end of both directions is one event: a line client that has sent
        one line without an end may disconnect so.
        """
        detection = self._detection
        if (
            detection.received
            and not self._delay
            and not detection.is_likely
            and reason.check(ConnectionDone)
        ):
            # The socket is closed already.
            ignore_no_delay(self.transport)
            next_protocol = self._hand_to(self._fallback)
            if next_protocol is not None:
                next_protocol.connectionLost(reason)
        self._stop_waiting()

    def silent(self) -> None:
        """Decide, if the peer has been silent for long enough."""
        silence = self._silence
        # If it was so before the last turn, it still is: nothing was received in that.
        if not self._grace_turns:
            now = silence.clock.seconds()
            until = self._started + FIRST_LINE_TIMEOUT
            if not self._detection.is_likely:
                until = min(until, self._last + silence.timeout)
            if until > now:
                self._wait(until - now, self.silent)
                return
        if self._grace_turns < GRACE_TURNS:
            self._grace_turns += 1
            silence.unread.set(self)
        else:
            self._timer = None
            self._hand_to(self._detection.guess())

    def _hand_to(self, factory: IProtocolFactory) -> IProtocol | None:
        self._stop_waiting()
        transport, first = self.transport, self._detection.received
        # A proxy may not say who its client is: then it is the peer.
        peer = self._peer or transport.getPeer()
        next_protocol = factory.buildProtocol(peer)
        if next_protocol is None:
            transport.abortConnection()
            return None
        if factory is self._fallback:
            hand_over(transport, next_protocol)
            LateRequestGuard(next_protocol, transport, self._refused, self._detectors)
            if first:
                next_protocol.dataReceived(first)
        else:
            hand_over(transport, next_protocol, first)
        return next_protocol

    def _stop_waiting(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        self._silence.silent.clear(self)
        self._silence.unread.clear(self)


class Silence:
    """The timers that the connections of a port share until they are handed over.

    :param timeout: seconds; see ``SILENCE_TIMEOUT``.
    :ivar silent: connections that have sent nothing since they were made.
    :ivar unread: connections that get their last turns; see ``GRACE_TURNS``.
    """

    __slots__ = ("clock", "silent", "timeout", "unread")

    def __init__(self, clock: IReactorTime, timeout: float) -> None:
        self.clock = clock
        self.timeout = timeout
        self.silent = Deadlines(clock, timeout, SwitchProtocol.silent)
        self.unread = Deadlines(clock, 0.0, SwitchProtocol.silent)


class SwitchFactory(Factory):
    """A port that speaks several protocols.

    :param detectors: asked in this order.
    :param fallback: for silent connections, and those that no detector matches.
    :param silence_timeout: seconds; see ``SILENCE_TIMEOUT`` and ``SILENCE_BEFORE_TLS``.
    :param admission: limits the connections, if given.
    :param keepalive: enabled on each connection, if given.
    :param refused: counts those that the fallback must not read, as ``foreign``.
    :param name: of what its ports serve, for Twisted's lines in the log.
    """

    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        detectors: Sequence[Detector],
        fallback: IProtocolFactory,
        silence_timeout: float = SILENCE_TIMEOUT,
        admission: Admission | None = None,
        keepalive: TcpKeepalive | None = None,
        refused: Counter[str] | None = None,
        name: str = "server",
    ) -> None:
        self._name = name
        self._silence = Silence(clock, silence_timeout)
        self._keepalive = keepalive
        self._refused = refused
        self._detectors = tuple(detectors)
        self._fallback = fallback
        self._admission = admission
        per_host = admission.limit_per_host if admission else 0
        self._arrivals = HostRate(NEW_AT_ONCE * per_host, NEW_PER_SECOND * per_host)
        self._rejecting = 0

    def logPrefix(self) -> str:
        """Twisted: what starts on a port, in the words of the operator."""
        return self._name

    def doStart(self) -> None:
        """Twisted: start the factories of all protocols."""
        if not self.numPorts:
            for factory in self._factories():
                factory.doStart()
        super().doStart()  # type: ignore[no-untyped-call]

    def doStop(self) -> None:
        """Twisted: stop the factories of all protocols."""
        running = self.numPorts
        super().doStop()  # type: ignore[no-untyped-call]
        if running and not self.numPorts:
            for factory in self._factories():
                factory.doStop()

    def _factories(self) -> list[IProtocolFactory]:
        return [*(detector.factory for detector in self._detectors), self._fallback]

    def buildProtocol(self, addr: IAddress | None) -> SwitchProtocol | None:
        """Twisted: a peer connects."""
        admission = self._admission
        if admission is None:
            return self._switch(addr, self._detectors, self._fallback, None)
        refusal = admission.enter(addr)
        if refusal is None:
            return self._switch(
                addr,
                self._detectors,
                self._fallback,
                lambda: admission.leave(addr),
                self._arrivals.delay(addr, self._silence.clock.seconds()),
            )
        return self._reject(addr, refusal)

    def _reject(self, addr: IAddress | None, reason: str) -> SwitchProtocol | None:
        """Send the reason in whatever protocol the peer speaks."""
        if self._rejecting >= MAX_REJECTING:
            return None
        self._rejecting += 1
        http = Detector("http", http_request, reject_http_client(reason))
        return self._switch(addr, (http,), reject_line_client(reason), self._rejected)

    def _rejected(self) -> None:
        self._rejecting -= 1

    def _switch(
        self,
        peer: IAddress | None,
        detectors: Sequence[Detector],
        fallback: IProtocolFactory,
        lost: Callable[[], None] | None,
        delay: float = 0.0,
    ) -> SwitchProtocol:
        return SwitchProtocol(
            self._silence,
            detectors,
            fallback,
            lost,
            self._keepalive,
            self._refused,
            delay,
            peer,
        )
