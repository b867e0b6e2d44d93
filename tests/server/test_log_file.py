"""The log file of twistd, while other programs rotate it."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from twisted.logger import ILogObserver, LogEvent, LogLevel, textFileLogObserver
from twisted.python.failure import Failure
from twisted.python.log import textFromEventDict
from twisted.trial.unittest import SynchronousTestCase

from tests.support.logs import Log
from twisted_chat.server import log_file
from twisted_chat.server.log_file import AppendedLogFile, TwistdLog, text_log
from twisted_chat.server.log_json import json_log
from twisted_chat.server.tracebacks import MAX_TRACEBACKS


class LogFileCase(SynchronousTestCase):
    """A directory with a log."""

    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir(parents=True)
        self.path = self.directory / "twistd.log"
        former = os.umask(0o022)
        self.addCleanup(os.umask, former)

    def open(self) -> Any:
        make: Any = AppendedLogFile
        file = make("twistd.log", str(self.directory))
        self.addCleanup(lambda: file.closed or file.close())
        return file

    def names(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir())


class TextLogTests(SynchronousTestCase):
    """The lines are those of Twisted's own log."""

    def test_lines_are_those_of_twisted(self) -> None:
        """With the time of each event, if it has one."""
        ours, twisteds = StringIO(), StringIO()
        observers = text_log(ours), textFileLogObserver(twisteds)
        for when in (1e9, 1e9 + 0.9, 1e9 + 1, 1e9, 0.0, None):
            for text in ("alice joined", "two\nlines", ""):
                for observer in observers:
                    observer({"log_format": text, "log_time": when})
        self.assertEqual(ours.getvalue(), twisteds.getvalue())
        self.assertEqual(ours.getvalue().count("\n"), 6 * 3)


class AppendedLogFileTests(LogFileCase):
    """Nothing is lost or overwritten, whoever rotates."""

    def test_new_file_can_be_read_by_its_group_only(self) -> None:
        """The next one too, though a daemon has another umask by then."""
        file = self.open()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o640)
        os.umask(0o077)
        file.write("one\n")
        file.rotate()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o640)

    def test_mode_of_a_file_that_exists_is_kept(self) -> None:
        """An operator chose it."""
        self.path.write_text("before\n")
        self.path.chmod(0o600)
        file = self.open()
        file.write("after\n")
        self.assertEqual(self.path.read_text(), "before\nafter\n")
        file.rotate()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)

    def test_request_rotates_as_twistd_does(self) -> None:
        """Former files count up."""
        file = self.open()
        for text in ("one", "two"):
            file.write(text)
            file.rotate()
        self.assertEqual(self.names(), [f"twistd.log{n}" for n in ("", ".1", ".2")])
        self.assertEqual((self.directory / "twistd.log.2").read_text(), "one")

    def test_moved_file_is_opened_again_where_it_was(self) -> None:
        """As logrotate moves it, without ``create`` and with it."""
        file = self.open()
        for number, create in ((1, False), (2, True)):
            file.write("before\n")
            self.path.rename(self.directory / f"old.{number}")
            if create:
                self.path.touch()
            file.rotate()
            file.write(f"after {number}\n")
            self.assertEqual(self.path.read_text(), f"after {number}\n")
        self.assertEqual(self.names(), ["old.1", "old.2", "twistd.log"])

    def test_truncated_file_is_written_from_its_beginning(self) -> None:
        """As logrotate does with ``copytruncate``."""
        file = self.open()
        file.write("before\n")
        os.truncate(self.path, 0)
        file.write("after\n")
        self.assertEqual(self.path.read_bytes(), b"after\n")

    def test_truncated_file_is_not_rotated_by_its_former_size(self) -> None:
        """Only by what it has now."""
        file = self.open()
        file.rotateLength = 10
        file.write("x" * 9)
        os.truncate(self.path, 0)
        file.write("x" * 9)
        file.write("x")
        self.assertEqual(self.names(), ["twistd.log"])
        file.write("new")
        self.assertEqual(self.names(), ["twistd.log", "twistd.log.1"])
        self.assertEqual(self.path.read_text(), "new")

    def test_second_process_overwrites_nothing(self) -> None:
        """And knows that it is the second; a lock ends with its process."""
        first = self.open()
        second = self.open()
        self.assertEqual((first.shared, second.shared), (False, True))
        for file, text in ((first, "one\n"), (second, "two\n"), (first, "three\n")):
            file.write(text)
        self.assertEqual(self.path.read_text(), "one\ntwo\nthree\n")
        first.close()
        second.close()
        self.assertFalse(self.open().shared)

    def test_device_is_never_rotated(self) -> None:
        """It has no size."""
        make: Any = AppendedLogFile
        file = make("null", "/dev")
        self.addCleanup(file.close)
        file.write("x" * 2_000_000)
        self.assertFalse(file.shouldRotate())
        self.assertFalse(file.shared)


class TwistdLogTests(LogFileCase):
    """The observer that twistd makes by its ``--logger``."""

    def setUp(self) -> None:
        super().setUp()
        former = signal.getsignal(signal.SIGUSR1)
        self.addCleanup(signal.signal, signal.SIGUSR1, former)
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        self.stderr = StringIO()
        self.patch(sys, "__stderr__", self.stderr)
        self.opened: list[Any] = []
        self.patch(log_file, "text_log", self.opened.append)

    def start(self) -> None:
        twistd_log = TwistdLog()
        twistd_log.path = str(self.path)
        twistd_log()
        self.addCleanup(self.opened[-1].close)

    def test_signal_rotates_in_the_thread_of_the_reactor(self) -> None:
        """SIGUSR1."""
        self.start()
        with mock.patch("twisted.internet.reactor.callFromThread") as call:
            os.kill(os.getpid(), signal.SIGUSR1)
        (rotate,) = call.call_args.args
        self.path.unlink()
        rotate()
        self.assertEqual(self.names(), ["twistd.log"])

    def test_signal_that_is_in_use_is_left_alone(self) -> None:
        """By a program that embeds the server."""
        taken: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, _: taken.append(number))
        self.start()
        os.kill(os.getpid(), signal.SIGUSR1)
        self.assertEqual(taken, [signal.SIGUSR1])

    def test_standard_output_has_no_file(self) -> None:
        """Nothing is rotated."""
        twistd_log = TwistdLog()
        twistd_log.path = ""
        twistd_log()
        self.assertEqual(self.opened, [sys.stdout])
        self.assertEqual(signal.getsignal(signal.SIGUSR1), signal.SIG_DFL)

    def test_lines_on_one_terminal_with_standard_error_are_known(self) -> None:
        """Not those in a file, in JSON or in syslog."""
        same = [True]
        self.patch(os.path, "sameopenfile", lambda *_: same[0])
        for changes, expected in (
            ({"path": ""}, True),
            ({}, False),
            ({"path": "", "json": True}, False),
            ({"path": "", "syslog": "chat"}, False),
        ):
            twistd_log = TwistdLog()
            vars(twistd_log).update(changes)
            self.assertEqual(twistd_log.is_on_standard_error, expected)
        twistd_log.path, twistd_log.syslog = "", None
        same[0] = False
        self.assertFalse(twistd_log.is_on_standard_error)

    def test_lines_may_be_json(self) -> None:
        """In a file, which is rotated all the same, and on standard output."""
        stdout = StringIO()
        self.patch(sys, "stdout", stdout)

        def opened(file: Any) -> ILogObserver:
            self.opened.append(file)
            return json_log(file)

        self.patch(log_file, "json_log", opened)
        event = {"log_format": "alice joined", "log_level": LogLevel.info}
        for path in (str(self.path), ""):
            twistd_log = TwistdLog()
            twistd_log.path, twistd_log.json = path, True
            twistd_log()(event)
        self.opened[0].close()
        for text in (self.path.read_text(), stdout.getvalue()):
            self.assertEqual(json.loads(text)["message"], "alice joined")
        self.assertNotEqual(signal.getsignal(signal.SIGUSR1), signal.SIG_DFL)

    def test_syslog_receives_the_lines(self) -> None:
        """With the prefix."""
        twistd_log = TwistdLog()
        twistd_log.syslog = "chat"
        with mock.patch("twisted.python.syslog.SyslogObserver") as made:
            observer = twistd_log()
        made.assert_called_once_with("chat")
        level = LogLevel.info
        observer({"log_format": "alice joined", "log_level": level, "log_time": 0.0})
        (event,) = made.return_value.emit.call_args.args
        self.assertEqual(textFromEventDict(event), "alice joined")

    def test_tracebacks_are_limited(self) -> None:
        """In the log file too."""
        lines: list[LogEvent] = []
        self.patch(log_file, "text_log", lambda file: lines.append)
        twistd_log = TwistdLog()
        twistd_log.path = ""
        observer = twistd_log()
        for _ in range(MAX_TRACEBACKS + 1):
            observer({"log_failure": Failure(ValueError())})
        self.assertEqual(len(lines), MAX_TRACEBACKS)

    def test_operator_is_told_of_a_second_server(self) -> None:
        """In the log, and on standard error."""
        log = Log(self)
        self.start()
        self.assertEqual((log.lines(), self.stderr.getvalue()), ([], ""))
        self.start()
        (line,) = log.lines()
        self.assertRegex(
            line, "server warning: another process logs to .*twistd.log, too;"
        )
        self.assertEqual(self.stderr.getvalue(), f"{line}\n")
