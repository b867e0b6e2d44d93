"""The upgrade of a session from polling to WebSocket.

(engine.io-protocol, version 4: "Upgrade".)  The client opens a WebSocket and sends a
probe; the server answers it, and ends the GET that it holds with a NOOP; the client
ends its polling and sends UPGRADE.  Until then polling carries the session, and a
failed upgrade does no harm.

Invariant: this is the only place where one transport replaces another.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from websockets.frames import CloseCode

from twisted_chat.net.timers import Deadlines
from twisted_chat.websocket.connection import WebSocketConnection

from .packets import PING, UPGRADE, PacketError, decode_packet
from .polling import PollingTransport
from .session import Session
from .websocket import WebSocketTransport

UPGRADE_TIMEOUT = 10.0
"""Seconds in which a WebSocket that was opened for an upgrade has to complete it."""

_PROBE = (PING, "probe")
_PROBE_ANSWER = "3probe"


class Upgrade:
    """One attempt to upgrade a session, as the ``WebSocketPeer`` of its WebSocket.

    :param deadlines: of all upgrades; see ``UPGRADE_TIMEOUT``.
    """

    __slots__ = ("_clock", "_connection", "_deadlines", "_polling", "_session")

    def __init__(
        self, session: Session, clock: IReactorTime, deadlines: Deadlines[Upgrade]
    ) -> None:
        self._session = session
        self._clock = clock
        self._deadlines = deadlines
        self._connection: WebSocketConnection | None = None
        # The transport to be replaced, while the upgrade is in progress.
        self._polling: PollingTransport | None = None

    def opened(self, connection: WebSocketConnection) -> None:
        """Start the upgrade, if the session can be upgraded."""
        self._connection = connection
        session, transport = self._session, self._session.transport
        if isinstance(transport, PollingTransport) and session.start_upgrade(self):
            self._polling = transport
            self._deadlines.set(self)
        else:
            reason = "this session has a WebSocket, or an upgrade, already"
            connection.close(CloseCode.POLICY_VIOLATION, reason)

    def text_received(self, text: str) -> None:
        """The probe, or the UPGRADE packet; anything else cancels the upgrade."""
        connection, polling = self._connection, self._polling
        if connection is None or polling is None:
            return
        try:
            packet = decode_packet(text)
        except PacketError:
            self.cancel()
            return
        if packet == _PROBE:
            connection.send_text(_PROBE_ANSWER)
            polling.start_upgrade()
        elif packet.type == UPGRADE and polling.can_be_replaced:
            self._complete(connection, polling)
        else:
            self.cancel()

    def binary_received(self, _data: bytes) -> None:
        """Nothing binary belongs to an upgrade."""
        self.cancel()

    def closed(self, _code: int, _reason: str) -> None:
        """The WebSocket closed before the upgrade was complete."""
        self._connection = None
        self.cancel()

    def cancel(self) -> None:
        """Give the upgrade up: polling goes on."""
        polling, self._polling = self._polling, None
        if polling is not None:
            self._deadlines.clear(self)
            polling.cancel_upgrade()
            self._session.upgrade_failed()
        if self._connection is not None:
            self._connection.close(CloseCode.PROTOCOL_ERROR, "the upgrade failed")

    def _complete(
        self, connection: WebSocketConnection, polling: PollingTransport
    ) -> None:
        self._polling = None
        self._deadlines.clear(self)
        transport = WebSocketTransport(self._session, self._clock)
        transport.upgraded(connection)
        connection.peer = transport
        waiting = polling.detach()
        if waiting:
            transport.write(waiting)
        self._session.replace_transport(transport)
