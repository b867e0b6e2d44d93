"""The log of twistd: a file that other programs may rotate, or standard output.

Twistd's own is written at a position that it remembers, and goes on in the old file
when another program has moved it.  This one appends, and is opened again where it
should be.
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from twisted.logger import (
    FileLogObserver,
    ILogObserver,
    LegacyLogObserverWrapper,
    LogEvent,
    Logger,
    formatEventAsClassicLogText,
    formatTime,
)
from twisted.python.logfile import LogFile
from twisted.python.threadable import synchronize

from .accept_errors import AcceptErrors
from .log_json import json_log
from .tracebacks import TracebackLimit

log = Logger()

MODE = 0o640
"""The permissions of a new log file, less the umask: it has names and addresses."""


class AppendedLogFile(LogFile):
    """A log file that is appended to, and rotated by its size or on request.

    :ivar shared: another process writes to it, too.
    """

    synchronized = ("rotate",)  # type: ignore[assignment]  # besides those of LogFile
    shared = False

    def _openFile(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        created = not Path(self.path).exists()
        descriptor = os.open(self.path, flags, MODE)
        if created and self.defaultMode is not None:
            # As the file before it, whatever the umask of a daemon is.
            os.fchmod(descriptor, self.defaultMode)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.rotateLength = None
        self.defaultMode = stat.S_IMODE(status.st_mode)
        self.closed = False
        self._file: BinaryIO = os.fdopen(descriptor, "ab", 0)
        self.size = status.st_size
        self._identity = (status.st_dev, status.st_ino)
        try:
            # Released with the last descriptor, so a daemon keeps it.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.shared = stat.S_ISREG(status.st_mode)

    def shouldRotate(self) -> bool:
        """Whether the file has grown too long, unless someone has truncated it."""
        if not self.rotateLength or self.size < self.rotateLength:
            return False
        size = self.size = os.fstat(self._file.fileno()).st_size
        return size >= int(self.rotateLength)

    def rotate(self) -> None:
        """Begin a new file; if another program has moved this one, where it was."""
        if self._is_moved():
            self.reopen()  # type: ignore[no-untyped-call]
        else:
            super().rotate()  # type: ignore[no-untyped-call]

    def _is_moved(self) -> bool:
        try:
            status = Path(self.path).stat()
        except OSError:
            return True
        return (status.st_dev, status.st_ino) != self._identity


synchronize(AppendedLogFile)


class TwistdLog:
    """Makes the log observer of twistd; its option ``--logger`` names this object.

    :ivar path: of the log file; empty for standard output.
    :ivar syslog: the prefix of the lines, if they go to syslog.
    :ivar json: the lines are JSON, unless they go to syslog.
    """

    path = "twistd.log"
    syslog: str | None = None
    json = False

    def __call__(self) -> TracebackLimit:
        """Twistd: open the log."""
        return TracebackLimit(AcceptErrors(self._open()))

    @property
    def is_on_standard_error(self) -> bool:
        """Whether its lines appear where standard error does, on one terminal."""
        if self.path or self.json or self.syslog is not None:
            return False
        try:
            return os.path.sameopenfile(1, 2)
        except OSError:
            return False

    def _open(self) -> ILogObserver:
        if self.syslog is not None:
            from twisted.python.syslog import SyslogObserver

            emit: Any = SyslogObserver(self.syslog).emit
            return LegacyLogObserverWrapper(emit)
        if not self.path:
            return self._observer(sys.stdout)
        path = Path(self.path).absolute()
        file: Any = AppendedLogFile(path.name, str(path.parent))  # type: ignore[no-untyped-call]
        if not signal.getsignal(signal.SIGUSR1):

            def rotate(*_: object) -> None:
                from twisted.internet import reactor

                reactor.callFromThread(file.rotate)  # type: ignore[attr-defined]

            signal.signal(signal.SIGUSR1, rotate)
        if file.shared:
            warn_of_sharing(file.path)
        return self._observer(file)

    def _observer(self, file: TextIO) -> ILogObserver:
        return json_log(file) if self.json else text_log(file)


def text_log(file: TextIO) -> ILogObserver:
    """An observer that writes each event as ``textFileLogObserver`` does.

    That one asks for the time zone at every line, which takes longer than the rest.
    """
    return FileLogObserver(file, _text_line)


def _text_line(event: LogEvent) -> str | None:
    return formatEventAsClassicLogText(event, formatTime=_time)


def _time(when: float | None) -> str:
    return formatTime(None) if when is None else _second(int(when))


@lru_cache(maxsize=1)
def _second(when: int) -> str:
    return formatTime(when)


def warn_of_sharing(path: str) -> None:
    """Tell the operator that two servers log to one file."""
    line = (
        f"server warning: another process logs to {path}, too; start each server in a "
        "directory of its own, or give one of them --logfile=FILE before chat"
    )
    log.warn("{line}", line=line)
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"{line}\n")


twistd_log = TwistdLog()
"""The one of this process."""
