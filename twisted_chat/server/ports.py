"""Ports that the server listens on, as ``--port`` describes them.

A number is that TCP port on every address of the machine; anything else is a Twisted
server endpoint string.
"""

from __future__ import annotations

import errno
import os
import re
import socket
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory

from twisted_chat.core.texts.sanitize import one_line
from twisted_chat.net.regular_files import cannot_read
from twisted_chat.net.resets import read_on_after_resets

BACKLOG = 511
"""Connections that the kernel queues until they are accepted: many clients reconnect at
once after a restart."""

_ARGUMENTS = {
    "tcp": ("port", "interface", "backlog"),
    "tcp4": ("port", "interface", "backlog"),
    "tcp6": ("port", "interface", "backlog"),
    "unix": ("address", "mode", "backlog", "lockfile"),
    "ssl": (
        *("port", "privateKey", "certKey", "extraCertChain", "sslmethod"),
        *("interface", "backlog", "dhParameters"),
    ),
    "systemd": ("domain", "index", "name"),
}
"""The arguments of the endpoints that are in Twisted itself."""

PORT_ADVICE = "give another --port"
"""What to do if a port is in use."""

ADMIN_ADVICE = "give another --admin"
"""The same for the port of ``--admin``."""

_NOT_AN_ADDRESS = (errno.EADDRNOTAVAIL, errno.EINVAL)

_EXAMPLES = "tcp:3000:interface=127.0.0.1 or unix:/run/chat:mode=660"


class CannotListen(Exception):
    """The server cannot listen on a port; the text is one line that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(one_line(reason))


async def listen(
    reactor: Any,
    description: str,
    factory: IProtocolFactory,
    advice: str = PORT_ADVICE,
) -> IListeningPort:
    """Listen, but accept no connections yet; see ``start_accepting``.

    TCP and Unix sockets listen before the first ``await``.

    :param advice: see ``PORT_ADVICE``.
    :raises CannotListen: the port is in use or not permitted, or the endpoint is
        invalid.
    """
    try:
        if description.isdecimal():
            port = _every_address(reactor, int(description), factory)
        else:
            endpoint = serverFromString(reactor, with_backlog(description))
            port = await endpoint.listen(factory)
    except CannotListenError as error:
        raise CannotListen(f"cannot listen on {_in_use(error, advice)}") from None
    except Exception as error:  # noqa: BLE001 - an endpoint's plugin can raise anything
        reason = _invalid(description, error)
        raise CannotListen(f"cannot listen on {description}: {reason}") from None
    if hasattr(port, "stopReading"):
        port.stopReading()
    read_on_after_resets(port)
    family = _other_family(port)
    if family:
        await maybeDeferred(port.stopListening)
        raise CannotListen(
            f"cannot listen on {description}: systemd passed another kind of socket; "
            f"give domain={family}"
        )
    return port


def _other_family(port: Any) -> str:
    """The family of a port's socket, if it is not the one that the endpoint names.

    Twisted believes the endpoint of a socket that systemd passed, and then reads the
    addresses of its clients as those of another family.
    """
    listening = getattr(port, "socket", None)
    if listening is None or not hasattr(socket, "SO_DOMAIN"):
        return ""
    family = listening.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN)
    if family == listening.family:
        return ""
    return socket.AddressFamily(family).name.removeprefix("AF_")


def with_backlog(description: str) -> str:
    """An endpoint with our backlog, unless it has one.

    (Twisted's own is 50: at once after a restart, 51 clients a second can connect.)
    """
    kind, *arguments = re.split(r"(?<!\\):", description)
    if "backlog" not in _ARGUMENTS.get(kind.lower(), ()):
        return description
    # What has no name may be a backlog in its place.
    if any(not re.match(r"\w+=", one) for one in arguments[1:]):
        return description
    if any(one.startswith("backlog=") for one in arguments):
        return description
    return f"{description}:backlog={BACKLOG}"


def start_accepting(port: IListeningPort) -> None:
    """Accept connections, beginning with those that the kernel has queued."""
    if hasattr(port, "startReading"):
        port.startReading()


def port_name(port: IListeningPort, description: str) -> str:
    """The name of a port in the log: its number, or the endpoint as it was given."""
    number = getattr(port.getHost(), "port", None)
    return f"port {number}" if number is not None else description


def _in_use(error: CannotListenError, advice: str) -> str:
    """Which port cannot be used, why, and what to do."""
    reason = getattr(error.socketError, "strerror", None) or error.socketError
    number = getattr(error.socketError, "errno", None)
    is_name = isinstance(error.socketError, socket.gaierror)
    if error.interface and (is_name or number in _NOT_AN_ADDRESS):
        return (
            f"interface={error.interface}: this machine has no such address; give one "
            "of its addresses, such as 127.0.0.1, not the name of an interface"
        )
    if not isinstance(error.port, bytes):
        if number == errno.EADDRINUSE:
            return f"port {error.port}: {reason}; {advice}"
        if number == errno.EACCES:
            return f"port {error.port}: {reason}; give a --port of 1024 or more"
        return f"port {error.port}: {reason}"
    if isinstance(error.socketError, str):
        # Twisted found its lock file beside the socket.
        reason = "another server is using it; stop that one, or give another path"
    elif number == errno.EADDRINUSE:
        reason = "a file with that name exists; remove it, or give another path"
    return f"unix:{os.fsdecode(error.port)}: {reason}"


def _invalid(description: str, error: Exception) -> str:
    """Why an endpoint is invalid, or cannot be used."""
    kind = description.partition(":")[0].lower()
    if isinstance(error, OSError) and error.filename2 is not None:
        # Twisted could not create its lock file beside a Unix socket.
        directory = os.path.dirname(os.fsdecode(error.filename2))  # noqa: PTH120
        if error.errno == errno.ENOENT:
            return f"there is no directory {directory}; create it first"
        return f"cannot write into {directory}: {error.strerror}"
    if isinstance(error, OSError) and error.filename is not None:
        return cannot_read(error)
    if kind == "systemd" and isinstance(error, LookupError):
        return (
            "systemd passed no such socket; start the server by a .socket unit that "
            "has it, or give a port"
        )
    if isinstance(error, ValueError | TypeError):
        return f"give an endpoint such as {_EXAMPLES} ({_wrong(kind, error)})"
    return str(error) or type(error).__name__


def _wrong(kind: str, error: ValueError | TypeError) -> str:
    """What is wrong with an endpoint, in the words of who wrote it."""
    text = str(error)
    known = _ARGUMENTS.get(kind)
    name = re.search(r"unexpected keyword argument '(\w+)'", text)
    number = re.search(r"invalid literal for int\(\) with base (\d+): '(.*)'", text)
    if name and known:
        return f"unknown argument {name[1]!r}; {kind} has {', '.join(known)}"
    if number:
        octal = ", in octal" if number[1] == "8" else ""
        return f"invalid number {number[2]!r}{octal}"
    if isinstance(error, TypeError) and "argument" in text and known:
        return (
            f"too few or too many values: {kind} has {', '.join(known)}, and a : in a "
            "value is written \\:"
        )
    if text.startswith("Unknown endpoint type"):
        return f"unknown kind of endpoint {kind!r}; known: {', '.join(_ARGUMENTS)}"
    return text


def _every_address(
    reactor: Any, number: int, factory: IProtocolFactory
) -> IListeningPort:
    port: IListeningPort
    try:
        port = reactor.listenTCP(number, factory, BACKLOG, "::")
    except CannotListenError:
        # No IPv6 on this machine; or the port is in use, and this raises again.
        port = reactor.listenTCP(number, factory, BACKLOG)
    return port
