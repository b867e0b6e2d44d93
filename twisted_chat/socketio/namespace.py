"""Socket.IO namespaces with events and acknowledgements, for any application.

    chat = Namespace(server, "/chat")

    @chat.on("say")
    def say(socket, text):
        chat.emit("said", text)
        return True                 # the acknowledgement, if one was asked for

Rules of this file: a handler may be plain or ``async``; what it raises ends in the
log and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from inspect import iscoroutine
from secrets import token_urlsafe
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from .packets import ACK, EVENT, MAIN, Packet, encode
from .server import Connection, NamespaceSocket, SocketIO

H = TypeVar("H", bound=Callable[..., object])


def random_id() -> str:
    """An id that nobody guesses: 120 bits."""
    return token_urlsafe(15)


class ConnectRefused(Exception):
    """Raised by a ``guard``: the client is not let in.

    :param message: what it is told.
    :param data: further particulars for the client's program.
    """

    def __init__(self, message: str, data: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Disconnected(Exception):
    """The client was gone before it answered."""


class NoAnswer(Exception):
    """The client did not answer in time."""


class Namespace:
    """One namespace of a server.

    :param new_id: makes the ids of its sockets, which others may see.
    :ivar sockets: who is in it, by id.
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
        self.sockets: dict[str, Socket] = {}
        self._handlers: dict[str, Callable[..., object]] = {}
        self._guard: Callable[[Socket, dict[str, Any]], object] | None = None
        self._connected: Callable[[Socket], object] | None = None
        self._disconnected: Callable[[Socket, str], object] | None = None
        server.namespaces[name] = partial(Socket, self)

    # What to do; each of these is a decorator.

    def guard(self, handler: H) -> H:
        """``handler(socket, auth)`` may raise ``ConnectRefused``."""
        self._guard = handler
        return handler

    def connected(self, handler: H) -> H:
        """``handler(socket)`` is told of each client that was let in."""
        self._connected = handler
        return handler

    def disconnected(self, handler: H) -> H:
        """``handler(socket, reason)`` is told of each that is gone."""
        self._disconnected = handler
        return handler

    def on(self, event: str) -> Callable[[H], H]:
        """``handler(socket, *args)`` takes this event.

        If the client asked for an acknowledgement it gets what the handler
        returns: a tuple as several values, ``None`` as no value.
        """

        def use(handler: H) -> H:
            self._handlers[event] = handler
            return handler

        return use

    def emit(
        self, event: str, *args: object, to: Iterable[Socket] | None = None
    ) -> None:
        """Send an event to everyone, or to these; it is encoded once.

        :raises ValueError: there are more attachments than fit in a packet.
        :raises TypeError: there is no JSON for an argument.
        """
        text, attached = encode(Packet(EVENT, self.name, [event, *args]))
        made: dict[bool, bytes] = {}
        for socket in list(self.sockets.values() if to is None else to):
            session = socket.connection.session
            kind = session.socket is None
            if kind not in made:
                made[kind] = session.encode(text) + b"".join(
                    map(session.encode_binary, attached)
                )
            session.write(made[kind])

    # For its sockets.

    def admit(self, socket: Socket, auth: dict[str, Any]) -> Deferred[Any]:
        """Ask the guard."""
        return self._call(self._guard, socket, auth)

    def came(self, socket: Socket) -> None:
        """A socket was let in."""
        self.sockets[socket.id] = socket
        self._call(self._connected, socket).addErrback(self.failed)

    def went(self, socket: Socket, reason: str) -> None:
        """A socket is gone."""
        self.sockets.pop(socket.id, None)
        self._call(self._disconnected, socket, reason).addErrback(self.failed)

    def handle(
        self, socket: Socket, event: object, args: Sequence[Any]
    ) -> Deferred[Any] | None:
        """Have an event taken; ``None`` if there is nobody to take it."""
        handler = self._handlers.get(event) if isinstance(event, str) else None
        return None if handler is None else self._call(handler, socket, *args)

    def failed(self, failure: Failure) -> None:
        """A handler failed."""
        self._log.failure("a handler of {name} failed", failure, name=self.name)

    def _call(self, handler: Callable[..., object] | None, *args: Any) -> Deferred[Any]:
        return succeed(None) if handler is None else maybeDeferred(_run, handler, args)


def _run(handler: Callable[..., object], args: Sequence[Any]) -> Any:
    """What a handler returns; a coroutine becomes a ``Deferred``."""
    result = handler(*args)
    return Deferred.fromCoroutine(result) if iscoroutine(result) else result


class Socket(NamespaceSocket):
    """One client in a namespace.

    :ivar id: its ``socket.id``.
    :ivar auth: what it said of itself.
    :ivar data: the application's own.
    """

    __slots__ = ("_acks", "_last_ack", "auth", "data", "id", "place")

    def __init__(self, place: Namespace, connection: Connection, name: str) -> None:
        super().__init__(connection, name)
        self.place = place
        self.id = place.new_id()
        self.auth: dict[str, Any] = {}
        self.data: Any = None
        self._acks: dict[int, Callable[[Sequence[Any] | None], None]] = {}
        self._last_ack = -1

    # For the application.

    def emit(self, event: str, *args: object) -> None:
        """Send an event to this client; see ``Namespace.emit`` for errors."""
        self.send(Packet(EVENT, self.namespace, [event, *args]))

    def call(
        self, event: str, *args: object, timeout: float | None = None
    ) -> Deferred[Sequence[Any]]:
        """Send an event, and wait for the values of its acknowledgement.

        Fails with ``Disconnected``, or after ``timeout`` seconds ``NoAnswer``.
        """
        self._last_ack = number = self._last_ack + 1
        answer: Deferred[Sequence[Any]] = Deferred()
        timer: IDelayedCall | None = None

        def late() -> None:
            del self._acks[number]
            answer.errback(NoAnswer(event))

        def acked(values: Sequence[Any] | None) -> None:
            if timer is not None:
                timer.cancel()
            if values is None:
                answer.errback(Disconnected(event))
            else:
                answer.callback(values)

        self.send(Packet(EVENT, self.namespace, [event, *args], number))
        if timeout is not None:
            timer = self.place.clock.callLater(timeout, late)
        self._acks[number] = acked
        return answer

    # For the connection.

    def connect(self, auth: dict[str, Any]) -> None:
        """Ask the guard, then come in."""
        self.auth = auth
        self.place.admit(self, auth).addCallbacks(self._enter, self._turned_away)

    def _enter(self, _result: object) -> None:
        if self.connection.session.open:
            self.accept({"sid": self.id})
            self.connection.session.keep_apart()
            self.place.came(self)

    def _turned_away(self, failure: Failure) -> None:
        if failure.check(ConnectRefused):
            refused: Any = failure.value
            self.refuse(refused.message, refused.data)
        else:
            self.place.failed(failure)
            self.refuse("the server failed")

    def event_received(self, packet: Packet) -> None:
        """Have the event taken, and acknowledge it if the client asked for that."""
        event, *args = packet.data
        done = self.place.handle(self, event, args)
        if done is None:
            return
        if packet.id is not None:
            done.addCallback(self._acknowledge, packet.id)
        done.addErrback(self.place.failed)

    def _acknowledge(self, result: object, number: int) -> None:
        if self.admitted:
            values = list(result) if isinstance(result, tuple) else [result]
            if result is None:
                values = []
            self.send(Packet(ACK, self.namespace, values, number))

    def ack_received(self, packet: Packet) -> None:
        """The answer to a ``call``."""
        acked = self._acks.pop(packet.id, None) if packet.id is not None else None
        if acked is not None:
            acked(packet.data)

    def closed(self, reason: str) -> None:
        """It is gone."""
        acks, self._acks = self._acks, {}
        for acked in acks.values():
            acked(None)
        self.place.went(self, reason)
