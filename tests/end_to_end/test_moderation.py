"""Order in rooms, on every wire: who is removed, silenced and let in."""

from __future__ import annotations

from tests.end_to_end.test_websocket_clients import ClientTestCase

PASSWORD = "correct horse"


class EveryWireTests(ClientTestCase):
    """What one wire does is shown on all others."""

    def test_room_is_kept_in_order_by_its_creator(self) -> None:
        """Line, WebSocket text and JSON; a room operator, without any account."""
        server = self.start()
        alice = self.connect(server, "alice")
        alice.say("\\join tea")
        alice.expect("now talking in #tea\r\n")
        bob = self.websocket(server, "/?nick=bob&rooms=tea")
        bob.expect("bob: joined the chat")
        carol = self.websocket(server, "/?format=json&nick=carol&rooms=tea")
        carol.expect('"welcome"')
        carol.ask(type="command", text="\\kick bob", ref="1")
        carol.expect('"code":"not_room_operator"')
        alice.say("\\mute bob 10m")
        bob.expect("alice: muted bob for 10m")
        self.assertIn('"for":"10m"', carol.expect('"type":"muted"'))
        bob.say("hi")
        bob.expect("error: you are muted for ")
        alice.say("\\kick bob spam", "\\room private")
        bob.expect("error: you were kicked from #tea by alice (spam)")
        self.assertIn('"by":"alice"', carol.expect('"type":"kicked"'))
        self.assertIn('"private":true', carol.expect('"type":"room"'))
        bob.say("\\join tea")
        bob.expect("error: #tea is private: ask alice for an invitation")
        carol.ask(type="command", text="\\room", ref="2")
        self.assertIn('"operators":["alice"]', carol.expect('"by":null'))
        alice.say("\\op carol")
        carol.expect('"operator":true')
        carol.ask(type="command", text="\\invite bob")
        bob.expect("carol invites you to #tea (\\join tea)")
        bob.say("\\join tea")
        bob.expect("now talking in #tea")
