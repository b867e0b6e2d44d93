"""The rules by which an attack is judged."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.attacks.results import Delays, Finding
from bench.attacks.verdicts import RULES, faults, is_doubtful
from tests.bench.attacks.samples import MIB, process, result


class VerdictTests(SynchronousTestCase):
    """One fault for each figure that is too high."""

    def test_server_without_effect_held(self) -> None:
        """Nothing applies."""
        self.assertEqual(faults(result()), [])

    def test_each_figure_has_its_fault(self) -> None:
        """And no other one."""
        for fault, broken in (
            ("lost others' connections", result(lost=1)),
            ("lost messages", result(delays=Delays(2, 9, 3, 1))),
            ("kept others out", result(newcomer_ms=None)),
            ("slowed others", result(delays=Delays(60, 90, 0, 1))),
            ("slowed others", result(delays=Delays(2, 600, 0, 1))),
            (
                "memory grew and stayed",
                result(process=process(peak=200 * MIB, after=120 * MIB)),
            ),
            ("memory grew", result(process=process(peak=200 * MIB))),
            ("filled the log", result(process=process(log_bytes=MIB))),
            ("filled the disk", result(stored_bytes=7 * MIB)),
            ("stopped late", result(stop_seconds=6.0, newcomer_ms=None)),
            ("accepted", result(findings=(Finding("x", accepted=True),))),
            ("ended", result(process=process(died="ended with status 1"), lost=21)),
        ):
            self.assertEqual(faults(broken), [fault])

    def test_time_that_the_measurement_was_late_does_not_count(self) -> None:
        """The longest delay is less by as much as the bystanders' own process was."""
        self.assertEqual(faults(result(delays=Delays(2, 900, 0, 700))), [])

    def test_time_without_a_processor_does_not_count(self) -> None:
        """The machine did something else meanwhile."""
        starved = process(waited_ms=700)
        delays = Delays(2, 900, 0, 1)
        self.assertEqual(faults(result(delays=delays, process=starved)), [])
        self.assertEqual(faults(result(delays=delays)), ["slowed others"])

    def test_delays_on_a_busy_machine_are_doubtful(self) -> None:
        """The attack is made again; other faults are certain."""
        slow = Delays(200, 900, 0, 300)
        busy = process(waited_ms=400)
        self.assertTrue(is_doubtful(result(delays=slow, process=busy)))
        self.assertFalse(is_doubtful(result(delays=slow)))
        self.assertFalse(is_doubtful(result(lost=1, process=busy)))

    def test_refused_tries_are_no_fault(self) -> None:
        """The attacker did not get what was wanted."""
        findings = (Finding("x", accepted=False),)
        self.assertEqual(faults(result(findings=findings)), [])

    def test_worst_fault_is_first(self) -> None:
        """In the order of the rules."""
        broken = result(lost=2, delays=Delays(99, 99, 0, 1), newcomer_ms=None)
        self.assertEqual(
            faults(broken),
            ["lost others' connections", "kept others out", "slowed others"],
        )

    def test_every_rule_has_a_meaning(self) -> None:
        """The page lists them."""
        self.assertTrue(all(rule.meaning for rule in RULES))
