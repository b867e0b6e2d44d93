"""One chat on two servers that share a Redis in memory."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.redis import FakeRedis
from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.connection import RedisConnection
from twisted_chat.journals.redis.errors import unreachable
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.testing import START, FakeClient, TestChat


async def cut_off() -> RedisConnection:
    """Redis cannot be reached."""
    raise unreachable("fake:1", "connection refused")


class ServersCase(SynchronousTestCase):
    """Alice is connected to server one, and bob to server two."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(START)
        self.redis = FakeRedis(self.clock)
        self.servers: list[TestChat] = []
        self.one, self.two = self.server("one"), self.server("two")
        self.alice = self.connect(self.one, "alice")
        self.bob = self.connect(self.two, "bob")
        for client in (self.alice, self.bob):
            self.seen_by(client)

    def server(self, name: str) -> TestChat:
        address = RedisAddress((("fake", 1),))
        journal = RedisJournal(address, self.clock, name, connect=self.redis.connect)
        server = TestChat(journal=journal, names=journal.names)
        # A key tells which server submitted an entry.
        server.committer._key_prefix = f"{name}-"
        self.servers.append(server)
        return server

    def settle(self, seconds: float = 0.2) -> None:
        """Advance the clocks of Redis and of both servers."""
        for _ in range(round(seconds * 20)):
            self.clock.advance(0.05)
            for server in self.servers:
                server.advance(0.05)

    def connect(self, server: TestChat, nick: str | None = None) -> FakeClient:
        client = server.client(nick)
        self.settle()
        return client

    def device(self, server: TestChat, account: str = "carl") -> FakeClient:
        """Connect a client that logs in to an account."""
        client = self.connect(server)
        server.log_in(client, account)
        self.settle()
        return client

    def resume(
        self, server: TestChat, client: FakeClient, nick: str | None = None
    ) -> FakeClient:
        """Connect a client to this server that resumes as another one."""
        position = self.one.pool.position
        again = server.client(nick, session=client.client.session, since=position)
        self.settle()
        return again

    def seen_by(self, client: FakeClient) -> list[str]:
        self.settle()
        return list(client.sees())

    def assert_members(self, *nicks: str) -> None:
        """Both servers have just these members."""
        self.settle()
        for server in self.servers:
            members = server.pool.presence.members.values()
            self.assertEqual(sorted(member.nick for member in members), sorted(nicks))
