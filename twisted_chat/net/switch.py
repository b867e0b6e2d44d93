"""First bytes: each connection is handed to the protocol that they ask for.

Once and for good; after that the switch has no part in it.  Silence, and whatever
no detector knows, goes to the fallback.

One thing must never happen: that a web page makes a browser talk to the fallback,
where what it posts would be read as lines.  A browser's request is told by its
first line, however slowly it comes; and if a connection was silent for so long that
it has been handed to the fallback already, that one's first line is still looked at.

Rules of this file: knows no protocol; memory and time are bounded before anyone is
asked to serve a connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet.address import UNIXAddress
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
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from zope.interface import implementer

from .addresses import shown
from .admission import MAX_REFUSED, Admission, http_farewell, line_farewell, when_lost
from .first_bytes import MAX_FIRST, Match, ends_in_http_version, http_request
from .handover import hand_over

SILENCE = 0.25
"""Seconds without a byte after which a connection is the fallback's."""

PATIENCE = 5.0
"""Seconds in which a first line that has begun like a request has to be whole."""

HANDSHAKE = 10.0
"""Seconds for a TLS handshake."""

_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Detector:
    """One protocol that a port speaks.

    :ivar matches: says of the bytes so far whether they are this protocol's.
    :ivar factory: builds what serves it.
    """

    name: str
    matches: Callable[[bytes], Match]
    factory: IProtocolFactory


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class SwitchProtocol(Protocol):
    """A connection of which it is not known yet what it speaks."""

    transport: Any

    def __init__(
        self,
        clock: IReactorTime,
        silence: float,
        detectors: Sequence[Detector],
        fallback: IProtocolFactory,
        lost: Callable[[], None] | None,
    ) -> None:
        self._clock = clock
        self._silence = silence
        self._detectors = detectors
        self._fallback = fallback
        self._lost = lost
        self._first = b""
        self._likely: Detector | None = None
        self._timer: IDelayedCall | None = None
        self._looked = False

    def connectionMade(self) -> None:
        """Wait for the first bytes; within TLS, for its handshake first."""
        _send_at_once(self.transport)
        if self._lost is not None:
            when_lost(self.transport, self._lost)
            self._lost = None
        if isinstance(self.transport, ProtocolWrapper):
            self._wait(HANDSHAKE, self.transport.abortConnection)
        else:
            self._begin()

    def handshakeCompleted(self) -> None:
        """TLS is ready."""
        if self._timer is not None:
            self._timer.cancel()
            self._begin()

    def _begin(self) -> None:
        self._began = self._last = self._clock.seconds()
        self._wait(self._silence, self._silent)

    def _wait(self, seconds: float, call: Callable[[], None]) -> None:
        self._timer = self._clock.callLater(seconds, call)

    def dataReceived(self, data: bytes) -> None:
        """Some of the first bytes."""
        self._first += data
        self._last = self._clock.seconds()
        self._looked = False
        said = {d.matches(self._first): d for d in reversed(self._detectors)}
        if Match.YES in said:
            self._hand_to(said[Match.YES].factory)
            return
        self._likely = said.get(Match.LIKELY)
        undecided = self._likely is not None or Match.MORE in said
        if not undecided or len(self._first) > MAX_FIRST:
            self._decide()

    def readConnectionLost(self) -> None:
        """The peer has said all it will say: that decides it."""
        transport = self.transport
        heir: Any = self._decide()
        if IHalfCloseableProtocol.providedBy(heir):
            heir.readConnectionLost()
        else:
            transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """We never close one side only."""

    def connectionLost(self, _reason: Failure = connectionDone) -> None:
        """The peer left before it was clear what it wanted."""
        self._stop_waiting()

    def _silent(self) -> None:
        now = self._clock.seconds()
        until = self._began + PATIENCE
        if self._likely is None:
            until = min(until, self._last + self._silence)
        if until > now:
            self._wait(until - now, self._silent)
        elif not self._looked:
            # If the server was busy for so long, what the peer has sent may lie in
            # the kernel still: let the reactor read once before silence is silence.
            self._looked = True
            self._wait(0, self._silent)
        else:
            self._timer = None
            self._decide()

    def _decide(self) -> IProtocol | None:
        """No more is waited for."""
        if self._likely is not None:
            return self._hand_to(self._likely.factory)
        return self._hand_to(self._fallback)

    def _hand_to(self, factory: IProtocolFactory) -> IProtocol | None:
        self._stop_waiting()
        transport, first = self.transport, self._first
        heir = factory.buildProtocol(transport.getPeer())
        if heir is None:
            transport.abortConnection()
            return None
        if factory is self._fallback:
            hand_over(transport, heir)
            FirstLine(heir, transport)
            if first:
                heir.dataReceived(first)
        else:
            hand_over(transport, heir, first)
        return heir

    def _stop_waiting(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


class FirstLine:
    """Stands before the fallback until its first line is whole, then goes.

    A browser may open a connection in advance and use it later, when the
    fallback has it.
    """

    _log = Logger()

    def __init__(self, heir: Any, transport: Any) -> None:
        self._heir = heir
        self._serve: Callable[[bytes], None] = heir.dataReceived
        self._transport = transport
        self._head = b""
        self._tail = b""
        heir.dataReceived = self.data_received
        half_closes = IHalfCloseableProtocol.providedBy(heir)
        if half_closes:
            self._end: Callable[[], None] = heir.readConnectionLost
            heir.readConnectionLost = self.read_connection_lost

    def data_received(self, data: bytes) -> None:
        """What the fallback is about to read."""
        # Empty lines are nothing to it, nor to HTTP.
        begun = data if self._head else data.lstrip(b"\r\n")
        line = _LINE_END.split(begun, maxsplit=1)[0]
        if len(self._head) <= MAX_FIRST:
            self._head += line
        self._tail = (self._tail + line)[-64:]
        if len(line) < len(begun):
            if self._is_request():
                self._refuse()
                return
            self._step_aside()
        elif http_request(self._head) is Match.NO:
            self._step_aside()
        self._serve(data)

    def read_connection_lost(self) -> None:
        """The peer sends no more: its first line needs no end."""
        if self._is_request():
            self._refuse()
        else:
            self._step_aside()
            self._end()

    def _is_request(self) -> bool:
        if len(self._head) <= MAX_FIRST:
            return http_request(self._head + b"\n") is Match.YES
        return ends_in_http_version(self._tail)

    def _refuse(self) -> None:
        self._log.info(
            "client error: a browser's request came too late from {peer}",
            peer=shown(self._transport.getPeer()),
        )
        self._transport.loseConnection()
        self._heir.dataReceived = _ignored
        self._heir.readConnectionLost = _ignored

    def _step_aside(self) -> None:
        del self._heir.dataReceived
        self._heir.__dict__.pop("readConnectionLost", None)


def _send_at_once(transport: Any) -> None:
    """Set TCP_NODELAY where there is such a thing.

    A Unix socket has none, and Twisted logs an error for whoever tries; so it is
    made deaf to those who come later, too.
    """
    if isinstance(transport.getPeer(), UNIXAddress):
        transport.setTcpNoDelay = bool
    elif hasattr(transport, "setTcpNoDelay"):
        transport.setTcpNoDelay(True)


def _ignored(*_data: bytes) -> None:
    """What follows a request that came too late."""


class SwitchFactory(Factory):
    """For a port that speaks several protocols.

    :param detectors: asked in this order.
    :param fallback: for silence, and for what no detector knows.
    :param silence: seconds; see ``SILENCE``.
    :param admission: counts connections, where they are limited.
    """

    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        detectors: Sequence[Detector],
        fallback: IProtocolFactory,
        silence: float = SILENCE,
        admission: Admission | None = None,
    ) -> None:
        self._clock = clock
        self._detectors = tuple(detectors)
        self._fallback = fallback
        self._silence = silence
        self._admission = admission

    def doStart(self) -> None:
        """Start what it hands connections to, too."""
        if not self.numPorts:
            for factory in self._factories():
                factory.doStart()
        super().doStart()  # type: ignore[no-untyped-call]

    def doStop(self) -> None:
        """Stop what it hands connections to, too."""
        running = self.numPorts
        super().doStop()  # type: ignore[no-untyped-call]
        if running and not self.numPorts:
            for factory in self._factories():
                factory.doStop()

    def _factories(self) -> list[IProtocolFactory]:
        mine = [detector.factory for detector in self._detectors]
        return [*mine, self._fallback]

    def buildProtocol(self, addr: IAddress | None) -> SwitchProtocol | None:
        """A peer connects."""
        admission = self._admission
        if admission is None:
            return self._switch(self._detectors, self._fallback, None)
        refusal = admission.enter(addr)
        if refusal is None:
            return self._switch(
                self._detectors, self._fallback, lambda: admission.leave(addr)
            )
        if admission.refused >= MAX_REFUSED:
            return None
        admission.refused += 1

        def told() -> None:
            admission.refused -= 1

        http = Detector("http", http_request, http_farewell(refusal))
        return self._switch((http,), line_farewell(refusal), told)

    def _switch(
        self,
        detectors: Sequence[Detector],
        fallback: IProtocolFactory,
        lost: Callable[[], None] | None,
    ) -> SwitchProtocol:
        return SwitchProtocol(self._clock, self._silence, detectors, fallback, lost)
