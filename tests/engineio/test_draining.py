"""Draining of closed polling sessions."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from twisted_chat.engineio import draining
from twisted_chat.engineio.draining import DRAIN_TIMEOUT


class DrainingTests(EngineIOTestCase):
    """A closed session answers further GETs for a moment."""

    def test_server_is_flushed_when_no_message_is_left(self) -> None:
        """It does not wait for GETs that would only receive the end."""
        flushed: list[str] = []
        self.resource.when_flushed(lambda: flushed.append("no sessions"))
        sid, silent = self.open(), self.open()
        self.resource.close("stop")
        self.resource.when_flushed(lambda: flushed.append("no messages"))
        self.assertEqual(flushed, ["no sessions", "no messages"])
        sid, silent = self.open(), self.open()
        for peer in self.peers[2:]:
            peer.session.send_text("bye")
        self.resource.close("stop")
        self.resource.when_flushed(lambda: flushed.append("bye"))
        self.assertEqual(self.poll(sid).outcome, (200, "4bye"))
        self.clock.advance(DRAIN_TIMEOUT / 2)
        self.assertEqual(self.poll(sid).outcome, (200, "1"))
        self.assertEqual(flushed[2:], [])
        self.clock.advance(DRAIN_TIMEOUT / 2)
        self.assertEqual(flushed[2:], ["bye"])
        self.assertEqual(self.poll(silent).status, 400)

    def test_number_of_draining_sessions_is_limited(self) -> None:
        """A session over the limit answers no further GET."""
        self.patch(draining, "MAX_DRAINING", 2)
        sids = [self.open() for _ in range(3)]
        for sid in sids:
            self.poll(sid, b"1")
        self.assertEqual(self.poll(sids[1]).outcome, (200, "6"))
        self.assertEqual(self.poll(sids[2]).status, 400)
