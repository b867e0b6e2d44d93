"""The delays of messages beside a burst of logins."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO

from twisted.trial.unittest import SynchronousTestCase

from bench.logins.__main__ import parse
from bench.logins.kinds import BY_KEY, KINDS
from bench.logins.results import Delays, Row, Sample, table
from bench.processes import BenchError

CALM: list[Sample] = [(second, 0.001) for second in range(4)]
SAMPLES: list[Sample] = [*CALM, (4.9, 0.2), (5.5, 0.03), (7.0, 0.002)]
BURST = (5.0, 6.0)


def row(samples: list[Sample]) -> Row:
    """The row of these messages."""
    return Row.of(KINDS[0], 1000, samples, BURST, 0.5, 30)


class DelayTests(SynchronousTestCase):
    """The figures of some messages."""

    def test_figures_are_milliseconds(self) -> None:
        """In whatever order the messages were received."""
        samples: list[Sample] = [(0, number / 1000) for number in range(101, 0, -1)]
        self.assertEqual(Delays.of(samples), Delays(51.0, 100.0, 101.0))

    def test_figures_of_one_message_are_its_delay(self) -> None:
        """The burst may be short."""
        self.assertEqual(Delays.of([(0, 0.25)]), Delays(250.0, 250.0, 250.0))


class RowTests(SynchronousTestCase):
    """One burst."""

    def test_message_on_its_way_as_the_burst_begins_counts(self) -> None:
        """The burst delays it, although it was sent before."""
        found = row(SAMPLES)
        self.assertEqual(found.before.longest, 1.0)
        self.assertEqual(found.during.longest, 200.0)
        self.assertEqual(found.after.longest, 2.0)

    def test_what_is_added_is_compared_with_the_longest_calm_delay(self) -> None:
        """Of those before and after."""
        self.assertEqual(row(SAMPLES).added, 198.0)

    def test_burst_without_messages_cannot_be_measured(self) -> None:
        """There must be some before and after it, too."""
        for samples in (SAMPLES[:-1], SAMPLES[-2:], [*CALM, SAMPLES[-1]]):
            with self.assertRaises(BenchError):
                row(samples)

    def test_table_has_one_row_for_each_burst(self) -> None:
        """With a verdict."""
        short: list[Sample] = [*CALM, (5.5, 0.03), (7.0, 0.002)]
        lines = table([row(SAMPLES), row(short)]).splitlines()
        title = f"| 1000 × {KINDS[0].title} | 1.0 | 0.5 | 30 "
        self.assertEqual(
            lines[2:],
            [
                f"{title}| 1.0; 1.0; 1.0 | 30.0; 200.0; 200.0 | 2.0; 2.0; 2.0 | no |",
                f"{title}| 1.0; 1.0; 1.0 | 30.0; 30.0; 30.0 | 2.0; 2.0; 2.0 | yes |",
            ],
        )
        self.assertEqual(len({line.count("|") for line in lines}), 1)


class KindTests(SynchronousTestCase):
    """What there is to select."""

    def test_every_kind_can_be_selected(self) -> None:
        """By its key, which no other has."""
        self.assertEqual(len(BY_KEY), len(KINDS))
        self.assertEqual(parse([]).only.split(","), [kind.key for kind in KINDS])

    def test_option_that_cannot_be_measured_is_refused(self) -> None:
        """Before anything is started, with what to give instead."""
        for arguments, reason in (
            (["--clients", "0"], "--clients and --rounds: give 1 or more"),
            (["--rounds", "0"], "--clients and --rounds: give 1 or more"),
            (["--only", "token,nonsense"], "--only: unknown bursts: nonsense"),
        ):
            errors = StringIO()
            with redirect_stderr(errors), self.assertRaises(SystemExit):
                parse(arguments)
            self.assertIn(reason, errors.getvalue())
