"""Sample results of a benchmark run."""

from __future__ import annotations

from bench.results import Connect, Result, Round, Run
from bench.soak_results import End, Sample, SoakRun


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


def soak_run() -> SoakRun:
    """A good run of ten periods."""
    samples = [
        Sample(
            time=60.0 * number,
            present=990,
            sent=3000 * number,
            received=90_000 * number,
            left=50 * number,
            returned=49 * number,
            resumed=20 * number,
            cut_off=number,
            median_ms=3.0,
            p99_ms=20.0,
            max_ms=30.0,
            cpu_percent=25.0,
            memory_kib=100_000 + number % 3,
            descriptors=1010,
        )
        for number in range(1, 11)
    ]
    return SoakRun(
        date="2026-11-26",
        command="python -m bench.soak",
        clients=1000,
        seconds=600.0,
        rate=50.0,
        memory_kib=50_000,
        rooms=12,
        connect_seconds=2.0,
        connect_cpu_seconds=0.5,
        descriptors=(20, 20),
        samples=samples,
        end=End(
            sent=30_000,
            received=900_000,
            left=500,
            returned=500,
            resumed=200,
            cut_off=10,
            median_ms=3.0,
            p99_ms=20.0,
            max_ms=30.0,
            faults=0,
        ),
    )
