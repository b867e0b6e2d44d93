"""What an operator reads when the server does not start.

Each time it is one line on standard error, no traceback, a status that is not 0, and
the same words in the log.
"""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys

from tests.end_to_end.harness import TWISTD, ServerTestCase, environment
from tests.end_to_end.waiting import PATIENCE

LOOPBACK = "tcp:0:interface=127.0.0.1"


class StartErrorTests(ServerTestCase):
    """Servers that do not start."""

    def refused(self, *options: str, says: str) -> str:
        """The server does not start with these options, and says why.

        :return: what is in the log.
        """
        if "--port" not in options:
            options = ("--port", LOOPBACK, *options)
        log = self.directory / "refused.log"
        done = subprocess.run(
            [TWISTD, "-n", "--pidfile=", f"--logfile={log}", "chat", *options],
            cwd=self.directory,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        self.assertNotEqual(done.returncode, 0, done)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], says)
        self.assertEqual(done.stdout, "")
        logged = log.read_text() if log.exists() else ""
        self.assertNotIn("Traceback", logged)
        return logged

    def refused_at_work(self, *options: str, says: str) -> None:
        """The options are all right, what they name is not: the log has it, too."""
        self.assertRegex(self.refused(*options, says=says), says)

    def test_the_log_has_it_too(self) -> None:
        """Who reads the log in the morning finds a misspelt option there."""
        self.assertIn("histroy", self.refused("--histroy", "5", says="histroy"))

    def test_without_twistd(self) -> None:
        """``python -m twisted chat`` says it in one line, too."""
        done = subprocess.run(
            [sys.executable, "-m", "twisted", "chat", "--history", "many"],
            cwd=self.directory,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"\Aserver error: --history: 'many'[^\n]*\n\Z")
        self.assertIn("server error: --history", done.stdout)

    def test_no_such_option(self) -> None:
        """A misspelt option is named."""
        self.refused("--histroy", "5", says="histroy")

    def test_surplus_argument(self) -> None:
        """A word too many is named."""
        self.refused("3000", says="3000|argument")

    def test_bad_number(self) -> None:
        """The option and the value are named."""
        self.refused("--history", "many", says="--history.*many")

    def test_bad_limits(self) -> None:
        """Limits below one make no sense."""
        self.refused("--max-clients", "0", says="--max-clients")
        self.refused("--max-per-host", "-3", says="--max-per-host")

    def test_bad_flood(self) -> None:
        """What ``--flood`` takes is said."""
        self.refused("--flood", "often", says="--flood.*often")

    def test_bad_store(self) -> None:
        """The kinds of store are named."""
        self.refused("--store", "papyrus:roll", says="--store.*papyrus.*sqlite")

    def test_bad_port(self) -> None:
        """The port is named."""
        self.refused("--port", "70000", says="70000")
        self.refused("--port", "harbour", says="harbour")
        self.refused("--port", "carrier-pigeon:7", says="carrier-pigeon")
        self.refused("--port", "tcp:x", says="--port: x is no TCP port")

    def test_busy_port(self) -> None:
        """``server error:`` and the port."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            for endpoint in (str(port), f"tcp:{port}:interface=127.0.0.1"):
                self.refused_at_work(
                    "--port", endpoint, says=rf"server error: .*{port}"
                )

    def test_busy_unix_socket(self) -> None:
        """A second server on the same one; the first goes on."""
        path = self.directory / "u.sock"
        self.start("--port", LOOPBACK, "--port", f"unix:{path}", "--store", "memory:")
        self.refused_at_work(
            "--port", f"unix:{path}", says=f"listen on unix:{path}: another server has"
        )
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))

    def test_unix_socket_in_no_directory(self) -> None:
        """The directory is named."""
        nowhere = self.directory / "nowhere"
        self.refused_at_work(
            "--port", f"unix:{nowhere}/u", says=f"u: there is no directory {nowhere};"
        )

    def test_unreadable_files(self) -> None:
        """The file is named, and the option that named it."""
        gone = str(self.directory / "gone")
        for option in ("--motd", "--filter-words", "--config"):
            self.refused(option, gone, says=f"{option}.*{gone}")
            self.refused(option, str(self.directory), says=f"{option}")

    def test_bad_config(self) -> None:
        """The file is no TOML, or has a key that is no option."""
        config = self.directory / "chat.toml"
        config.write_text("history = = 3\n")
        self.refused("--config", str(config), says="--config|chat.toml")
        config.write_text("histroy = 3\n")
        self.refused("--config", str(config), says="histroy")
        config.write_text("history = 'many'\n")
        self.refused("--config", str(config), says="history.*many")

    def test_bad_tls(self) -> None:
        """A certificate without its key, and a file that holds none."""
        pem = self.directory / "cert.pem"
        pem.write_text("not a certificate\n")
        self.refused("--tls-cert", str(pem), says="--tls-key")
        both = ("--tls-cert", str(pem), "--tls-key", str(pem))
        self.refused(*both, says="cert|key|TLS")

    def test_store_in_no_directory(self) -> None:
        """The directory is named."""
        where = self.directory / "nowhere" / "chat.sqlite"
        self.refused_at_work("--store", f"sqlite:{where}", says="nowhere")

    def test_store_that_is_no_database(self) -> None:
        """A file of something else is left alone."""
        letter = self.directory / "letter.txt"
        letter.write_text("Dear Alice, this is no database at all.\n" * 100)
        before = letter.read_bytes()
        self.refused_at_work("--store", f"sqlite:{letter}", says="letter.txt")
        self.assertEqual(letter.read_bytes(), before)

    def test_store_of_another_program(self) -> None:
        """So is the database of another program."""
        path = self.directory / "bank.sqlite"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE accounts (owner TEXT, balance INTEGER)")
        database.close()
        self.refused_at_work("--store", f"sqlite:{path}", says="bank.sqlite")

    def test_store_of_a_newer_version(self) -> None:
        """A file of a newer schema asks for a newer server."""
        self.start().stop()
        path = self.directory / "chat.sqlite"
        database = sqlite3.connect(path)
        database.execute("PRAGMA user_version = 9999")
        database.close()
        self.refused_at_work(says="chat.sqlite.*newer")

    def test_second_server_on_the_same_store(self) -> None:
        """The second is refused; the first goes on."""
        first = self.start()
        self.refused_at_work(says="chat.sqlite.*(in use|another)")
        self.connect(first, "alice")

    def test_store_out_of_reach(self) -> None:
        """Nothing listens where Redis should be."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
        self.refused_at_work(
            "--store", f"redis://127.0.0.1:{port}/0", says="redis|Redis"
        )

    def test_daemon(self) -> None:
        """Who starts it in the background learns of a failure in the foreground."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            done = subprocess.run(
                [TWISTD, "chat", "--port", f"tcp:{port}:interface=127.0.0.1"],
                cwd=self.directory,
                env=environment(),
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
        self.assertNotEqual(done.returncode, 0, done)
        self.assertRegex(
            done.stderr, rf"server error: .*{port}: Address already in use"
        )
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse((self.directory / "twistd.pid").exists())
