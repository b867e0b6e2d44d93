"""Engine.IO's WebSocket transport.

(engine.io-protocol, version 4: "WebSocket".)

Invariant: while nothing is held back, ``write`` of a session that started on WebSocket
is the outbox's own, with nothing in between.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from twisted_chat.net.send_queue import SendQueue
from twisted_chat.websocket.connection import WebSocketConnection

from .framing import WEBSOCKET, reframe
from .interfaces import TransportUser
from .packets import MESSAGE, SEPARATOR, Packet, PacketError, decode_packet

HOLD_TIME = 0.025
"""Seconds for which ``hold_writes`` holds back what is written."""

MAX_HELD = 16 * 1024
"""Bytes that are held back; with more they are all sent at once."""


class WebSocketTransport:
    """Carries one session over a WebSocket, as its ``WebSocketPeer``.

    :param session: receives the packets.
    """

    __slots__ = ("_clock", "_connection", "_held", "_send", "_session", "write")

    framing = WEBSOCKET
    upgrades = ()

    _connection: WebSocketConnection
    _send: Callable[[bytes], None]
    write: Callable[[bytes], None]

    def __init__(self, session: TransportUser, clock: IReactorTime) -> None:
        self._session = session
        self._clock = clock
        self._held: SendQueue | None = None

    # For the WebSocket.

    def opened(self, connection: WebSocketConnection) -> None:
        """A session starts on this connection."""
        self._connection = connection
        self.write = self._send = connection.write_frames
        self._session.open(self)

    def upgraded(self, connection: WebSocketConnection) -> None:
        """A session that started on polling goes on over this connection."""
        self._connection = connection
        self.write = self._send = _reframing(connection.write_frames)

    def text_received(self, text: str) -> None:
        """A text message is a packet."""
        try:
            self._session.packet_received(decode_packet(text))
        except PacketError as error:
            self._session.fail(str(error))

    def binary_received(self, data: bytes) -> None:
        """A binary message is a message of the application's."""
        self._session.packet_received(Packet(MESSAGE, data))

    def closed(self, code: int, reason: str) -> None:
        """The session ends with its WebSocket."""
        self._session.fail(reason or f"the WebSocket closed with {code}")
        # Break the reference cycle, so that no garbage collection is needed.
        del self._session

    # For the session.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client, those that are held back included."""
        held = self._held.size if self._held is not None else 0
        return self._connection.waiting + held

    def pause(self) -> None:
        """Stop reading; at most 64 KiB that were read already are still delivered."""
        self._connection.pause()

    def resume(self) -> None:
        """Read again."""
        self._connection.resume()

    def hold_writes(self) -> None:
        """Hold back what is written from now on, for ``HOLD_TIME``.

        A simple client often starts to wait for the next message only when it has
        handled one, and misses those that arrive together with it.
        """
        if self._held is None:
            self._held = SendQueue(MAX_HELD)
            self.write = self._hold
            self._clock.callLater(HOLD_TIME, self._release)

    def close(
        self, code: int, reason: str, *, by_client: bool = False
    ) -> tuple[bytes, ...]:
        """Send a close frame; see ``Transport.close``."""
        self._release()
        self.write = self._send = _discard
        self._connection.close(code, reason)
        return ()

    def _hold(self, data: bytes) -> None:
        held = self._held
        if held is None or not held.push(data):
            self._release()
            self._send(data)

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self.write = self._send
            if held:
                self._send(held.pop_all())


def _reframing(write_frames: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """A ``write`` that also takes records, which were encoded before an upgrade."""

    def write(data: bytes) -> None:
        # A frame may contain the separator, too: in its header, or in binary data.
        if SEPARATOR in data:
            data = reframe(data)
        write_frames(data)

    return write


def _discard(_data: bytes) -> None:
    """Stand in for ``write`` after the end."""
