"""What an operator watches a server by: its log as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import LOOPBACK, ServerTestCase
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
