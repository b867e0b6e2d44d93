"""Socket.IO namespaces with events and acknowledgements.

    chat = Namespace(server, "/chat")

    @chat.on("say")
    def say(socket, text):
        chat.emit("said", text)
        return True                 # the acknowledgement, if the client asked for one

Invariant: a handler may be plain or ``async``; what it raises is logged, and affects no
client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from inspect import iscoroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.engineio.framing import Framing
from twisted_chat.engineio.sessions import random_id

from .packets import ACK, EVENT, MAIN, Packet, encode
from .server import Connection, Socket, SocketIO

H = TypeVar("H", bound=Callable[..., object])


class ConnectRefused(Exception):
    """Raised by a ``guard`` to refuse a client.

    :param message: the reason, which the client receives.
    :param data: further data for the client's program.
    """

    def __init__(self, message: str, data: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Disconnected(Exception):
    """The client disconnected before it acknowledged an event."""


class AckTimeout(Exception):
    """The client did not acknowledge an event in time."""


class Namespace:
    """One namespace of a server.

    :param new_id: makes socket ids, which are public.
    :ivar sockets: the connected clients, by id.
    """

    _log = Logger()

    def __init__(
        self,
        server: SocketIO,
        name: str = MAIN,
        *,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        self.name = name
        self.new_id = new_id
        self.clock = server.clock
        self.sockets: dict[str, EventSocket] = {}
        self._handlers: dict[str, Callable[..., object]] = {}
        self._guard: Callable[[EventSocket, dict[str, Any]], object] | None = None
        self._connected: Callable[[EventSocket], object] | None = None
        self._disconnected: Callable[[EventSocket, str], object] | None = None
        server.namespaces[name] = partial(EventSocket, self)

    # Decorators for handlers.

    def guard(self, handler: H) -> H:
        """``handler(socket, auth)`` may raise ``ConnectRefused``."""
        self._guard = handler
        return handler

    def connected(self, handler: H) -> H:
        """``handler(socket)`` is called for each client that connected."""
        self._connected = handler
        return handler

    def disconnected(self, handler: H) -> H:
        """``handler(socket, reason)`` is called for each client that disconnected."""
        self._disconnected = handler
        return handler

    def on(self, event: str) -> Callable[[H], H]:
        """``handler(socket, *args)`` is called for each event of this name.

        If the client asked for an acknowledgement, it is the result: a tuple as
        several values, ``None`` as no value.
        """

        def register(handler: H) -> H:
            self._handlers[event] = handler
            return handler

        return register

    def emit(
        self, event: str, *args: object, to: Iterable[EventSocket] | None = None
    ) -> None:
        """Send an event to all clients, or to some; it is encoded once per framing.

        :raises ValueError: there are more attachments than a packet may have.
        :raises TypeError: an argument has no JSON representation.
        """
        text, attachments = encode(Packet(EVENT, self.name, [event, *args]))
        encoded: dict[Framing, bytes] = {}
        for socket in list(self.sockets.values() if to is None else to):
            transport = socket.connection.session.transport
            framing = transport.framing
            data = encoded.get(framing)
            if data is None:
                data = encoded[framing] = framing.text(text) + b"".join(
                    map(framing.binary, attachments)
                )
            transport.write(data)

    # For its sockets.

    def check(self, socket: EventSocket, auth: dict[str, Any]) -> Deferred[Any]:
        """Call the guard."""
        return self._call(self._guard, socket, auth)

    def add(self, socket: EventSocket) -> None:
        """A client connected."""
        self.sockets[socket.id] = socket
        self._call(self._connected, socket).addErrback(self.log_failure)

    def remove(self, socket: EventSocket, reason: str) -> None:
        """A client disconnected."""
        self.sockets.pop(socket.id, None)
        self._call(self._disconnected, socket, reason).addErrback(self.log_failure)

    def handle(
        self, socket: EventSocket, event: object, args: Sequence[Any]
    ) -> Deferred[Any] | None:
        """Call the handler of an event; ``None`` if it has none."""
        handler = self._handlers.get(event) if isinstance(event, str) else None
        return None if handler is None else self._call(handler, socket, *args)

    def log_failure(self, failure: Failure) -> None:
        """A handler failed."""
        self._log.failure(
            "a handler of the namespace {name} failed", failure, name=self.name
        )

    def _call(self, handler: Callable[..., object] | None, *args: Any) -> Deferred[Any]:
        return succeed(None) if handler is None else maybeDeferred(_run, handler, args)


def _run(handler: Callable[..., object], args: Sequence[Any]) -> Any:
    """The result of a handler; a coroutine becomes a ``Deferred``."""
    result = handler(*args)
    return Deferred.fromCoroutine(result) if iscoroutine(result) else result


class EventSocket(Socket):
    """One client in a ``Namespace``.

    :ivar id: its ``socket.id``.
    :ivar auth: what the client sent when it asked to connect.
    :ivar data: for the application.
    """

    __slots__ = ("_acks", "_last_ack", "_owner", "auth", "data", "id")

    def __init__(self, owner: Namespace, connection: Connection, name: str) -> None:
        super().__init__(connection, name)
        self.id = owner.new_id()
        self.auth: dict[str, Any] = {}
        self.data: Any = None
        self._owner = owner
        self._acks: dict[int, Callable[[Sequence[Any] | None], None]] = {}
        self._last_ack = -1

    # For the application.

    def emit(self, event: str, *args: object) -> None:
        """Send an event to this client; see ``Namespace.emit`` for errors."""
        self.send(Packet(EVENT, self.namespace, [event, *args]))

    def call(
        self, event: str, *args: object, timeout: float | None = None
    ) -> Deferred[Sequence[Any]]:
        """Send an event, and wait for its acknowledgement.

        :return: fires with the values of the acknowledgement; fails with
            ``Disconnected``, or with ``AckTimeout`` after ``timeout`` seconds.
        """
        self._last_ack = number = self._last_ack + 1
        result: Deferred[Sequence[Any]] = Deferred()
        timer: IDelayedCall | None = None

        def timed_out() -> None:
            del self._acks[number]
            result.errback(AckTimeout(event))

        def acknowledged(values: Sequence[Any] | None) -> None:
            if timer is not None:
                timer.cancel()
            if values is None:
                result.errback(Disconnected(event))
            else:
                result.callback(values)

        self.send(Packet(EVENT, self.namespace, [event, *args], number))
        if timeout is not None:
            timer = self._owner.clock.callLater(timeout, timed_out)
        self._acks[number] = acknowledged
        return result

    # For the connection; see ``Socket``.

    def connect(self, auth: dict[str, Any]) -> None:
        """Call the guard, then connect or refuse the client."""
        self.auth = auth
        self._owner.check(self, auth).addCallbacks(self._accept, self._refuse)

    def _accept(self, _result: object) -> None:
        session = self.connection.session
        if session.is_open:
            self.accept({"sid": self.id})
            session.transport.hold_writes()
            self._owner.add(self)

    def _refuse(self, failure: Failure) -> None:
        if failure.check(ConnectRefused):
            refused: Any = failure.value
            self.refuse(refused.message, refused.data)
        else:
            self._owner.log_failure(failure)
            self.refuse("internal error")

    def event_received(self, packet: Packet) -> None:
        """Call the handler, and acknowledge the event if the client asked for it."""
        event, *args = packet.data
        result = self._owner.handle(self, event, args)
        if result is None:
            return
        if packet.id is not None:
            result.addCallback(self._acknowledge, packet.id)
        result.addErrback(self._owner.log_failure)

    def _acknowledge(self, result: object, number: int) -> None:
        if self.connected:
            values = list(result) if isinstance(result, tuple) else [result]
            if result is None:
                values = []
            self.send(Packet(ACK, self.namespace, values, number))

    def ack_received(self, packet: Packet) -> None:
        """The acknowledgement of a ``call``."""
        number = -1 if packet.id is None else packet.id
        acknowledged = self._acks.pop(number, None)
        if acknowledged is not None:
            acknowledged(packet.data)

    def closed(self, reason: str) -> None:
        """The client disconnected."""
        acks, self._acks = self._acks, {}
        for acknowledged in acks.values():
            acknowledged(None)
        self._owner.remove(self, reason)
