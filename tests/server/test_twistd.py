"""What twistd does before there is a service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.python.reflect import namedAny
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server import log_file, twistd
from twisted_chat.server.twistd import LOGGER, is_stale, prepare

OPTIONS: dict[str, Any] = {
    "pidfile": "twistd.pid",
    "logfile": None,
    "nodaemon": False,
    "syslog": False,
    "logger": None,
}
"""Those of ``twistd chat``."""


class TwistdCase(SynchronousTestCase):
    """An empty directory."""

    def setUp(self) -> None:
        self.directory = Path(self.mktemp()).absolute()
        self.directory.mkdir(parents=True)
        former = Path.cwd()
        os.chdir(self.directory)
        self.addCleanup(os.chdir, former)
        self.patch(log_file.twistd_log, "path", "twistd.log")
        self.patch(log_file.twistd_log, "syslog", None)
        self.patch(log_file.twistd_log, "json", False)


class PidFileTests(TwistdCase):
    """A pid file says that a server runs only if one may."""

    def test_file_of_a_killed_server_is_stale(self) -> None:
        """Empty, or with our own number, as of process 1 of a container."""
        pid_file = Path("twistd.pid")
        for content in ("", "\n", f"{os.getpid()}", f"{os.getpid()}\n"):
            pid_file.write_text(content)
            self.assertTrue(is_stale(pid_file), content)

    def test_number_of_another_program_is_stale(self) -> None:
        """It was given the number after a restart of the machine."""
        pid_file = Path("twistd.pid")
        pid_file.write_text("4711")
        for command, stale in (
            (b"/usr/sbin/sshd\0-D\0", True),
            (b"sh\0-c\0twistd -n chat\0", True),
            (b"/usr/bin/python3\0/usr/bin/twistd\0chat\0", False),
            (b"/opt/chat/bin/python\0server.py\0", False),
            (b"twistd\0-n\0chat\0", False),
            (b"", False),
        ):
            self.patch(Path, "read_bytes", _commands({"4711": command}))
            self.assertEqual(is_stale(pid_file), stale, command)

    def test_file_in_doubt_is_kept(self) -> None:
        """Twistd decides: no file, a file without a number, a process that ended."""
        pid_file = Path("twistd.pid")
        self.assertFalse(is_stale(pid_file))
        for content in ("mine", "-1", "999999999"):
            pid_file.write_text(content)
            self.assertFalse(is_stale(pid_file), content)

    def test_stale_file_is_removed(self) -> None:
        """So that twistd starts."""
        Path("twistd.pid").touch()
        prepare(dict(OPTIONS))
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_file_of_a_running_server_is_kept(self) -> None:
        """Twistd refuses to start."""
        self.patch(twistd, "is_stale", lambda _: False)
        Path("twistd.pid").write_text("1")
        prepare(dict(OPTIONS))
        self.assertEqual(Path("twistd.pid").read_text(), "1")

    def test_directory_that_cannot_be_written_is_named_in_one_line(self) -> None:
        """With what to do."""
        for given, says in (
            ({"pidfile": "/proc/twistd.pid"}, "--pidfile= before chat"),
            ({"pidfile": "", "logfile": "/proc/x.log"}, "--logfile=FILE before chat"),
        ):
            error = self.assertRaises(SystemExit, prepare, {**OPTIONS, **given})
            self.assertRegex(str(error), r"\Aserver error: cannot write /proc/[^\n]*\Z")
            self.assertIn(says, str(error))


class LogTests(TwistdCase):
    """The log file is ours, where there is one."""

    def logger(self, **given: object) -> object:
        options: dict[str, Any] = {**OPTIONS, **given}
        prepare(options)
        return options["logger"]

    def test_log_file_of_a_daemon_is_ours(self) -> None:
        """Twistd finds it by its name."""
        self.assertEqual(self.logger(), LOGGER)
        self.assertIs(namedAny(LOGGER), log_file.twistd_log)
        self.assertEqual(log_file.twistd_log.path, "twistd.log")

    def test_log_file_that_is_given_is_ours(self) -> None:
        """In the foreground too."""
        self.assertEqual(self.logger(logfile="my.log", nodaemon=True), LOGGER)
        self.assertEqual(log_file.twistd_log.path, "my.log")

    def test_standard_output_is_ours(self) -> None:
        """With the limit for tracebacks."""
        for given in ({}, {"logfile": "-"}):
            self.assertEqual(self.logger(nodaemon=True, **given), LOGGER)
            self.assertEqual(log_file.twistd_log.path, "")

    def test_syslog_is_ours(self) -> None:
        """Its lines have the prefix that was given."""
        self.assertEqual(self.logger(syslog=True, prefix="chat"), LOGGER)
        self.assertEqual(log_file.twistd_log.syslog, "chat")

    def test_other_logs_are_twistds(self) -> None:
        """What an operator has chosen, and what twistd refuses."""
        self.assertEqual(self.logger(logger="my.observer"), "my.observer")
        self.assertIsNone(self.logger(logfile="-"))

    def test_twist_has_no_files(self) -> None:
        """``python -m twisted chat``."""
        options: dict[str, Any] = {}
        prepare(options)
        self.assertEqual(options, {})


def _commands(commands: dict[str, bytes]) -> Any:
    """Stands in for ``Path.read_bytes``; processes have these command lines."""
    read = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "cmdline":
            return commands[path.parent.name]
        return read(path)

    return read_bytes
