"""Engine.IO's upgrade from polling to WebSocket."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, masked


class UpgradeTests(EngineIOTestCase):
    """Probe, release, upgrade."""

    def probe(self, sid: str) -> WebSocketClient:
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.say("2probe")
        self.assertEqual(client.heard(), ["3probe"])
        return client

    def test_upgrade(self) -> None:
        """The GET that waits is released by the probe; then frames are spoken."""
        sid = self.open()
        waiting = self.poll(sid)
        client = self.probe(sid)
        self.assertEqual(waiting.outcome, (200, "6"))
        self.assertEqual(self.poll(sid).outcome, (200, "6"))
        self.assertEqual(self.poll(sid, b"4by polling").outcome, (200, "ok"))
        client.say("5")
        self.assertEqual(client.heard(), ["4by polling"])
        self.assertEqual(self.peers[0].upgrades, 1)
        client.say("4hello")
        self.assertEqual(client.heard(), ["4hello"])

    def test_all_at_once(self) -> None:
        """A client that does not wait for answers is upgraded as well."""
        sid = self.open()
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        for words in ("2probe", "5", "4a"):
            client.say(words)
        self.assertEqual(client.heard(), ["3probe", "4a"])

    def test_what_waited(self) -> None:
        """Nothing is lost on the way, and all stays in order."""
        sid = self.open()
        session = self.peers[0].session
        session.send_text("a")
        session.send_binary(b"b")
        early = session.encode(b"c")
        client = self.probe(sid)
        client.say("5")
        # Made ready before the upgrade, written after it, with others that were not.
        session.write(session.encode(b"\x1e") + early)
        session.send_text("d")
        self.assertEqual(
            [bytes(f.data) for f in client.frames()],
            [b"4a", b"b", b"4\x1e", b"4c", b"4d"],
        )

    def test_polling_afterwards(self) -> None:
        """It is refused, and does no harm."""
        sid = self.open()
        client = self.upgrade(sid)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.poll(sid, b"4x").status, 400)
        client.say("4hello")
        self.assertEqual(client.heard(), ["4hello"])

    def test_second_websocket(self) -> None:
        """It is accepted and closed, during the upgrade and afterwards."""
        sid = self.open()
        client = self.probe(sid)
        second = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        self.assertEqual(second.close_code(), 1008)
        second.say("2probe")
        client.say("5")
        second = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        self.assertEqual(second.close_code(), 1008)
        second.wire.hang_up()
        client.say("4hello")
        self.assertEqual(client.heard(), ["4hello"])

    def test_given_up(self) -> None:
        """A probe that goes away, says nothing or nonsense: polling goes on."""
        sid = self.open()

        def still_polling() -> None:
            waiting = self.poll(sid)
            self.assertFalse(waiting.answered)
            self.peers[0].session.send_text("x")
            self.assertEqual(waiting.outcome, (200, "4x"))

        self.probe(sid).wire.hang_up()
        still_polling()
        for words in ("5", "4x", "2", "abc", "1"):
            client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
            client.say(words)
            self.assertEqual(client.close_code(), 1002, words)
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

    def test_session_ends_meanwhile(self) -> None:
        """The probe ends with it."""
        sid = self.open()
        client = self.probe(sid)
        self.poll(sid, b"1")
        self.assertEqual(client.close_code(), 1002)
        client.wire.hang_up()
        self.assertEqual(len(self.peers[0].ends), 1)

    def test_while_a_post_is_under_way(self) -> None:
        """It is too early then: what was sent first is taken first."""
        sid = self.open()
        self.poll(sid, b"4pause\x1e4x")
        client = self.probe(sid)
        client.say("5")
        self.assertEqual(client.close_code(), 1002)

    def test_while_paused(self) -> None:
        """The pause goes on over WebSocket."""
        sid = self.open()
        client = self.probe(sid)
        session = self.peers[0].session
        session.pause()
        client.say("5")
        self.assertEqual(client.wire.producerState, "paused")
        session.resume()
        self.assertEqual(client.wire.producerState, "producing")

    def test_client_gone(self) -> None:
        """The session ends with its WebSocket."""
        client = self.upgrade(self.open())
        client.wire.hang_up()
        self.assertEqual(len(self.peers[0].ends), 1)
        self.assertEqual(self.resource.sessions, 0)


class BytewiseUpgradeTests(UpgradeTests):
    """The same, a byte at a time."""

    bytewise = True
