"""The script that attacks servers, on this server."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from twisted.trial import unittest

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60


class AttacksTests(unittest.TestCase):
    """``python -m bench.attacks``, with a few connections and cheap attacks."""

    def test_attacks_are_made_and_reported(self) -> None:
        """A row for each, with what others had to wait and what the attackers got."""
        with tempfile.TemporaryDirectory() as directory:
            page = Path(directory) / "attacks.md"
            arguments = [
                "--no-namespace",
                *("--only", "pings,escapes"),
                *("--servers", "chat"),
                *("--wires", "line"),
                *("--connections", "4"),
                *("--seconds", "0.5"),
                *("--output", str(page)),
            ]
            done = subprocess.run(
                [sys.executable, "-m", "bench.attacks", *arguments],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = [
                line
                for line in page.read_text().splitlines()
                if "**this server**" in line
            ]
        self.assertEqual(len(rows), 2, rows)
        pings, escapes = rows
        self.assertIn("4 in", pings)
        self.assertIn("sent,", pings)
        self.assertNotIn("not measured", pings)
        self.assertIn("refused: clear the screen", escapes)
        self.assertNotIn("accepted: clear", escapes)
