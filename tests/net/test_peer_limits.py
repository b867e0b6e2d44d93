"""What the connections of a server share."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.pages import notFound

from tests.support.memory import Wire
from twisted_chat.net.http import MAX_BODY, ChatSite
from twisted_chat.net.large_inputs import MAX_OF_HOST
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.timers import Keepalive

HEAD = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY}\r\n\r\n"


class PeerLimitsTests(SynchronousTestCase):
    """Two servers, each with limits of its own or with one object for both."""

    def refuses(self, first: ChatSite, second: ChatSite) -> bool:
        """Whether one refuses large input once the other holds as much as it may."""
        body = b"x" * (MAX_BODY - 1)
        for _ in range(MAX_OF_HOST // len(body)):
            self.assertEqual(self.post(first, body), b"")
        return b" 503 " in self.post(second, body)

    def post(self, site: ChatSite, body: bytes) -> bytes:
        wire = Wire().accept(site)
        wire.send(HEAD.encode() + body)
        return bytes(wire.value())

    def test_servers_with_the_same_limits_count_together(self) -> None:
        """Others do not."""
        clock = Clock()
        limits = PeerLimits(clock)
        sites = [ChatSite(notFound(), clock, limits=limits) for _ in range(2)]
        self.assertTrue(self.refuses(*sites))
        alone = [ChatSite(notFound(), clock) for _ in range(2)]
        self.assertFalse(self.refuses(*alone))

    def test_keepalive_without_limits_makes_its_own(self) -> None:
        """So that an application need not know of them."""
        clock = Clock()
        limits = PeerLimits(clock)
        self.assertIs(Keepalive(clock, 25, 20, limits).limits, limits)
        first, second = Keepalive(clock, 25, 20), Keepalive(clock, 25, 20)
        self.assertIsNot(first.limits, second.limits)
