"""The command ``twisted-chat``: the server in the foreground, without twistd's files.

It has the options of ``twistd chat``, writes its log to standard output and no pid
file, and looks for no plugins.  ``python -m twisted_chat`` is the same, and says how to
connect.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

from twisted.application.app import ServerOptions as TwistdOptions
from twisted.application.service import IServiceMaker, Service
from twisted.internet.interfaces import IListeningPort
from twisted.scripts import twistd as twistd_script
from zope.interface import implementer

from .server.options import Options
from .service import ChatService, makeService

LOOPBACK = ("127.0.0.1", "::1")
"""Addresses that other machines cannot reach."""


class ConsoleOptions(Options):
    """The command line of ``twisted-chat``."""

    program = "twisted-chat"

    def getSynopsis(self) -> str:
        """The first line of ``--help``."""
        return "Usage: twisted-chat [options]"


@implementer(IServiceMaker)
class ConsoleService:
    """Makes the service, in the place of the plugin of twistd.

    :param banner: say how to connect once the server accepts connections, unless
        standard output is JSON.
    :param port_advice: what to do if a port is in use; empty for the usual.
    """

    tapname = "chat"
    description = "The chat."
    options = ConsoleOptions

    def __init__(self, *, banner: bool, port_advice: str = "") -> None:
        self._banner = banner
        self._port_advice = port_advice

    def makeService(self, options: Options) -> Service:
        """Twistd: make the service."""
        service = makeService(options)
        if isinstance(service, ChatService):
            service.port_advice = self._port_advice or service.port_advice
            if self._banner and not options.settings.log_json:
                chat = service.chat
                service.on_running = lambda ports: _print(
                    banner(ports, chat.operators.code)
                )
        return service


def main(
    arguments: Sequence[str] | None = None,
    *,
    show_banner: bool = False,
    port_advice: str = "",
) -> None:
    """Run the server until it is stopped.

    :param arguments: the command line; by default the process's own.
    :param show_banner: say how to connect, also if nobody watches.
    :param port_advice: see ``ConsoleService``.
    """
    make: Callable[[], TwistdOptions] = twistd_script.ServerOptions  # type: ignore[attr-defined]
    twistd = make()
    twistd.update(nodaemon=True, pidfile="")
    options = ConsoleOptions()
    options.parent = twistd
    twistd.subCommand = "chat"
    twistd.subOptions = options
    show = show_banner or sys.stdout.isatty()
    maker = ConsoleService(banner=show, port_advice=port_advice)
    twistd.loadedPlugins = {"chat": maker}
    options.parseOptions(sys.argv[1:] if arguments is None else arguments)
    twistd.postOptions()
    twistd_script.runApp(twistd)


def banner(ports: Sequence[IListeningPort], operator_code: str = "") -> str:
    """How to connect to a server that runs on these ports; empty without TCP.

    :param operator_code: with which the first operator is made; empty if there is one.
    """
    hosts: list[Any] = [port.getHost() for port in ports]
    hosts = [host for host in hosts if hasattr(host, "port")]
    if not hosts:
        return ""
    number = hosts[0].port
    lines = [
        "",
        f"The chat runs on port {number}. Connect with any of these:",
        "",
        f"    telnet localhost {number}",
        f"    nc localhost {number}",
        f"    a browser at http://localhost:{number}/",
    ]
    if hosts[0].host not in LOOPBACK:
        others = own_address()
        lines += [
            "",
            "and on other machines of your network:",
            "",
            f"    telnet {others} {number}",
            f"    nc {others} {number}",
            f"    a browser at http://{others}:{number}/",
        ]
    if operator_code:
        lines += [
            "",
            "To become its operator, type, with a name and a password of your own:",
            "",
            "    \\nick NAME",
            "    \\register PASSWORD",
            f"    \\operator {operator_code}",
        ]
    return "\n".join([*lines, "", "Press Ctrl-C to stop.", "", ""])


def own_address() -> str:
    """The address by which other machines reach this one, or else its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Chooses a route, and sends nothing (192.0.2.0/24 is for documentation).
            probe.connect(("192.0.2.1", 9))
            address: str = probe.getsockname()[0]
        except OSError:
            return socket.gethostname()
    return address


def _print(text: str) -> None:
    if sys.__stdout__ is not None:
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
