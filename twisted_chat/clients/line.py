"""Line clients: telnet, nc, PuTTY and scripts.

``ChatProtocol`` splits bytes into lines, whatever ends them; the codec makes each line
a request, and the chat does the rest.  Splitting takes time linear in the bytes
received, however they are cut into segments, and memory bounded by one line.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IReactorTime,
    ITCPTransport,
    IUNIXTransport,
)
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.core.backlog import Decode
from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Identity
from twisted_chat.core.limits import MAX_LINE, RateLimit
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Reply, Request, refusal
from twisted_chat.core.texts.texts import line_too_long
from twisted_chat.net.encryption import is_encrypted
from twisted_chat.net.intake import Intake
from twisted_chat.net.outbox import Outbox, outbox_to
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.timers import Deadlines

from .attach import Attachment, identity_of
from .gate import NOBODY, Attached, LineGate
from .telnet import TelnetFilter
from .text import LineCodec

CLOSE_TIMEOUT = 10.0
"""Seconds that a client has to read what was sent before its connection is aborted."""


@implementer(IHalfCloseableProtocol)
class ChatProtocol(LineReceiver):
    """The connection of one line client.

    It splits lines itself: ``LineReceiver`` knows a single delimiter, and takes time
    quadratic in the number of lines in a segment.

    :ivar write: sends what the codec has encoded.
    """

    MAX_LENGTH = MAX_LINE
    reads_on = True  # see ``net.resets``
    attachment: Attachment
    _receiver: Attached
    outbox: Outbox
    write: Callable[[bytes], None]

    def __init__(self, factory: ChatFactory, peer: IAddress | None) -> None:
        self.factory = factory
        self._peer = peer
        self._shared = factory
        self._telnet: TelnetFilter | None = None
        self._partial: bytes = b""
        self._skip_end = False
        self._discarding = False
        self._is_too_slow = False

    def connectionMade(self) -> None:
        """Twisted: a client has connected."""
        transport: Any = self.transport
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
        handle: Any = getattr(transport, "getHandle", lambda: None)()
        is_unix = IUNIXTransport.providedBy(transport)
        if not is_unix and hasattr(handle, "setsockopt"):
            # Telnet's Ctrl-C sends an urgent byte, which would otherwise be
            # missing from the stream.
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        limits = self._shared.limits
        self.outbox = outbox_to(transport, limits.slow_readers, self._too_slow)
        # The fan-out's inner loop: no call between it and the outbox.
        self.write = self.outbox.write
        self._intake = Intake(limits.pacing, self, transport)
        identity = identity_of(
            "telnet", self._peer, is_encrypted=is_encrypted(transport)
        )
        entrance = self._shared.chat.entrance
        if entrance is None:
            self._attach(identity)
            return
        self._receiver = LineGate(
            self._shared.chat,
            entrance,
            identity,
            self._show,
            self.close,
            partial(self._attach, identity),
            hide=self._hide,
        )

    def _attach(self, identity: Identity) -> None:
        shared = self._shared
        self._receiver = self.attachment = Attachment(
            shared.chat,
            self,
            shared.codec,
            identity=identity,
            rate_limit=shared.rate_limit,
            decode=shared.decode,
            source=self._intake,
        )
        self.outbox.enable_direct_send(self.attachment.client)

    def _show(self, reply: Reply, ref: str | None) -> None:
        """Show something to a client that is not attached yet."""
        self.outbox.write(self._shared.codec.reply(reply, NOBODY, ref))

    def _hide(self, hidden: bool) -> None:
        self.hide_input(hidden=hidden)

    # What the chat calls; see ``interfaces.Connection``.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self.outbox.waiting

    def close(self, reason: str) -> None:
        """End the connection; a line has no place for the reason."""
        self.outbox.close()
        self._shared.closing.set(self.outbox)

    def hide_input(self, *, hidden: bool) -> None:
        """Hide what is typed, or show it again, if the client speaks telnet."""
        if self._telnet is not None:
            self.outbox.write(self._telnet.hide_input(hidden=hidden))

    def release(self) -> bool:
        """Leave, and the connection to another protocol; see ``Detector``."""
        if not self.outbox.release():
            return False
        self._intake.stop()
        # The pace may have paused it.
        transport: Any = self.transport
        transport.resumeProducing()
        self._receiver.hand_over()
        return True

    # What Twisted calls.

    def dataReceived(self, data: bytes) -> None:
        """Twisted: some bytes were received."""
        self._shared.limits.traffic.received_bytes += len(data)
        self._intake.received(data)

    def read(self, data: bytes) -> None:
        """Split received bytes into lines, and pass each on."""
        if self._telnet is not None or b"\xff" in data:
            data = self._without_telnet(data)
        if self._skip_end and data:
            # The previous segment ended in CR: LF or NUL after it ends no line.
            self._skip_end = False
            data = data[data[0] in b"\n\0" :]
        if b"\r" in data:
            self._skip_end = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\n")
            data = data.replace(b"\r", b"\n")
        *lines, last = data.split(b"\n")
        if lines:
            if self._telnet is not None and self._telnet.sends_binary:
                # A terminal in this mode has only moved down for the line that was
                # typed: what is shown next begins at the left again.
                self.outbox.write(b"\r")
            lines[0] = self._partial + lines[0]
            self._partial = b""
            if self._discarding:
                # The rest of a line that was refused when it grew too long.
                self._discarding = False
                del lines[0]
            for line in lines:
                if line:
                    self.lineReceived(line)
        if last and not self._discarding:
            self._partial += last
            if len(self._partial) > self.MAX_LENGTH:
                self.lineLengthExceeded(self._partial)

    def _without_telnet(self, data: bytes) -> bytes:
        if self._telnet is None:
            self._telnet = TelnetFilter()
        text, replies = self._telnet.feed(data)
        if replies:
            self.outbox.write(replies)
        return text

    def lineReceived(self, line: bytes) -> None:
        """A whole line, without its end."""
        self._receiver.receive(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse the line; the connection stays open."""
        self._partial = b""
        self._discarding = True
        self._receiver.put(refusal(line_too_long()))

    def readConnectionLost(self) -> None:
        """The peer sends nothing more, but may still read.

        Its last line needs no line end.  It is disconnected once all its requests are
        done.
        """
        self._intake.when_read(self._half_closed)

    def _half_closed(self) -> None:
        if self._partial:
            line, self._partial = self._partial, b""
            self.lineReceived(line)
        self._receiver.put(Request("quit", ""))

    def writeConnectionLost(self) -> None:
        """Twisted: our side is closed, which only happens with the whole connection."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is closed or lost."""
        self.outbox.stopProducing()
        self._shared.closing.clear(self.outbox)
        error = "too slow" if self._is_too_slow else _error(reason)
        self._intake.when_read(lambda: self._lost(error))

    def _lost(self, error: str) -> None:
        if self._partial and not error:
            # Within TLS, a half-close and the end are one event.
            self.readConnectionLost()
        self._intake.stop()
        self._receiver.end(error)

    def _too_slow(self) -> None:
        self._is_too_slow = True


def _error(reason: Failure) -> str:
    """Why a connection broke; empty if it was closed cleanly."""
    if reason.check(ConnectionDone):
        return ""
    if reason.check(ConnectionLost):
        return "connection lost"
    return reason.getErrorMessage()


class ChatFactory(Factory):
    """What all line clients share.

    :param rate_limit: how fast one client may send; ``None`` for no limit.
    :param limits: of all connections of the server; by default of the factory's own.
    """

    noisy = False

    def __init__(
        self,
        chat: Chat,
        clock: IReactorTime,
        rate_limit: RateLimit | None,
        limits: PeerLimits | None = None,
    ) -> None:
        self.chat = chat
        self.clock = clock
        self.limits = limits or PeerLimits(clock)
        self.rate_limit = rate_limit
        self.closing = Deadlines(clock, CLOSE_TIMEOUT, Outbox.abort)
        self.codec = LineCodec(help_hint=True)
        # One bound method for all clients.
        self.decode: Decode = self._decode

    def _decode(self, line: bytes) -> tuple[Request]:
        """The request in a line."""
        return (self.codec.decode(line, self.chat.table),)

    @property
    def pool(self) -> ClientPool:
        """The clients of the chat, of every kind."""
        return self.chat.pool

    def buildProtocol(self, addr: IAddress | None) -> ChatProtocol:
        """Twisted: a client connects."""
        return ChatProtocol(self, addr)
