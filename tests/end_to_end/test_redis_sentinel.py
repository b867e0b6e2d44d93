"""Redis behind a Sentinel, and Redis over TLS."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.end_to_end.harness import ServerTestCase, free_port
from tests.end_to_end.redis_server import (
    RedisServer,
    SeveralServersTestCase,
    health,
    start_redis,
)
from tests.end_to_end.requirements import require_program
from tests.end_to_end.waiting import eventually


class SentinelTests(SeveralServersTestCase):
    """The master fails, and a replica takes over."""

    def make_redis(self) -> RedisServer:
        return start_redis(self)

    def sentinel(self, master: RedisServer) -> RedisServer:
        found = RedisServer(
            f"sentinel monitor chat 127.0.0.1 {master.port} 1",
            "sentinel down-after-milliseconds chat 1000",
            "sentinel failover-timeout chat 5000",
        )
        # A Sentinel rejects the options of persistence.
        lines = found.config.read_text().splitlines()
        kept = [x for x in lines if x.split()[0] in ("bind", "dir", "port", "sentinel")]
        found.config.write_text("\n".join(kept) + "\n")
        found.arguments = ("--sentinel",)
        self.addCleanup(found.discard)
        return found.start()

    def test_servers_follow_a_failover(self) -> None:
        """They find the new master, and nobody is disconnected."""
        replica = start_redis(self, f"replicaof 127.0.0.1 {self.redis.port}")
        eventually(
            "the replica follows",
            lambda: "master_link_status:up" in replica.call("INFO", "replication"),
        )
        sentinel = self.sentinel(self.redis)
        eventually(
            "the sentinel knows the replica",
            lambda: (
                "slaves=1" in sentinel.call("INFO", "sentinel")
                and "status=ok" in sentinel.call("INFO", "sentinel")
            ),
        )
        nowhere = f"127.0.0.1:{free_port()}"
        store = f"redis+sentinel://{nowhere},{sentinel}/chat/0"
        a, b = (
            self.start("--store", store, directory=self.make_directory(name))
            for name in "ab"
        )
        alice, bob = self.connect(a, "alice"), self.connect(b, "bob")
        alice.expect("is now known as bob\r\n")
        alice.say("before")
        bob.expect("alice: before\r\n")
        # A message that is not on the replica is lost with the master.
        eventually("replicated", lambda: replica.call("XLEN", "chat:room:lobby") == "1")
        self.redis.kill()
        received = ""

        def delivered() -> bool:
            nonlocal received
            alice.say("after")
            bob.pump(0.5)
            received += bob.waiting
            return "alice: after" in received

        eventually("the replica has taken over", delivered)
        self.assertNotIn("left the chat", received)
        # The connection for reading may be restored before the one for commands.
        eventually("healthy", lambda: health(b)[0] == 200)
        bob.say("\\history 500")
        bob.expect("alice: before\r\n")
        self.assertEqual(self.who(bob), ["alice", "bob"])
        self.assertIn("role:master", replica.call("INFO", "replication"))

    def make_directory(self, name: str) -> Path:
        directory = self.directory / name
        directory.mkdir()
        return directory


class TlsTests(ServerTestCase):
    """``rediss://``, with certificates of both sides."""

    def test_tls_requires_a_trusted_certificate(self) -> None:
        """An untrusted one is a startup error of one line."""
        openssl = require_program("openssl")
        key, cert = self.directory / "key.pem", self.directory / "cert.pem"
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
                *("-subj", "/CN=localhost", "-days", "2"),
                *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
                *("-keyout", str(key), "-out", str(cert)),
            ],
            check=True,
            capture_output=True,
        )
        redis = RedisServer(
            "port 0",
            f"tls-cert-file {cert}",
            f"tls-key-file {key}",
            f"tls-ca-cert-file {cert}",
            "tls-auth-clients yes",
        )
        redis.config.write_text(redis.config.read_text() + f"tls-port {redis.port}\n")
        self.addCleanup(redis.discard)
        redis.start(wait=False)
        assert redis.process is not None
        log = redis.directory / "log"
        eventually(
            "redis-server is ready", lambda: "Ready to accept" in log.read_text()
        )
        for host in ("localhost", "127.0.0.1"):
            store = f"rediss://{host}:{redis.port}/0?ca={cert}&cert={cert}&key={key}"
            server = self.start("--store", store)
            alice = self.connect(server, "alice")
            alice.say("hi")
            alice.expect("alice: hi\r\n")
            server.stop()
        server = self.launch("--store", f"rediss://localhost:{redis.port}/0")
        self.assertNotEqual(server.wait(), 0)
        text = server.stderr_path.read_text()
        self.assertIn("failed the TLS handshake: certificate verify failed", text)
        self.assertEqual(text.count("\n"), 1, text)
