"""The command line of the benchmarks."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.__main__ import crowds_of, is_complete, parse, plan_of, write
from tests.support.option_errors import refusal_of

from .samples import result, run, soak_run


class OptionTests(SynchronousTestCase):
    """Options and the plan that they select."""

    def refused(self, *arguments: str) -> str:
        """The error message for invalid options."""
        return refusal_of(self, parse, arguments)

    def test_default_run_is_complete(self) -> None:
        """Without options everything is measured, for the documentation."""
        options = parse([])
        plan = plan_of(options)
        self.assertEqual((plan.sizes, plan.rounds), ((100, 1000, 5000), 3))
        self.assertTrue(is_complete(options))

    def test_quick_run_is_not_complete(self) -> None:
        """It measures less, and does not replace the documentation."""
        options = parse(["--quick"])
        plan = plan_of(options)
        self.assertEqual((plan.sizes, plan.rounds), ((100, 1000), 1))
        self.assertFalse(is_complete(options))

    def test_selection_is_sorted_and_not_complete(self) -> None:
        """Each size is measured once, in order."""
        options = parse(["--clients", "1000,100,1000", "--only", "baseline,node"])
        self.assertEqual(plan_of(options).sizes, (100, 1000))
        self.assertEqual(options.only, ["baseline", "node"])
        self.assertFalse(is_complete(options))
        self.assertFalse(is_complete(parse(["--seconds", "3"])))

    def test_unknown_server_is_refused(self) -> None:
        """The message names it."""
        message = self.refused("--only", "baseline,nobody")
        self.assertIn("unknown server: nobody", message)

    def test_crowds_are_measured_unless_something_else_is_selected(self) -> None:
        """A quick run has a smaller one."""
        self.assertEqual(crowds_of(parse([])), (1000, 10_000))
        self.assertEqual(crowds_of(parse(["--quick"])), (1000,))
        self.assertEqual(crowds_of(parse(["--only", "baseline"])), ())
        self.assertEqual(crowds_of(parse(["--clients", "100"])), ())
        self.assertEqual(crowds_of(parse(["--only", "crowd"])), (1000, 10_000))
        options = parse(["--only", "crowd", "--clients", "50"])
        self.assertEqual((crowds_of(options), is_complete(options)), ((50,), False))

    def test_one_client_is_refused(self) -> None:
        """Its messages would have no recipient."""
        self.assertIn("at least 2 clients", self.refused("--clients", "1"))


class PageTests(SynchronousTestCase):
    """The page that is written."""

    def test_page_keeps_the_long_run(self) -> None:
        """It is measured by itself, and its figures are beside its charts."""
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (directory / "charts").mkdir()
        (directory / "charts" / "soak.json").write_text(soak_run().to_json())
        with contextlib.redirect_stdout(io.StringIO()):
            write(run(result("chat-sqlite")), directory)
        page = (directory / "benchmarks.md").read_text()
        self.assertIn("\n## Long run\n", page)
        self.assertLess(page.index("## Long run"), page.index("## Method"))
