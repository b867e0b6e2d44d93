"""A campaign of the model: many runs of the machines, for some time."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from time import monotonic

from hypothesis import HealthCheck, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from .leaving import ChatMachine, SqliteChatMachine
from .machine import Machine

STEPS = 60
"""Steps of one run."""

_CHUNK = 25
"""Runs after which the time is looked at."""


def fuzz_model(seconds: float, report: Callable[[str], None]) -> int:
    """Run both machines in turn; the exit status.

    The first failure ends it: its steps, shortened, are reported.
    """
    machines = (ChatMachine, SqliteChatMachine)
    began = monotonic()
    findings = 0
    while not findings and monotonic() - began < seconds:
        for machine in machines:
            try:
                run_machine(machine, _CHUNK, STEPS, derandomize=False)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                findings += 1
                report("".join(traceback.format_exception(error)))
    spent = monotonic() - began
    report(
        f"model: {Machine.executions} executions in {spent:.0f} s, {findings} findings"
    )
    return 1 if findings else 0


def run_machine(
    machine: type[Machine], runs: int, steps: int, *, derandomize: bool
) -> None:
    """Run a machine a number of times.

    :param derandomize: make the same runs each time.
    """
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            derandomize=derandomize,
            database=None,
            deadline=None,
            verbosity=Verbosity.normal,
            suppress_health_check=list(HealthCheck),
        ),
    )
