"""Connections from trusted proxies, which may begin with a PROXY header.

After the header the connection is like any other of the client that it names: limits
and the log use that client's address, and the first bytes choose the protocol.

Invariants: only a trusted peer's header is read; one that is malformed or incomplete
closes the connection, and nothing of it reaches a protocol.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IReactorTime,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from .admission import format_address
from .forwarded import TrustedProxies
from .handover import hand_over, mark_forwarded, set_peer
from .proxy import (
    DECISIVE,
    ProxyError,
    may_be_proxy_header,
    parse_proxy_header,
)
from .switch import SILENCE_TIMEOUT, SwitchFactory

HEADER_TIMEOUT = 5.0
"""Seconds in which a header has to be complete."""


class TrustedProxyFactory(Factory):
    """A port behind trusted proxies; other peers reach it as they are.

    :param port: the factory of the port.
    :param refused: counts connections whose header is malformed, as ``foreign``.
    """

    noisy = False

    def __init__(
        self,
        port: SwitchFactory,
        trusted: TrustedProxies,
        clock: IReactorTime,
        refused: Counter[str] | None = None,
    ) -> None:
        self.port = port
        self.clock = clock
        self.refused: Counter[str] = Counter() if refused is None else refused
        self._trusted = trusted

    def logPrefix(self) -> str:
        """Twisted: as without proxies."""
        return self.port.logPrefix()

    def doStart(self) -> None:
        """Twisted: start the port's factory."""
        self.port.doStart()

    def doStop(self) -> None:
        """Twisted: stop the port's factory."""
        self.port.doStop()

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """Twisted: a peer connects."""
        if addr in self._trusted:
            return ProxiedConnection(self)
        return self.port.buildProtocol(addr)


@implementer(IHalfCloseableProtocol)
class ProxiedConnection(Protocol):
    """A connection from a trusted proxy whose client is not known yet."""

    transport: Any
    _log = Logger()

    def __init__(self, factory: TrustedProxyFactory) -> None:
        self._factory = factory
        self._first = b""
        self._timer: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """Twisted: wait for the first bytes."""
        self._wait(SILENCE_TIMEOUT)

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some of the first bytes."""
        was_header = len(self._first) >= DECISIVE
        self._first += data
        if not may_be_proxy_header(self._first):
            self._go_on(None, 0)
            return
        try:
            header = parse_proxy_header(self._first)
        except ProxyError as error:
            self._fail(str(error))
            return
        if header is not None:
            self._go_on(header.source, header.size)
        elif len(self._first) >= DECISIVE and not was_header:
            self._wait(HEADER_TIMEOUT)

    def readConnectionLost(self) -> None:
        """Twisted: the peer sends no more."""
        next_protocol: Any = self._decide()
        if next_protocol is not None:
            next_protocol.readConnectionLost()

    def writeConnectionLost(self) -> None:
        """Twisted: this side never closes only its sending side."""

    def connectionLost(self, _reason: Failure = connectionDone) -> None:
        """Twisted: the proxy disconnected before its client was known."""
        self._stop_waiting()

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self._factory.clock.callLater(seconds, self._decide)

    def _decide(self) -> Protocol | None:
        """Decide by what was received, without waiting for more."""
        if len(self._first) >= DECISIVE:
            self._fail("incomplete PROXY header")
            return None
        return self._go_on(None, 0)

    def _go_on(self, client: IAddress | None, size: int) -> Protocol | None:
        """Connect the client to the port.

        :param client: ``None`` if the proxy does not say; such connections count as
            the proxy's, which has no limit of its own.
        :param size: bytes of the header.
        """
        self._stop_waiting()
        transport = self.transport
        next_protocol = self._factory.port.buildProtocol(client)
        if next_protocol is None:
            transport.abortConnection()
            return None
        mark_forwarded(transport)
        if client is not None:
            set_peer(transport, client)
        hand_over(transport, next_protocol, self._first[size:])
        return next_protocol

    def _fail(self, reason: str) -> None:
        self._stop_waiting()
        self._factory.refused["foreign"] += 1
        self._log.info(
            "client error: {peer}: {reason}",
            peer=format_address(self.transport.getPeer()),
            reason=reason,
        )
        self.transport.abortConnection()

    def _stop_waiting(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
