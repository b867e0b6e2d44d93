"""The command line of ``twistd chat``, made from the table in ``settings``."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from twisted.copyright import version as twisted_version
from twisted.python import usage

from twisted_chat import __version__

from .settings import OPTIONS, Option, SettingError, Settings
from .twistd import prepare

HELP_COLUMN = 31
"""Where the texts of ``--help`` begin."""


class Options(usage.Options):
    """The command line of ``twistd chat``.

    :cvar program: what is called with it.
    :ivar settings: the settings that it gives.
    :ivar error: why it cannot be used; empty if it can.
    """

    program = "twistd chat"
    synopsis = "[options]"
    longdesc = (
        "A chat server for the clients that people already have: telnet, nc, web "
        "browsers, WebSocket and Socket.IO, all on one port and in the same rooms. "
        "Without options it listens on port 3000 and stores messages in chat.sqlite "
        "in the current directory."
    )

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.error = ""
        self._given: dict[str, list[str]] = {}

    def give(self, name: str, value: str) -> None:
        """An option is given, perhaps once more."""
        self._given.setdefault(name, []).append(value)

    def opt_version(self) -> None:
        """Display the versions of twisted_chat and Twisted, and exit."""
        sys.stdout.write(f"twisted_chat {__version__}, Twisted {twisted_version}\n")
        sys.exit(0)

    def parseArgs(self, *words: str) -> None:
        """Refuse arguments; a port is the one that people try."""
        for word in words:
            hint = f": give a port as --port {word}" if word.isdecimal() else ""
            raise usage.UsageError(f"unexpected argument {word!r}{hint}")

    def postOptions(self) -> None:
        """Check everything before anything is started."""
        given: dict[str, Any] = {
            name: found if OPTIONS[name].repeatable else found[-1]
            for name, found in self._given.items()
        }
        try:
            self.settings = Settings.read(given, os.environ)
            self.settings.word_filter()
        except SettingError as error:
            raise usage.UsageError(str(error)) from None

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Parse the command line.

        Under twistd an error is kept in ``error`` for ``makeService``: twistd would
        print the whole help on standard output, log nothing, and exit with status 0.

        :raises usage.UsageError: otherwise, with one line that says what to do.
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            if self.parent is None:
                raise
            self.error = str(error)
        if self.parent is not None:
            # Also of an option that cannot be used, which the log names.
            log_json = self.settings.log_json or "log-json" in self._given
            prepare(self.parent, log_json=log_json)

    def getUsage(self, width: int | None = None) -> str:
        """The text of ``--help`` below the first line, with a row for each option."""
        width = width or int(os.environ.get("COLUMNS", "80"))
        rows = [
            *((_names(name, row), row.describe()) for name, row in OPTIONS.items()),
            ("    --version", "Display the versions, and exit."),
            ("    --help", "Display this help, and exit."),
        ]
        lines = [line for names, text in rows for line in _columns(names, text, width)]
        description = textwrap.wrap(self.longdesc, width)
        return "\n".join(["Options:", *lines, "", *description, ""])


def _names(name: str, row: Option) -> str:
    short = f"-{row.short}, " if row.short else "    "
    return f"{short}--{name} {row.metavar}".rstrip()


def _columns(names: str, text: str, width: int) -> Iterator[str]:
    """The names of an option on the left, its text in lines on the right."""
    left = f"  {names}".ljust(HELP_COLUMN)
    for line in textwrap.wrap(text, max(width - HELP_COLUMN, 20)):
        yield left + line
        left = " " * HELP_COLUMN


def _handler(name: str) -> Callable[[Options, str], None]:
    def handle(options: Options, value: str) -> None:
        options.give(name, value)

    return handle


def _flag_handler(name: str) -> Callable[[Options], None]:
    def handle(options: Options) -> None:
        options.give(name, "on")

    return handle


# Twisted finds the options of a command line as methods called "opt_NAME".
for _name, _row in OPTIONS.items():
    _handle = _flag_handler(_name) if _row.is_flag else _handler(_name)
    setattr(Options, f"opt_{_name.replace('-', '_')}", _handle)
    if _row.short:
        setattr(Options, f"opt_{_row.short}", getattr(Options, f"opt_{_name}"))
