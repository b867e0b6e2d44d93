"""A WebSocket connection (RFC 6455), from the opening handshake to the end.

``handshake.upgrade`` makes the connection.  The application implements
``WebSocketPeer``, which receives messages, and sends through ``WebSocketConnection``.
``MessageReader`` reads; an ``Outbox`` writes.

permessage-deflate is never negotiated: a frame is made once and sent to many clients,
which compression with a context per client would prevent; and a decompressor is one
more thing to bound.

Invariant: whatever a client can make the server keep is bounded by ``max_size``, by the
outbox and by the keepalive.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from websockets.frames import CloseCode

from twisted_chat.net.admission import format_address
from twisted_chat.net.intake import Intake
from twisted_chat.net.large_inputs import LARGE, REFUSAL
from twisted_chat.net.outbox import outbox_to
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.net.timers import Keepalive

from .frames import frame_binary, frame_close, frame_ping, frame_pong, frame_text
from .reader import CloseFrame, Message, MessageReader, Ping, ProtocolError

MAX_SIZE = 64 * 1024
"""Bytes of one message, unless the application sets another limit."""

MAX_SMALL_FRAMES = 2000
"""Control frames and tiny fragments that a client may send in one second."""

_PING = frame_ping()


class State(IntEnum):
    """The state of a connection (RFC 6455, sections 4.1 and 7.1); it only advances."""

    CONNECTING = 0
    """The opening handshake is not answered yet."""
    OPEN = 1
    """Messages are exchanged."""
    CLOSING = 2
    """A close frame was sent, or the connection is aborted; nothing more is sent."""
    CLOSED = 3
    """The transport is lost."""


# Looking up the member of an enum takes ten times as long in Python 3.11.
_OPEN = State.OPEN


class WebSocketPeer(typing.Protocol):
    """The application's side of one connection.  Implement it."""

    def opened(self, connection: WebSocketConnection) -> None:
        """The connection is open; called once, first."""

    def text_received(self, text: str) -> None:
        """A text message was received."""

    def binary_received(self, data: bytes) -> None:
        """A binary message was received."""

    def closed(self, code: int, reason: str) -> None:
        """The connection ended; called once, last.

        :param code: from the side that closed first; 1005 if it gave none, 1006 if the
            connection was lost.
        """


class WebSocketConnection(Protocol):
    """One client's connection.

    :ivar state: see ``State``.
    :ivar subprotocol: the negotiated subprotocol, if any.
    :ivar peer: the application's side, ``None`` once ``closed`` was called.  It may be
        replaced; ``opened`` is not called for the new one.
    :ivar write_frames: sends frames made with ``frame_text`` and its siblings, one or
        several joined.  While the connection is open it is the outbox's own ``write``.
    """

    transport: Any
    reads_on = True  # see ``net.resets``
    write_frames: Callable[[bytes], None]

    _log = Logger()

    def __init__(
        self,
        peer: WebSocketPeer,
        keepalive: Keepalive,
        *,
        max_size: int = MAX_SIZE,
        max_queued: int = MAX_QUEUED,
        subprotocol: str | None = None,
        response: bytes = b"",
    ) -> None:
        """See ``handshake.upgrade``.

        :param response: the HTTP response to the handshake.
        """
        self.state = State.CONNECTING
        self.subprotocol = subprotocol
        self.read_paused = False
        self.peer: WebSocketPeer | None = peer
        self._keepalive = keepalive
        self._limits = keepalive.limits
        self._max_queued = max_queued
        self._response = response
        self._reader = MessageReader(max_size)
        self._may_be_large = max_size > LARGE
        self._small_frames = 0
        self._small_frames_since = 0.0
        self._close_code: int = CloseCode.ABNORMAL_CLOSURE
        self._close_reason = ""

    # For the application.

    @property
    def address(self) -> IAddress:
        """The client's address."""
        address: IAddress = self.transport.getPeer()
        return address

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self._outbox.waiting

    def send_text(self, text: str | bytes) -> None:
        """Send a text message; bytes must be UTF-8."""
        payload = text.encode() if isinstance(text, str) else text
        self.write_frames(frame_text(payload))

    def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        self.write_frames(frame_binary(data))

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Send a close frame behind all that was written; idempotent.

        Messages that the client sends from now on are ignored.

        :param reason: cut to 123 bytes.
        """
        self._start_closing(code, reason, frame_close(code, reason))

    def abort(self) -> None:
        """Close the connection now; what waits is discarded."""
        self._start_closing(CloseCode.ABNORMAL_CLOSURE, "")
        self._outbox.abort()

    def pause(self) -> None:
        """Stop reading; at most 64 KiB that were read already are still delivered."""
        if not self.read_paused:
            self.read_paused = True
            self._intake.pause()

    def resume(self) -> None:
        """Read again."""
        if self.read_paused:
            self.read_paused = False
            self._keepalive.received(self)
            self._intake.resume()

    # For the keepalive.

    def ping(self) -> None:
        """Send a ping."""
        self.write_frames(_PING)

    def timed_out(self) -> None:
        """The client did not answer a ping or a close frame in time."""
        self._start_closing(CloseCode.ABNORMAL_CLOSURE, "ping timeout")
        self._outbox.abort()

    # For Twisted.

    def connectionMade(self) -> None:
        """Twisted: the transport was taken over from HTTP."""
        self._intake = Intake(self._limits.pacing, self, self.transport)
        self._outbox = outbox_to(
            self.transport,
            self._limits.slow_readers,
            self._too_slow,
            self._max_queued,
        )
        self._change_state(State.OPEN)
        if self._response:
            self.write_frames(self._response)
            self._response = b""
        if self.peer is not None:
            try:
                self.peer.opened(self)
            except Exception:  # noqa: BLE001
                self._application_failed()

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some bytes were received."""
        self._keepalive.received(self)
        self._limits.traffic.received_bytes += len(data)
        self._intake.received(data)

    def read(self, data: bytes) -> None:
        """Read some of what was received; see ``net.intake``."""
        reader = self._reader
        small_frames = reader.small_frames
        pongs: list[bytes] = []
        try:
            for message in reader.feed(data):
                self._message_received(message, pongs)
            self._send_pongs(pongs)
        except ProtocolError as error:
            self._send_pongs(pongs)
            self._fail(error.code, error.reason)
        if reader.small_frames != small_frames:
            self._count_small_frames(reader.small_frames - small_frames)
        if self._may_be_large:
            self._count_held(reader.held)

    def connectionLost(self, _reason: Failure = connectionDone) -> None:
        """Twisted: the transport is lost."""
        self._outbox.stopProducing()
        self._intake.when_read(self._lost)

    def _lost(self) -> None:
        self._intake.stop()
        self._change_state(State.CLOSED)
        self._notify_closed()

    # Receiving.

    def _message_received(self, message: Message, pongs: list[bytes]) -> None:
        if isinstance(message, Ping):
            pongs.append(frame_pong(message.payload))
            return
        self._send_pongs(pongs)
        if isinstance(message, CloseFrame):
            self._close_received(message)
        elif self.state is _OPEN and self.peer is not None:
            try:
                if isinstance(message, str):
                    self.peer.text_received(message)
                else:
                    self.peer.binary_received(message)
            except Exception:  # noqa: BLE001
                self._application_failed()

    def _send_pongs(self, pongs: list[bytes]) -> None:
        """Answer all pings of a segment in one write."""
        if pongs:
            self.write_frames(b"".join(pongs))
            pongs.clear()

    def _count_small_frames(self, count: int) -> None:
        """Close the connection of a client that floods it with small frames."""
        now = self._keepalive.seconds()
        if now - self._small_frames_since >= 1:
            self._small_frames_since, self._small_frames = now, 0
        self._small_frames += count
        if self._small_frames > MAX_SMALL_FRAMES:
            self._fail(CloseCode.POLICY_VIOLATION, "too many small frames")

    def _count_held(self, held: int) -> None:
        """Count what is held of a message; beyond a limit, the connection fails."""
        inputs = self._limits.large_inputs
        if held <= LARGE:
            inputs.let_go(self)
        elif not inputs.hold(self, self.address, held):
            self._fail(CloseCode.TRY_AGAIN_LATER, REFUSAL)

    def _stop_reading(self) -> None:
        self._reader.stop()
        self._limits.large_inputs.let_go(self)

    def _application_failed(self) -> None:
        self._log.failure("a WebSocket application failed")
        self.close(CloseCode.INTERNAL_ERROR)

    # Closing.

    def _change_state(self, state: State) -> None:
        """Advance to a state; nothing else changes it."""
        if state <= self.state:
            return
        self.state = state
        if state is State.OPEN:
            self.write_frames = self._outbox.write
            self._keepalive.add(self)
            return
        self.write_frames = _discard
        if state is State.CLOSING:
            # The application may have kept ``write_frames``, which is the outbox's.
            self._outbox.finish()
            self._keepalive.start_closing(self)
        else:
            self._keepalive.remove(self)
            self._stop_reading()
            self._outbox.stopProducing()

    def _start_closing(self, code: int, reason: str, frame: bytes = b"") -> None:
        """Leave the state OPEN, with this frame as the last one (section 5.5.1)."""
        if self.state is not State.OPEN:
            return
        self._close_code, self._close_reason = code, reason
        if frame:
            self.write_frames(frame)
        self._change_state(State.CLOSING)

    def _close_received(self, frame: CloseFrame) -> None:
        code = None if frame.code == CloseCode.NO_STATUS_RCVD else frame.code
        self._start_closing(frame.code, frame.reason, frame_close(code))
        # The server closes the transport, the client waits for that (section 7.1.1).
        self._outbox.close()
        self._notify_closed()

    def _fail(self, code: int, reason: str) -> None:
        """Fail the connection (section 7.1.7) of a client that violated a rule."""
        self._stop_reading()
        self._start_closing(code, reason, frame_close(code, reason))
        # To close while the client still sends would reset the connection, and the
        # close frame might be lost.  So this side stops sending first; what the client
        # sends is discarded until the keepalive ends the wait.  (TLS does so itself.)
        if (
            not isinstance(self.transport, ProtocolWrapper)
            and hasattr(self.transport, "loseWriteConnection")
            and self._outbox.waiting == 0
        ):
            self.transport.loseWriteConnection()
        else:
            self._outbox.close()
        self._notify_closed()

    def _too_slow(self) -> None:
        # Perhaps within a write of the application, so ``closed`` is called later.
        self._start_closing(CloseCode.POLICY_VIOLATION, "too slow")
        self._close_code, self._close_reason = CloseCode.POLICY_VIOLATION, "too slow"
        self._log.info("too slow: {address}", address=format_address(self.address))

    def _notify_closed(self) -> None:
        peer, self.peer = self.peer, None
        if peer is not None:
            try:
                peer.closed(self._close_code, self._close_reason)
            except Exception:  # noqa: BLE001
                self._log.failure("a WebSocket application failed")


def _discard(_frames: bytes) -> None:
    """Stand in for ``write_frames`` after the last frame."""
