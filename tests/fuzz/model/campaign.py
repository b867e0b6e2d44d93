"""A campaign of a model: many runs of its machines, for some time."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from time import monotonic

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.world_machine import WorldMachine

STEPS = 60
"""Steps of one run."""

_CHUNK = 25
"""Runs after which the time is looked at."""


def fuzz_model(
    name: str,
    machines: Sequence[type[WorldMachine]],
    seconds: float,
    report: Callable[[str], None],
) -> int:
    """Run the machines of a model in turn; the exit status.

    The first failure ends it: its steps, shortened, are reported.
    """
    began, before = monotonic(), WorldMachine.executions
    findings = 0
    while not findings and monotonic() - began < seconds:
        for machine in machines:
            try:
                run_machine(machine, _CHUNK, STEPS, derandomize=False)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                findings += 1
                report("".join(traceback.format_exception(error)))
    spent = monotonic() - began
    runs = WorldMachine.executions - before
    report(f"{name}: {runs} executions in {spent:.0f} s, {findings} findings")
    return 1 if findings else 0


def run_machine(
    machine: type[WorldMachine], runs: int, steps: int, *, derandomize: bool
) -> None:
    """Run a machine a number of times.

    :param derandomize: make the same runs each time.  Then a failure is not shortened,
        which may take minutes.
    """
    phases = (Phase.generate,) if derandomize else tuple(Phase)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            derandomize=derandomize,
            database=None,
            deadline=None,
            verbosity=Verbosity.normal,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
