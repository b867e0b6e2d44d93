"""A proxy in front of a server, with the configuration in ``examples/``."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from tests.end_to_end.harness import ROOT, TIMEOUT, ServerTestCase, eventually
from tests.end_to_end.requirements import require_program

EXAMPLES = ROOT / "examples"
BEHIND_PROXY = ("--store", "memory:", "--trust-proxy", "127.0.0.1")


class ProxyTestCase(ServerTestCase):
    """A proxy with the example's configuration."""

    def adapt(self, example: str, changes: dict[str, str]) -> Path:
        """The example with other ports, in our directory; each change is needed."""
        text = (EXAMPLES / example).read_text("utf-8")
        for old, new in changes.items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = self.directory / Path(example).name
        path.write_text(text, "utf-8")
        return path

    def run_proxy(self, command: list[str], *ports: int) -> None:
        """Start it, and wait until it accepts connections on all its ports."""
        log = self.directory / "proxy.log"
        with log.open("wb") as output:
            proxy = subprocess.Popen(command, stdout=output, stderr=output)
        self.addCleanup(proxy.wait, TIMEOUT)
        self.addCleanup(proxy.terminate)

        def accepts() -> bool:
            self.assertIsNone(proxy.poll(), log.read_text())
            try:
                for port in ports:
                    socket.create_connection(("127.0.0.1", port), TIMEOUT).close()
            except ConnectionRefusedError:
                return False
            return True

        eventually("the proxy runs", accepts)

    def curl(self, *arguments: str) -> str:
        """The body of the response; fails unless its status is 2xx."""
        curl = require_program("curl")
        done = subprocess.run(
            [curl, "--silent", "--show-error", "--fail", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout
