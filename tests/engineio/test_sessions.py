"""The sessions of one server."""

from __future__ import annotations

from itertools import count

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.trial import unittest

from twisted_chat.engineio.session import EngineIOPeer, Session, SessionState
from twisted_chat.engineio.sessions import Sessions, random_id
from twisted_chat.net.admission import Admission
from twisted_chat.net.peer_limits import PeerLimits

ADDRESS = IPv4Address("TCP", "192.0.2.1", 4711)


class SessionsTests(unittest.SynchronousTestCase):
    """Sessions are counted from their creation to their end."""

    def setUp(self) -> None:
        ids, clock = count(1), Clock()
        self.sessions = Sessions(
            clock,
            lambda: f"id{next(ids)}",
            Admission(1, 1),
            ping_interval=25,
            ping_timeout=20,
            limits=PeerLimits(clock),
            max_payload=1000,
        )

    def create(self) -> Session:
        session = self.sessions.create(EngineIOPeer(), ADDRESS)
        assert session is not None
        return session

    def test_session_is_found_by_its_id(self) -> None:
        """And by no other."""
        session = self.create()
        self.assertIs(self.sessions.get("id1"), session)
        self.assertIsNone(self.sessions.get("id2"))
        self.assertEqual(len(self.sessions), 1)

    def test_session_over_the_limit_is_not_created(self) -> None:
        """Until another one ends."""
        session = self.create()
        self.assertIsNone(self.sessions.create(EngineIOPeer(), ADDRESS))
        session.close()
        self.assertIs(self.create().state, SessionState.OPENING)

    def test_session_that_was_never_opened_can_be_closed(self) -> None:
        """Its application is not told, as nothing was opened."""
        session = self.create()
        session.close()
        session.close()
        self.assertIs(session.state, SessionState.CLOSED)
        self.assertEqual(len(self.sessions), 0)

    def test_random_ids_differ_and_need_no_escaping(self) -> None:
        """They have 120 bits, and stand in the query of a URL."""
        ids = {random_id() for _ in range(1000)}
        self.assertEqual(len(ids), 1000)
        for one in ids:
            self.assertRegex(one, r"\A[A-Za-z0-9_-]{20}\Z")
