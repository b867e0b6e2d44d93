"""Stock IRC clients, each driven in the way that its program offers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.clients import Terminal
from tests.end_to_end.waiting import TIMEOUT, eventually


class Irssi(Terminal):
    """irssi, which draws on a terminal, and writes what it has shown to a log."""

    def __init__(self, program: str, directory: Path, port: int, nick: str) -> None:
        super().__init__(
            program,
            f"--home={directory}",
            "--connect=127.0.0.1",
            f"--port={port}",
            f"--nick={nick}",
        )
        self._logs = directory / "logs"
        self.type(f"/set autolog_path {self._logs}/$0.log\r/set autolog on\r")

    def shows(self, text: str) -> None:
        """Wait until it has shown this text, in whichever window."""
        eventually(f"{text!r} in {self.seen()!r}", lambda: text in self.seen())

    def seen(self) -> str:
        """What it has shown so far."""
        # Nobody reads the screen; it must not fill the terminal.
        self.pump(0.1)
        self.waiting = ""
        files = sorted(self._logs.glob("*.log")) if self._logs.exists() else []
        return "\n".join(file.read_text("utf-8") for file in files)


class IrcPipe:
    """A client that is told what to do by a file, and writes what it sees to others.

    :param process: the program.
    :param seen: what it has seen so far.
    :param tell: tells it what to do.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        seen: Callable[[], str],
        tell: Callable[[str], object],
    ) -> None:
        self.process = process
        self.tell = tell
        self._seen = seen
        self._from = 0

    def shows(self, text: str) -> None:
        """Wait until it has seen this text, after what was waited for before."""

        def look() -> bool:
            seen = self._seen()
            at = seen.find(text, self._from)
            if at < 0:
                return False
            self._from = at + len(text)
            return True

        eventually(f"{text!r} in {self._seen()!r}", look)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def weechat(program: str, directory: Path, port: int, nick: str) -> IrcPipe:
    """WeeChat without a screen, which takes commands from a named pipe."""
    fifo, logs = directory / "fifo", directory / "logs"
    address = f"127.0.0.1/{port}"
    setup = (
        f"/set fifo.file.path {fifo}",
        "/set logger.file.flush_delay 0",
        "/set irc.look.smart_filter off",
        f"/server add chat {address} -notls -ssl_verify=off",
        f"/set irc.server.chat.nicks {nick}",
        "/set irc.server.chat.tls off",
        "/set irc.server.chat.ssl off",
        "/set irc.server.chat.autojoin #lobby",
        "/connect chat",
    )
    runs = [word for line in setup for word in ("-r", line)]
    process = subprocess.Popen(
        [program, "--dir", str(directory), *runs],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )

    def seen() -> str:
        files = sorted(logs.rglob("irc.*.weechatlog")) if logs.exists() else []
        return "\n".join(file.read_text("utf-8") for file in files)

    def tell(command: str) -> None:
        eventually("the pipe of WeeChat", fifo.exists)
        with fifo.open("w") as pipe:
            pipe.write(f"irc.chat.#lobby *{command}\n")

    return IrcPipe(process, seen, tell)


def ii(program: str, directory: Path, port: int, nick: str) -> IrcPipe:
    """``ii``, which has a directory for each conversation."""
    process = subprocess.Popen(
        [program, "-s", "127.0.0.1", "-p", str(port), "-n", nick, "-i", str(directory)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = directory / "127.0.0.1"

    def seen() -> str:
        out = server / "#lobby" / "out"
        return out.read_text("utf-8") if out.exists() else ""

    def tell(command: str) -> None:
        room = server / "#lobby" / "in"
        pipe = room if room.exists() else server / "in"
        eventually("the pipe of ii", pipe.exists)
        with pipe.open("w") as file:
            file.write(f"{command}\n")

    return IrcPipe(process, seen, tell)


def sic(program: str, directory: Path, port: int, nick: str) -> IrcPipe:
    """``sic``, which has one conversation on its standard input and output."""
    out = directory / "sic.out"
    with out.open("wb") as file:
        process = subprocess.Popen(
            [program, "-h", "127.0.0.1", "-p", str(port), "-n", nick],
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
        )

    def tell(command: str) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{command}\n".encode())
        process.stdin.flush()

    return IrcPipe(process, lambda: out.read_text("utf-8"), tell)
