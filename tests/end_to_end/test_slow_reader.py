"""One who stops reading harms nobody but himself."""

from __future__ import annotations

import time
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import ServerTestCase
from tests.end_to_end.waiting import PATIENCE, eventually

MIB = 1024 * 1024


def resident(pid: int) -> int:
    """How much memory a process holds, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


class SlowReaderTests(ServerTestCase):
    """Alice talks to Bob, while Carol's machine is asleep."""

    def test_a_client_that_stops_reading_is_cut_off(self) -> None:
        """Carol is cut off and the log says why; for the others nothing changes."""
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

        def talk_until_cut_off() -> bool:
            # Carol reads nothing from here on; each round says 200 kB.
            nonlocal said
            for _ in range(50):
                sent_at = time.monotonic()
                alice.say(f"{said} {words}")
                bob.expect(f"alice: {said} {words}\r\n")
                latencies.append(time.monotonic() - sent_at)
                alice.expect(f"alice: {said} {words}\r\n")
                said += 1
            return "too slow" in server.log()

        what = "the log says that someone is too slow"
        eventually(what, talk_until_cut_off, 4 * PATIENCE)
        # The kernel holds a few MiB for her before our own limit counts.
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
        """Once she reads again, she finds the end, not a gap in what was said."""
        rest = client.expect_end()
        numbers = [line.split(" ", 2)[1] for line in rest.split("\r\n")[:-1]]
        whole = [int(number) for number in numbers if number.isdigit()]
        self.assertEqual(whole, list(range(len(whole))))
