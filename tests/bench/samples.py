"""Sample results of a benchmark run."""

from __future__ import annotations

from bench.results import Connect, Result, Round, Run


def result(
    key: str,
    family: str = "line",
    clients: int = 1000,
    *,
    cpu_us: float = 8.0,
    per_cpu_second: float = 5e6,
) -> Result:
    """A complete result with three rounds around the given values."""
    return Result(
        key,
        f"the {key}",
        family,
        clients,
        connects=[Connect(seconds=1.5, cpu_seconds=0.5, kib_per_client=2.0)],
        rounds=[
            Round(cpu_us * share, (900.0, 1000.0, 5000.0), per_cpu_second / share, 100)
            for share in (0.5, 1.0, 3.0)
        ],
    )


def run(*results: Result) -> Run:
    """A run with these results."""
    return Run("2026-11-21", "python -m bench", {"kernel": "Linux 6"}, list(results))
