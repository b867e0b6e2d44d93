"""What twistd does before there is a service: its pid file and its log file.

Twistd writes both into the current directory, ends with a traceback where it cannot,
and takes whatever process has the number in a pid file for another server.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, NoReturn

from . import log_file

LOGGER = f"{log_file.__name__}.twistd_log"
"""The value of twistd's ``--logger`` for our log."""

_INTERPRETERS = ("python", "pypy")


def prepare(twistd: MutableMapping[str, Any], *, log_json: bool = False) -> None:
    """Prepare the files of a twistd that is about to start.

    :param twistd: its options; those of ``twist`` have no files.
    :param log_json: write the log as JSON.
    :raises SystemExit: it cannot write them; with one line for standard error.
    """
    if "pidfile" not in twistd:
        return
    if twistd["pidfile"]:
        pid_file = Path(twistd["pidfile"]).absolute()
        if is_stale(pid_file):
            pid_file.unlink(missing_ok=True)
        _check_writable(pid_file, "--pidfile=")
    path = twistd["logfile"] or ("" if twistd["nodaemon"] else "twistd.log")
    if twistd["logger"]:
        return
    if twistd["syslog"]:
        log_file.twistd_log.syslog = twistd["prefix"]
    elif path == "-":
        if not twistd["nodaemon"]:
            return  # twistd refuses
        path = ""
    elif path:
        _check_writable(Path(path).absolute(), "--logfile=FILE")
    log_file.twistd_log.path = path
    log_file.twistd_log.json = log_json
    twistd["logger"] = LOGGER


def is_stale(pid_file: Path) -> bool:
    """Whether a pid file was left by a server that runs no more.

    That is so if it is empty, if it has the number of this very process, as in a
    container whose first process it is, or that of another program.  In doubt it is
    not.
    """
    try:
        text = pid_file.read_bytes().strip()
    except OSError:
        return False
    if not text:
        return True
    if not text.isdigit():
        return False
    pid = int(text)
    return pid == os.getpid() or _is_other_program(pid)


def _is_other_program(pid: int) -> bool:
    """Whether a process is certainly not twistd; false if that cannot be seen."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    name = Path(os.fsdecode(command.split(b"\0")[0])).name
    # An interpreter may run a server under any name.
    return bool(name) and not name.startswith(("twist", *_INTERPRETERS))


def _check_writable(path: Path, option: str) -> None:
    try:
        if path.exists():
            path.open("ab").close()
        else:
            # Not the file itself: another server may be about to open it.
            tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        _fail(
            f"cannot write {path}: {error.strerror}; start in a directory that you can "
            f"write to, or give {option} before chat"
        )


def _fail(reason: str) -> NoReturn:
    sys.exit(f"server error: {reason}")
