"""The delays of messages beside hostile clients."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO

from twisted.trial.unittest import SynchronousTestCase

from bench.attacks.results import Gains
from bench.attacks.wires import WIRES
from bench.hostile.__main__ import parse
from bench.hostile.kinds import BY_KEY, KINDS
from bench.hostile.results import Delays, Row, table


def row(before: float, beside: float, after: float) -> Row:
    """A row with these 99th percentiles."""
    calm, attacked, again = (Delays(1.0, p99) for p99 in (before, beside, after))
    gains = Gains(ended={"still open": 1}, refused={"no answer": 2}, notes=["bored"])
    return Row(KINDS[0], calm, attacked, again, gains)


class ResultTests(SynchronousTestCase):
    """Noise and the table."""

    def test_noise_is_how_much_calm_runs_differ(self) -> None:
        """It is added to the worse of the two."""
        self.assertTrue(row(10, 14, 12).is_within_noise)
        self.assertFalse(row(10, 14.1, 12).is_within_noise)
        self.assertTrue(row(12, 5, 12).is_within_noise)

    def test_table_has_one_row_for_each_kind(self) -> None:
        """With everything that was measured."""
        lines = table([row(10, 15, 12), row(10, 11, 12)]).splitlines()
        end = "1 still open, 2 no answer, bored |"
        self.assertEqual(
            lines[2:],
            [
                f"| 1 × frozen reader | 1.0 | 15.0 | 10.0, 12.0 | no | {end}",
                f"| 1 × frozen reader | 1.0 | 11.0 | 10.0, 12.0 | yes | {end}",
            ],
        )
        self.assertEqual({line.count("|") for line in lines}, {7})


class KindTests(SynchronousTestCase):
    """What there is to select."""

    def test_every_kind_can_be_selected_and_speaks_a_protocol(self) -> None:
        """By its key, which no other has."""
        self.assertEqual(len(BY_KEY), len(KINDS))
        self.assertEqual(parse([]).only.split(","), [kind.key for kind in KINDS])
        self.assertLessEqual({kind.wire for kind in KINDS}, set(WIRES))

    def test_option_that_cannot_be_measured_is_refused(self) -> None:
        """Before anything is built, with what to give instead."""
        for arguments, reason in (
            (["--people", "99"], "--people: give 100 or more"),
            (["--messages", "0"], "--messages: give 1 or more"),
            (["--only", "empty,nonsense"], "--only: unknown kinds: nonsense"),
        ):
            errors = StringIO()
            with redirect_stderr(errors), self.assertRaises(SystemExit):
                parse(arguments)
            self.assertIn(reason, errors.getvalue())
