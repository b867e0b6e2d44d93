"""A Socket.IO 5 server over Engine.IO 4.

Give ``SocketIO.peer`` to an ``EngineIOResource``.  What happens in a namespace is up to
a subclass of ``Socket``; ``namespace.Namespace`` has one for events and their
acknowledgements.
(socket.io-protocol, version 5.)

Invariants: a client that violates the protocol is disconnected, and no other; a client
that stays in no namespace is disconnected after ``CONNECT_TIMEOUT``, and sooner while
many others are connected; one that does not
send the attachments of a packet, after ``ATTACHMENT_TIMEOUT``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import Request

from twisted_chat.engineio.resource import query_of
from twisted_chat.engineio.session import EngineIOPeer, Session
from twisted_chat.net.timers import Deadlines

from .packets import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    MAX_ATTACHED,
    Decoder,
    Packet,
    PacketError,
    encode,
)

_ENGINE_FIELDS = frozenset({"EIO", "b64", "sid", "t", "transport"})

MAX_QUERY = 1024
"""Characters of a query that a client's URL may have; a longer one is not kept."""

CONNECT_TIMEOUT = 45.0
"""Seconds that a client may spend in no namespace."""

CROWDED_TIMEOUT = 10.0
"""The same while the server is crowded; this is checked as often."""

ATTACHMENT_TIMEOUT = 10.0
"""Seconds in which all attachments of a packet have to follow it."""


class Socket:
    """One client in one namespace.  Subclass it.

    :ivar connected: the client was accepted, and has not left.
    """

    __slots__ = ("connected", "connection", "namespace")

    def __init__(self, connection: Connection, namespace: str) -> None:
        self.connection = connection
        self.namespace = namespace
        self.connected = False

    # For the application to implement.

    def connect(self, auth: dict[str, Any]) -> None:
        """The client asks to connect: call ``accept`` or ``refuse``, now or later.

        :param auth: what the client sent with its request.
        """
        raise NotImplementedError

    def event_received(self, packet: Packet) -> None:
        """An event was received."""

    def ack_received(self, packet: Packet) -> None:
        """An acknowledgement was received."""

    def upgraded(self) -> None:
        """The session has another transport, with another framing."""

    def closed(self, reason: str) -> None:
        """The client left the namespace or disconnected; called once, if accepted."""

    # For the application to call.

    def accept(self, fields: dict[str, Any] | None = None) -> None:
        """Connect the client to the namespace.

        :param fields: the data of the CONNECT packet: a ``sid`` at least.  ``None`` if
            the application sends that packet itself.
        """
        self.connected = True
        self.connection.socket_connected()
        if fields is not None:
            self.send(Packet(CONNECT, self.namespace, fields))

    def refuse(self, message: str, data: object = None) -> None:
        """Refuse the client, with a reason that it receives."""
        fields = (
            {"message": message} if data is None else {"message": message, "data": data}
        )
        self.send(Packet(CONNECT_ERROR, self.namespace, fields))
        self.connection.remove(self)

    def send(self, packet: Packet) -> None:
        """Send a packet."""
        self.connection.send(packet)

    def disconnect(self, reason: str = "server namespace disconnect") -> None:
        """Disconnect the client from the namespace; it does not reconnect by itself."""
        self.send(Packet(DISCONNECT, self.namespace))
        self.connection.remove(self)
        self.connection.clock.callLater(0, self.notify_closed, reason)

    def notify_closed(self, reason: str) -> None:
        """Call ``closed``, if the client was accepted and this is the first call."""
        connected, self.connected = self.connected, False
        if connected:
            self.closed(reason)


MakeSocket = Callable[["Connection", str], Socket]
"""Makes the socket of a client that asks to connect to a namespace."""


class SocketIO:
    """A server and its namespaces.

    :param clock: the reactor.
    :param connect_timeout: seconds that a client may spend in no namespace.
    :param max_attached: bytes of all attachments of one packet.
    :ivar crowded: asked whether there is little space left for further clients.
    :ivar namespaces: what makes the sockets of each namespace, by its name.
    :ivar unjoined: the deadlines of clients in no namespace.
    :ivar unjoined_crowded: when these are disconnected if the server is crowded.
    :ivar unattached: the deadlines of clients that have to send attachments.
    """

    def __init__(
        self,
        clock: IReactorTime,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        max_attached: int = MAX_ATTACHED,
    ) -> None:
        self.clock = clock
        self.max_attached = max_attached
        self.crowded: Callable[[], bool] = lambda: False
        self.namespaces: dict[str, MakeSocket] = {}
        self.unjoined: Deadlines[Connection] = Deadlines(
            clock, connect_timeout, Connection.close_unjoined
        )
        self.unjoined_crowded: Deadlines[Connection] = Deadlines(
            clock, CROWDED_TIMEOUT, Connection.close_if_crowded
        )
        self.unattached: Deadlines[Connection] = Deadlines(
            clock, ATTACHMENT_TIMEOUT, Connection.fail_unattached
        )

    def peer(self, request: Request) -> EngineIOPeer:
        """Make the ``EngineIOPeer`` of a client."""
        return Connection(self, _application_fields(query_of(request)))


class Connection(EngineIOPeer):
    """One client, in any number of namespaces.

    :ivar session: its Engine.IO session.
    :ivar query: the query of its URL, without what is of Engine.IO.
    :ivar kept: for the application, whatever namespaces the client joins and leaves.
    """

    __slots__ = ("_decoder", "_server", "_sockets", "kept", "query", "session")

    session: Session

    def __init__(self, server: SocketIO, query: Mapping[str, str]) -> None:
        self.query = query
        self.kept: object = None
        self._server = server
        self._sockets: dict[str, Socket] = {}
        self._decoder = Decoder(server.max_attached)

    # For its sockets.

    @property
    def clock(self) -> IReactorTime:
        """The reactor."""
        return self._server.clock

    def send(self, packet: Packet) -> None:
        """Send a packet and its attachments."""
        text, attachments = encode(packet)
        framing = self.session.transport.framing
        data = framing.text(text)
        if attachments:
            data += b"".join(map(framing.binary, attachments))
        self.session.write(data)

    def has(self, socket: Socket) -> bool:
        """Whether the client still wants to connect, or is connected, by this."""
        return self._sockets.get(socket.namespace) is socket and self.session.is_open

    def socket_connected(self) -> None:
        """The client is in a namespace."""
        self._stop_waiting()

    def remove(self, socket: Socket) -> None:
        """The client is not in the namespace of this socket, or not any more."""
        if self._sockets.get(socket.namespace) is socket:
            del self._sockets[socket.namespace]
            if not self._sockets and self.session.is_open:
                self._wait_for_namespace()

    def close_unjoined(self) -> None:
        """The client was in no namespace for too long."""
        self.session.close("in no namespace")

    def close_if_crowded(self) -> None:
        """The client was in no namespace for a while."""
        if self._server.crowded():
            self.close_unjoined()
        else:
            self._server.unjoined_crowded.set(self)

    def fail_unattached(self) -> None:
        """The attachments of a packet did not follow."""
        self.session.fail(f"attachments not received in {ATTACHMENT_TIMEOUT:g} s")

    # For Engine.IO.

    def opened(self, session: Session) -> None:
        """The session is open; the client is in no namespace yet."""
        self.session = session
        self._wait_for_namespace()

    def text_received(self, text: str) -> None:
        """A packet, or the start of one that has attachments."""
        try:
            packet = self._decoder.text(text)
            if packet is None:
                self._server.unattached.set(self)
            else:
                self._packet_received(packet)
        except PacketError as error:
            self.session.fail(str(error))

    def binary_received(self, data: bytes) -> None:
        """An attachment."""
        try:
            packet = self._decoder.binary(data)
            if packet is not None:
                self._server.unattached.clear(self)
                self._packet_received(packet)
        except PacketError as error:
            self.session.fail(str(error))

    def upgraded(self) -> None:
        """The session has another transport."""
        for socket in self._sockets.values():
            socket.upgraded()

    def closed(self, reason: str) -> None:
        """The session ended."""
        self._stop_waiting()
        self._server.unattached.clear(self)
        sockets, self._sockets = self._sockets, {}
        for socket in sockets.values():
            socket.notify_closed(reason)

    def _wait_for_namespace(self) -> None:
        """The client is in no namespace: it has some time to connect to one."""
        self._server.unjoined.set(self)
        self._server.unjoined_crowded.set(self)

    def _stop_waiting(self) -> None:
        """The client is in a namespace, or gone."""
        self._server.unjoined.clear(self)
        self._server.unjoined_crowded.clear(self)

    def _packet_received(self, packet: Packet) -> None:
        socket = self._sockets.get(packet.namespace)
        if packet.type == CONNECT:
            if socket is not None:
                raise PacketError("connected to the same namespace twice")
            self._connect(packet)
        elif socket is None or not socket.connected:
            # The server may have disconnected the client while it sent this.
            return
        elif packet.type == DISCONNECT:
            self.remove(socket)
            socket.notify_closed("client namespace disconnect")
        elif packet.type == ACK:
            socket.ack_received(packet)
        else:
            socket.event_received(packet)

    def _connect(self, packet: Packet) -> None:
        name = packet.namespace
        make = self._server.namespaces.get(name)
        if make is None:
            self.send(Packet(CONNECT_ERROR, name, {"message": "Invalid namespace"}))
            return
        socket = self._sockets[name] = make(self, name)
        socket.connect(packet.data or {})


def _application_fields(query: Mapping[str, str]) -> Mapping[str, str]:
    fields = {name: query[name] for name in query if name not in _ENGINE_FIELDS}
    return fields if len("".join(chain(*fields.items()))) <= MAX_QUERY else {}
