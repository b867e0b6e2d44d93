"""The options of the long run."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO

from twisted.trial.unittest import SynchronousTestCase

from bench.soak import CLIENTS, WARM_UP, parse


class OptionTests(SynchronousTestCase):
    """What can be measured."""

    def test_smallest_run_is_that_of_the_warm_up(self) -> None:
        """The server lets in twice as many clients as are measured."""
        self.assertEqual(parse([]).clients, CLIENTS)
        self.assertEqual(parse(["--clients", str(WARM_UP)]).clients, WARM_UP)

    def test_option_that_cannot_be_measured_is_refused(self) -> None:
        """Before anything is built, with what to give instead."""
        for arguments, reason in (
            (["--clients", "19"], "--clients: give 20 or more"),
            (["--seconds", "0"], "--seconds and --rate: give a number above 0"),
            (["--rate", "nan"], "--seconds and --rate: give a number above 0"),
        ):
            errors = StringIO()
            with redirect_stderr(errors), self.assertRaises(SystemExit):
                parse(arguments)
            self.assertIn(reason, errors.getvalue())
