"""Where the server listens: what ``--port`` says, as a Twisted port.

A bare number is that TCP port on every address of the machine; anything else is
a server endpoint string of Twisted's.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory

BACKLOG = 511
"""Connections that the kernel may hold until we accept them: a whole class that
comes back after a restart."""


class CannotListen(Exception):
    """A port is not to be had; the text is one clear line."""


async def listen(
    reactor: Any, description: str, factory: IProtocolFactory
) -> IListeningPort:
    """Listen, but accept nobody yet; see ``accept``.

    With TCP and Unix sockets this is done before it waits for anything.

    :raises CannotListen: it is taken, or not ours, or no endpoint.
    """
    try:
        if description.isdecimal():
            port = _every_address(reactor, int(description), factory)
        else:
            port = await serverFromString(reactor, description).listen(factory)
    except CannotListenError as error:
        reason = getattr(error.socketError, "strerror", None) or error.socketError
        raise CannotListen(f"cannot listen on port {error.port}: {reason}") from None
    except Exception as error:  # noqa: BLE001 - see below
        # An endpoint's plugin can raise anything, and often with no words.
        reason = str(error) or type(error).__name__
        raise CannotListen(f"cannot listen on {description}: {reason}") from None
    if hasattr(port, "stopReading"):
        port.stopReading()
    return port


def accept(port: IListeningPort) -> None:
    """Let those in who have come meanwhile, and everyone from now on."""
    if hasattr(port, "startReading"):
        port.startReading()


def spoken(port: IListeningPort, description: str) -> str:
    """How the log names a port: by its number, or as it was given."""
    number = getattr(port.getHost(), "port", None)
    return f"port {number}" if number is not None else description


def _every_address(
    reactor: Any, number: int, factory: IProtocolFactory
) -> IListeningPort:
    port: IListeningPort
    try:
        port = reactor.listenTCP(number, factory, BACKLOG, "::")
    except CannotListenError:
        # There is no IPv6 here; or the port is taken, and this says so.
        port = reactor.listenTCP(number, factory, BACKLOG)
    return port
