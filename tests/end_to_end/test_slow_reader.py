"""Backpressure: a client that stops reading affects nobody else."""

from __future__ import annotations

import time
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import ServerTestCase
from tests.end_to_end.waiting import TIMEOUT, eventually

MIB = 1024 * 1024


def resident(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


class SlowReaderTests(ServerTestCase):
    """Alice and Bob exchange messages while Carol reads nothing."""

    def test_client_that_stops_reading_is_disconnected(self) -> None:
        """The log says why; memory and latency stay low."""
        server = self.start("--store", "memory:", "--flood", "off")
        alice = self.connect(server, "alice")
        bob = self.connect(server, "bob")
        carol = LineClient(server.port, receive_buffer=4096)
        self.addCleanup(carol.close)
        carol.join_as("carol")
        before = resident(server.process.pid)

        words = "x" * 4000
        latencies: list[float] = []
        said = 0

        def send_until_disconnected() -> bool:
            # Carol reads nothing from here on; each round sends 200 kB.
            nonlocal said
            for _ in range(50):
                sent_at = time.monotonic()
                alice.say(f"{said} {words}")
                bob.expect(f"alice: {said} {words}\r\n")
                latencies.append(time.monotonic() - sent_at)
                alice.expect(f"alice: {said} {words}\r\n")
                said += 1
            return "too slow" in server.log()

        what = "the log reports a slow client"
        eventually(what, send_until_disconnected, 4 * TIMEOUT)
        # The kernel buffers a few MiB for her in addition to the server's limit.
        self.assertLess(said * len(words), 64 * MIB)
        self.assertLess(resident(server.process.pid) - before, 16 * MIB)

        alice.say("is everyone here?")
        bob.expect("alice: is everyone here?\r\n")
        bob.say("\\who")
        bob.expect("here (2): alice, bob\r\n")
        self.assert_gone(carol)

        latencies.sort()
        self.assertLess(latencies[len(latencies) // 2], 0.1)
        self.assertLess(latencies[-1], 2.0)

    def assert_gone(self, client: LineClient) -> None:
        """What she received is complete up to its end, without a gap."""
        rest = client.expect_end()
        numbers = [line.split(" ", 2)[1] for line in rest.split("\r\n")[:-1]]
        whole = [int(number) for number in numbers if number.isdigit()]
        self.assertEqual(whole, list(range(len(whole))))
