"""Engine.IO sessions: states, heartbeats, and what the application is notified."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient
from twisted_chat.engineio.session import EngineIOPeer, SessionState


class HeartbeatTests(EngineIOTestCase):
    """A ping every 25 s, and 20 s for the answer."""

    def test_client_on_polling_times_out(self) -> None:
        """Unless it answers."""
        sid = self.open()
        for _ in range(3):
            waiting = self.poll(sid)
            self.pass_time(24)
            self.assertFalse(waiting.answered)
            self.pass_time(1)
            self.assertEqual(waiting.outcome, (200, "2"))
            self.assertEqual(self.poll(sid, b"3").outcome, (200, "ok"))
        self.pass_time(44)
        self.assertEqual(self.peers[0].ends, [])
        self.pass_time(2)
        self.assertEqual(self.peers[0].ends, ["ping timeout"])
        self.assertEqual(self.poll(sid).status, 400)

    def test_client_on_websocket_times_out(self) -> None:
        """Unless it answers; no timer is left."""
        client = self.connect()
        for _ in range(3):
            self.pass_time(25)
            self.assertEqual(client.received(), ["2"])
            client.send_text("3")
        self.pass_time(46)
        self.assertEqual(client.received()[:1], ["2"])
        self.assertEqual(self.peers[0].ends, ["ping timeout"])
        self.pass_time(3)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_request_just_after_the_timeout_is_refused(self) -> None:
        """Even if the timer has not run yet."""
        self.serve(ping_interval=0.3, ping_timeout=0.2)
        sid = self.open()
        self.clock.advance(0.3)
        self.clock.rightNow += 0.2
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].ends, ["ping timeout"])

    def test_heartbeat_intervals_may_be_fractions(self) -> None:
        """Of a second."""
        self.serve(ping_interval=0.3, ping_timeout=0.2)
        client = self.connect()
        self.pass_time(0.3, 0.01)
        self.assertEqual(client.received(), ["2"])
        self.pass_time(0.3, 0.01)
        self.assertEqual(self.peers[0].ends, ["ping timeout"])

    def test_paused_session_does_not_time_out(self) -> None:
        """On either transport."""
        client = self.connect()
        session = self.peers[0].session
        session.pause()
        self.pass_time(200)
        self.assertEqual(self.peers[0].ends, [])
        session.resume()
        client.send_text("3")
        self.pass_time(20)
        self.assertEqual(self.peers[0].ends, [])
        sid = self.open()
        self.poll(sid, b"4pause\x1e4x")
        self.pass_time(200)
        self.assertEqual(self.peers[1].ends, [])

    def test_ping_of_a_client_ends_the_session(self) -> None:
        """Only the server sends pings."""
        client = self.connect()
        client.send_text("2")
        self.assertEqual(client.close_code(), 1002)


class StateTests(EngineIOTestCase):
    """The states of a session."""

    def test_closed_session_notifies_the_application_later(self) -> None:
        """It is closing until then; closing it again changes nothing."""
        self.open()
        session = self.peers[0].session
        self.assertIs(session.state, SessionState.OPEN)
        session.close("enough")
        session.close("again")
        session.fail("too late")
        self.assertIs(session.state, SessionState.CLOSING)
        self.assertFalse(session.is_open)
        self.clock.advance(0)
        self.assertIs(session.state, SessionState.CLOSED)
        self.assertEqual(self.peers[0].ends, ["enough"])

    def test_session_is_closed_by_its_client(self) -> None:
        """The application is notified at once."""
        self.poll(self.open(), b"1")
        self.assertIs(self.peers[0].session.state, SessionState.CLOSED)


class FailingPeer(EngineIOPeer):
    """Fails in ``opened`` and in ``closed``."""

    def opened(self, session: object) -> None:
        raise RuntimeError("in opened")

    def closed(self, reason: str) -> None:
        raise RuntimeError("in closed")


class FailingPeerTests(EngineIOTestCase):
    """An application that fails at both ends."""

    def peer(self) -> EngineIOPeer:
        return FailingPeer()

    def test_failures_are_logged_and_end_the_session(self) -> None:
        """On either transport."""
        sid = self.open()
        self.assertEqual(self.poll(sid).status, 400)
        client: WebSocketClient = self.socket()
        self.assertEqual(client.received()[0][:1], "0")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 4)
        self.assertEqual(self.resource.sessions, 0)


class SilentPeerTests(EngineIOTestCase):
    """An application that ignores everything."""

    def peer(self) -> EngineIOPeer:
        return EngineIOPeer()

    def test_application_may_ignore_everything(self) -> None:
        """No method has to be implemented."""
        sid = self.open()
        self.assertEqual(self.poll(sid, b"4x\x1ebAAA=\x1e6").outcome, (200, "ok"))
        client = self.upgrade(sid)
        client.send_text("1")
        self.assertEqual(self.resource.sessions, 0)
