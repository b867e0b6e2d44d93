"""The limit of open files: raised at the start to what the clients need.

Each connection takes a descriptor, and many systems start a process with a soft limit
of 1,024, which it may raise itself as far as the hard limit.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from typing import Protocol

SPARE = 256
"""Descriptors besides those of clients: ports, the store, the log, connections that are
refused."""


class Limits(Protocol):
    """What the module ``resource`` has."""

    RLIM_INFINITY: int
    RLIMIT_NOFILE: int

    def getrlimit(self, resource: int, /) -> tuple[int, int]:
        """The soft and the hard limit."""

    def setrlimit(self, resource: int, limits: tuple[int, int], /) -> None:
        """Change them."""


@dataclass(frozen=True, slots=True)
class OpenFiles:
    """What the limit permits.

    :ivar clients: how many connections may be accepted: beyond it, the kernel has no
        descriptor to send a reason with.
    :ivar line: for the log; empty if there is nothing to report.
    :ivar warning: as the line.
    """

    clients: int
    line: str = ""
    warning: str = ""


def raise_limit(max_clients: int, limits: Limits = resource) -> OpenFiles:
    """Raise the soft limit, if it is too low for so many clients."""
    soft, hard = limits.getrlimit(limits.RLIMIT_NOFILE)
    needed = max_clients + SPARE
    if soft == limits.RLIM_INFINITY or soft >= needed:
        return OpenFiles(max_clients)
    most = needed if hard == limits.RLIM_INFINITY else min(needed, hard)
    line = ""
    if most > soft:
        try:
            limits.setrlimit(limits.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):
            most = soft
        else:
            line = f"open files: the limit is {most} now (it was {soft})"
    if most == needed:
        return OpenFiles(max_clients, line)
    clients = min(max(most - SPARE, most // 2), max_clients)
    return OpenFiles(
        clients,
        line,
        f"open files: only {most} are allowed, and --max-clients {max_clients} needs "
        f"{needed}, so the server is full with {clients}: raise the hard limit "
        f"(LimitNOFILE= in systemd, ulimit -Hn), or give --max-clients {clients}",
    )
