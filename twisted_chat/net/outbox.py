"""The outbox of a connection: writes go out at once, and what waits is bounded.

While nothing waits, ``write`` passes the bytes to the socket's own ``send``, without a
turn of the reactor; measured for one message to one of many clients, that costs less
than half of ``transport.write``.  What the kernel does not take waits here until there
is room.  A peer that reads too slowly is disconnected, by the rule of ``slow_readers``,
so that it costs bounded memory and nobody else waits for it.

Invariants: nothing here calls back into the application before ``write`` returns.
Whoever has an outbox writes to its transport through the outbox alone, from the first
byte on, or bytes would overtake each other.  The one exception is the fan-out, which
may call the socket's ``send`` while nothing waits: see ``enable_direct_send``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any, Protocol

from twisted.internet.interfaces import IPullProducer, IPushProducer
from zope.interface import implementer

from .send_queue import MAX_QUEUED, SendQueue
from .slow_readers import SlowReaders, unacknowledged

CHUNK_SIZE = 64 * 1024
"""Bytes passed to the transport at a time while something waits."""


Send = Callable[[bytes], int]


class DirectSendTarget(Protocol):
    """An object that may write past the outbox, such as ``core.client.Client``."""

    def send_by(self, send: Send | None, /) -> None:
        """Use the socket's own ``send``, while nothing waits, or none."""


def outbox_to(
    transport: Any,
    slow_readers: SlowReaders,
    too_slow: Callable[[], None],
    limit: int = MAX_QUEUED,
) -> Outbox:
    """Make the outbox that fits a connected transport.

    :param too_slow: called once if the peer is, within ``write`` or later; the
        connection is being aborted then.
    :param limit: bytes that may wait, an eighth of them for long.
    """
    # TLS answers ``getHandle`` with its OpenSSL connection, which must not be
    # written to directly: only a socket has a family, which takes long to get.
    handle: Any = transport.getHandle() if hasattr(transport, "getHandle") else None
    if hasattr(transport, "writeSomeData") and hasattr(type(handle), "family"):
        return DirectOutbox(transport, slow_readers, too_slow, limit, handle.send)
    return BufferedOutbox(transport, slow_readers, too_slow, limit)


class OutboxState(Enum):
    """The life of an outbox."""

    OPEN = "open"
    FINISHED = "what waits is still sent, what is written is discarded"
    DRAINING = "as finished, and to be closed once nothing waits"
    CLOSED = "everything is with the transport, which closes"
    LOST = "the connection is lost or aborted"


# Looking up the member of an enum takes ten times as long in Python 3.11.
_OPEN = OutboxState.OPEN


class Outbox:
    """Sends bytes to one peer; see ``outbox_to``."""

    __slots__ = (
        "_limit",
        "_queue",
        "_slow_readers",
        "_state",
        "_too_slow",
        "_transport",
    )

    def __init__(
        self,
        transport: Any,
        slow_readers: SlowReaders,
        too_slow: Callable[[], None],
        limit: int,
    ) -> None:
        self._transport = transport
        self._slow_readers = slow_readers
        self._too_slow = too_slow
        self._limit = limit
        # Made only when something has to wait.
        self._queue: SendQueue | None = None
        self._state = OutboxState.OPEN

    @property
    def waiting(self) -> int:
        """Bytes that wait here for the peer."""
        return 0 if self._queue is None else self._queue.size

    def write(self, data: bytes) -> None:
        """Send at once what there is room for, and the rest when there is."""
        raise NotImplementedError

    def enable_direct_send(self, target: DirectSendTarget) -> None:
        """Give the target the socket's own ``send`` whenever nothing waits.

        What the socket does not take then must be passed to ``write`` at once.  An
        outbox without a plain socket gives none.
        """

    def finish(self) -> None:
        """Discard what is written from now on; what waits is still sent."""
        if self._state is OutboxState.OPEN:
            self._state = OutboxState.FINISHED

    def close(self) -> None:
        """Finish, and close the connection once what waits is with the kernel."""
        self.finish()
        if self._state is OutboxState.FINISHED:
            self._state = OutboxState.DRAINING
            if not self._queue:
                self._lose()

    def release(self) -> bool:
        """Leave the transport to another outbox; what is written later is discarded.

        :returns: false, and nothing is changed, if anything waits or the outbox is
            finished.
        """
        if self._state is not _OPEN or self._queue is not None:
            return False
        self.stopProducing()
        return True

    def abort(self) -> None:
        """Close the connection now; what waits is discarded."""
        if self._state is not OutboxState.LOST:
            self.stopProducing()
            self._transport.abortConnection()

    def stopProducing(self) -> None:
        """Twisted: the connection is lost; what is written later is discarded."""
        self._state = OutboxState.LOST
        self._queue = None
        # Break the reference cycle, so that no garbage collection is needed.
        self._too_slow = _nothing

    # For ``slow_readers``.

    @property
    def is_behind(self) -> bool:
        """See ``SlowReader``."""
        return self._queue is not None and self._queue.is_long

    def progress(self) -> Hashable:
        """See ``SlowReader``.  Who closes an outbox bounds the time itself."""
        if self._queue is None or self._state is not _OPEN:
            return None
        return self._queue.taken, unacknowledged(self._transport)

    def cut_off(self) -> None:
        """See ``SlowReader``."""
        too_slow = self._too_slow
        self.abort()
        too_slow()

    def _lose(self) -> None:
        self._state = OutboxState.CLOSED
        self._transport.loseConnection()

    def _wait(self, data: bytes | memoryview) -> None:
        """Keep data until there is room for it, unless the outbox is finished."""
        if self._state is not _OPEN:
            return
        queue = self._queue
        if queue is None:
            queue = SendQueue(self._limit)
        if not queue.push(data):
            self.cut_off()
        elif self._queue is None:
            self._queue = queue
            self._slow_readers.add(self)
            self._started_waiting()

    def _started_waiting(self) -> None:
        """Something waits now, and did not before."""


@implementer(IPullProducer)
class DirectOutbox(Outbox):
    """The outbox of a plain socket.  While something waits, the transport pulls it."""

    __slots__ = ("_direct", "_send")

    def __init__(
        self,
        transport: Any,
        slow_readers: SlowReaders,
        too_slow: Callable[[], None],
        limit: int,
        send: Send,
    ) -> None:
        super().__init__(transport, slow_readers, too_slow, limit)
        self._send = send
        self._direct: DirectSendTarget | None = None

    def enable_direct_send(self, target: DirectSendTarget) -> None:
        """Give it ``send`` now if nothing waits, and whenever nothing waits."""
        if self._state is OutboxState.OPEN:
            self._direct = target
            if self._queue is None:
                target.send_by(self._send)

    def _stop_sending(self) -> None:
        """Discard what is written from now on."""
        if self._direct is not None:
            self._direct.send_by(None)
            self._direct = None
        self._send = _discard

    def finish(self) -> None:
        """Discard what is written from now on; what waits is still sent."""
        self._stop_sending()
        super().finish()

    def write(self, data: bytes) -> None:
        """Send at once what the kernel has room for, and the rest when it has."""
        if self._queue is not None:
            self._wait(data)
            return
        send = self._send  # in two steps, as in the fan-out
        try:
            sent = send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            # The peer has reset the connection, or this side has closed it.  The
            # transport will find the same, and knows whether to read on.
            self._stop_sending()
            self._transport.write(data)
            return
        if sent != len(data):
            self._wait(memoryview(data)[sent:])

    def _started_waiting(self) -> None:
        if self._direct is not None:
            # Or what it sends would overtake what waits here.
            self._direct.send_by(None)
        self._transport.registerProducer(self, False)

    def resumeProducing(self) -> None:
        """Twisted: the kernel has taken the last chunk."""
        chunk = b"" if self._queue is None else self._queue.pop(CHUNK_SIZE)
        if chunk:
            self._transport.write(chunk)
            return
        self._queue = None
        self._transport.unregisterProducer()
        if self._state is OutboxState.DRAINING:
            self._lose()
        elif self._direct is not None:
            self._direct.send_by(self._send)

    def stopProducing(self) -> None:
        """Twisted: the connection is lost; what is written later is discarded."""
        self._stop_sending()
        super().stopProducing()


@implementer(IPushProducer)
class BufferedOutbox(Outbox):
    """The outbox of a transport with a buffer of its own, such as TLS.

    The transport pauses and resumes it.  (A pull producer on TLS would be driven by
    the global reactor.)
    """

    __slots__ = ("_blocked", "_paused")

    def __init__(
        self,
        transport: Any,
        slow_readers: SlowReaders,
        too_slow: Callable[[], None],
        limit: int,
    ) -> None:
        super().__init__(transport, slow_readers, too_slow, limit)
        self._paused = False
        # Paused or finished: the one thing that ``write`` checks.
        self._blocked = False
        transport.registerProducer(self, True)

    def write(self, data: bytes) -> None:
        """Pass data to the transport, unless its buffer is full."""
        if self._blocked:
            self._wait(data)
        else:
            self._transport.write(data)

    def finish(self) -> None:
        """Discard what is written from now on; what waits is still sent."""
        self._blocked = True
        super().finish()

    def pauseProducing(self) -> None:
        """Twisted: the buffer is full; repeated at every further write."""
        self._paused = self._blocked = True

    def resumeProducing(self) -> None:
        """Twisted: the buffer has room again."""
        self._paused = False
        while self._queue and not self._paused:
            self._transport.write(self._queue.pop(1))
        if not self._queue:
            self._queue = None
            if self._state is OutboxState.DRAINING:
                self._lose()
            elif self._state is OutboxState.OPEN and not self._paused:
                self._blocked = False

    def stopProducing(self) -> None:
        """Twisted: the connection is lost; what is written later is discarded."""
        super().stopProducing()
        self._blocked = True

    def release(self) -> bool:
        """Leave the transport to another outbox, which is its producer then."""
        is_released = super().release()
        if is_released:
            self._transport.unregisterProducer()
        return is_released

    def _lose(self) -> None:
        # A transport waits for its producer before it closes.
        self._transport.unregisterProducer()
        super()._lose()


def _nothing() -> None:
    """Nobody has to know that a peer is too slow whose connection is lost."""


def _discard(data: bytes) -> int:
    """Stand in for the socket's ``send`` after the end."""
    return len(data)
