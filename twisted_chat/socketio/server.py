"""A Socket.IO 5 server for any application, over Engine.IO 4.

``SocketIO.namespace`` gives a namespace for events and acknowledgements; give
``SocketIO.peer`` to an ``EngineIOResource``.  (socket.io-protocol, version 5.)

Rules of this file: who breaks the protocol is disconnected, nobody else; a client
that joins no namespace does not stay.  What happens in a namespace is its
``NamespaceSocket``'s business: ``socketio_namespace`` has one for events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import Request

from twisted_chat.engineio.session import EngineIOPeer, Session
from twisted_chat.net.timers import Deadlines

from .packets import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    Decoder,
    Packet,
    PacketError,
    encode,
)

CONNECT_TIMEOUT = 45.0
"""Seconds that a client may spend in no namespace."""


class NamespaceSocket:
    """One client in one namespace.  Subclass it.

    :ivar admitted: it may send and be sent events.
    """

    __slots__ = ("admitted", "connection", "namespace")

    def __init__(self, connection: Connection, namespace: str) -> None:
        self.connection = connection
        self.namespace = namespace
        self.admitted = False

    # For the application to fill in.

    def connect(self, auth: dict[str, Any]) -> None:
        """The client asks to be let in: ``accept`` or ``refuse``, now or later.

        :param auth: what the client says of itself.
        """
        raise NotImplementedError

    def event_received(self, packet: Packet) -> None:
        """An event of the client's."""

    def ack_received(self, packet: Packet) -> None:
        """The client's answer to an event."""

    def upgraded(self) -> None:
        """The transport is another one."""

    def closed(self, reason: str) -> None:
        """The client left the namespace, or is gone; told once, if admitted."""

    # For the application to call.

    def accept(self, fields: dict[str, Any] | None = None) -> None:
        """Let the client in.

        :param fields: what it is told: its ``sid`` at least; ``None`` if the
            application sends that packet itself.
        """
        self.admitted = True
        self.connection.settled(self)
        if fields is not None:
            self.send(Packet(CONNECT, self.namespace, fields))

    def refuse(self, message: str, data: object = None) -> None:
        """Do not let the client in, and tell it why."""
        fields = (
            {"message": message} if data is None else {"message": message, "data": data}
        )
        self.send(Packet(CONNECT_ERROR, self.namespace, fields))
        self.connection.forget(self)

    def send(self, packet: Packet) -> None:
        """Send a packet."""
        self.connection.send(packet)

    def disconnect(self, reason: str = "server namespace disconnect") -> None:
        """Put the client out of the namespace; it does not come back by itself."""
        self.send(Packet(DISCONNECT, self.namespace))
        self.connection.forget(self)
        self.connection.session_clock.callLater(0, self.leave, reason)

    def leave(self, reason: str) -> None:
        """Tell the application that the client is gone, if it was ever there."""
        admitted, self.admitted = self.admitted, False
        if admitted:
            self.closed(reason)


MakeMember = Callable[["Connection", str], NamespaceSocket]
"""Makes the member for a client that asks to be let into a namespace."""


class SocketIO:
    """A server: its namespaces, and what its clients share.

    :param clock: the reactor.
    :param connect_timeout: seconds that a client may spend in no namespace.
    :ivar namespaces: what there is, by name.
    """

    def __init__(
        self, clock: IReactorTime, *, connect_timeout: float = CONNECT_TIMEOUT
    ) -> None:
        self.clock = clock
        self.namespaces: dict[str, MakeMember] = {}
        self.nowhere: Deadlines[Connection] = Deadlines(
            clock, connect_timeout, Connection.give_up
        )

    def peer(self, request: Request) -> EngineIOPeer:
        """What an ``EngineIOResource`` asks for each client."""
        return Connection(self, request)


class Connection(EngineIOPeer):
    """One client, in any number of namespaces.

    :ivar session: its Engine.IO session.
    """

    __slots__ = ("_decoder", "_members", "_server", "session")

    session: Session

    def __init__(self, server: SocketIO, _request: Request) -> None:
        self._server = server
        self._members: dict[str, NamespaceSocket] = {}
        self._decoder = Decoder()

    @property
    def session_clock(self) -> IReactorTime:
        """The reactor."""
        return self._server.clock

    def send(self, packet: Packet) -> None:
        """Send a packet and its attachments."""
        text, attached = encode(packet)
        session = self.session
        data = session.encode(text)
        if attached:
            data += b"".join(map(session.encode_binary, attached))
        session.write(data)

    # For its members.

    def settled(self, _member: NamespaceSocket) -> None:
        """The client is in a namespace."""
        self._server.nowhere.clear(self)

    def forget(self, member: NamespaceSocket) -> None:
        """A member is gone."""
        if self._members.get(member.namespace) is member:
            del self._members[member.namespace]
            if not self._members and self.session.open:
                self._server.nowhere.set(self)

    def give_up(self) -> None:
        """The client has been in no namespace for too long."""
        self.session.close("in no namespace")

    # For Engine.IO.

    def opened(self, session: Session) -> None:
        """The client is there, in no namespace yet."""
        self.session = session
        self._server.nowhere.set(self)

    def text_received(self, text: str) -> None:
        """A packet, or the beginning of one."""
        try:
            packet = self._decoder.text(text)
            if packet is not None:
                self._received(packet)
        except PacketError as error:
            self.session.failed(str(error))

    def binary_received(self, data: bytes) -> None:
        """An attachment."""
        try:
            packet = self._decoder.binary(data)
            if packet is not None:
                self._received(packet)
        except PacketError as error:
            self.session.failed(str(error))

    def upgraded(self) -> None:
        """The transport is another one."""
        for member in self._members.values():
            member.upgraded()

    def closed(self, reason: str) -> None:
        """The client is gone."""
        self._server.nowhere.clear(self)
        members, self._members = self._members, {}
        for member in members.values():
            member.leave(reason)

    def _received(self, packet: Packet) -> None:
        member = self._members.get(packet.namespace)
        if packet.type == CONNECT:
            if member is not None:
                raise PacketError("connected to the same namespace twice")
            self._connect(packet)
        elif member is None or not member.admitted:
            # It may have been put out while this was on its way.
            return
        elif packet.type == DISCONNECT:
            self.forget(member)
            member.leave("client namespace disconnect")
        elif packet.type == ACK:
            member.ack_received(packet)
        else:
            member.event_received(packet)

    def _connect(self, packet: Packet) -> None:
        name = packet.namespace
        make = self._server.namespaces.get(name)
        if make is None:
            self.send(Packet(CONNECT_ERROR, name, {"message": "Invalid namespace"}))
            return
        member = self._members[name] = make(self, name)
        member.connect(packet.data or {})
