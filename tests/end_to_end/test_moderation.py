"""Order in rooms, on every wire: who is removed, silenced and let in."""

from __future__ import annotations

import re

from websockets.exceptions import ConnectionClosed

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server
from tests.end_to_end.redis_server import SeveralServersTestCase
from tests.end_to_end.test_socketio_clients import WEBSOCKET, SocketIOTestCase
from tests.end_to_end.test_websocket_clients import ClientTestCase

PASSWORD = "correct horse"


class Operating(ClientTestCase, SocketIOTestCase):
    """A server with an operator."""

    def operator(self, server: Server, nick: str) -> LineClient:
        """Connect a line client that is an operator."""
        client = self.connect(server, nick)
        client.say(f"\\register {PASSWORD}")
        client.expect(f"registered: {nick}\r\n")
        code = server.expect_log(r"operator code: (\S+)")[1]
        client.say(f"\\operator {code}")
        client.expect("you are an operator now\r\n")
        return client


UPGRADE = """\
GET {} HTTP/1.1
Host: localhost
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

"""

# What a client of each wire sends first, under a nickname.
FIRST = {
    "telnet": "\\nick {}\n",
    "IRC": "NICK {0}\nUSER {0} 0 * :{0}\nJOIN #lobby\n",
    "WebSocket": UPGRADE.format("/ws?nick={}"),
    "JSON": UPGRADE.format("/ws?format=json&nick={}"),
    # With the frame, not masked by anything but zeros, that connects a socket.
    "Socket.IO": UPGRADE.format("/socket.io/?EIO=4&transport=websocket")
    + "\x01\x02\0\0\0\x0040",
}

OUT = re.compile("ou are banned until further notice")


class ReturningTests(Operating):
    """Whoever is banned stays out, however it comes back."""

    def test_troll_with_an_address_of_its_own_is_kept_out_of_every_wire(self) -> None:
        """Under any name; whoever has another address is not concerned."""
        server = self.start("--store", "memory:", "--trust-proxy", "127.0.0.1")
        oscar = self.operator(server, "oscar")
        for number, wire in enumerate(("telnet", "IRC", "WebSocket", "JSON")):
            address, nick = f"203.0.113.{number}", f"troll{number}"
            neighbour = self.come(
                server, "telnet", f"198.51.100.{number}", f"n{number}"
            )
            troll = self.come(server, wire, address, nick)
            oscar.expect(re.compile(f"{nick}.*\r\n"))
            oscar.say(f"\\ban {nick}")
            oscar.expect(f"oscar: banned {nick}\r\n")
            self.is_out(wire, troll)
            for again in FIRST:
                client = self.come(server, again, address, f"other{number}")
                self.is_out(again, client)
            neighbour.say("still here")
            oscar.expect(f"n{number}: still here\r\n")

    def is_out(self, wire: str, client: LineClient) -> None:
        """It is told, and disconnected; by the others only once it agrees."""
        client.expect(OUT)
        if wire in ("telnet", "IRC"):
            client.expect_end()

    def come(self, server: Server, wire: str, address: str, nick: str) -> LineClient:
        """A client of a wire, from an address, under a nickname."""
        client = LineClient(server.port)
        self.addCleanup(client.close)
        client.send(f"PROXY TCP4 {address} 127.0.0.1 4000 {server.port}\r\n".encode())
        first = FIRST[wire].format(nick).replace("\n", "\r\n")
        # The first two bytes of a frame are no characters.
        data = first.encode().replace(b"\x01\x02", b"\x81\x82")
        client.send(data)
        return client


class EveryWireTests(Operating):
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

    def test_troll_is_removed_in_one_line_and_cannot_come_back(self) -> None:
        """By any wire; the server keeps it over a crash."""
        server = self.start()
        alice = self.operator(server, "alice")
        line = self.connect(server, "troll")
        alice.say("\\ban troll 2h spam")
        until = (
            r"error: you are banned until \d{4}-\d\d-\d\d \d\d:\d\d UTC \(spam\)\r\n"
        )
        line.expect(re.compile(until))
        line.expect_end()
        alice.expect("alice: banned troll for 2h (spam)\r\n")
        alice.expect("troll: left the chat\r\n")
        for crashed in (False, True):
            if crashed:
                server.kill()
                server = self.start()
            again = LineClient(server.port)
            again.say("\\nick troll")
            again.expect(re.compile(until))
            again.expect_end()
            again.close()
            self.assert_closed(server, "/?nick=troll", "error: you are banned until")
            self.assert_closed(server, "/?format=json&nick=troll", '"code":"banned"')

    def assert_closed(self, server: Server, path: str, told: str) -> None:
        """A WebSocket is accepted, told, and closed with 4003."""
        client = self.websocket(server, path)
        client.expect(told)
        with self.assertRaises(ConnectionClosed) as closed:
            client.expect("anything else")
        assert closed.exception.rcvd is not None
        self.assertEqual(closed.exception.rcvd.code, 4003)

    def test_what_was_confirmed_survives_a_kill(self) -> None:
        """An account, a mute, a setting of a room, and a ban from it."""
        server = self.start()
        alice = self.operator(server, "alice")
        bob = self.connect(server, "bob")
        alice.expect("is now known as bob\r\n")
        alice.say("\\join tea", "\\room key pumpkin", "\\room ban eve")
        alice.expect("alice: set a key for #tea\r\n")
        alice.expect("alice: banned eve from #tea\r\n")
        alice.say("\\mute bob", "\\register carol battery-staple")
        alice.expect("alice: muted bob\r\n")
        alice.expect("registered: carol\r\n")
        server.kill()
        bob.expect_end()
        server = self.start()
        again = self.connect(server, "bob")
        again.say("hi", "\\join tea", "\\login carol battery-staple")
        again.expect("error: you are muted\r\n")
        again.expect("error: #tea needs a key: \\join tea KEY\r\n")
        again.expect("logged in as carol\r\n")
        eve = self.connect(server, "eve")
        eve.say("\\join tea pumpkin")
        eve.expect("error: you are banned from #tea\r\n")

    def test_socketio_client_sees_a_kick_and_is_refused_after_a_ban(self) -> None:
        """``remove chatter``, and ``connect_error`` with the reason."""
        server = self.start()
        alice = self.operator(server, "alice")
        dave, erin = (
            self.connect_socketio(server, "stock", WEBSOCKET) for _ in range(2)
        )
        for client, nick in ((dave, "dave"), (erin, "erin")):
            client.do("emit", "join", nick)
            alice.expect(f"is now known as {nick}\r\n")
        alice.say("\\kick dave")
        erin.expect('["event","remove chatter","dave"]')
        alice.say("\\ban erin spam")
        alice.expect("alice: banned erin (spam)\r\n")
        erin.expect('["connect_error","you are banned until further notice (spam)"]')


class SeveralServersTests(SeveralServersTestCase, Operating):
    """Two servers on one Redis."""

    def test_order_is_the_same_on_all_servers(self) -> None:
        """For members of another one, and on a server that starts later."""
        a, b = self.server("a"), self.server("b")
        alice, bob = self.operator(a, "alice"), self.connect(b, "bob")
        alice.expect("is now known as bob\r\n")
        alice.say("\\join tea")
        alice.expect("now talking in #tea\r\n")
        bob.say("\\join tea")
        bob.expect("now talking in #tea\r\n")
        bob.say("\\kick alice")
        bob.expect("error: only room operators of #tea may use \\kick\r\n")
        alice.say("\\kick bob")
        bob.expect("error: you were kicked from #tea by alice\r\n")
        bob.say("\\who tea")
        bob.expect("here (1): alice\r\n")
        alice.say("\\room key pumpkin", "\\mute bob")
        bob.expect("error: you are muted\r\n")
        bob.say("\\join tea")
        bob.expect("error: #tea needs a key: \\join tea KEY\r\n")
        bob.say("hi")
        bob.expect("error: you are muted\r\n")
        c = self.server("c")
        dora = self.connect(c, "dora")
        dora.say("\\join tea")
        dora.expect("error: #tea needs a key: \\join tea KEY\r\n")
        bob.close()
        alice.expect("bob: left the chat\r\n")
        bob = self.connect(c, "bob")
        bob.say("hi")
        bob.expect("error: you are muted\r\n")
        alice.say("\\ban dora")
        dora.expect("error: you are banned until further notice\r\n")
        dora.expect_end()
        for server in (a, b, c):
            again = LineClient(server.port)
            again.say("\\nick dora")
            again.expect("error: you are banned until further notice\r\n")
            again.expect_end()
            again.close()
