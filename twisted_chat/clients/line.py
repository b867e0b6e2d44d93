"""The line chat: telnet, nc, PuTTY and scripts.

``ChatProtocol`` turns bytes into lines, whatever ends them, and lines into
requests; the chat does the rest.  Rules of this file: time linear in what is
received however it is cut up, memory bounded by one line.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IReactorTime,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Client
from twisted_chat.core.inbox import Inbox
from twisted_chat.core.limits import MAX_LINE, RateLimit
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Request
from twisted_chat.net.outbox import Outbox, outbox_to

from .telnet import TelnetFilter
from .text import LineCodec, decode_bytes, too_long

CLOSING = 10.0
"""Seconds that a client has to read the last of what it was sent."""


@implementer(IHalfCloseableProtocol)
class ChatProtocol(LineReceiver):
    """One line client.

    A ``LineReceiver`` with a splitter of its own: the inherited one knows one
    delimiter and takes time in the square of the number of lines in a segment.
    """

    MAX_LENGTH = MAX_LINE
    client: Client
    outbox: Outbox
    inbox: Inbox
    write: Callable[[bytes], None]

    def __init__(self, factory: ChatFactory) -> None:
        self.factory = factory
        self._shared = factory
        self._telnet: TelnetFilter | None = None
        self._partial: bytes = b""
        self._skip_end = False
        self._discarding = False
        self._slow = False

    def connectionMade(self) -> None:
        """Twisted: the peer is there."""
        factory = self._shared
        transport: Any = self.transport
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
        handle: Any = getattr(transport, "getHandle", lambda: None)()
        if hasattr(handle, "family") and handle.family != socket.AF_UNIX:
            # Ctrl-C in telnet marks its place with an urgent byte, which would
            # be lost from the stream otherwise.
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self.outbox = outbox_to(transport, self._too_slow)
        # The fan-out's inner loop: no call between it and the outbox.
        self.write = self.outbox.write
        self.client = factory.chat.attach(self, factory.codec)
        self.outbox.lend_send(self.client)
        self.inbox = Inbox(
            factory.chat,
            self.client,
            factory.pace,
            transport.pauseProducing,
            transport.resumeProducing,
        )

    # What the chat calls; see ``interfaces.Connection``.

    def close(self, reason: str) -> None:
        """End the connection; a line client needs no further reason."""
        self.outbox.close()
        self._shared.clock.callLater(CLOSING, self.outbox.abort)

    # What Twisted calls.

    def dataReceived(self, data: bytes) -> None:
        """Split what was received into lines, and take each."""
        if self._telnet is not None or b"\xff" in data:
            data = self._without_telnet(data)
        if self._skip_end and data:
            # The last segment ended in CR: what may follow it ends no line.
            self._skip_end = False
            data = data[data[0] in b"\n\0" :]
        if b"\r" in data:
            self._skip_end = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\n")
            data = data.replace(b"\r", b"\n")
        *lines, last = data.split(b"\n")
        if lines:
            lines[0] = self._partial + lines[0]
            self._partial = b""
            if self._discarding:
                # The end of a line that was refused when it grew too long.
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
        self.inbox.put(decode_bytes(line, self._shared.chat.table))

    def lineLengthExceeded(self, line: bytes) -> None:
        """A line is refused, and the connection stays."""
        self._partial = b""
        self._discarding = True
        self.inbox.put(Request("", "", refusal=too_long()))

    def readConnectionLost(self) -> None:
        """The peer sends no more, but may still read.

        Its last line needs no end, and it is let go when all is done.
        """
        if self._partial:
            line, self._partial = self._partial, b""
            self.lineReceived(line)
        self.inbox.put(Request("quit", ""))

    def writeConnectionLost(self) -> None:
        """We never close one side only."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The peer is gone, however that came about."""
        self.outbox.stopProducing()
        self._shared.departed(self.client, reason, slow=self._slow)
        self.inbox.disconnected()

    def _too_slow(self) -> None:
        self._slow = True


class ChatFactory(Factory):
    """What all line clients share.

    :ivar pool: who is here.
    """

    noisy = False
    log = Logger()

    def __init__(self, chat: Chat, clock: IReactorTime, pace: RateLimit | None) -> None:
        self.chat = chat
        self.clock = clock
        self.pace = pace
        self.codec = LineCodec()

    @property
    def pool(self) -> ClientPool:
        """Who is here."""
        return self.chat.pool

    def buildProtocol(self, addr: IAddress | None) -> ChatProtocol:
        """Twisted: a peer connects."""
        return ChatProtocol(self)

    def departed(self, client: Client, reason: Failure, *, slow: bool) -> None:
        """Put in the log that a client went, and why if that was no farewell."""
        log_departure(self.log, client, reason, slow=slow)


def log_departure(log: Logger, client: Any, reason: Failure, *, slow: bool) -> None:
    """What the log says when a client goes, whatever it spoke."""
    nick = client.nick or "a newcomer"
    why = ""
    if slow:
        why = "too slow"
    elif reason.check(ConnectionLost):
        why = "connection lost"
    elif not reason.check(ConnectionDone):
        why = reason.getErrorMessage()
    # As fields, so that a log in JSON holds the very words, too.
    if why:
        log.info("{line}", line=f"client error: {nick}: {why}")
    log.info("{line}", line=f"{nick} quit")
