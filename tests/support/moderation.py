"""Members who keep order, and members who do not, for tests of moderation."""

from __future__ import annotations

from twisted.internet.address import IPv4Address

from twisted_chat.core.presence import Member
from twisted_chat.testing import FakeClient, TestChat

from .routes import RouteCase


class ModerationCase(RouteCase):
    """Alice has opened #tea, and bob and carol are in it; oscar is an operator."""

    def setUp(self) -> None:
        self.chat = TestChat()
        self.moderation = self.chat.chat.moderation
        self.moderation.is_operator = is_oscar
        self.permissions = self.chat.chat.permissions
        names = ("alice", "bob", "carol", "oscar")
        self.alice, self.bob, self.carol, self.oscar = self.chat.people(*names)
        for client in (self.alice, self.bob, self.carol):
            client.types(r"\join tea")
        self.discard()

    def discard(self) -> None:
        """Read what all were shown so far."""
        for client in (self.alice, self.bob, self.carol, self.oscar):
            client.sees()

    def does(self, client: FakeClient, *lines: str) -> None:
        """Type lines, and have everyone read what they were shown."""
        client.types(*lines)
        self.discard()

    def connect_from(self, host: str, nick: str | None = None) -> FakeClient:
        """Connect a client from an IPv4 address."""
        client = self.chat.client(nick, address=IPv4Address("TCP", host, 4000))
        self.discard()
        return client

    def assert_all_see(self, line: str, *clients: FakeClient) -> None:
        """Each of these is shown just this line."""
        for client in clients:
            self.assert_sees(client, line)


def is_oscar(member: Member) -> bool:
    """Whether a member is the operator."""
    return member.nick == "oscar"
