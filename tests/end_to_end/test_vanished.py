"""TCP keepalive, as the kernel has it: clients that vanish are noticed."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.harness import ServerTestCase
from tests.end_to_end.waiting import eventually

TICKS = 100
"""In one second of ``/proc/net/tcp``."""

KEEPALIVE = 2
"""The number of the keepalive timer there."""


class VanishedTests(ServerTestCase):
    """A line client that sends nothing."""

    def test_silent_line_client_is_probed_after_the_ping_interval(self) -> None:
        """Without a byte that nc would print."""
        server = self.start("--store", "memory:", "--ping-interval", "7")
        client = self.connect(server, "bob")
        ports = (server.port, client.socket.getsockname()[1])

        def probed() -> bool:
            timer, seconds = timer_of(*ports)
            return timer == KEEPALIVE and 0 <= seconds <= 7

        eventually("the keepalive timer runs", probed)


def timer_of(local: int, remote: int) -> tuple[int, float]:
    """The timer of a TCP connection of this machine, and when it expires."""
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            ports = tuple(int(field.rpartition(":")[2], 16) for field in fields[1:3])
            if ports == (local, remote):
                timer, _, expires = fields[5].partition(":")
                return int(timer, 16), int(expires, 16) / TICKS
    raise LookupError(f"no connection from {remote} to {local}")
