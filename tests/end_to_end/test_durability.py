"""Durability: nothing that was shown is lost, whatever happens to the process."""

from __future__ import annotations

import contextlib
import random
import re
import select
import sqlite3
import time
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import ServerTestCase

CYCLES = 20
CLIENTS = 5
PER_SECOND = 1000
HISTORY = 500

SAID = re.compile(r"^(\w+: line \d+-\d+-\d+)\r\n", re.MULTILINE)


class DurabilityTests(ServerTestCase):
    """``kill -9`` under load, again and again, on one database."""

    def test_no_shown_message_is_lost_by_kill(self) -> None:
        """After each kill the database has what the clients were shown, in order."""
        known: list[str] = []
        for cycle in range(CYCLES):
            server = self.start("--history", str(HISTORY), "--flood", "off")
            self.assertEqual(self.history(server.port), known[-HISTORY:])
            names = [f"user{number}_{cycle}" for number in range(CLIENTS)]
            clients = [self.connect(server, name) for name in names]
            seconds = random.Random(cycle).uniform(0.2, 0.6)
            self.load(clients, cycle, seconds)
            server.kill()
            seen = [SAID.findall(client.expect_end()) for client in clients]
            longest = max(seen, key=len)
            for client, lines in zip(clients, seen, strict=True):
                self.assertEqual(lines, longest[: len(lines)], f"{client.name}: order")
                client.close()
            self.assertGreater(
                len(longest), seconds * PER_SECOND / 10, "no load at all"
            )
            known += longest
            stored = self.stored()
            self.assertEqual(stored[: len(known)], known, f"after kill {cycle}")
            # It may have more: messages that were stored but not yet shown.
            known = stored

    def stored(self) -> list[str]:
        """All messages in the database."""
        database = sqlite3.connect(self.directory / "chat.sqlite")
        with contextlib.closing(database):
            rows = database.execute(
                "SELECT nick || ': ' || text FROM events"
                " WHERE text LIKE 'line %' ORDER BY id"
            )
            return [text for (text,) in rows]

    def load(self, clients: list[LineClient], cycle: int, seconds: float) -> None:
        """Send about a thousand messages per second, from all clients in turn."""
        started = time.monotonic()
        sent = 0
        by_descriptor = {client.fileno(): client for client in clients}
        while (now := time.monotonic() - started) < seconds:
            due = int(now * PER_SECOND) - sent
            for _ in range(due):
                number = sent % len(clients)
                clients[number].say(f"line {cycle}-{number}-{sent}")
                sent += 1
            for descriptor in select.select(list(by_descriptor), [], [], 0.002)[0]:
                by_descriptor[descriptor].pump(0)

    def history(self, port: int) -> list[str]:
        """The messages that a new client is shown."""
        client = LineClient(port)
        try:
            return SAID.findall(
                client.expect(re.compile(r"guest_\d+: joined the chat"))
            )
        finally:
            client.close()


class RestartTests(ServerTestCase):
    """A server that was stopped and started again."""

    def test_history_and_topic_survive_a_restart(self) -> None:
        """Clients that connect afterwards are shown both."""
        server = self.start()
        alice = self.connect(server, "alice")
        alice.say("\\topic the weather", "nice day", "\\me waves")
        alice.expect("* alice waves\r\n")
        server.stop()
        self.assertTrue(Path(self.directory, "chat.sqlite").exists())

        server = self.start()
        bob = LineClient(server.port)
        self.addCleanup(bob.close)
        shown = bob.expect(": joined the chat\r\n")
        self.assertIn("alice: nice day\r\n* alice waves\r\n", shown)
        bob.say("\\topic")
        bob.expect("the weather")
