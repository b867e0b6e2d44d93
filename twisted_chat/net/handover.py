"""Handing a connection from one protocol to the next, once and for good.

After that the first protocol has nothing to do with the connection, and the
second one pays nothing for it.

Rules of this file: the only one that reaches into a transport or into
twisted.web for this.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocol
from twisted.protocols.policies import ProtocolWrapper
from twisted.web.http import Request


def hand_over(transport: Any, protocol: IProtocol, first: bytes = b"") -> None:
    """Give a connected transport to a protocol that has none yet.

    :param transport: one of Twisted's own, or the inner side of its TLS.
    :param first: what was already read of what is meant for this protocol.
    """
    if isinstance(transport, ProtocolWrapper):
        transport.wrappedProtocol = protocol
    else:
        transport.protocol = protocol
    protocol.makeConnection(transport)
    if first:
        protocol.dataReceived(first)


class Unflushed(Exception):
    """An earlier answer on this connection is still on its way."""


def take_over(request: Request, protocol: IProtocol) -> None:
    """Take the connection of a request away from twisted.web.

    The protocol may write at once; twisted.web sends and reads nothing more.
    Whoever renders the request returns ``NOT_DONE_YET`` afterwards.

    :raises Unflushed: the client has sent this request before it read the
        answers to its earlier ones; nothing was changed.
    """
    channel: Any = request.channel
    transport: Any = channel.transport
    if not isinstance(transport, ProtocolWrapper) and hasattr(transport, "doWrite"):
        # The next protocol may write past the transport's own buffer.
        transport.doWrite()
        if transport.dataBuffer:
            raise Unflushed
    transport.unregisterProducer()
    channel.transport = None
    channel.requests.clear()
    early = channel.clearLineBuffer()
    hand_over(transport, protocol)
    # twisted.web stops reading while it works on a request.
    transport.resumeProducing()
    if early:
        protocol.dataReceived(early)
