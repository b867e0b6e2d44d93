"""Failures of Redis: it stops, freezes, runs out of memory, or refuses the server."""

from __future__ import annotations

import signal
import time

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import ServerTestCase, free_port
from tests.end_to_end.redis_server import (
    RedisServer,
    SeveralServersTestCase,
    health,
    start_redis,
)
from tests.end_to_end.waiting import eventually

AT_ONCE = 4.0
"""Seconds until a sender gets an error while Redis does not answer."""

GIVEN_UP = 20.0
"""Seconds until a start fails.  It takes 4 s on an idle machine; a server that waited
without a limit for Redis, or for one that loads its file, would take at least a minute.
"""


class AwayTests(SeveralServersTestCase):
    """A Redis that is unavailable for a while."""

    def make_redis(self) -> RedisServer:
        return start_redis(self, durable=True)

    def setUp(self) -> None:
        super().setUp()
        self.a, self.b = self.server("a"), self.server("b")
        self.alice = self.connect(self.a, "alice")
        self.bob = self.connect(self.b, "bob")
        self.alice.expect("is now known as bob\r\n")

    def talk(self, text: str) -> None:
        """Alice and Bob send a message each, and both receive both."""
        self.alice.say(f"{text} by alice")
        self.bob.expect(f"alice: {text} by alice\r\n")
        self.bob.say(f"{text} by bob")
        self.alice.expect(f"bob: {text} by bob\r\n")

    def refused(self, client: LineClient, text: str) -> str:
        """Send a message that cannot be stored; return the error."""
        began = time.monotonic()
        client.say(text)
        client.expect("error: ", AT_ONCE)
        line = client.line()
        self.assertLess(time.monotonic() - began, AT_ONCE)
        self.assertNotIn("127.0.0.1", line)
        return line

    def test_chat_continues_after_redis_is_killed_and_restarted(self) -> None:
        """Senders get errors meanwhile, and nobody is disconnected."""
        self.talk("before")
        self.redis.kill()
        line = self.refused(self.alice, "lost words")
        self.assertTrue("stored" in line and "Redis" in line, line)
        eventually("not healthy", lambda: health(self.b)[0] == 503)
        self.assertIn("Redis", health(self.b)[1])
        self.bob.say("\\who")
        self.bob.expect("here (2)")
        time.sleep(1)
        self.redis.start()
        eventually("healthy", lambda: health(self.a)[0] == 200)
        eventually("healthy", lambda: health(self.b)[0] == 200)
        self.talk("after")
        self.alice.say("\\history 50")
        self.alice.expect("alice: before by alice\r\n")
        rest = self.alice.expect("bob: after by bob\r\n")
        self.assertNotIn("left the chat", rest)
        for server in (self.a, self.b):
            log = server.log()
            self.assertEqual(log.count("storing works again"), 1, log)
            self.assertEqual(log.count("store error: Redis at "), 1, log)
            self.assertEqual(log.count("Redis at "), 1, log)

    def test_sender_gets_an_error_while_redis_is_frozen(self) -> None:
        """Within seconds, and nobody is declared dead."""
        self.redis.signal(signal.SIGSTOP)
        line = self.refused(self.alice, "perhaps")
        self.assertIn("not known whether", line)
        line = self.refused(self.alice, "surely not")
        self.assertIn("not stored", line)
        # Longer than a lease, and still no server may be declared dead.
        time.sleep(7)
        self.redis.signal(signal.SIGCONT)
        eventually("healthy", lambda: health(self.a)[0] == 200)
        eventually("healthy", lambda: health(self.b)[0] == 200)
        self.alice.say("back")
        shown = self.bob.expect("alice: back\r\n")
        self.assertNotIn("surely not", shown)
        self.assertNotIn("left the chat", shown)
        self.assertLessEqual(shown.count("perhaps"), 1)
        self.assertEqual(self.who(self.bob), ["alice", "bob"])

    def test_clients_do_not_notice_that_redis_connections_are_cut(self) -> None:
        """Five times in a row."""
        for n in range(5):
            self.redis.call("CLIENT", "KILL", "TYPE", "normal")
            eventually("healthy", lambda: health(self.a)[0] == 200)
            eventually("healthy", lambda: health(self.b)[0] == 200)
            self.talk(f"round {n}")

    def test_members_and_nicknames_are_restored_after_a_flush(self) -> None:
        """The history is lost."""
        self.redis.call("FLUSHALL")
        eventually(
            "the members are restored",
            lambda: self.who(self.alice) == self.who(self.bob) == ["alice", "bob"],
        )
        eventually(
            "the members are in Redis again",
            lambda: (
                "alice" in self.redis.call("HVALS", "chat:where")
                or self.redis.call("HLEN", "chat:where") == "2"
            ),
        )
        self.talk("after")
        carol = self.connect(self.b)
        self.assertEqual(len(self.who(carol)), 3)
        carol.say("\\nick alice")
        carol.expect("error: alice, or a name that looks like it, is in use")

    def test_messages_are_refused_while_redis_is_out_of_memory(self) -> None:
        """Members stay, and the chat continues when there is memory again."""
        self.redis.call("CONFIG", "SET", "maxmemory", "1")
        line = self.refused(self.alice, "too much")
        self.assertIn("out of memory", line)
        self.assertEqual(health(self.a)[0], 503)
        time.sleep(7)
        self.redis.call("CONFIG", "SET", "maxmemory", "0")
        self.talk("again")
        self.assertEqual(health(self.a)[0], 200)
        self.assertEqual(self.who(self.bob), ["alice", "bob"])

    def test_messages_are_refused_while_redis_is_a_replica(self) -> None:
        """Until it is a master again."""
        self.redis.call("REPLICAOF", "127.0.0.1", str(free_port()))
        line = self.refused(self.alice, "nowhere to write")
        self.assertIn("Redis", line)
        eventually("not healthy", lambda: health(self.a)[0] == 503)
        self.assertIn("read-only replica", health(self.a)[1])
        self.redis.call("REPLICAOF", "NO", "ONE")
        eventually("healthy", lambda: health(self.a)[0] == 200)
        eventually("healthy", lambda: health(self.b)[0] == 200)
        self.talk("again")

    def test_server_stops_within_5_seconds_without_redis(self) -> None:
        """As with Redis."""
        self.redis.kill()
        began = time.monotonic()
        self.a.stop()
        self.assertLess(time.monotonic() - began, 5.5)


class StartTests(ServerTestCase):
    """A server that cannot use its Redis exits at once with one line of error."""

    def start_fails(self, store: str, *words: str) -> None:
        server = self.launch("--store", store)
        self.assertNotEqual(server.wait(GIVEN_UP), 0)
        text = server.stderr_path.read_text()
        self.assertEqual(text.count("\n"), 1, text)
        for word in words:
            self.assertIn(word, text)
        self.assertNotIn("secret", text)

    def test_closed_port_is_a_startup_error(self) -> None:
        """The error names the address."""
        port = free_port()
        self.start_fails(f"redis://127.0.0.1:{port}/0", f"127.0.0.1:{port}", "reached")

    def test_redis_that_does_not_answer_is_a_startup_error(self) -> None:
        """It accepts connections and sends nothing."""
        redis = start_redis(self)
        redis.signal(signal.SIGSTOP)
        self.start_fails(redis.url, "does not reply")

    def test_wrong_password_is_a_startup_error(self) -> None:
        """No password, a wrong one, and one that is not required."""
        redis = start_redis(self, "requirepass right")
        self.start_fails(redis.url, "requires a password")
        url = f"redis://default:secret@{redis}/0"
        self.start_fails(url, "rejects this user name and password")
        open_to_all = start_redis(self)
        self.start_fails(f"redis://:secret@{open_to_all}/0", "no password")
        self.start("--store", f"redis://:right@{redis}/3")

    def test_replica_is_a_startup_error(self) -> None:
        """It is read-only."""
        redis = start_redis(self, f"replicaof 127.0.0.1 {free_port()}")
        self.start_fails(redis.url, "read-only replica")

    def test_missing_database_is_a_startup_error(self) -> None:
        """Redis has 16 by default."""
        redis = start_redis(self)
        self.start_fails(f"redis://{redis}/99", "no database with that number")

    def test_invalid_address_is_a_startup_error(self) -> None:
        """The error does not repeat the password."""
        self.start_fails("redis://u:secret@host:99999/0", "invalid Redis address")
        self.start_fails("redis://host/lobby", "invalid database number")
        self.start_fails("redis+sentinel://host", "SERVICE")

    def test_missing_permission_is_a_startup_error(self) -> None:
        """The error names it."""
        redis = start_redis(self, "user chat on >secret ~chat:* +@read")
        self.start_fails(f"redis://chat:secret@{redis}/0", "lacks a permission")
