"""Startup errors: one line on standard error, no traceback, a non-zero status."""

from __future__ import annotations

import socket
import sqlite3
import sys

from tests.end_to_end.harness import LOOPBACK, TWISTD, ServerTestCase
from tests.end_to_end.waiting import eventually


class StartErrorTests(ServerTestCase):
    """Servers that do not start."""

    def refused(self, *options: str, says: str) -> str:
        """Start a server that refuses these options with one line.

        :param says: a pattern for the line.
        :return: the log.
        """
        if "--port" not in options:
            options = ("--port", LOOPBACK, *options)
        log = self.directory / "refused.log"
        done = self.run_failing(
            TWISTD, "-n", "--pidfile=", f"--logfile={log}", "chat", *options
        )
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], says)
        self.assertEqual(done.stdout, "")
        logged = log.read_text() if log.exists() else ""
        self.assertNotIn("Traceback", logged)
        return logged

    def refused_at_work(self, *options: str, says: str) -> None:
        """The same for an error in what the options refer to, which the log has too."""
        self.assertRegex(self.refused(*options, says=says), says)

    def test_startup_error_is_logged(self) -> None:
        """A misspelled option, for example."""
        self.assertIn("histroy", self.refused("--histroy", "5", says="histroy"))

    def test_twist_reports_the_error_in_one_line(self) -> None:
        """``python -m twisted chat``."""
        done = self.run_failing(
            sys.executable, "-m", "twisted", "chat", "--history", "many"
        )
        self.assertRegex(
            done.stderr, r"\Aserver error: --history: invalid number 'many'[^\n]*\n\Z"
        )
        self.assertIn("server error: --history", done.stdout)

    def test_unknown_option_is_named(self) -> None:
        """It is misspelled."""
        self.refused("--histroy", "5", says="histroy")

    def test_extra_argument_is_named(self) -> None:
        """The chat takes only options."""
        self.refused("3000", says="3000|argument")

    def test_invalid_number_is_named(self) -> None:
        """With its option."""
        self.refused("--history", "many", says="--history.*many")

    def test_limits_below_one_are_refused(self) -> None:
        """The option is named."""
        self.refused("--max-clients", "0", says="--max-clients")
        self.refused("--max-per-host", "-3", says="--max-per-host")

    def test_invalid_flood_is_named(self) -> None:
        """With its option."""
        self.refused("--flood", "often", says="--flood.*often")

    def test_unknown_store_is_named(self) -> None:
        """The known kinds are listed."""
        self.refused("--store", "papyrus:roll", says="--store.*papyrus.*sqlite")

    def test_invalid_port_is_named(self) -> None:
        """A number, a word, an endpoint."""
        self.refused("--port", "70000", says="70000")
        self.refused("--port", "harbour", says="harbour")
        self.refused("--port", "carrier-pigeon:7", says="carrier-pigeon")
        self.refused("--port", "tcp:x", says="--port: invalid port 'x'")

    def test_busy_port_is_a_server_error(self) -> None:
        """The port is named."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            for endpoint in (str(port), f"tcp:{port}:interface=127.0.0.1"):
                self.refused_at_work(
                    "--port", endpoint, says=rf"server error: .*{port}"
                )

    def test_unix_socket_of_another_server_is_refused(self) -> None:
        """The other server is not affected."""
        path = self.directory / "u.sock"
        self.start("--port", LOOPBACK, "--port", f"unix:{path}", "--store", "memory:")
        self.refused_at_work(
            "--port",
            f"unix:{path}",
            says=f"listen on unix:{path}: another server is using",
        )
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))

    def test_missing_directory_of_a_unix_socket_is_named(self) -> None:
        """So it can be created."""
        nowhere = self.directory / "nowhere"
        self.refused_at_work(
            "--port", f"unix:{nowhere}/u", says=f"u: there is no directory {nowhere};"
        )

    def test_unreadable_file_is_named(self) -> None:
        """With its option."""
        gone = str(self.directory / "gone")
        for option in ("--motd", "--filter-words", "--config"):
            self.refused(option, gone, says=f"{option}.*{gone}")
            self.refused(option, str(self.directory), says=f"{option}")

    def test_invalid_config_file_is_refused(self) -> None:
        """Invalid TOML, an unknown key, an invalid value."""
        config = self.directory / "chat.toml"
        config.write_text("history = = 3\n")
        self.refused("--config", str(config), says="--config|chat.toml")
        config.write_text("histroy = 3\n")
        self.refused("--config", str(config), says="histroy")
        config.write_text("history = 'many'\n")
        self.refused("--config", str(config), says="history.*many")

    def test_certificate_without_a_key_is_refused(self) -> None:
        """So is a file that contains neither."""
        pem = self.directory / "cert.pem"
        pem.write_text("not a certificate\n")
        self.refused("--tls-cert", str(pem), says="--tls-key")
        both = ("--tls-cert", str(pem), "--tls-key", str(pem))
        self.refused(*both, says="cert|key|TLS")

    def test_missing_directory_of_the_database_is_named(self) -> None:
        """So it can be created."""
        where = self.directory / "nowhere" / "chat.sqlite"
        self.refused_at_work("--store", f"sqlite:{where}", says="nowhere")

    def test_file_that_is_not_a_database_is_refused(self) -> None:
        """Its content is not changed."""
        letter = self.directory / "letter.txt"
        letter.write_text("Dear Alice, this is no database at all.\n" * 100)
        before = letter.read_bytes()
        self.refused_at_work("--store", f"sqlite:{letter}", says="letter.txt")
        self.assertEqual(letter.read_bytes(), before)

    def test_database_of_another_program_is_refused(self) -> None:
        """It has other tables."""
        path = self.directory / "bank.sqlite"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE accounts (owner TEXT, balance INTEGER)")
        database.close()
        self.refused_at_work("--store", f"sqlite:{path}", says="bank.sqlite")

    def test_database_of_a_newer_version_is_refused(self) -> None:
        """The error asks for a newer server."""
        self.start().stop()
        path = self.directory / "chat.sqlite"
        database = sqlite3.connect(path)
        database.execute("PRAGMA user_version = 9999")
        database.close()
        self.refused_at_work(says="chat.sqlite.*newer")

    def test_database_in_use_is_refused(self) -> None:
        """The first server is not affected."""
        first = self.start()
        self.refused_at_work(says="chat.sqlite.*(in use|another)")
        self.connect(first, "alice")

    def test_unreachable_redis_is_refused(self) -> None:
        """Nothing listens on its port."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
        self.refused_at_work(
            "--store", f"redis://127.0.0.1:{port}/0", says="redis|Redis"
        )

    def test_daemon_reports_startup_errors_in_the_foreground(self) -> None:
        """It leaves no pid file."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            done = self.run_failing(
                TWISTD, "chat", "--port", f"tcp:{port}:interface=127.0.0.1"
            )
        self.assertRegex(
            done.stderr, rf"server error: .*{port}: Address already in use"
        )
        self.assertNotIn("Traceback", done.stderr)
        # The daemon removes it after it has passed the error on to its parent.
        pid_file = self.directory / "twistd.pid"
        eventually("the pid file is removed", lambda: not pid_file.exists())
