"""The files in ``examples/``, loaded by the programs that they are for."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

from tests.end_to_end.harness import ROOT, TWISTD, ServerTestCase
from tests.end_to_end.requirements import require_program
from tests.end_to_end.waiting import TIMEOUT, eventually

EXAMPLES = ROOT / "examples"


class SystemdTests(ServerTestCase):
    """The units of systemd."""

    def setUp(self) -> None:
        super().setUp()
        self.analyze = require_program("systemd-analyze")
        example = (EXAMPLES / "systemd" / "twisted-chat.service").read_text("utf-8")
        # systemd checks that the program exists, and it is not installed in /opt here.
        self.text = example.replace("/opt/chat/bin", str(Path(TWISTD).parent))
        self.unit = self.directory / "twisted-chat.service"
        self.unit.write_text(self.text, "utf-8")
        self.socket = self.directory / "twisted-chat.socket"
        shutil.copy(EXAMPLES / "systemd" / self.socket.name, self.socket)

    def run_analyze(self, *arguments: str, unit: Path | None = None) -> str:
        """Its output; fails unless it ends with status 0."""
        done = subprocess.run(
            [self.analyze, *arguments, str(unit or self.unit)],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_units_are_valid(self) -> None:
        """``systemd-analyze verify`` reports nothing."""
        for unit in (self.unit, self.socket):
            self.assertEqual(self.run_analyze("verify", "--man=no", unit=unit), "")

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
        self.spawn(*shlex.split(command))
        eventually("the chat runs", lambda: "chat running on" in self.output())
