"""Handover of a connection from one protocol to the next.

After a handover the first protocol takes no part in the connection, and costs it
nothing.

Invariant: only this module reaches into transports and into twisted.web for this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress, IProtocol, IUNIXTransport
from twisted.protocols.policies import ProtocolWrapper
from twisted.web.http import Request


def hand_over(transport: Any, protocol: IProtocol, received: bytes = b"") -> None:
    """Connect a transport that is in use to another protocol.

    :param transport: one of Twisted's own, or the inner side of its TLS.
    :param protocol: one that has no transport yet.
    :param received: what was already read and belongs to this protocol.
    """
    if isinstance(transport, ProtocolWrapper):
        transport.wrappedProtocol = protocol
    else:
        transport.protocol = protocol
    protocol.makeConnection(transport)
    if received:
        protocol.dataReceived(received)


class Unflushed(Exception):
    """An earlier response on the connection is not sent yet."""


def take_over(request: Request, protocol: IProtocol) -> None:
    """Take the connection of a request away from twisted.web.

    The protocol may write at once; twisted.web sends and reads nothing more.
    The resource that renders the request returns ``NOT_DONE_YET`` afterwards.

    :raises Unflushed: the client pipelined this request behind one whose response
        it has not read; nothing was changed.
    """
    channel: Any = request.channel
    transport: Any = channel.transport
    if not isinstance(transport, ProtocolWrapper) and hasattr(transport, "doWrite"):
        # The next protocol may write past the transport's own buffer.
        transport.doWrite()
        if transport.dataBuffer:
            raise Unflushed
    client = request.getClientAddress()
    if client != transport.getPeer():
        # Forwarded by a trusted proxy: the connection is its client's from now on.
        set_peer(transport, client)
    transport.unregisterProducer()
    channel.transport = None
    channel.requests.clear()
    early = channel.clearLineBuffer()
    hand_over(transport, protocol)
    # twisted.web stops reading while it works on a request.
    transport.resumeProducing()
    if early:
        protocol.dataReceived(early)


def set_peer(transport: Any, address: IAddress) -> None:
    """Let a transport report another peer: the client for whom a proxy connected."""
    transport.getPeer = lambda: address


def mark_forwarded(transport: Any) -> None:
    """Mark the connection of a trusted proxy."""
    transport.is_forwarded = True


def is_forwarded(transport: Any) -> bool:
    """Whether a trusted proxy made the connection, with TLS inside it or without."""
    return bool(getattr(transport, "is_forwarded", False))


def on_connection_lost(transport: Any, call: Callable[[], None]) -> None:
    """Call back when a transport is lost, whichever protocol it has by then.

    May be used several times on one transport.
    """
    lost = transport.connectionLost

    def connectionLost(*reason: object) -> None:
        try:
            lost(*reason)
        finally:
            # One that is still read, see ``resets``, is lost later.
            if not transport.connected:
                # Break the reference cycle, so that no garbage collection is needed.
                transport.__dict__.pop("connectionLost", None)
                call()

    transport.connectionLost = connectionLost


def disable_nagle(transport: Any) -> None:
    """Set TCP_NODELAY on a TCP connection.

    A Unix socket has no such option, and Twisted logs an error for an attempt to set
    it; so later attempts, by the next protocol, are ignored as well.
    """
    # Not by its peer: for a proxy that may be a client with another address.
    if IUNIXTransport.providedBy(transport):
        ignore_no_delay(transport)
    elif hasattr(transport, "setTcpNoDelay"):
        transport.setTcpNoDelay(True)


def ignore_no_delay(transport: Any) -> None:
    """Let nobody set TCP_NODELAY on a transport that has no such option."""
    transport.setTcpNoDelay = _ignore


def _ignore(_enabled: bool) -> None:
    """Stand in for ``setTcpNoDelay``."""
