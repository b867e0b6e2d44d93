"""Who takes part: how each server is started, and what it needs to be there."""

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

#: How many clients may be on their way in at once.  Those of the line chat say nothing
#: at first, and this server waits a quarter of a second before it takes them for
#: telnet; InspIRCd lets people in once a second; so there must be many on their way.
#: ngIRCd's listener holds ten that it has not accepted yet.
AIR_LINE = 1000
AIR_INSPIRCD = 1000
AIR_NGIRCD = 10
AIR_WEB = 128

_DEBIAN_SBIN = "/usr/sbin"


@dataclass(frozen=True, slots=True)
class Site:
    """Where a server runs.

    :param directory: its own, that every user may read.
    :param disk: its own as well, on the disk that holds the repository.
    """

    port: int
    directory: Path
    disk: Path
    tools: Tools


@dataclass(frozen=True, slots=True)
class Contender:
    """One server in the comparison.

    :param family: with whom it is compared; ``line``, ``websocket`` or ``socketio``.
    :param dialect: how the load generator speaks to it.
    :param missing: why it cannot take part; empty if it can.
    """

    key: str
    title: str
    family: str
    dialect: str
    air: int
    command: Callable[[Site], Command]
    missing: Callable[[Tools], str]


def _chat(store: str) -> Callable[[Site], Command]:
    def command(site: Site) -> Command:
        kept = store if store == "memory:" else f"{store}:{site.disk / 'chat.sqlite'}"
        options = {
            "--port": f"tcp:{site.port}:interface=127.0.0.1:backlog=1024",
            "--store": kept,
            "--flood": "off",
            "--max-clients": "20000",
            "--max-per-host": "20000",
        }
        program = [sys.executable, "-m", "twisted", "--log-format", "text", "chat"]
        arguments = [word for option in options.items() for word in option]
        return Command(program + arguments, {"PYTHONPATH": str(site.tools.root)})

    return command


def _chat_missing(tools: Tools) -> str:
    if find_spec("twisted") is None:
        return "Twisted is not installed"
    return (
        ""
        if (tools.root / "twisted_chat" / "service.py").exists()
        else "twisted_chat has no service yet"
    )


def _limit(site: Site) -> Command:
    return Command([str(site.tools.build / "limit"), str(site.port)])


def _node(script: str) -> Callable[[Site], Command]:
    def command(site: Site) -> Command:
        path = site.tools.source / "peers" / script
        return Command(
            ["node", str(path), str(site.port)], {"NODE_PATH": str(site.tools.modules)}
        )

    return command


def _node_missing(_tools: Tools) -> str:
    return "" if shutil.which("node") else "Node is not installed"


def _npm_missing(tools: Tools) -> str:
    return _node_missing(tools) or tools.install_npm()


def _daemon(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=_DEBIAN_SBIN)


def _inspircd(site: Site) -> Command:
    path = site.directory / "inspircd.conf"
    path.write_text(inspircd_config(site.port))
    program = _daemon("inspircd") or "inspircd"
    return Command(
        [program, "--config", str(path), "--nofork", "--nopid", "--nolog"],
        unprivileged=True,
    )


def _ngircd(site: Site) -> Command:
    path = site.directory / "ngircd.conf"
    path.write_text(ngircd_config(site.port))
    return Command(
        [_daemon("ngircd") or "ngircd", "-n", "-f", str(path)], unprivileged=True
    )


def _daemon_missing(name: str) -> Callable[[Tools], str]:
    return lambda _tools: "" if _daemon(name) else f"{name} is not installed"


def _nothing_missing(_tools: Tools) -> str:
    return ""


CONTENDERS = (
    Contender(
        "chat-memory",
        "this server, memory",
        "line",
        "line",
        AIR_LINE,
        _chat("memory:"),
        _chat_missing,
    ),
    Contender(
        "chat-sqlite",
        "this server, SQLite",
        "line",
        "line",
        AIR_LINE,
        _chat("sqlite"),
        _chat_missing,
    ),
    Contender(
        "limit",
        "C, epoll and send()",
        "line",
        "line",
        AIR_LINE,
        _limit,
        _nothing_missing,
    ),
    Contender(
        "node", "Node net", "line", "line", AIR_LINE, _node("line.js"), _node_missing
    ),
    Contender(
        "inspircd",
        "InspIRCd",
        "line",
        "irc",
        AIR_INSPIRCD,
        _inspircd,
        _daemon_missing("inspircd"),
    ),
    Contender(
        "ngircd",
        "ngIRCd",
        "line",
        "irc",
        AIR_NGIRCD,
        _ngircd,
        _daemon_missing("ngircd"),
    ),
    Contender(
        "chat-websocket",
        "this server, SQLite",
        "websocket",
        "ws",
        AIR_WEB,
        _chat("sqlite"),
        _chat_missing,
    ),
    Contender("ws", "npm ws", "websocket", "ws", AIR_WEB, _node("ws.js"), _npm_missing),
    Contender(
        "chat-socketio",
        "this server, SQLite",
        "socketio",
        "sio",
        AIR_WEB,
        _chat("sqlite"),
        _chat_missing,
    ),
    Contender(
        "socketio",
        "npm socket.io",
        "socketio",
        "sio",
        AIR_WEB,
        _node("sio.js"),
        _npm_missing,
    ),
)

#: Those that are this project.
OWN = frozenset({"chat-memory", "chat-sqlite", "chat-websocket", "chat-socketio"})
