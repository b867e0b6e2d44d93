"""The upgrade of a session from polling to WebSocket."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, masked
from twisted_chat.engineio.framing import POLLING, WEBSOCKET
from twisted_chat.engineio.session import SessionState


class UpgradeTests(EngineIOTestCase):
    """Probe, release of the GET, UPGRADE."""

    def probe(self, sid: str) -> WebSocketClient:
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send_text("2probe")
        self.assertEqual(client.received(), ["3probe"])
        return client

    def test_session_is_upgraded_to_websocket(self) -> None:
        """The probe releases the GET; polling carries the session until UPGRADE."""
        sid = self.open()
        waiting = self.poll(sid)
        client = self.probe(sid)
        self.assertEqual(waiting.outcome, (200, "6"))
        self.assertEqual(self.poll(sid).outcome, (200, "6"))
        self.assertEqual(self.poll(sid, b"4by polling").outcome, (200, "ok"))
        self.assertIs(self.peers[0].session.state, SessionState.UPGRADING)
        client.send_text("5")
        self.assertEqual(client.received(), ["4by polling"])
        self.assertEqual(self.peers[0].upgrades, 1)
        self.assertIs(self.peers[0].session.state, SessionState.OPEN)
        client.send_text("4hello")
        self.assertEqual(client.received(), ["4hello"])

    def test_client_need_not_wait_for_answers(self) -> None:
        """It may send the probe, UPGRADE and messages at once."""
        sid = self.open()
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        for packet in ("2probe", "5", "4a"):
            client.send_text(packet)
        self.assertEqual(client.received(), ["3probe", "4a"])

    def test_upgrade_keeps_all_messages_in_order(self) -> None:
        """Those that wait, and those encoded for polling."""
        sid = self.open()
        session = self.peers[0].session
        session.send_text("a")
        session.send_binary(b"b")
        early = POLLING.text(b"c")
        client = self.probe(sid)
        client.send_text("5")
        # Encoded before the upgrade, and written after it among others.
        session.write(WEBSOCKET.text(b"\x1e") + early)
        session.send_text("d")
        self.assertEqual(
            [bytes(f.data) for f in client.frames()],
            [b"4a", b"b", b"4\x1e", b"4c", b"4d"],
        )

    def test_polling_is_refused_after_an_upgrade(self) -> None:
        """The session is not affected."""
        sid = self.open()
        client = self.upgrade(sid)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.poll(sid, b"4x").status, 400)
        client.send_text("4hello")
        self.assertEqual(client.received(), ["4hello"])

    def test_second_websocket_is_closed(self) -> None:
        """During the upgrade, and after it."""
        sid = self.open()
        client = self.probe(sid)
        second = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        self.assertEqual(second.close_code(), 1008)
        second.send_text("2probe")
        self.assertEqual(second.received(), [])
        client.send_text("5")
        second = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        self.assertEqual(second.close_code(), 1008)
        second.wire.disconnect()
        client.send_text("4hello")
        self.assertEqual(client.received(), ["4hello"])

    def test_failed_upgrade_leaves_polling_working(self) -> None:
        """The WebSocket closes, sends something else, or nothing for too long."""
        sid = self.open()

        def still_polling() -> None:
            waiting = self.poll(sid)
            self.assertFalse(waiting.answered)
            self.peers[0].session.send_text("x")
            self.assertEqual(waiting.outcome, (200, "4x"))

        self.probe(sid).wire.disconnect()
        still_polling()
        for packet in ("5", "4x", "2", "abc", "1"):
            client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
            client.send_text(packet)
            self.assertEqual(client.close_code(), 1002, packet)
            still_polling()
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send(masked(0x82, b"binary"))
        self.assertEqual(client.close_code(), 1002)
        still_polling()
        client = self.probe(sid)
        self.pass_time(10)
        self.assertEqual(client.close_code(), 1002)
        still_polling()
        self.assertEqual(self.peers[0].ends, [])

    def test_end_of_the_session_ends_the_upgrade(self) -> None:
        """The WebSocket is closed."""
        sid = self.open()
        client = self.probe(sid)
        self.poll(sid, b"1")
        self.assertEqual(client.close_code(), 1002)
        client.wire.disconnect()
        self.assertEqual(len(self.peers[0].ends), 1)

    def test_upgrade_during_a_post_fails(self) -> None:
        """Its packets would be delivered after later ones."""
        sid = self.open()
        self.poll(sid, b"4pause\x1e4x")
        client = self.probe(sid)
        client.send_text("5")
        self.assertEqual(client.close_code(), 1002)

    def test_pause_continues_after_an_upgrade(self) -> None:
        """The WebSocket is not read."""
        sid = self.open()
        client = self.probe(sid)
        session = self.peers[0].session
        session.pause()
        client.send_text("5")
        self.assertEqual(client.wire.producerState, "paused")
        session.resume()
        self.assertEqual(client.wire.producerState, "producing")

    def test_lost_websocket_ends_the_upgraded_session(self) -> None:
        """It does not fall back to polling."""
        client = self.upgrade(self.open())
        client.wire.disconnect()
        self.assertEqual(len(self.peers[0].ends), 1)
        self.assertEqual(self.resource.sessions, 0)


class BytewiseUpgradeTests(UpgradeTests):
    """The same, byte by byte."""

    bytewise = True
