"""The tables of docs/security.md, and their place between two markers."""

from __future__ import annotations

import re
import textwrap

from bench.attacks.catalogue import ATTACKS, Attack
from bench.attacks.results import Result, Run
from bench.attacks.verdicts import HELD, RULES, faults
from bench.attacks.victims import VICTIMS, Victim
from bench.metrics import short

BEGIN = "<!-- attacks: written by make attacks -->"
END = "<!-- attacks: end -->"

_WIRES = {
    "line": "line chat",
    "json": "WebSocket",
    "websocket": "WebSocket",
    "socketio": "Socket.IO",
    "irc": "IRC",
}


def insert(page: str, tables: str) -> str:
    """The page with new tables between its markers.

    :raises ValueError: if it does not have both markers once, in order.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"the page has to have {BEGIN} and {END} once")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{END} has to follow {BEGIN}")
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


def tables(run: Run) -> str:
    """Everything between the markers."""
    machine = [f"- {name}: {value}" for name, value in run.machine.items()]
    parts = [
        _paragraph(
            f"Measured on {run.date} with `{run.command}`; {run.network}. Attackers "
            f"have {run.connections} connections from one address unless the row says "
            "otherwise."
        ),
        "\n".join(machine),
        "### Verdicts",
        "\n".join(_verdicts(run)),
        "**held** means that none of these applies:",
        "\n".join(
            line for rule in RULES for line in _item(f"{rule.verdict}: {rule.meaning}")
        ),
        "### Figures",
        "\n".join(_figures(run)),
    ]
    return "\n\n".join(parts) + "\n"


def _paragraph(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 120, break_on_hyphens=False))


def _item(text: str) -> list[str]:
    return textwrap.wrap(
        text, 120, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
    )


def _verdicts(run: Run) -> list[str]:
    heads = ["attack", "what is sent", *(victim.title for victim in VICTIMS)]
    rows = [_row(heads), _row(["---"] * len(heads))]
    for attack in ATTACKS:
        found = [each for each in run.results if each.attack == attack.key]
        if found:
            cells = [summary(attack, victim, found) for victim in VICTIMS]
            rows.append(_row([attack.title, attack.sends, *cells]))
    return rows


def summary(attack: Attack, victim: Victim, results: list[Result]) -> str:
    """The verdict on one server, with the protocols to which a fault is limited."""
    if reason := attack.absent.get(victim.key):
        return f"does not apply: {reason}"
    found = [each for each in results if each.server == victim.key]
    measured = [each for each in found if not each.skipped and not each.gains.error]
    if not measured:
        return "not measured"
    by_fault: dict[str, list[str]] = {}
    for result in measured:
        for fault in faults(result):
            by_fault.setdefault(fault, []).append(_WIRES[result.wire])
    if not by_fault:
        return f"**{HELD}**"
    words = []
    for rule in RULES:
        wires = by_fault.get(rule.verdict, [])
        if wires:
            limited = 0 < len(wires) < len(measured)
            words.append(rule.verdict + (f" ({', '.join(wires)})" if limited else ""))
    return "; ".join(words)


def _figures(run: Run) -> list[str]:
    heads = [
        "attack",
        "server",
        "verdict",
        "delay of others before: median, longest, ms",
        "during",
        "late; waiting, ms",
        "others lost",
        "newcomer, ms",
        "memory before, MiB",
        "peak",
        "after",
        "CPU, s",
        "log, KB",
        "disk writes, KB",
        "database, KB",
        "the attackers",
    ]
    titles = {victim.key: victim.title for victim in VICTIMS}
    rows = [_row(heads), _row(["---"] * 3 + ["---:"] * 12 + ["---"])]
    for attack in ATTACKS:
        for result in run.results:
            if result.attack == attack.key:
                server = titles[result.server]
                if result.server == "chat":
                    server = f"**{server}**, {_WIRES[result.wire]}"
                rows.append(_row([attack.title, server, *_cells(result)]))
    return rows


def _cells(result: Result) -> list[str]:
    failed = result.skipped or result.gains.error
    if failed:
        return [f"not measured: {escape(failed)}", *[""] * 13]
    process, calm, delays = result.process, result.calm, result.delays
    newcomer = "none" if result.newcomer_ms is None else f"{result.newcomer_ms:.0f}"
    stopped = result.stop_seconds is not None
    during = f"{short(delays.median)}, {short(delays.worst)}"
    return [
        "; ".join(faults(result)) or HELD,
        f"{short(calm.median)}, {short(calm.worst)}",
        "" if stopped else during,
        f"{short(delays.late)}; {short(process.waited_ms)}",
        "" if stopped else str(result.lost),
        "" if stopped else newcomer,
        f"{process.before / 2**20:.0f}",
        f"{process.peak / 2**20:.0f}",
        f"{process.after / 2**20:.0f}",
        f"{process.cpu_seconds:.1f}",
        f"{process.log_bytes / 1000:.0f}",
        f"{process.disk_bytes / 1000:.0f}",
        f"{result.stored_bytes / 1000:.0f}" if result.stored_bytes else "",
        escape(attackers(result)),
    ]


def attackers(result: Result) -> str:
    """What the attackers got, in words."""
    gains = result.gains
    parts = []
    if result.process.died:
        parts.append(f"the server {result.process.died}")
    if gains.findings:
        accepted = [each.what for each in gains.findings if each.accepted]
        refused = [
            each.what + (f" ({each.answer})" if each.answer else "")
            for each in gains.findings
            if not each.accepted
        ]
        parts += [f"accepted: {', '.join(accepted)}"] if accepted else []
        parts += [f"refused: {', '.join(refused)}"] if refused else []
    else:
        parts.append(f"{gains.entered:,} in")
        parts += [f"{count:,} refused: {why}" for why, count in gains.refused.items()]
        parts += [f"{count:,} {how}" for how, count in sorted(gains.ended.items())]
        parts.append(f"{_bytes(gains.sent)} sent, {_bytes(gains.received)} received")
    if result.stop_seconds is not None:
        parts.append(f"stopped after {result.stop_seconds:.2f} s")
    return "; ".join([*parts, *gains.notes])


def _bytes(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"


def escape(text: str) -> str:
    """Text of a server in a cell of a table: one line, without markup."""
    visible = re.sub(r"[^ -~]+", " ", text)
    return re.sub(r"([|<>*_`\[\]\\])", r"\\\1", visible)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
