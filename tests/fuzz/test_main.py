"""The program that fuzzes one target."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from . import __main__ as program
from .registry import load_target, target_names


class MainTests(SynchronousTestCase):
    """What its command line asks for."""

    def setUp(self) -> None:
        self.shown, self.errors = StringIO(), StringIO()
        self.patch(sys, "stdout", self.shown)
        self.patch(sys, "stderr", self.errors)
        self.corpus = Path(self.mktemp())

    def test_targets_are_listed(self) -> None:
        """With the models of the whole chat."""
        self.assertEqual(program.main(["--list"]), 0)
        names = self.shown.getvalue().split()
        self.assertEqual(names, [*target_names(), "model", "members"])

    def test_unknown_target_is_refused(self) -> None:
        """As an error of the command line."""
        with self.assertRaises(SystemExit):
            program.main(["nothing"])
        self.assertIn("no such target: nothing", self.errors.getvalue())

    def test_one_input_is_repeated(self) -> None:
        """It fails as it did."""
        self.corpus.mkdir()
        path = self.corpus / "input"
        path.write_bytes(b"PROXY UNKNOWN\r\n")
        self.assertEqual(program.main(["proxy", "--input", str(path)]), 0)

    def test_without_atheris_the_seeds_and_the_corpus_are_run(self) -> None:
        """And then the examples of hypothesis, as long as there is time."""
        self.patch(program, "find_spec", lambda _name: None)
        folder = self.corpus / "proxy"
        folder.mkdir(parents=True)
        (folder / "kept").write_bytes(b"PROXY TCP4")
        arguments = ["proxy", "--seconds", "0", "--corpus", str(self.corpus)]
        self.assertEqual(program.main(arguments), 0)
        count = len(load_target("proxy").seeds) + 1
        self.assertEqual(
            self.shown.getvalue().partition(" in ")[0], f"proxy: {count} executions"
        )
