"""How a client is written to: at once, and with a bound on what may wait.

Nothing waiting: the bytes go out now, by the socket's own ``send``, without a
round through the reactor; measured, that is less than half of what
``transport.write`` costs for one message to one of many.  A remainder waits
here and leaves as the kernel has room.  A peer that lets more than the limit
wait is cut off, so that a slow reader costs its own memory only.

Rules of this file: nothing here calls back into the chat before ``write``
returns; and whoever has an outbox writes to its transport through it alone,
from the first byte on, or bytes would overtake each other.  Only the fan-out has
the socket's ``send`` itself, and only while nothing waits: see ``lend_send``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IPullProducer, IPushProducer
from zope.interface import implementer

MAX_WAITING = 1024 * 1024
"""Bytes that may wait for one client before it is cut off."""

PORTION = 64 * 1024
"""Bytes handed to the transport at a time while there is a queue."""


Send = Callable[[bytes], int]


class Borrower(Protocol):
    """Whoever may write past the outbox; see ``pool.Client``.

    :ivar send: the socket's own while it is lent, else ``None``.
    """

    send: Send | None


def outbox_to(
    transport: Any, overflowed: Callable[[], None], limit: int = MAX_WAITING
) -> Outbox:
    """The outbox that fits a connected transport.

    :param overflowed: called once, when more than ``limit`` bytes wait for
        the peer; the connection is being aborted then.
    """
    # TLS answers ``getHandle`` with its OpenSSL connection, which must not be
    # written to behind the transport's back: only a socket has a family.
    handle: Any = transport.getHandle() if hasattr(transport, "getHandle") else None
    if hasattr(transport, "writeSomeData") and hasattr(handle, "family"):
        return DirectOutbox(transport, overflowed, limit, handle.send)
    return BufferedOutbox(transport, overflowed, limit)


class Outbox:
    """The way out to one peer; see ``outbox_to``."""

    __slots__ = (
        "_closing",
        "_ended",
        "_gone",
        "_limit",
        "_overflowed",
        "_queue",
        "_transport",
    )

    def __init__(
        self, transport: Any, overflowed: Callable[[], None], limit: int
    ) -> None:
        self._transport = transport
        self._overflowed = overflowed
        self._limit = limit
        self._queue: deque[bytes | memoryview] | None = None
        self._closing = False
        # Closed, so that nothing more is to be written; and done with for good.
        self._ended = self._gone = False

    @property
    def waiting(self) -> int:
        """How many bytes wait here for the peer."""
        return sum(map(len, self._queue or ()))

    def write(self, data: bytes) -> None:
        """Send now what the peer has room for, and the rest when it has."""
        raise NotImplementedError

    def lend_send(self, borrower: Borrower) -> None:
        """Lend the socket's ``send`` whenever nothing waits, until the end.

        What the socket does not take then must come to ``write`` at once.  An
        outbox that has no such ``send`` lends nothing.
        """

    def close(self) -> None:
        """Close once everything written is with the kernel."""
        self._closing = True
        if not self._queue and not self._ended:
            self._lose()

    def abort(self) -> None:
        """Close now; what waits is thrown away."""
        if not self._gone:
            self.stopProducing()
            self._transport.abortConnection()

    def stopProducing(self) -> None:
        """The connection is gone: what is still written goes nowhere."""
        self._ended = self._gone = True
        self._queue = None

    def _lose(self) -> None:
        self._ended = True
        self._transport.loseConnection()


@implementer(IPullProducer)
class DirectOutbox(Outbox):
    """To a plain socket.  While something waits, the transport pulls it."""

    __slots__ = ("_borrower", "_send", "_size")

    def __init__(
        self,
        transport: Any,
        overflowed: Callable[[], None],
        limit: int,
        send: Send,
    ) -> None:
        super().__init__(transport, overflowed, limit)
        self._send = send
        self._size = 0
        self._borrower: Borrower | None = None

    def lend_send(self, borrower: Borrower) -> None:
        """Lend it now if nothing waits, and each time when nothing waits any more."""
        if not self._closing and not self._ended:
            self._borrower = borrower
            if self._queue is None:
                borrower.send = self._send

    def _end_loan(self) -> None:
        if self._borrower is not None:
            self._borrower.send = None
            self._borrower = None

    def close(self) -> None:
        """Close once everything written is with the kernel."""
        self._end_loan()
        super().close()

    def write(self, data: bytes) -> None:
        """Send now what the kernel has room for, and the rest when it has."""
        if self._queue is not None:
            self._wait(data)
            return
        send = self._send  # in two steps, as in the fan-out
        try:
            sent = send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            # Broken, or ended by us: if the peer reset it, the reading side
            # says why better than this side can.
            self.abort()
            return
        if sent != len(data):
            self._wait(memoryview(data)[sent:])

    def _wait(self, data: bytes | memoryview) -> None:
        self._size += len(data)
        if self._size > self._limit:
            self.abort()
            self._overflowed()
        elif self._queue is None:
            if not self._ended:
                self._queue = deque((data,))
                if self._borrower is not None:
                    # Or what it sends would overtake what waits here.
                    self._borrower.send = None
                self._transport.registerProducer(self, False)
        else:
            self._queue.append(data)

    def resumeProducing(self) -> None:
        """The kernel has taken the last portion: here is the next."""
        portion: list[bytes | memoryview] = []
        size = 0
        while self._queue and size < PORTION:
            portion.append(self._queue.popleft())
            size += len(portion[-1])
        if portion:
            self._size -= size
            self._transport.write(b"".join(portion))
            return
        self._queue = None
        self._transport.unregisterProducer()
        if self._closing:
            self._lose()
        elif self._borrower is not None:
            self._borrower.send = self._send

    def stopProducing(self) -> None:
        """The connection is gone: what is still written goes nowhere."""
        self._end_loan()
        super().stopProducing()
        self._send = len


@implementer(IPushProducer)
class BufferedOutbox(Outbox):
    """To a transport with a buffer of its own, such as TLS.

    It says when it has had enough and when it has room again.  (A pull
    producer on TLS would be driven by the global reactor.)
    """

    __slots__ = ("_paused", "_size")

    def __init__(
        self, transport: Any, overflowed: Callable[[], None], limit: int
    ) -> None:
        super().__init__(transport, overflowed, limit)
        self._paused = False
        self._size = 0
        transport.registerProducer(self, True)

    def write(self, data: bytes) -> None:
        """Give it to the transport, unless that has had enough."""
        if self._ended:
            return
        if not self._paused:
            self._transport.write(data)
            return
        self._size += len(data)
        if self._size > self._limit:
            self.abort()
            self._overflowed()
        elif self._queue is None:
            self._queue = deque((data,))
        else:
            self._queue.append(data)

    def pauseProducing(self) -> None:
        """The transport has had enough; it says so again at every write."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The transport has room again."""
        self._paused = False
        while self._queue and not self._paused:
            data = self._queue.popleft()
            self._size -= len(data)
            self._transport.write(data)
        if not self._queue:
            self._queue = None
            if self._closing and not self._ended:
                self._lose()

    def _lose(self) -> None:
        # A transport waits for its producer before it closes.
        self._transport.unregisterProducer()
        super()._lose()
