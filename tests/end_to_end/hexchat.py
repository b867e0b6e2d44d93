"""HexChat on a display in memory, driven by an add-on (``hexchat_addon``)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.end_to_end.irc_programs import IrcPipe
from tests.end_to_end.waiting import TIMEOUT

ADDON = Path(__file__).with_name("hexchat_addon.py")

_SETTINGS = """\
version = 2.16.1
irc_nick1 = {nick}
irc_user_name = {nick}
irc_real_name = {nick}
gui_slist_skip = 1
gui_join_dialog = 0
"""

_NETWORK = """\
v=2.16.1

N=chat
P={password}
L={login}
E=UTF-8 (Unicode)
F={flags}
D=0
S=127.0.0.1/{port}
J=#lobby

"""

_SASL_PLAIN = 6
_CONNECT, _TLS, _ANY_CERTIFICATE = 1 | 2 | 8, 4, 32
"""Flags of a network; the first are those of a new one, which connects at the start."""


class HexChat(IrcPipe):
    """HexChat with TLS, logged in to an account, in the lobby.

    :param program: its path.
    :param xvfb: the path of the X server.
    """

    def __init__(
        self, program: str, xvfb: str, port: int, nick: str, password: str
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="twisted-chat-hexchat-"))
        (self.directory / "addons").mkdir()
        shutil.copy(ADDON, self.directory / "addons")
        (self.directory / "hexchat.conf").write_text(_SETTINGS.format(nick=nick))
        network = _NETWORK.format(
            password=password,
            login=_SASL_PLAIN,
            flags=_CONNECT | _TLS | _ANY_CERTIFICATE,
            port=port,
        )
        (self.directory / "servlist.conf").write_text(network)
        self._told = self.directory / "told"
        self._told.touch()
        self._display = self._start_display(xvfb)
        super().__init__(self._start(program), self._seen_lines, self._tell)

    def _start_display(self, xvfb: str) -> subprocess.Popen[bytes]:
        """An X server, which chooses its number."""
        return subprocess.Popen(
            [xvfb, "-displayfd", "1", "-nolisten", "tcp", "-ac"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _start(self, program: str) -> subprocess.Popen[bytes]:
        pipe = self._display.stdout
        assert pipe is not None
        number = pipe.readline().decode().strip()
        user = None
        if os.geteuid() == 0:
            # As root it asks whether that is meant.
            user = pwd.getpwnam("nobody").pw_uid
            for path in (self.directory, *self.directory.rglob("*")):
                os.chown(path, user, -1)
        env = {**os.environ, "DISPLAY": f":{number}", "HOME": str(self.directory)}
        return subprocess.Popen(
            [program, "-d", str(self.directory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**env, "LC_ALL": "C.UTF-8"},
            # Python, within HexChat, wants to return to where it was.
            cwd=self.directory,
            user=user,
        )

    def _seen_lines(self) -> str:
        """The lines that it was sent."""
        received = self.directory / "received"
        return received.read_text("utf-8") if received.exists() else ""

    def _tell(self, command: str) -> None:
        with self._told.open("a", encoding="utf-8") as file:
            file.write(f"#lobby {command}\n")

    def close(self) -> None:
        super().close()
        self._display.kill()
        self._display.wait(TIMEOUT)
        if self._display.stdout is not None:
            self._display.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)
