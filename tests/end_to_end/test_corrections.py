"""Deleted and corrected messages: on every wire, and in the files of the store."""

from __future__ import annotations

import json

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server, ServerTestCase, eventually, files_with
from tests.end_to_end.redis_server import (
    RedisServer,
    SeveralServersTestCase,
    start_redis,
)
from tests.end_to_end.test_socketio_clients import SocketIOTestCase
from tests.end_to_end.test_websocket_clients import ClientTestCase

SECRET = "hunter2secret"


class WiresTests(SocketIOTestCase, ClientTestCase):
    """Everyone in the room is shown it, whatever they speak."""

    def test_corrections_are_shown_on_every_wire(self) -> None:
        """And whoever comes later is shown the messages as they are then."""
        server = self.start()
        alice, bob = self.connect(server, "alice"), self.connect(server, "bob")
        text = self.websocket(server, "/ws?nick=text")
        reader = self.websocket(server, "/?format=json&nick=reader")
        welcome = json.loads(reader.expect('"welcome"'))
        reader.expect('"nick":"reader"')
        page = self.connect_socketio(server)
        page.do("emit", "join", "page")
        page.until("event", "add chatter", "reader")

        bob.say("one", "tow", "\\edit two", "\\me waves", "\\delete")
        lines = ("bob: tow", "bob: corrected: two", "* bob waves")
        last = "bob: deleted a message"
        for client in (alice, bob):
            seen = client.expect(f"{last}\r\n").split("\r\n")
            self.assertEqual([line for line in seen if line in lines], list(lines))
        for line in (*lines, last):
            text.expect(line)
            page.until("event", "messages", line)

        wrong = json.loads(reader.expect('"text":"tow"'))
        edited = json.loads(reader.expect('"type":"edited"'))
        action = json.loads(reader.expect('"type":"action"'))
        deleted = json.loads(reader.expect('"type":"deleted"'))
        self.assertEqual(
            (edited["id"], edited["from"], edited["text"]), (wrong["id"], "bob", "two")
        )
        self.assertEqual((deleted["ids"], deleted["by"]), ([action["id"]], "bob"))

        reader.ask(type="history", room="lobby", ref="h")
        history = json.loads(reader.expect('"type":"history"'))["messages"]
        found = [(one["text"], one.get("edited")) for one in history]
        self.assertEqual(found, [("one", None), ("two", True)])
        newcomer = LineClient(server.port)
        self.addCleanup(newcomer.close)
        shown = newcomer.expect("joined the chat")
        self.assertIn("bob: one\r\nbob: two\r\n", shown)
        self.assertNotIn("tow", shown)

        position = welcome["position"]
        path = f"/?format=json&nick=late&since={position}"
        late = self.websocket(server, path)
        self.assertTrue(json.loads(late.expect('"welcome"'))["recovered"])
        for expected in ("one", "two"):
            self.assertEqual(json.loads(late.expect('"message"'))["text"], expected)

    def test_program_corrects_a_message_by_a_command(self) -> None:
        """Of several lines; the answer has its ``ref``."""
        server = self.start()
        program = self.websocket(server, "/?format=json&nick=program")
        watcher = self.connect(server, "watcher")
        program.ask(type="message", text="x", ref="1")
        program.expect('"ref":"1"')
        program.ask(type="command", text="\\edit a\n  b", ref="2")
        edited = json.loads(program.expect('"edited"'))
        self.assertEqual(edited["text"], "a\n  b")
        program.expect('"ref":"2"')
        watcher.expect("program: corrected: a\r\nprogram: corrected:   b\r\n")
        for _ in range(2):
            program.ask(type="command", text="\\delete", ref="3")
        program.expect('"deleted"')
        program.expect('"code":"no_such_message"')


class FilesTests(ServerTestCase):
    """The default store."""

    def gone(self) -> bool:
        """Whether no file has the secret."""
        return not files_with(SECRET, self.directory)

    def correct(self, server: Server) -> LineClient:
        """Say the secret twice, search for it, and remove it."""
        bob = self.connect(server, "bob")
        bob.say(f"the password is {SECRET}", f"again: {SECRET}")
        bob.say(*(f"tea {n}" for n in range(5)), f"\\search {SECRET}")
        bob.expect("found (2)")
        eve = self.connect(server, "eve")
        eve.say(f"I know {SECRET}", "\\edit I know nothing")
        eve.expect("eve: corrected: I know nothing\r\n")
        bob.say(*["\\delete"] * 7)
        for _ in range(7):
            bob.expect("bob: deleted a message\r\n")
        return bob

    def test_no_file_has_the_text(self) -> None:
        """Soon while the server runs, and after a stop."""
        server = self.start("--flood", "off")
        bob = self.correct(server)
        eventually("no file has the secret", self.gone)
        bob.say("more", f"\\search {SECRET}")
        bob.expect(f"found (0): {SECRET}")
        server.stop()
        self.assertEqual(files_with(SECRET, self.directory), [])

    def test_deletion_that_was_shown_holds_over_a_kill(self) -> None:
        """And what the kill has left in a file is gone with the next start."""
        server = self.start("--flood", "off")
        self.correct(server)
        server.kill()
        server = self.start()
        carol = self.connect(server, "carol")
        carol.say("\\history", f"\\search {SECRET}")
        shown = carol.expect(f"found (0): {SECRET}\r\n")
        self.assertIn("eve: I know nothing\r\n", shown)
        self.assertNotIn("password", shown)
        server.stop()
        self.assertEqual(files_with(SECRET, self.directory), [])


class AppendOnlyFileTests(SeveralServersTestCase):
    """A Redis that writes each command to its file."""

    def make_redis(self) -> RedisServer:
        return start_redis(self, "rdbcompression no", durable=True)

    def test_file_is_rewritten_after_a_deletion(self) -> None:
        """So that it has only what there is now."""
        server = self.server("a")
        bob = self.connect(server, "bob")
        bob.say(f"oops {SECRET}")
        bob.expect(f"bob: oops {SECRET}\r\n")
        self.assertTrue(files_with(SECRET, self.redis.directory))
        bob.say("\\delete", "fine")
        bob.expect("bob: fine\r\n")
        eventually(
            "no file of Redis has the secret",
            lambda: not files_with(SECRET, self.redis.directory),
        )
        bob.say("\\history")
        bob.expect("bob: fine\r\n")


class SeveralServersTests(SeveralServersTestCase):
    """Two servers on one Redis."""

    def test_corrections_reach_the_clients_of_all_servers(self) -> None:
        """And the text is in no file of Redis, nor in its memory."""
        a, b = self.server("a"), self.server("b", "--flood", "off")
        alice, bob = self.connect(a, "alice"), self.connect(b, "bob")
        bob.say(f"oops {SECRET}", "two", "\\edit 2")
        for client in (alice, bob):
            client.expect("bob: corrected: 2\r\n")
        bob.say("\\delete", "\\delete")
        for client in (alice, bob):
            client.expect("bob: deleted a message\r\nbob: deleted a message\r\n")
        bob.say("three")
        alice.expect("bob: three\r\n")
        alice.say("\\history", f"\\search {SECRET}")
        shown = alice.expect(f"found (0): {SECRET}\r\n")
        self.assertIn("bob: three\r\n", shown)
        self.assertNotIn("oops", shown)
        self.redis.call("CONFIG", "SET", "rdbcompression", "no")
        self.redis.call("SAVE")
        content = (self.redis.directory / "dump.rdb").read_bytes()
        self.assertNotIn(SECRET.encode(), content)
        self.assertIn(b"three", content)

    def test_deletion_that_was_shown_holds_over_a_kill(self) -> None:
        """Of all servers."""
        a, b = self.server("a"), self.server("b")
        alice, bob = self.connect(a, "alice"), self.connect(b, "bob")
        bob.say(f"oops {SECRET}", "\\delete", "fine")
        alice.expect("bob: fine\r\n")
        for server in (a, b):
            server.kill()
        newcomer = LineClient(self.server("c").port)
        self.addCleanup(newcomer.close)
        shown = newcomer.expect("joined the chat")
        self.assertIn("bob: fine\r\n", shown)
        self.assertNotIn("oops", shown)
