"""WebSocket connections (RFC 6455) for any application, inside twisted.web.

``upgrade`` answers a handshake in a resource's ``render_GET`` and takes the
connection over; from then on a ``WebSocketPeer`` of the application's own hears
what the client says, and speaks through its ``WebSocketConnection``.  Reading is
``MessageReader``'s work, writing is ``Outbox``'s.

permessage-deflate is never agreed to: a frame is made once and sent to everyone,
which compression with a context per client would undo, and an inflater is one
more thing to bound.

Rules of this file: knows no chat; everything a client can make us keep is bounded
by ``max_size``, the outbox and the keepalive.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.server import NOT_DONE_YET

from twisted_chat.net.admission import format_address
from twisted_chat.net.handover import Unflushed, take_over
from twisted_chat.net.outbox import outbox_to
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.net.timers import Keepalive

from .frames import (
    frame_binary,
    frame_close,
    frame_ping,
    frame_pong,
    frame_text,
    switching_protocols,
)
from .handshake import NoHandshake, handshake_key, tokens
from .reader import NO_CODE, Broken, Goodbye, Message, MessageReader, Ping

MAX_SIZE = 64 * 1024
"""Bytes of one message, unless the application says otherwise."""

MAX_SMALL = 2000
"""Frames in one second that are no messages: pings, pongs, tiny parts."""

GOING_AWAY = 1001
POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
ABNORMAL = 1006
"""Close codes, RFC 6455, section 7.4; the last is never sent."""

_PING = frame_ping()


class WebSocketPeer(typing.Protocol):
    """What an application is told of one connection."""

    def opened(self, connection: WebSocketConnection) -> None:
        """The handshake is done; the connection may be written to."""

    def text_received(self, text: str) -> None:
        """A whole text message."""

    def binary_received(self, data: bytes) -> None:
        """A whole binary message."""

    def closed(self, code: int, reason: str) -> None:
        """It is over; called exactly once, after ``opened``.

        :param code: of the side that closed first; 1005 when it gave none, 1006
            when the connection broke.
        """


class WebSocketConnection(Protocol):
    """One client's connection, from the handshake on.

    :ivar subprotocol: what was agreed on, if anything.
    :ivar write_frames: sends frames that are made already, joined or single: the
        outbox's own ``write``, with nothing in between.
    """

    transport: Any
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
        greeting: bytes = b"",
    ) -> None:
        self.subprotocol = subprotocol
        self.read_paused = False
        self._peer: WebSocketPeer | None = peer
        self._keepalive = keepalive
        self._max_queued = max_queued
        self._greeting = greeting
        self._reader: MessageReader | None = MessageReader(max_size)
        self._small = 0
        self._small_since = 0.0
        self._end: tuple[int, str] | None = None

    # For the application.

    @property
    def address(self) -> IAddress:
        """Where the client is."""
        address: IAddress = self.transport.getPeer()
        return address

    def send_text(self, text: str | bytes) -> None:
        """Send a text message; bytes must be UTF-8."""
        payload = text.encode() if isinstance(text, str) else text
        self.write_frames(frame_text(payload))

    def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        self.write_frames(frame_binary(data))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye once all that was written is sent; idempotent.

        What the client still says is not heard any more.

        :param reason: cut to 123 bytes.
        """
        if self._end is not None or self._reader is None:
            return
        self._end = code, reason
        self._say_goodbye(frame_close(code, reason))

    def abort(self) -> None:
        """End the connection now; what waits is thrown away."""
        self._end = self._end or (ABNORMAL, "")
        self._outbox.abort()

    def pause(self) -> None:
        """Stop reading; what was read already is still delivered: at most 64 KiB."""
        if not self.read_paused:
            self.read_paused = True
            self.transport.pauseProducing()

    def resume(self) -> None:
        """Go on reading."""
        if self.read_paused:
            self.read_paused = False
            self._keepalive.received(self)
            self.transport.resumeProducing()

    # For the keepalive.

    def ping(self) -> None:
        """Ask the client for a sign of life."""
        self.write_frames(_PING)

    def timed_out(self) -> None:
        """There was none."""
        self._end = self._end or (ABNORMAL, "ping timeout")
        self._outbox.abort()

    # For Twisted.

    def connectionMade(self) -> None:
        """The transport is ours."""
        self._outbox = outbox_to(self.transport, self._overflowed, self._max_queued)
        self.write_frames = self._outbox.write
        if self._greeting:
            self.write_frames(self._greeting)
            self._greeting = b""
        self._keepalive.add(self)
        self._tell(lambda peer: peer.opened(self))

    def dataReceived(self, data: bytes) -> None:
        """Some bytes, cut anywhere."""
        self._keepalive.received(self)
        reader = self._reader
        if reader is None:
            return
        pongs: list[bytes] = []
        small = reader.small
        try:
            for message in reader.feed(data):
                self._heard(message, pongs)
                if self._reader is None:
                    return
            self._flush(pongs)
        except Broken as broken:
            self._flush(pongs)
            self._fail(broken.code, broken.reason)
        if reader.small != small:
            self._check_pace(reader.small - small)

    def connectionLost(self, _reason: Failure = connectionDone) -> None:
        """The transport is gone."""
        self._reader = None
        self._keepalive.remove(self)
        self.write_frames = _dropped
        self._outbox.stopProducing()
        self._over(*(self._end or (ABNORMAL, "")))

    # What was received.

    def _heard(self, message: Message, pongs: list[bytes]) -> None:
        if isinstance(message, Ping):
            pongs.append(frame_pong(message.payload))
            return
        self._flush(pongs)
        if isinstance(message, Goodbye):
            self._goodbye_received(message)
        elif self._end is None:
            if isinstance(message, str):
                self._tell(lambda peer: peer.text_received(message))
            else:
                self._tell(lambda peer: peer.binary_received(message))

    def _flush(self, pongs: list[bytes]) -> None:
        """Answer pings, many in one write."""
        if pongs:
            self.write_frames(b"".join(pongs))
            pongs.clear()

    def _check_pace(self, small: int) -> None:
        """End a client that keeps us busy with frames that say nothing."""
        now = self._keepalive.seconds()
        if now - self._small_since >= 1:
            self._small_since, self._small = now, 0
        self._small += small
        if self._small > MAX_SMALL:
            self._fail(POLICY_VIOLATION, "too many small frames")

    def _tell(self, what: Callable[[WebSocketPeer], None]) -> None:
        """Call the application; its mistakes are logged and end the connection."""
        if self._peer is None:
            return
        try:
            what(self._peer)
        except Exception:  # noqa: BLE001
            self._log.failure("a WebSocket application failed")
            self.close(INTERNAL_ERROR)

    # The end.

    def _goodbye_received(self, goodbye: Goodbye) -> None:
        self._reader = None
        if self._end is None:
            self._end = goodbye.code, goodbye.reason
            code = goodbye.code
            self.write_frames(frame_close(None if code == NO_CODE else code))
        # The server closes the connection, the client waits for it (RFC 6455,
        # section 7.1.1).
        self.write_frames = _dropped
        self._outbox.close()
        self._keepalive.start_closing(self)
        self._over(*self._end)

    def _fail(self, code: int, reason: str) -> None:
        """The client broke the protocol: say so, and listen to it no more."""
        self._reader = None
        if self._end is None:
            self._end = code, reason
            self._say_goodbye(frame_close(code, reason))
        else:
            self._say_goodbye(b"")
        # To close while it is still sending would reset the connection, and
        # our last words might be lost: it sees our end first, then its own
        # words are thrown away, for as long as a goodbye may take.  (TLS does
        # so by itself.)
        if (
            not isinstance(self.transport, ProtocolWrapper)
            and hasattr(self.transport, "loseWriteConnection")
            and self._outbox.waiting == 0
        ):
            self.transport.loseWriteConnection()
        else:
            self._outbox.close()
        self._over(*self._end)

    def _say_goodbye(self, last_words: bytes) -> None:
        if last_words:
            self.write_frames(last_words)
        self.write_frames = _dropped
        self._keepalive.start_closing(self)

    def _over(self, code: int, reason: str) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            try:
                peer.closed(code, reason)
            except Exception:  # noqa: BLE001
                self._log.failure("a WebSocket application failed")

    def _overflowed(self) -> None:
        # Called while someone writes to us: the application is told later.
        self._end = POLICY_VIOLATION, "too slow"
        self._log.info("too slow: {address}", address=format_address(self.address))


def upgrade(
    request: Request,
    peer: WebSocketPeer,
    *,
    keepalive: Keepalive,
    max_size: int = MAX_SIZE,
    max_queued: int = MAX_QUEUED,
    subprotocols: Sequence[str] = (),
) -> int | bytes:
    """Answer a WebSocket handshake in ``render_GET``, with or without TLS.

    Whether its ``Origin`` may connect is the caller's to check before.

    :param keepalive: shared by all connections of one kind.
    :param max_size: bytes of one message; over it the client is closed with 1009.
    :param max_queued: bytes that may wait for the client; over it, it is cut off.
    :param subprotocols: those spoken here, the dearest first; a client that
        asks for none of them is connected without one.
    :return: what the resource returns from ``render_GET``: ``NOT_DONE_YET``, or
        the body of a refusal, whose code is then set.
    """
    try:
        key = handshake_key(request)
    except NoHandshake as wrong:
        return wrong.answer(request)
    offered = tokens(request, b"Sec-WebSocket-Protocol")
    chosen = next((name for name in subprotocols if name.encode() in offered), None)
    connection = WebSocketConnection(
        peer,
        keepalive,
        max_size=max_size,
        max_queued=max_queued,
        subprotocol=chosen,
        greeting=switching_protocols(key, None if chosen is None else chosen.encode()),
    )
    try:
        take_over(request, connection)
    except Unflushed:
        return NoHandshake(400, "Read the earlier answers first.").answer(request)
    return NOT_DONE_YET


def _dropped(data: bytes) -> None:
    """Nothing is said after goodbye."""
