"""Where the server listens: what ``--port`` says, as a Twisted port.

A bare number is that TCP port on every address of the machine; anything else is
a server endpoint string of Twisted's.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory

BACKLOG = 511
"""Connections that the kernel may hold until we accept them: a whole class that
comes back after a restart."""


_ADVICE = {
    errno.EADDRINUSE: "; give another --port",
    errno.EACCES: "; give a --port of 1024 or more",
}


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
        raise CannotListen(f"cannot listen on {_taken(error)}") from None
    except Exception as error:  # noqa: BLE001 - an endpoint's plugin can raise anything
        reason = _reason(error)
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


def _taken(error: CannotListenError) -> str:
    """What is not to be had, why, and what to do."""
    reason = getattr(error.socketError, "strerror", None) or error.socketError
    number = getattr(error.socketError, "errno", None)
    if not isinstance(error.port, bytes):
        return f"port {error.port}: {reason}{_ADVICE.get(number or 0, '')}"
    if isinstance(error.socketError, str):
        # Twisted's own words for the lock beside the socket.
        reason = "another server has it; stop that one, or name another"
    elif number == errno.EADDRINUSE:
        reason = "there is a file of that name; remove it, or name another"
    return f"unix:{os.fsdecode(error.port)}: {reason}"


def _reason(error: Exception) -> str:
    """Why something is no endpoint, or none that can be used."""
    if isinstance(error, OSError) and error.filename2 is not None:
        # The lock beside a Unix socket could not be made.
        directory = os.path.dirname(os.fsdecode(error.filename2))  # noqa: PTH120
        if error.errno == errno.ENOENT:
            return f"there is no directory {directory}; make it first"
        return f"cannot write into {directory}: {error.strerror}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"cannot read {os.fsdecode(error.filename)}: {error.strerror}"
    if isinstance(error, ValueError | TypeError):
        return (
            "write an endpoint such as tcp:3000:interface=127.0.0.1 or "
            f"unix:/run/chat:mode=660 ({error})"
        )
    return str(error) or type(error).__name__


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
