"""What an operator watches a server by: metrics, health, and the log as JSON."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.clients import LineClient
from tests.end_to_end.delayed import connect_websocket
from tests.end_to_end.harness import LOOPBACK, Server, ServerTestCase
from tests.end_to_end.waiting import TIMEOUT, eventually


def records(text: str) -> list[dict[str, Any]]:
    """A log in JSON; the last line may not be complete yet."""
    return [json.loads(line) for line in text.splitlines(keepends=True) if "\n" in line]


class JsonLogTests(ServerTestCase):
    """``--log-json``."""

    def test_every_line_of_the_log_file_is_json(self) -> None:
        """Twistd's own too; what programs look for is in the messages."""
        server = self.start("--log-json")
        alice = self.connect(server, "alice")
        alice.say("a secret")
        alice.expect("alice: a secret\r\n")
        alice.close()
        server.expect_log("alice quit")
        server.stop()
        found = records(server.log())
        messages = [record["message"] for record in found]
        self.assertIn(f"chat running on port {server.port}", messages)
        self.assertIn("alice quit", messages)
        self.assertIn("Server Shut Down.", messages)
        for record in found:
            self.assertLessEqual({"time", "level", "namespace", "message"}, set(record))
        self.assertNotIn("a secret", server.log())

    def test_standard_output_of_the_console_script_is_json_alone(self) -> None:
        """Also where it would say how to connect; the file asks for JSON."""
        config = self.directory / "chat.toml"
        config.write_text(f'log-json = true\nport = "{LOOPBACK}"\nstore = "memory:"\n')
        process = self.spawn(
            sys.executable, "-m", "twisted_chat", "--config", str(config)
        )
        running = "chat running on port "
        eventually("the chat runs", lambda: running in self.output())
        (line,) = [
            record["message"]
            for record in records(self.output())
            if record["message"].startswith(running)
        ]
        client = LineClient(int(line.removeprefix(running)))
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        process.terminate()
        process.wait(TIMEOUT)
        self.assertIn("Server Shut Down.", str(records(self.output())[-1]))

    def test_startup_error_is_in_the_log_as_json(self) -> None:
        """And on standard error as text."""
        done = self.run_failing(
            *(sys.executable, "-m", "twisted_chat", "--log-json", "--history", "many")
        )
        self.assertRegex(done.stderr, r"\Aserver error: --history: [^\n]*\n\Z")
        errors = [x for x in records(done.stdout) if x["level"] == "error"]
        self.assertEqual([f"{x['message']}\n" for x in errors], [done.stderr])


def fetch(url: str, data: bytes | None = None) -> tuple[int, str]:
    """The status and the body of a response."""
    try:
        with urllib.request.urlopen(url, data, TIMEOUT) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Metrics(dict[str, float]):
    """One scrape: ``name{label="value"}`` -> value; 0 for what is not there."""

    def __missing__(self, key: str) -> float:
        return 0.0


class AdminTests(ServerTestCase):
    """``--admin``."""

    def start_watched(self, *options: str) -> Server:
        server = self.start("--admin", LOOPBACK, *options)
        found = server.expect_log(r"metrics are served on port (\d+)")
        self.admin = f"http://127.0.0.1:{found[1]}"
        return server

    def scrape(self) -> Metrics:
        status, text = fetch(f"{self.admin}/metrics")
        self.assertEqual(status, 200)
        metrics = Metrics()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = ",".join(f'{k}="{v}"' for k, v in sample.labels.items())
                name = f"{sample.name}{{{labels}}}" if labels else sample.name
                metrics[name] = sample.value
        return metrics

    def test_counts_are_those_of_what_was_done(self) -> None:
        """By clients of four kinds; the chat's own port serves no metrics."""
        server = self.start_watched("--store", "sqlite:chat.sqlite")
        alice = self.connect(server, "alice")
        bob = self.connect(server, "bob")
        page = f"ws://127.0.0.1:{server.port}/"
        self.enterContext(connect_websocket(f"{page}?format=json&nick=carol"))
        self.enterContext(connect_websocket(f"{page}?nick=dave"))
        polling = f"http://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=polling"
        _, opened = fetch(polling)
        session = json.loads(opened[1:])["sid"]
        fetch(f"{polling}&sid={session}", b"40")
        eventually("five members", lambda: self.scrape()["twisted_chat_members"] == 5)
        before = self.scrape()
        for number in range(10):
            alice.say(f"message {number}")
            bob.expect(f"alice: message {number}\r\n")
        bob.say("\\dm alice psst")
        alice.expect("bob (private): psst\r\n")
        alice.say("\\foo")
        alice.expect("error: no such command")
        after = self.scrape()

        def grown(name: str) -> float:
            return after[name] - before[name]

        for kind, form in (
            ("websocket", "json"),
            ("websocket", "text"),
            ("socket.io", "socket.io"),
        ):
            name = f'twisted_chat_clients{{format="{form}",kind="{kind}"}}'
            self.assertEqual(after[name], 1, name)
        lines = 'twisted_chat_clients{format="text",kind="telnet"}'
        self.assertEqual(after[lines], 2)
        self.assertEqual(after["twisted_chat_members"], 5)
        self.assertEqual(grown('twisted_chat_events_total{type="message"}'), 10)
        self.assertEqual(grown('twisted_chat_events_total{type="direct_message"}'), 1)
        self.assertEqual(grown("twisted_chat_deliveries_total"), 10 * 5 + 2)
        self.assertEqual(grown("twisted_chat_requests_total"), 12)
        refused = 'twisted_chat_refusals_total{code="no_such_command"}'
        self.assertEqual(grown(refused), 1)
        self.assertGreater(grown("twisted_chat_sent_bytes_total"), 10 * 5 * 16)
        batches = grown("twisted_chat_batch_entries_count")
        self.assertEqual(grown("twisted_chat_commit_seconds_count"), batches)
        self.assertEqual(grown("twisted_chat_batch_entries_sum"), 11)
        self.assertGreater(after["twisted_chat_commit_seconds_sum"], 0)
        self.assertEqual(after["twisted_chat_store_up"], 1)
        self.assertGreater(after["process_resident_memory_bytes"], 1_000_000)
        self.assertEqual(fetch(f"http://127.0.0.1:{server.port}/metrics")[0], 404)

    def test_health_follows_the_store(self) -> None:
        """With its path, which the chat's own port keeps to itself."""
        server = self.start_watched("--store", "sqlite:chat.sqlite")
        self.assertEqual(fetch(f"{self.admin}/healthz"), (200, "ok\n"))
        alice = self.connect(server, "alice")
        Path(self.directory, "chat.sqlite").rename(self.directory / "moved")
        alice.say("lost")
        alice.expect("error: not stored: ")
        status, reason = fetch(f"{self.admin}/healthz")
        self.assertEqual(status, 503)
        self.assertIn("chat.sqlite", reason)
        metrics = self.scrape()
        self.assertEqual(metrics["twisted_chat_store_up"], 0)
        self.assertGreaterEqual(metrics["twisted_chat_store_failures_total"], 1)

    def test_slow_reader_is_seen(self) -> None:
        """First by the bytes that wait for it, then by its end."""
        server = self.start_watched("--store", "memory:", "--flood", "off")
        alice = self.connect(server, "alice")
        carol = LineClient(server.port, receive_buffer=4096)
        self.addCleanup(carol.close)
        carol.join_as("carol")
        text = "x" * 4000

        def send_and_scrape() -> bool:
            for _ in range(20):
                alice.say(text)
                alice.expect(f"alice: {text}\r\n")
            return self.scrape()["twisted_chat_waiting_bytes_max"] > 0

        eventually("bytes that wait", send_and_scrape, 4 * TIMEOUT)
        slow = 'twisted_chat_disconnects_total{reason="too_slow"}'

        def is_gone() -> bool:
            send_and_scrape()
            return self.scrape()[slow] == 1

        eventually("the end of the slow reader", is_gone, 4 * TIMEOUT)
