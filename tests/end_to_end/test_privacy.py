"""The commands of docs/privacy.md: what they delete is in no file any more."""

from __future__ import annotations

import re
import subprocess

from tests.end_to_end.harness import (
    ROOT,
    TIMEOUT,
    Server,
    ServerTestCase,
    eventually,
    files_with,
    require_program,
)
from tests.end_to_end.redis_server import start_redis

SECRET = "hunter2"


def commands(heading: str) -> list[str]:
    """The blocks of shell commands under a heading."""
    text = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    _, _, section = text.partition(f"# {heading}\n")
    section, _, _ = section.partition("\n#")
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


class DeletionTests(ServerTestCase):
    """A message is deleted while the server is stopped."""

    def run_shell(self, script: str, old: str = "", new: str = "") -> str:
        """The output of commands, with a value of the example replaced."""
        self.assertIn(old, script)
        done = subprocess.run(
            ["/bin/sh", "-ec", script.replace(old, new) if old else script],
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def talk(self, server: Server) -> None:
        """Messages of two members, and a private one; then the server stops."""
        alice = self.connect(server, "alice")
        bob = self.connect(server, "bob")
        alice.say("before", f"the password is {SECRET}", "after")
        bob.expect("alice: after\r\n")
        bob.say("\\dm alice only for you", "bob was here")
        alice.expect("bob: bob was here\r\n")
        server.stop()

    def check_messages(self, server: Server, messages: list[str]) -> None:
        """Those that are left, in their order; a search works."""
        carol = self.connect(server, "carol")
        carol.say("\\history", f"\\search {SECRET}", "\\search was here")
        shown = carol.expect(re.compile(r"found \(\d+\): was here\r\n"))
        self.assertIn(f"found (0): {SECRET}\r\n", shown)
        self.assertIn("".join(f"{line}\r\n" for line in messages), shown)

    def test_message_is_deleted_from_sqlite(self) -> None:
        """With the number that the first command prints."""
        require_program("sqlite3")
        self.talk(self.start())
        find, delete = commands("One message")
        (row,) = self.run_shell(find).splitlines()
        self.assertRegex(row, rf"\|alice\|\|the password is {SECRET}$")
        self.assertEqual(files_with(SECRET, self.directory), ["chat.sqlite"])
        self.run_shell(delete, "id = 8", f"id = {row.partition('|')[0]}")
        self.assertEqual(files_with(SECRET, self.directory), [])
        left = ["alice: before", "alice: after", "bob: bob was here"]
        self.check_messages(self.start(), left)

    def test_everything_of_a_person_is_deleted_from_sqlite(self) -> None:
        """Also what was sent to that person."""
        require_program("sqlite3")
        self.talk(self.start())
        (delete,) = commands("Everything of one person")
        self.run_shell(delete)
        for word in (SECRET, "only for you", "alice"):
            content = (self.directory / "chat.sqlite").read_bytes()
            self.assertNotIn(word.encode(), content)
        self.check_messages(self.start(), ["bob: bob was here"])

    def test_message_is_deleted_from_redis(self) -> None:
        """From its room, from the recent events, and from the append-only file."""
        require_program("redis-cli")
        redis = start_redis(self, durable=True)
        self.talk(self.start("--store", redis.url))
        client = f"redis-cli -p {redis.port}"
        find, delete, everything = commands("Delete from Redis")
        entries = self.run_shell(find, "redis-cli", client).splitlines()
        (place,) = [n for n, line in enumerate(entries) if SECRET in line]
        delete = delete.replace("1795708287546-5", entries[place - 2])
        self.assertNotEqual(files_with(SECRET, redis.directory), [])
        self.run_shell(delete, "redis-cli", client)
        eventually("nothing has it", lambda: not files_with(SECRET, redis.directory))
        left = ["alice: before", "alice: after", "bob: bob was here"]
        server = self.start("--store", redis.url)
        self.check_messages(server, left)
        server.stop()
        self.run_shell(everything, "redis-cli", client)
        self.assertEqual(redis.call("DBSIZE"), "0")
