"""Starting and stopping the server.

Startup errors are in ``test_start_errors``.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import (
    LOOPBACK,
    TWISTD,
    ServerTestCase,
    environment,
    free_port,
)
from tests.end_to_end.waiting import TIMEOUT, eventually

OPTIONS = (
    "port",
    "store",
    "history",
    "filter-words",
    "motd",
    "tls-cert",
    "tls-key",
    "max-clients",
    "max-per-host",
    "flood",
    "ping-interval",
    "ping-timeout",
    "allow-origin",
    "config",
)


def is_running(pid: int) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    """Kill a process that may have ended already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class HelpTests(ServerTestCase):
    """``--help``."""

    def help_of(self, *command: str) -> str:
        done = subprocess.run(
            [*command, "--help"],
            cwd=self.directory,
            env=environment({"COLUMNS": "100"}),
            capture_output=True,
            text=True,
            check=True,
            timeout=TIMEOUT,
        )
        return done.stdout

    def test_twistd_help_lists_the_chat(self) -> None:
        """With a description."""
        self.assertRegex(self.help_of(TWISTD), r"(?m)^\s+chat\s+\w")

    def test_help_explains_every_option(self) -> None:
        """``twistd chat --help``."""
        text = " ".join(self.help_of(TWISTD, "chat").split())
        for option in OPTIONS:
            self.assertRegex(text, rf"--{option}=? \w+")


class StartTests(ServerTestCase):
    """The ways to start and configure the server."""

    def test_twist_runs_the_chat(self) -> None:
        """``python -m twisted chat``."""
        process = self.spawn(
            sys.executable, "-m", "twisted", "chat", "--port", LOOPBACK
        )
        found = eventually(
            "the port in the log of twist",
            lambda: re.search(r"chat running on port (\d+)", self.output()),
        )
        client = LineClient(int(found[1]))
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        process.terminate()
        client.expect_end()
        process.wait(TIMEOUT)

    def test_daemon_has_a_pid_file_and_a_log(self) -> None:
        """And keeps the working directory for its database."""
        subprocess.run(
            [TWISTD, "chat", "--port", LOOPBACK],
            cwd=self.directory,
            env=environment(),
            check=True,
            timeout=TIMEOUT,
        )
        pid_file = self.directory / "twistd.pid"
        log = self.directory / "twistd.log"
        pid = int(eventually("the pid file", lambda: read(pid_file)))
        self.addCleanup(kill, pid)
        found = eventually(
            "the port in the log",
            lambda: re.search(r"chat running on port (\d+)", read(log)),
        )
        client = LineClient(int(found[1]))
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        # The relative path of the default store still refers to this directory.
        self.assertTrue((self.directory / "chat.sqlite").exists())
        os.kill(pid, signal.SIGTERM)
        client.expect_end()
        eventually("the end of the daemon", lambda: not is_running(pid))
        self.assertFalse(pid_file.exists())

    def test_port_variable_is_the_default_port(self) -> None:
        """``$PORT``, without ``--port``."""
        port = free_port()
        server = self.start(env={"PORT": str(port)})
        self.assertEqual(server.port, port)
        self.connect(server)

    def test_port_option_overrides_the_environment(self) -> None:
        """``--port`` over ``$PORT``."""
        port = free_port()
        server = self.start("--port", LOOPBACK, env={"PORT": str(port)})
        self.assertNotEqual(server.port, port)
        self.connect(server)

    def test_clients_of_all_ports_share_one_chat(self) -> None:
        """A TCP port and a Unix socket."""
        path = self.directory / "chat.socket"
        server = self.start("--port", LOOPBACK, "--port", f"unix:{path}")
        alice = self.connect(server, "alice")
        with socket.socket(socket.AF_UNIX) as bob:
            bob.settimeout(TIMEOUT)
            bob.connect(str(path))
            alice.expect(": joined the chat\r\n")
            bob.sendall(b"from a file\n")
            self.assertRegex(alice.line(), r"^guest_\d+: from a file$")

    def test_command_line_overrides_the_config_file(self) -> None:
        """Other options come from the TOML file."""
        motd = self.directory / "motd"
        motd.write_text("Be kind.\n")
        config = self.directory / "chat.toml"
        config.write_text(
            f'port = ["{LOOPBACK}"]\nstore = "memory:"\nhistory = 1\nmotd = "{motd}"\n'
        )
        server = self.start(
            "--config", str(config), "--history", "2", "--port", LOOPBACK
        )
        self.assertFalse((self.directory / "chat.sqlite").exists())
        alice = self.connect(server, "alice")
        alice.say("one", "two", "three")
        alice.expect("alice: three\r\n")
        bob = LineClient(server.port)
        self.addCleanup(bob.close)
        self.assertRegex(bob.line(), r"^Welcome, guest_\d+!$")
        self.assertEqual(bob.line(), "Be kind.")
        self.assertEqual(bob.line(), "alice: two")
        self.assertEqual(bob.line(), "alice: three")

    def test_hangup_reloads_the_word_filter(self) -> None:
        """A new word is masked after SIGHUP."""
        words = self.directory / "words"
        words.write_text("# what we do not say\nfoo\n")
        server = self.start("--filter-words", str(words), "--flood", "off")
        alice = self.connect(server, "alice")
        alice.say("foo bar")
        self.assertEqual(alice.line(), "alice: *** bar")
        words.write_text("bar\n")
        server.signal(signal.SIGHUP)

        def masked() -> bool:
            alice.say("foo bar")
            return alice.line() == "alice: foo ***"

        eventually("the new word is masked", masked)

    def test_hangup_with_a_missing_file_keeps_the_word_filter(self) -> None:
        """The log names the file."""
        words = self.directory / "words"
        words.write_text("foo\n")
        server = self.start("--filter-words", str(words))
        alice = self.connect(server, "alice")
        words.unlink()
        server.signal(signal.SIGHUP)
        server.expect_log(re.escape(str(words)))
        alice.say("foo")
        self.assertEqual(alice.line(), "alice: ***")


class StopTests(ServerTestCase):
    """SIGTERM and SIGINT."""

    def stop_with(self, number: signal.Signals) -> None:
        server = self.start()
        alice = self.connect(server, "alice")
        bob = self.connect(server, "bob")
        alice.expect("is now known as bob\r\n")
        alice.say("last words")
        alice.expect("alice: last words\r\n")
        bob.expect("alice: last words\r\n")
        began = time.monotonic()
        server.signal(number)
        self.assertIn("server is shutting down", alice.expect_end())
        self.assertIn("server is shutting down", bob.expect_end())
        # After a clean stop Twisted ends itself with the signal, as a shell expects.
        self.assertIn(server.wait(), (0, -number))
        self.assertLess(time.monotonic() - began, 5)
        self.assertNotIn("Traceback", server.log())
        self.assertIn("last words", self.history())

    def history(self) -> str:
        client = LineClient(self.start().port)
        self.addCleanup(client.close)
        return client.expect(": joined the chat\r\n")

    def test_sigterm_notifies_clients_and_stores_everything(self) -> None:
        """Within 5 seconds."""
        self.stop_with(signal.SIGTERM)

    def test_sigint_notifies_clients_and_stores_everything(self) -> None:
        """Within 5 seconds."""
        self.stop_with(signal.SIGINT)

    def test_lines_accepted_before_a_stop_are_in_the_history(self) -> None:
        """All that the client was shown."""
        server = self.start("--flood", "off")
        alice = self.connect(server, "alice")
        for number in range(200):
            alice.say(f"line {number}")
        alice.expect("alice: line 0\r\n")
        server.signal(signal.SIGTERM)
        shown = re.findall(r"alice: line (\d+)\r\n", alice.expect_end())
        server.wait()
        client = LineClient(self.start("--history", "500").port)
        self.addCleanup(client.close)
        history = client.expect(": joined the chat\r\n")
        kept = re.findall(r"alice: line (\d+)\r\n", history)
        self.assertEqual(kept[: len(shown) + 1], ["0", *shown])

    def test_client_that_does_not_read_does_not_delay_the_stop(self) -> None:
        """Within 5 seconds."""
        server = self.start("--flood", "off")
        alice = self.connect(server, "alice")
        deaf = self.connect(server, "deaf")
        for _ in range(200):
            alice.say("x" * 4000)
        alice.expect("is now known as deaf\r\n")
        for _ in range(200):
            alice.line()
        began = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - began, 5)
        deaf.close()


def read(path: Path) -> str:
    """The content of a file; empty if it does not exist."""
    return path.read_text() if path.exists() else ""
