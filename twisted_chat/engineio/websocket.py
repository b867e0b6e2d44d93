"""Engine.IO's WebSocket transport: from the beginning, or after an upgrade.

(engine.io-protocol, version 4: "WebSocket", "Upgrade".)

Rules of this file: reads packets; what they mean is the session's business.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted_chat.websocket.connection import WebSocketConnection

from .packets import MESSAGE, PING, UPGRADE, Packet, PacketError, decode_packet
from .session import Session, Sessions


class Link:
    """One WebSocket: it carries a session, or is to carry it after an upgrade.

    :param session: the one that it is to carry, or what makes it one of its own.
    """

    __slots__ = ("_connection", "_live", "_make", "_session", "_sessions")

    def __init__(
        self, sessions: Sessions, session: Session | Callable[[], Session]
    ) -> None:
        self._sessions = sessions
        self._session = session if isinstance(session, Session) else None
        self._make = None if isinstance(session, Session) else session
        self._live = self._make is not None
        self._connection: WebSocketConnection | None = None

    @property
    def unused(self) -> bool:
        """The session of its own was not made."""
        return self._make is not None

    def opened(self, connection: WebSocketConnection) -> None:
        """The handshake is done."""
        self._connection = connection
        if self._make is not None:
            make, self._make = self._make, None
            self._session = make()
            self._session.begin_websocket(connection)
        elif self._session is not None and self._session.probe(self):
            self._sessions.probes.set(self)
        else:
            # One that was upgraded already has no use for another.
            self._session = None
            connection.close(1008, "this session needs no other WebSocket")

    def text_received(self, text: str) -> None:
        """A packet."""
        session, connection = self._session, self._connection
        if session is None or connection is None:
            return
        try:
            packet = decode_packet(text)
            if self._live:
                session.packet_received(packet)
            elif packet == (PING, "probe"):
                connection.send_text(b"3probe")
                session.probed()
            elif packet.type == UPGRADE and session.upgrade(connection):
                self._sessions.probes.clear(self)
                self._live = True
            else:
                self.give_up()
        except PacketError as error:
            if self._live:
                session.failed(str(error))
            else:
                self.give_up()

    def binary_received(self, data: bytes) -> None:
        """A binary message."""
        if not self._live:
            self.give_up()
        elif self._session is not None:
            self._session.packet_received(Packet(MESSAGE, data))

    def closed(self, code: int, reason: str) -> None:
        """The WebSocket is over."""
        session, self._session, self._connection = self._session, None, None
        self._sessions.probes.clear(self)
        if session is None:
            return
        if self._live:
            session.socket_lost(reason or f"the WebSocket closed with {code}")
        else:
            session.probe_lost()

    def give_up(self) -> None:
        """The upgrade does not happen."""
        session, self._session = self._session, None
        self._sessions.probes.clear(self)
        if session is not None:
            session.probe_lost()
        if self._connection is not None:
            self._connection.close(1002, "the upgrade failed")
