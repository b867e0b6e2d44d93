"""The command ``twisted-chat``, pid files, and log files that others rotate."""

from __future__ import annotations

import configparser
import os
import re
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import (
    LOOPBACK,
    ROOT,
    TWISTD,
    ServerTestCase,
)
from tests.end_to_end.waiting import TIMEOUT, eventually


class ConsoleTests(ServerTestCase):
    """The server in the foreground, without twistd's files."""

    def console(self, *options: str) -> subprocess.Popen[bytes]:
        return self.spawn(sys.executable, "-m", "twisted_chat", *options)

    def test_server_runs_and_stops(self) -> None:
        """It leaves its database, and nothing else."""
        process = self.console("--port", LOOPBACK)
        found = eventually(
            "how to connect",
            lambda: re.search(r"telnet localhost (\d+)\n", self.output()),
        )
        client = LineClient(int(found[1]))
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        process.terminate()
        client.expect_end()
        self.assertIn(process.wait(TIMEOUT), (0, -signal.SIGTERM))
        names = {path.name for path in self.directory.iterdir()}
        self.assertEqual(names, {"chat.sqlite", "out"})

    def test_startup_error_is_one_line(self) -> None:
        """Where the log is shown with standard error; the status is a failure."""
        process = self.console("--histroy", "5")
        self.assertEqual(process.wait(TIMEOUT), 1)
        lines = [x for x in self.output().splitlines() if "server error: " in x]
        self.assertEqual(len(lines), 1)
        self.assertNotIn("Traceback", self.output())

    def test_console_script_is_declared(self) -> None:
        """``pipx install`` and ``uv tool install`` find it."""
        setup = configparser.ConfigParser()
        setup.read(ROOT / "setup.cfg")
        script = setup["options.entry_points"]["console_scripts"].strip()
        name, _, target = script.partition(" = ")
        module, _, function = target.partition(":")
        self.assertEqual(name, "twisted-chat")
        self.assertTrue(callable(getattr(import_module(module), function)))


class PidFileTests(ServerTestCase):
    """``twistd -n chat`` after a kill."""

    def test_file_of_a_killed_server_does_not_prevent_the_start(self) -> None:
        """Empty, with the number of another program, or of a process that ended."""
        pid_file = self.directory / "twistd.pid"
        sleeper = subprocess.Popen(["sleep", "60"])
        self.addCleanup(sleeper.wait, TIMEOUT)
        self.addCleanup(sleeper.kill)
        first = self.start(twistd=())
        first.kill()
        for content in (None, "", f"{sleeper.pid}"):
            if content is not None:
                pid_file.write_text(content)
            self.start(twistd=()).kill()

    def test_first_process_of_a_container_starts_again(self) -> None:
        """Its own number is in the file."""
        start = f'echo $$ > twistd.pid; exec "{TWISTD}" -n chat --port {LOOPBACK}'
        self.spawn("sh", "-c", start)
        eventually("the server runs", lambda: "chat running" in self.output())

    def test_running_server_is_not_replaced(self) -> None:
        """Twistd says so."""
        self.start(twistd=())
        done = self.run_failing(
            TWISTD, "-n", "chat", "--port", LOOPBACK, "--store", "memory:"
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("Another twistd server is running", done.stderr)

    def test_directory_that_cannot_be_written_is_one_line(self) -> None:
        """In the foreground, and as a daemon."""
        for flags in (("-n",), ()):
            done = self.run_failing(
                TWISTD,
                *flags,
                "chat",
                "--port",
                LOOPBACK,
                "--store",
                "memory:",
                directory=Path("/proc"),
            )
            self.assertEqual(done.returncode, 1)
            self.assertRegex(
                done.stderr, r"\Aserver error: cannot write /proc/[^\n]*\n\Z"
            )


class RotationTests(ServerTestCase):
    """Log files that logrotate rotates."""

    def test_moved_log_is_opened_again_on_usr1(self) -> None:
        """Without ``create``; nothing more reaches the old file."""
        server = self.start()
        old = self.directory / "twistd.log.old"
        server.log_path.rename(old)
        server.signal(signal.SIGUSR1)
        eventually("the new file", server.log_path.exists)
        size = old.stat().st_size
        self.connect(server, "alice")
        server.expect_log("is now known as alice")
        self.assertEqual(old.stat().st_size, size)

    def test_truncated_log_has_no_null_bytes(self) -> None:
        """``copytruncate``."""
        server = self.start()
        os.truncate(server.log_path, 0)
        self.connect(server, "alice")
        server.expect_log("is now known as alice")
        self.assertNotIn(b"\0", server.log_path.read_bytes())


class MakeTests(ServerTestCase):
    """``make run``, by what it runs: make itself would install the chat first."""

    def test_port_in_use_is_said_in_place_of_how_to_connect(self) -> None:
        """With the option that make takes; the other server does not notice."""
        make = (ROOT / "Makefile").read_text()
        (recipe,) = re.findall(r"\t@exec (env .*python -m twisted_chat.*)", make)
        server = self.start("--store", "memory:")
        recipe = recipe.replace("$(BIN)/python", sys.executable)
        done = self.run_failing("sh", "-c", recipe.replace("$(PORT)", f"{server.port}"))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Aserver error: .*; use make run PORT=4000\n\Z")
        self.assertNotIn("Connect with", done.stdout)
        self.assertNotIn("joined", server.log())
