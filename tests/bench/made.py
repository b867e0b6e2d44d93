"""Results as a run would have found them, for the tests of what is made of them."""

from __future__ import annotations

from bench.results import Entry, Result, Round, Run


def result(
    key: str,
    family: str = "line",
    clients: int = 1000,
    *,
    cpu_us: float = 8.0,
    per_cpu_second: float = 5e6,
) -> Result:
    """A complete result of three rounds around the values that are given."""
    return Result(
        key,
        f"the {key}",
        family,
        clients,
        entries=[Entry(seconds=1.5, cpu_seconds=0.5, kib_per_client=2.0)],
        rounds=[
            Round(cpu_us * share, (900.0, 1000.0, 5000.0), per_cpu_second / share, 100)
            for share in (0.5, 1.0, 3.0)
        ],
    )


def run(*results: Result) -> Run:
    """A run that found these."""
    return Run("2026-11-21", "python -m bench", {"kernel": "Linux 6"}, list(results))
