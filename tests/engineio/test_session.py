"""Engine.IO sessions: heartbeats, ends, and what the application sees of them."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient
from twisted_chat.engineio.session import APART, MAX_HELD, EngineIOPeer
from twisted_chat.net.send_queue import MAX_QUEUED


class HeartbeatTests(EngineIOTestCase):
    """Every 25 s a ping, and 20 s for the answer."""

    def test_polling(self) -> None:
        """Who answers stays; who does not is gone."""
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

    def test_websocket(self) -> None:
        """The same."""
        client = self.connect()
        for _ in range(3):
            self.pass_time(25)
            self.assertEqual(client.heard(), ["2"])
            client.say("3")
        self.pass_time(46)
        self.assertEqual(client.heard()[:1], ["2"])
        self.assertEqual(self.peers[0].ends, ["ping timeout"])
        self.pass_time(3)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_to_the_millisecond(self) -> None:
        """A request that comes when the time is over is too late, even if the timer
        has yet to notice.
        """
        self.serve(ping_interval=0.3, ping_timeout=0.2)
        sid = self.open()
        self.clock.advance(0.3)
        self.clock.rightNow += 0.2
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].ends, ["ping timeout"])

    def test_fractions(self) -> None:
        """Intervals may be fractions of a second."""
        self.serve(ping_interval=0.3, ping_timeout=0.2)
        client = self.connect()
        self.pass_time(0.3, 0.01)
        self.assertEqual(client.heard(), ["2"])
        self.pass_time(0.3, 0.01)
        self.assertEqual(self.peers[0].ends, ["ping timeout"])

    def test_paused(self) -> None:
        """Who is not read cannot answer, and is not blamed for it."""
        client = self.connect()
        session = self.peers[0].session
        session.pause()
        self.pass_time(200)
        self.assertEqual(self.peers[0].ends, [])
        session.resume()
        client.say("3")
        self.pass_time(20)
        self.assertEqual(self.peers[0].ends, [])
        sid = self.open()
        self.poll(sid, b"4pause\x1e4x")
        self.pass_time(200)
        self.assertEqual(self.peers[1].ends, [])

    def test_wrong_way(self) -> None:
        """Pings are the server's to send."""
        client = self.connect()
        client.say("2")
        self.assertEqual(client.close_code(), 1002)


class WebSocketTests(EngineIOTestCase):
    """A session that is a WebSocket from the beginning."""

    def test_messages(self) -> None:
        """Text and binary, there and back."""
        client = self.connect()
        client.say("4hello")
        self.assertEqual(client.heard(), ["4hello"])
        self.peers[0].session.send_binary(b"\x01\x02")
        (frame,) = client.frames()
        self.assertEqual(bytes(frame.data), b"\x01\x02")

    def test_made_ready(self) -> None:
        """What is made ready once is written as it is."""
        client = self.connect()
        session = self.peers[0].session
        data = session.encode(b"a") + session.encode(b"b")
        session.writer()(data)
        self.assertEqual(client.heard(), ["4a", "4b"])

    def test_nonsense(self) -> None:
        """It ends the session."""
        for words in ("abc", "", "0", "5", "1x"):
            client = self.connect()
            client.say(words)
            self.assertEqual(client.close_code(), 1002, words)
            self.assertEqual(len(self.peers[-1].ends), 1)

    def test_client_closes(self) -> None:
        """By a packet, or by hanging up."""
        client = self.connect()
        client.say("1")
        self.assertEqual(client.close_code(), 1000)
        self.assertEqual(self.peers[0].ends, ["the client closed it"])
        client = self.connect()
        client.wire.hang_up()
        self.assertEqual(self.peers[1].ends, ["the WebSocket closed with 1006"])
        self.assertEqual(self.resource.sessions, 0)

    def test_server_closes(self) -> None:
        """What was written comes first, then the reason."""
        client = self.connect()
        session = self.peers[0].session
        session.send_text("last")
        session.close("enough")
        session.send_text("too late")
        frames = list(client.frames())
        self.assertEqual(bytes(frames[0].data), b"4last")
        self.assertEqual(bytes(frames[1].data), b"\x03\xe8enough")
        self.assertEqual(len(frames), 2)
        self.clock.advance(0)
        client.wire.hang_up()
        self.assertEqual(self.peers[0].ends, ["enough"])

    def test_kept_apart(self) -> None:
        """What follows comes a moment later, in order, however it was sent."""
        client = self.connect()
        session = self.peers[0].session
        session.send_text("a")
        session.keep_apart()
        session.send_text("b")
        session.keep_apart()
        session.send_binary(b"c")
        self.assertEqual(client.heard(), ["4a"])
        self.clock.advance(APART)
        self.assertEqual(
            [bytes(frame.data) for frame in client.frames()], [b"4b", b"c"]
        )
        session.send_text("d")
        self.assertEqual(client.heard(), ["4d"])

    def test_kept_apart_no_longer(self) -> None:
        """Nothing is lost by an end, and not much is held back."""
        client, other = self.connect(), self.connect()
        for peer in self.peers:
            peer.session.keep_apart()
        for _ in range(MAX_HELD):
            self.peers[0].session.send_text("x")
        self.assertEqual(client.heard(), [])
        self.peers[0].session.send_text("x")
        self.assertEqual(client.heard(), ["4x"] * (MAX_HELD + 1))
        self.peers[1].session.send_text("last")
        self.peers[1].session.close("enough")
        self.assertEqual(
            [bytes(frame.data) for frame in other.frames()],
            [b"4last", b"\x03\xe8enough"],
        )

    def test_application_fails(self) -> None:
        """Its mistake is logged and ends this session only."""
        other, client = self.connect(), self.connect()
        client.say("4fail")
        self.assertEqual(client.close_code(), 1011)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        other.say("4x")
        self.assertEqual(other.heard(), ["4x"])

    def test_too_slow(self) -> None:
        """Who lets more than 1 MiB wait is cut off."""
        client = self.connect()
        client.wire.producer.pauseProducing()
        session = self.peers[0].session
        for _ in range(MAX_QUEUED // 1000 + 1):
            session.send_text("x" * 1000)
        self.assertTrue(client.wire.aborted)
        client.wire.hang_up()
        self.assertEqual(self.peers[0].ends, ["too slow"])


class FailingPeer(EngineIOPeer):
    """Fails when it should not."""

    def opened(self, session: object) -> None:
        raise RuntimeError("in opened")

    def closed(self, reason: str) -> None:
        raise RuntimeError("in closed")


class FailingPeerTests(EngineIOTestCase):
    """An application that fails at the beginning and at the end."""

    def peer(self) -> EngineIOPeer:
        return FailingPeer()

    def test_both_transports(self) -> None:
        """All of it is logged, none of it is the client's to see."""
        sid = self.open()
        self.assertEqual(self.poll(sid).status, 400)
        client: WebSocketClient = self.socket()
        self.assertEqual(client.heard()[0][:1], "0")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 4)
        self.assertEqual(self.resource.sessions, 0)


class SilentPeerTests(EngineIOTestCase):
    """An application that does nothing with what it hears."""

    def peer(self) -> EngineIOPeer:
        return EngineIOPeer()

    def test_everything(self) -> None:
        """Everything may be ignored."""
        sid = self.open()
        self.assertEqual(self.poll(sid, b"4x\x1ebAAA=\x1e6").outcome, (200, "ok"))
        client = self.upgrade(sid)
        client.say("1")
        self.assertEqual(self.resource.sessions, 0)
