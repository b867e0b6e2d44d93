"""Every target, for a moment: the same inputs in each run."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from twisted.trial.unittest import SynchronousTestCase

from .examples import inputs
from .registry import load_target, target_names

EXAMPLES = 50
"""Inputs for each target, besides its seeds.  ``make fuzz`` runs many more."""


class TargetTests(SynchronousTestCase):
    """No input violates the properties of a target."""

    def run_target(self, name: str) -> None:
        target = load_target(name)
        for seed in target.seeds:
            target.check(seed)

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(inputs(target))
        def check(data: bytes) -> None:
            target.check(data)

        check()


def _test_of(name: str) -> None:
    """Add a test of one target, so that each has its own result."""

    def test(self: TargetTests) -> None:
        self.run_target(name)

    test.__name__ = f"test_{name}_target_holds"
    test.__doc__ = f"See ``targets/{name}.py``."
    setattr(TargetTests, test.__name__, test)


for _name in target_names():
    _test_of(_name)
