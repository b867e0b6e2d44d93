"""The servers that are attacked, with the options that they have by default."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.attacks.answers import WORDS
from bench.ircd import inspircd_debian_config
from bench.processes import BenchError, Command, Server
from bench.tools import Tools

DATABASE = "chat.sqlite"
"""The file of this server's store."""

MESSAGES = 200_000
LONG_MESSAGES = 600
"""Messages in a store that is full, and how many of 4 KB follow."""

PEOPLE = 70
"""Connections that InspIRCd permits from one address: this server's limit and some."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where and how a server starts.

    :ivar directory: for its files, writable by every user.
    :ivar disk: for its database, on the disk of the repository.
    :ivar options: of this server.
    """

    host: str
    port: int
    directory: Path
    disk: Path
    tools: Tools
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Victim:
    """One server.

    :ivar wires: the protocols by which it is attacked.
    :ivar missing: what it requires and this machine does not have; empty if nothing.
    """

    key: str
    title: str
    wires: tuple[str, ...]
    command: Callable[[Start], Command]
    missing: Callable[[Tools], str]


def _chat(start: Start) -> Command:
    words = start.directory / "words.txt"
    options = [each.format(words=words) for each in start.options]
    if str(words) in options:
        words.write_text("".join(f"filtered{n}\n" for n in range(5000)))
    program = [sys.executable, "-m", "twisted_chat"]
    store = f"sqlite:{start.disk / DATABASE}"
    port = f"tcp:{start.port}:interface={start.host}"
    return Command(
        [*program, "--port", port, "--store", store, *options],
        {"PYTHONPATH": str(start.tools.root)},
    )


def _peer(script: str) -> Callable[[Start], Command]:
    def command(start: Start) -> Command:
        path = start.tools.source / "peers" / script
        return Command(
            ["node", str(path), str(start.port), start.host],
            {"NODE_PATH": str(start.tools.modules)},
        )

    return command


def _npm_missing(tools: Tools) -> str:
    if not shutil.which("node"):
        return "Node.js is not installed"
    return tools.install_npm()


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _inspircd(start: Start) -> Command:
    logs = log_directory(start.directory)
    logs.mkdir()
    logs.chmod(0o777)
    path = start.directory / "inspircd.conf"
    path.write_text(inspircd_debian_config(start.host, start.port, str(logs), PEOPLE))
    arguments = [_program("inspircd") or "inspircd", "--config", str(path)]
    # Root of a user namespace is nobody else outside of it.
    mapped = os.geteuid() == 0 and not _is_root_outside()
    extra = ["--runasroot"] if mapped else []
    return Command([*arguments, "--nofork", "--nopid", *extra], unprivileged=not mapped)


def _is_root_outside() -> bool:
    """Whether user 0 is user 0 of the machine as well."""
    try:
        fields = Path("/proc/self/uid_map").read_text().split()
    except OSError:
        return True
    return fields[:2] == ["0", "0"]


def log_directory(directory: Path) -> Path:
    """Where a server writes its log, if not to its output."""
    return directory / "log"


VICTIMS = (
    Victim(
        "chat",
        "this server",
        ("line", "json", "socketio", "irc"),
        _chat,
        lambda _tools: "",
    ),
    Victim("ws", "npm `ws`", ("websocket",), _peer("ws.js"), _npm_missing),
    Victim("socketio", "npm `socket.io`", ("socketio",), _peer("sio.js"), _npm_missing),
    Victim(
        "inspircd",
        "InspIRCd",
        ("irc",),
        _inspircd,
        lambda _tools: "" if _program("inspircd") else "inspircd is not installed",
    ),
)


def make_full_store(start: Start, log: Path) -> Path:
    """A store full of messages, which is made once and then copied.

    :raises BenchError: if this server cannot store them.
    """
    path = start.tools.build / f"attacks-{MESSAGES}-{LONG_MESSAGES}.sqlite"
    if path.exists():
        return path
    command = _chat(start)
    command.arguments.extend(("--flood", "off"))
    server = Server(command, start.directory, log, set())
    try:
        server.wait_until_open(start.port, start.host)
        with socket.create_connection((start.host, start.port), 60) as author:
            _say_everything(author)
    finally:
        server.stop()
    shutil.copyfile(start.disk / DATABASE, path)
    return path


def _say_everything(author: socket.socket) -> None:
    """Say it in portions, each once the former has been stored."""
    portion = 2000
    text = " ".join(WORDS).encode()
    author.sendall(b"\\nick author\n")
    for first in range(0, MESSAGES, portion):
        _say_portion(author, (text + b" " + str(first).encode() + b"\n") * portion)
    _say_portion(author, (b"x" * 4000 + b"\n") * LONG_MESSAGES)


def _say_portion(author: socket.socket, lines: bytes) -> None:
    author.sendall(lines + b"\\x\n")
    received = b""
    while b"no such command" not in received:
        data = author.recv(1 << 20)
        if not data:
            raise BenchError("the server closed before everything was stored")
        received = received[-100:] + data
