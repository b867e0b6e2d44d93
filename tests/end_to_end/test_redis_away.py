"""A Redis that goes away, comes back, or does not want us."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server, ServerTestCase
from tests.end_to_end.redis_server import RedisServer, a_redis, free_port
from tests.end_to_end.test_redis_servers import SeveralServersTestCase
from tests.end_to_end.waiting import eventually

AT_ONCE = 4.0
"""Seconds within which a sender is told, when Redis does not answer at all."""


def health(server: Server) -> tuple[int, str]:
    """What ``/healthz`` says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class AwayTests(SeveralServersTestCase):
    """Redis is gone for a while."""

    def make_redis(self) -> RedisServer:
        return a_redis(self, durable=True)

    def setUp(self) -> None:
        super().setUp()
        self.a, self.b = self.server("a"), self.server("b")
        self.alice = self.connect(self.a, "alice")
        self.bob = self.connect(self.b, "bob")
        self.alice.expect("is now known as bob\r\n")

    def talk(self, text: str) -> None:
        """Both say something and both see both."""
        self.alice.say(f"{text} by alice")
        self.bob.expect(f"alice: {text} by alice\r\n")
        self.bob.say(f"{text} by bob")
        self.alice.expect(f"bob: {text} by bob\r\n")

    def refused(self, client: LineClient, text: str) -> str:
        """Say something that cannot be stored; what the sender is told at once."""
        began = time.monotonic()
        client.say(text)
        client.expect("error: ", AT_ONCE)
        line = client.line()
        self.assertLess(time.monotonic() - began, AT_ONCE)
        self.assertNotIn("127.0.0.1", line)
        return line

    def test_killed_and_started_again(self) -> None:
        """Who speaks meanwhile is told; who listens stays; then it goes on."""
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

    def test_frozen(self) -> None:
        """It does not even say no: the sender is told within seconds."""
        self.redis.signal(signal.SIGSTOP)
        line = self.refused(self.alice, "perhaps")
        self.assertIn("not known whether", line)
        line = self.refused(self.alice, "surely not")
        self.assertIn("not stored", line)
        # Longer than a lease: nobody is to be taken for dead for that.
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

    def test_connections_are_cut(self) -> None:
        """Nobody notices."""
        for n in range(5):
            self.redis.call("CLIENT", "KILL", "TYPE", "normal")
            eventually("healthy", lambda: health(self.a)[0] == 200)
            eventually("healthy", lambda: health(self.b)[0] == 200)
            self.talk(f"round {n}")

    def test_everything_in_it_is_lost(self) -> None:
        """Somebody flushed it: people and names are put there again."""
        self.redis.call("FLUSHALL")
        eventually(
            "people are back",
            lambda: self.who(self.alice) == self.who(self.bob) == ["alice", "bob"],
        )
        eventually(
            "alice is in Redis again",
            lambda: (
                "alice" in self.redis.call("HVALS", "chat:where")
                or self.redis.call("HLEN", "chat:where") == "2"
            ),
        )
        self.talk("after")
        carol = self.connect(self.b)
        self.assertEqual(len(self.who(carol)), 3)
        carol.say("\\nick alice")
        carol.expect("error: alice or a name like it is in use")

    def test_out_of_memory(self) -> None:
        """Messages are refused, people stay, and it goes on when there is room."""
        self.redis.call("CONFIG", "SET", "maxmemory", "1")
        line = self.refused(self.alice, "too much")
        self.assertIn("out of memory", line)
        self.assertEqual(health(self.a)[0], 503)
        time.sleep(7)
        self.redis.call("CONFIG", "SET", "maxmemory", "0")
        self.talk("again")
        self.assertEqual(health(self.a)[0], 200)
        self.assertEqual(self.who(self.bob), ["alice", "bob"])

    def test_read_only(self) -> None:
        """It became a replica: refused, until it is the master again."""
        self.redis.call("REPLICAOF", "127.0.0.1", str(free_port()))
        line = self.refused(self.alice, "nowhere to write")
        self.assertIn("Redis", line)
        eventually("not healthy", lambda: health(self.a)[0] == 503)
        self.assertIn("read-only replica", health(self.a)[1])
        self.redis.call("REPLICAOF", "NO", "ONE")
        eventually("healthy", lambda: health(self.a)[0] == 200)
        eventually("healthy", lambda: health(self.b)[0] == 200)
        self.talk("again")

    def test_stop_while_it_is_away(self) -> None:
        """A server ends within 5 s all the same."""
        self.redis.kill()
        began = time.monotonic()
        self.a.stop()
        self.assertLess(time.monotonic() - began, 5.5)


class StartTests(ServerTestCase):
    """A server that cannot use its Redis ends at once and says why."""

    def start_fails(self, store: str, *words: str, within: float = 10) -> None:
        server = self.launch("--store", store)
        began = time.monotonic()
        self.assertNotEqual(server.wait(), 0)
        self.assertLess(time.monotonic() - began, within)
        text = server.stderr_path.read_text()
        self.assertEqual(text.count("\n"), 1, text)
        for word in words:
            self.assertIn(word, text)
        self.assertNotIn("secret", text)

    def test_nobody_is_there(self) -> None:
        """Nothing listens on that port."""
        port = free_port()
        self.start_fails(f"redis://127.0.0.1:{port}/0", f"127.0.0.1:{port}", "reached")

    def test_it_does_not_answer(self) -> None:
        """It accepts connections and says nothing."""
        redis = a_redis(self)
        redis.signal(signal.SIGSTOP)
        self.start_fails(redis.url, "does not answer")

    def test_wrong_password(self) -> None:
        """None, a wrong one, and one that is not asked for."""
        redis = a_redis(self, "requirepass right")
        self.start_fails(redis.url, "asks for a password")
        url = f"redis://default:secret@{redis}/0"
        self.start_fails(url, "does not accept this user and password")
        open_to_all = a_redis(self)
        self.start_fails(f"redis://:secret@{open_to_all}/0", "no password")
        self.start("--store", f"redis://:right@{redis}/3")

    def test_a_replica(self) -> None:
        """It can only be read."""
        redis = a_redis(self, f"replicaof 127.0.0.1 {free_port()}")
        self.start_fails(redis.url, "read-only replica")

    def test_no_such_database(self) -> None:
        """Redis has 16 of them."""
        redis = a_redis(self)
        self.start_fails(f"redis://{redis}/99", "no database of that number")

    def test_no_address(self) -> None:
        """What was typed is no address; its password is not repeated."""
        self.start_fails("redis://u:secret@host:99999/0", "is no address of a Redis")
        self.start_fails("redis://host/lobby", "no number of a database")
        self.start_fails("redis+sentinel://host", "SERVICE")

    def test_a_user_who_may_too_little(self) -> None:
        """The one line says what is missing."""
        redis = a_redis(self, "user chat on >secret ~chat:* +@read")
        self.start_fails(f"redis://chat:secret@{redis}/0", "may not do what is needed")
