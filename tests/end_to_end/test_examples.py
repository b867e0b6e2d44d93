"""The files in ``examples/``, loaded by the programs that they are for."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from websockets.sync.client import connect
from websockets.typing import Origin

from tests.end_to_end.harness import ROOT, TWISTD, ServerTestCase, free_port
from tests.end_to_end.requirements import require_program
from tests.end_to_end.waiting import TIMEOUT, eventually

EXAMPLES = ROOT / "examples"


class SystemdTests(ServerTestCase):
    """The unit of systemd."""

    def setUp(self) -> None:
        super().setUp()
        self.analyze = require_program("systemd-analyze")
        example = (EXAMPLES / "systemd" / "twisted-chat.service").read_text("utf-8")
        # systemd checks that the program exists, and it is not installed in /opt here.
        self.text = example.replace("/opt/chat/bin/twistd", TWISTD)
        self.unit = self.directory / "twisted-chat.service"
        self.unit.write_text(self.text, "utf-8")

    def run_analyze(self, *arguments: str) -> str:
        """Its output; fails unless it ends with status 0."""
        done = subprocess.run(
            [self.analyze, *arguments, str(self.unit)],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_unit_is_valid(self) -> None:
        """``systemd-analyze verify`` reports nothing."""
        self.assertEqual(self.run_analyze("verify", "--man=no"), "")

    def test_unit_is_hardened(self) -> None:
        """``systemd-analyze security`` rates its exposure below 2.0 of 10."""
        self.run_analyze("security", "--offline=yes", "--threshold=20")

    def test_command_of_the_unit_starts_the_chat(self) -> None:
        """The command is one that this version of the server accepts."""
        config = self.directory / "chat.toml"
        config.write_text('port = ["tcp:0:interface=127.0.0.1"]\nstore = "memory:"\n')
        (line,) = [x for x in self.text.splitlines() if x.startswith("ExecStart=")]
        credentials = "${CREDENTIALS_DIRECTORY}/chat.toml"
        command = line.partition("=")[2].replace(credentials, str(config))
        log = self.directory / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                shlex.split(command), cwd=self.directory, stdout=output, stderr=output
            )
        self.addCleanup(process.wait, TIMEOUT)
        self.addCleanup(process.kill)
        eventually("the chat runs", lambda: "chat running on" in log.read_text())


class NginxTests(ServerTestCase):
    """The configuration of nginx."""

    def configure(self, port: int, chat_port: int) -> Path:
        """The example, with other ports and with everything in our directory."""
        example = (EXAMPLES / "nginx" / "twisted-chat.conf").read_text("utf-8")
        paths = "".join(
            f"{kind}_temp_path {self.directory / kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = example
        for old, new in (
            ("listen 80;", f"listen 127.0.0.1:{port};"),
            ("127.0.0.1:3000;", f"127.0.0.1:{chat_port};"),
            ("http {\n", f"http {{\naccess_log off;\n{paths}"),
        ):
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        path = self.directory / "nginx.conf"
        path.write_text(text, "utf-8")
        return path

    def command(self, config: Path) -> list[str]:
        nginx = require_program("nginx")
        pid_file = self.directory / "nginx.pid"
        settings = f"daemon off; pid {pid_file}; error_log stderr;"
        return [nginx, "-c", str(config), "-p", str(self.directory), "-g", settings]

    def test_configuration_is_valid(self) -> None:
        """``nginx -t`` accepts it without a warning."""
        command = self.command(self.configure(free_port(), 3000))
        done = subprocess.run(
            [*command, "-t"], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[warn]", done.stderr)

    def test_page_and_websocket_work_through_it(self) -> None:
        """A browser's WebSocket, with the Origin of the page, joins the chat."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        port = free_port()
        log = self.directory / "nginx.log"
        with log.open("wb") as output:
            nginx = subprocess.Popen(
                self.command(self.configure(port, server.port)), stderr=output
            )
        self.addCleanup(nginx.wait, TIMEOUT)
        self.addCleanup(nginx.terminate)
        eventually("nginx runs", (self.directory / "nginx.pid").exists)
        url = f"127.0.0.1:{port}"
        curl = require_program("curl")
        page = subprocess.run(
            [curl, "--silent", "--fail", f"http://{url}/"],
            capture_output=True,
            check=True,
            timeout=TIMEOUT,
        )
        self.assertIn(b"chat_form", page.stdout)
        origin = Origin(f"http://{url}")
        with connect(f"ws://{url}/ws?nick=bob", origin=origin) as bob:
            alice.expect("bob: joined the chat\r\n")
            bob.send("hello through nginx")
            alice.expect("bob: hello through nginx\r\n")
