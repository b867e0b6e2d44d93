"""Sample results of attacks."""

from __future__ import annotations

from bench.attacks.results import Delays, Finding, Gains, Process, Result, Run

MIB = 1 << 20


def process(
    *,
    before: int = 50 * MIB,
    peak: int = 51 * MIB,
    after: int = 51 * MIB,
    log_bytes: int = 100,
    waited_ms: float = 3.0,
    died: str = "",
) -> Process:
    """A process on which the attack had no effect, but for what is given."""
    return Process(before, peak, after, 0.5, log_bytes, 4096, waited_ms, died)


_CALM = Delays(1.0, 8.0, 0, 0.5)
_DURING = Delays(2.0, 9.0, 0, 1.0)
_PROCESS = process()


def result(
    attack: str = "empty",
    server: str = "chat",
    wire: str = "line",
    *,
    delays: Delays = _DURING,
    lost: int = 0,
    newcomer_ms: float | None = 12.0,
    process: Process = _PROCESS,
    stored_bytes: int = 0,
    findings: tuple[Finding, ...] = (),
    stop_seconds: float | None = None,
) -> Result:
    """A result of a server that held, but for what is given."""
    gains = Gains(entered=64, sent=1000, findings=list(findings))
    return Result(
        attack,
        server,
        wire,
        4.0,
        _CALM,
        delays,
        lost,
        newcomer_ms,
        process,
        stored_bytes,
        4 * MIB,
        gains,
        stop_seconds,
    )


def run(*results: Result) -> Run:
    """A run with these results."""
    return Run(
        "2026-11-26",
        "python -m bench.attacks",
        "on loopback",
        64,
        {"kernel": "Linux 6"},
        list(results),
    )
