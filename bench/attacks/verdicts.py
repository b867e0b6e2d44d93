"""The verdict on one attack, computed from its figures by the rules of this file."""

from __future__ import annotations

from dataclasses import dataclass

from bench.attacks.results import Result

_MIB = 1 << 20

SLOW_MEDIAN_MS = 50.0
SLOW_WORST_MS = 500.0
"""Others are slowed if their messages take longer than before by more than this."""

GREW_BYTES = 64 * _MIB
"""More memory than before: a mebibyte for each of the usual connections."""

LOG_BYTES_A_SECOND = 64 * 1024
STORED_FACTOR = 1.5
STOP_SECONDS = 5.0

HELD = "held"


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault, and what it is called.

    :ivar meaning: for the page.
    """

    verdict: str
    meaning: str


RULES = (
    Rule("ended", "the server's process ended, or was killed at 4 GiB of memory"),
    Rule("lost others' connections", "a bystander was disconnected"),
    Rule("lost messages", "a bystander's message did not arrive within 10 s"),
    Rule("kept others out", "a newcomer from another address was not let in"),
    Rule(
        "slowed others",
        f"the bystanders' median delay grew by more than {SLOW_MEDIAN_MS:.0f} ms, or "
        f"the longest by more than {SLOW_WORST_MS:.0f} ms",
    ),
    Rule(
        "memory grew and stayed",
        f"{GREW_BYTES // _MIB} MiB more than before, 2 s after the attack",
    ),
    Rule("memory grew", f"a peak of {GREW_BYTES // _MIB} MiB more than before"),
    Rule(
        "filled the log",
        f"more than {LOG_BYTES_A_SECOND // 1024} KiB of log for each second",
    ),
    Rule(
        "filled the disk",
        f"the database is more than {STORED_FACTOR} times what `--keep-bytes` permits",
    ),
    Rule("stopped late", f"more than {STOP_SECONDS:.0f} s after SIGTERM"),
    Rule("accepted", "the attacker got what was wanted"),
)


def disturbance(result: Result) -> float:
    """Milliseconds that the machine, not the server, may have added to a delay."""
    return result.delays.late + result.process.waited_ms


def is_doubtful(result: Result) -> bool:
    """Whether others were slowed while the machine was busy with something else."""
    return "slowed others" in faults(result) and disturbance(result) > SLOW_WORST_MS


def faults(result: Result) -> list[str]:
    """The verdicts that apply, the worst first; none if the server held."""
    process = result.process
    grown = process.peak - process.before
    stayed = process.after - process.before >= GREW_BYTES
    slower = (
        result.delays.median - result.calm.median > SLOW_MEDIAN_MS
        or result.delays.worst - result.calm.worst - disturbance(result) > SLOW_WORST_MS
    )
    applies = {
        "ended": bool(process.died),
        "lost others' connections": result.lost > 0,
        "lost messages": result.delays.missing > 0 and not result.lost,
        "kept others out": result.newcomer_ms is None and result.stop_seconds is None,
        "slowed others": slower,
        "memory grew and stayed": stayed and not process.died,
        "memory grew": grown >= GREW_BYTES and not stayed and not process.died,
        "filled the log": process.log_bytes > LOG_BYTES_A_SECOND * result.seconds,
        "filled the disk": result.stored_bytes > STORED_FACTOR * result.stored_limit,
        "stopped late": (result.stop_seconds or 0) > STOP_SECONDS,
        "accepted": any(each.accepted for each in result.gains.findings),
    }
    if process.died:
        return ["ended"]
    return [rule.verdict for rule in RULES if applies[rule.verdict]]
