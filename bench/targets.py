"""The servers that are measured: how each is started, and what it requires."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench.ircd import inspircd_config, ngircd_config
from bench.processes import Command
from bench.tools import Tools

# How many clients connect at the same time.  Clients of the line chat send nothing at
# first, and this server waits a quarter of a second before it treats them as telnet;
# InspIRCd registers clients once a second; both need many at the same time.  The
# listen queue of ngIRCd holds ten.
CONNECTING_LINE = 1000
CONNECTING_INSPIRCD = 1000
CONNECTING_NGIRCD = 10
CONNECTING_WEB = 1000

_DEBIAN_SBIN = "/usr/sbin"


@dataclass(frozen=True, slots=True)
class Setup:
    """Where a server runs.

    :ivar directory: for its files, readable by every user.
    :ivar disk: for its database, on the disk of the repository.
    """

    port: int
    directory: Path
    disk: Path
    tools: Tools


@dataclass(frozen=True, slots=True)
class Target:
    """One server to measure.

    :ivar family: which servers it is compared with: ``line``, ``websocket`` or
        ``socketio``.
    :ivar protocol: of the load generator.
    :ivar connecting: how many clients connect at the same time.
    :ivar missing: what it requires and this machine does not have; empty if nothing.
    """

    key: str
    title: str
    family: str
    protocol: str
    connecting: int
    command: Callable[[Setup], Command]
    missing: Callable[[Tools], str]


def _chat(store: str) -> Callable[[Setup], Command]:
    def command(setup: Setup) -> Command:
        path = "" if store == "memory:" else f":{setup.disk / 'chat.sqlite'}"
        options = {
            "--port": f"tcp:{setup.port}:interface=127.0.0.1:backlog=1024",
            "--store": store + path,
            "--flood": "off",
            "--max-clients": "20000",
            "--max-per-host": "20000",
            # Clients of a server that is not being measured answer no ping.
            "--ping-interval": "3600",
        }
        program = [sys.executable, "-m", "twisted", "--log-format", "text", "chat"]
        arguments = [word for option in options.items() for word in option]
        return Command(program + arguments, {"PYTHONPATH": str(setup.tools.root)})

    return command


def _chat_missing(tools: Tools) -> str:
    if find_spec("twisted") is None:
        return "Twisted is not installed"
    return (
        ""
        if (tools.root / "twisted_chat" / "service.py").exists()
        else "twisted_chat has no service"
    )


def _baseline(setup: Setup) -> Command:
    return Command([str(setup.tools.build / "baseline"), str(setup.port)])


def _node(script: str) -> Callable[[Setup], Command]:
    def command(setup: Setup) -> Command:
        path = setup.tools.source / "peers" / script
        return Command(
            ["node", str(path), str(setup.port)],
            {"NODE_PATH": str(setup.tools.modules)},
        )

    return command


def _node_missing(_tools: Tools) -> str:
    return "" if shutil.which("node") else "Node.js is not installed"


def _npm_missing(tools: Tools) -> str:
    return _node_missing(tools) or tools.install_npm()


def _daemon(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=_DEBIAN_SBIN)


def _inspircd(setup: Setup) -> Command:
    path = setup.directory / "inspircd.conf"
    path.write_text(inspircd_config(setup.port))
    program = _daemon("inspircd") or "inspircd"
    return Command(
        [program, "--config", str(path), "--nofork", "--nopid", "--nolog"],
        unprivileged=True,
    )


def _ngircd(setup: Setup) -> Command:
    path = setup.directory / "ngircd.conf"
    path.write_text(ngircd_config(setup.port))
    return Command(
        [_daemon("ngircd") or "ngircd", "-n", "-f", str(path)], unprivileged=True
    )


def _daemon_missing(name: str) -> Callable[[Tools], str]:
    return lambda _tools: "" if _daemon(name) else f"{name} is not installed"


def _nothing_missing(_tools: Tools) -> str:
    return ""


TARGETS = (
    Target(
        "chat-memory",
        "this server, memory",
        "line",
        "line",
        CONNECTING_LINE,
        _chat("memory:"),
        _chat_missing,
    ),
    Target(
        "chat-sqlite",
        "this server, SQLite",
        "line",
        "line",
        CONNECTING_LINE,
        _chat("sqlite"),
        _chat_missing,
    ),
    Target(
        "baseline",
        "C, epoll and send()",
        "line",
        "line",
        CONNECTING_LINE,
        _baseline,
        _nothing_missing,
    ),
    Target(
        "node",
        "Node.js net",
        "line",
        "line",
        CONNECTING_LINE,
        _node("line.js"),
        _node_missing,
    ),
    Target(
        "chat-irc",
        "this server, SQLite, IRC",
        "line",
        "irc",
        CONNECTING_LINE,
        _chat("sqlite"),
        _chat_missing,
    ),
    Target(
        "inspircd",
        "InspIRCd",
        "line",
        "irc",
        CONNECTING_INSPIRCD,
        _inspircd,
        _daemon_missing("inspircd"),
    ),
    Target(
        "ngircd",
        "ngIRCd",
        "line",
        "irc",
        CONNECTING_NGIRCD,
        _ngircd,
        _daemon_missing("ngircd"),
    ),
    Target(
        "chat-websocket",
        "this server, SQLite",
        "websocket",
        "ws",
        CONNECTING_WEB,
        _chat("sqlite"),
        _chat_missing,
    ),
    Target(
        "ws", "npm ws", "websocket", "ws", CONNECTING_WEB, _node("ws.js"), _npm_missing
    ),
    Target(
        "chat-socketio",
        "this server, SQLite",
        "socketio",
        "sio",
        CONNECTING_WEB,
        _chat("sqlite"),
        _chat_missing,
    ),
    Target(
        "socketio",
        "npm socket.io",
        "socketio",
        "sio",
        CONNECTING_WEB,
        _node("sio.js"),
        _npm_missing,
    ),
)

OWN = frozenset(
    {"chat-memory", "chat-sqlite", "chat-irc", "chat-websocket", "chat-socketio"}
)
"""The targets that are this server."""
