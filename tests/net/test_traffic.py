"""Bytes received."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.pages import notFound

from tests.support.memory import Wire
from twisted_chat.core.counters import Counters
from twisted_chat.net.http import ChatSite
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.traffic import Traffic, Uncounted

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class TrafficTests(SynchronousTestCase):
    """A site, as it is embedded and as the chat has it."""

    def test_site_counts_whether_anybody_looks_or_not(self) -> None:
        """Requests that are incomplete as well."""
        counted: tuple[Traffic, ...] = (Uncounted(), Counters())
        for traffic in counted:
            site = ChatSite(notFound(), Clock(), limits=PeerLimits(Clock(), traffic))
            Wire().accept(site).send(REQUEST)
            Wire().accept(site).send(REQUEST[:10], bytewise=True)
            self.assertEqual(traffic.received_bytes, len(REQUEST) + 10)
