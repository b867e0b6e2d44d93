"""The command line of ``twistd chat``.

Rules of this file: it only says what can be given and where the words go; what a
value means and which ones are refused is told in ``settings``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, ClassVar

from twisted.copyright import version as twisted_version
from twisted.python import usage

from twisted_chat import __version__

from .settings import SettingError, Settings


class Options(usage.Options):
    """The command line of ``twistd chat``.

    :ivar settings: what it says.
    :ivar mistake: why it cannot be used, if it cannot.
    """

    synopsis = "[options]"
    longdesc = (
        "A chat that people reach with the client they already have: telnet, nc, "
        "a web browser, WebSocket and Socket.IO, all on one port and in one "
        "conversation. With no option at all it listens on port 3000 and keeps "
        "what was said in chat.sqlite in the current directory."
    )
    optParameters: ClassVar = [
        [
            "store",
            "s",
            None,
            (
                "Where what was said is kept: sqlite:PATH, memory:, or "
                "redis://[user:password@]HOST:PORT/DB (rediss:// with TLS). "
                "[default: sqlite:chat.sqlite]"
            ),
        ],
        [
            "history",
            None,
            None,
            "How many of the last messages a newcomer is shown. [default: 10]",
        ],
        [
            "keep",
            None,
            None,
            (
                "How many messages of each room are kept. [default: all with SQLite, "
                "10000 in memory and with Redis]"
            ),
        ],
        [
            "filter-words",
            None,
            None,
            (
                "A file of words to mask, one a line, # begins a comment; read again "
                "on SIGHUP."
            ),
        ],
        ["motd", None, None, "A text file shown after the welcome."],
        [
            "tls-cert",
            None,
            None,
            (
                "A PEM file with the certificate chain; with --tls-key every port also "
                "accepts TLS."
            ),
        ],
        ["tls-key", None, None, "A PEM file with the private key."],
        ["max-clients", None, None, "Connections accepted in all. [default: 10000]"],
        [
            "max-per-host",
            None,
            None,
            "Connections accepted from one address; loopback is exempt. [default: 64]",
        ],
        [
            "flood",
            None,
            None,
            (
                "How much one client may say: BURST:PER_SECOND, or off; beyond it the "
                "server reads on later, and drops nothing. [default: 10:5]"
            ),
        ],
        [
            "ping-interval",
            None,
            None,
            "Seconds between heartbeats on WebSocket and Socket.IO. [default: 25]",
        ],
        [
            "ping-timeout",
            None,
            None,
            "Seconds that a client has to answer a heartbeat. [default: 20]",
        ],
        [
            "config",
            None,
            None,
            (
                "A TOML file whose keys are the long names of these options; the "
                "command line wins over it."
            ),
        ],
    ]

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.mistake = ""
        self._several: dict[str, list[str]] = {}
        # Twisted fills the help's lines with these as they stand, indentation and all.
        self.docs = {name: " ".join(doc.split()) for name, doc in self.docs.items()}

    def opt_port(self, value: str) -> None:
        """A TCP port, or a Twisted server endpoint such as
        tcp:3000:interface=127.0.0.1 or unix:/run/chat; may be given more than
        once. [default: $PORT if set, else 3000]
        """
        self._several.setdefault("port", []).append(value)

    opt_p = opt_port

    def opt_allow_origin(self, value: str) -> None:
        """A further origin, such as https://example.org, whose pages may
        connect; * for all; may be given more than once. [default: the server's
        own]
        """
        self._several.setdefault("allow-origin", []).append(value)

    def opt_version(self) -> None:
        """Display the versions of the chat and of Twisted, and exit."""
        sys.stdout.write(f"twisted_chat {__version__}, Twisted {twisted_version}\n")
        sys.exit(0)

    def parseArgs(self, *words: str) -> None:
        """Whoever writes a bare port is told how to write it."""
        for word in words:
            port = f"; a port is given as --port {word}" if word.isdecimal() else ""
            raise usage.UsageError(f"{word!r} is no option{port}")

    def postOptions(self) -> None:
        """Check everything at once, before anything is started."""
        given: dict[str, Any] = {
            name: value for name, value in self.items() if value is not None
        }
        try:
            self.settings = Settings.read({**given, **self._several}, os.environ)
            self.settings.words()
        except SettingError as error:
            raise usage.UsageError(str(error)) from None

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the command line.

        Run by twistd a mistake is kept in ``mistake`` for ``makeService``: twistd
        itself would print the whole help on standard output, log nothing, and end
        as if all was well.

        :raises usage.UsageError: otherwise, with one line that says what to do.
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            if self.parent is None:
                raise
            self.mistake = str(error)
