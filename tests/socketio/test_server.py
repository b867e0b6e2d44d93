"""Socket.IO connections: namespaces, and who may stay."""

from __future__ import annotations

import json
from typing import Any

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, masked
from twisted_chat.engineio.session import EngineIOPeer
from twisted_chat.socketio.packets import EVENT, Packet
from twisted_chat.socketio.server import Connection, NamespaceSocket, SocketIO


class Recorder(NamespaceSocket):
    """Lets everyone in who does not say ``{"bad": true}``, and remembers."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        super().__init__(connection, namespace)
        self.told: list[Any] = []

    def connect(self, auth: dict[str, Any]) -> None:
        self.told.append(("connect", auth))
        if auth.get("bad"):
            self.refuse("not you", {"because": "bad"})
        elif not auth.get("slow"):
            self.accept({"sid": "s"})

    def event_received(self, packet: Packet) -> None:
        self.told.append(packet)

    def ack_received(self, packet: Packet) -> None:
        self.told.append(packet)

    def upgraded(self) -> None:
        self.told.append("upgraded")

    def closed(self, reason: str) -> None:
        self.told.append(("closed", reason))


class SocketIOTestCase(EngineIOTestCase):
    """A server in memory, with the namespaces ``/`` and ``/custom``."""

    def setUp(self) -> None:
        super().setUp()
        self.members: list[Any] = []
        self.server = SocketIO(self.clock)
        for name in ("/", "/custom"):
            self.server.namespaces[name] = self.member

    def member(self, connection: Connection, namespace: str) -> NamespaceSocket:
        self.members.append(Recorder(connection, namespace))
        return self.members[-1]  # type: ignore[no-any-return]

    def peer(self) -> EngineIOPeer:
        request: Any = None
        return self.server.peer(request)

    def join(self, packet: str = "40") -> WebSocketClient:
        client = self.connect()
        client.say(packet)
        client.heard()
        return client


class ConnectTests(SocketIOTestCase):
    """Coming in and going out."""

    def test_namespaces(self) -> None:
        """One client may be in several; each is told what it says of itself."""
        client = self.connect()
        client.say('40{"token":"123"}')
        client.say("40/custom,")
        self.assertEqual(client.heard(), ['40{"sid":"s"}', '40/custom,{"sid":"s"}'])
        self.assertEqual(self.members[0].told, [("connect", {"token": "123"})])
        self.assertEqual(self.members[1].told, [("connect", {})])

    def test_refused(self) -> None:
        """Who is refused is told why, and may try again."""
        client = self.connect()
        client.say('40{"bad":true}')
        client.say("40")
        self.assertEqual(
            client.heard(),
            ['44{"message":"not you","data":{"because":"bad"}}', '40{"sid":"s"}'],
        )

    def test_unknown_namespace(self) -> None:
        """It has the protocol's own words."""
        client = self.connect()
        client.say("40/random")
        self.assertEqual(client.heard(), ['44/random,{"message":"Invalid namespace"}'])

    def test_twice(self) -> None:
        """Nobody comes into the same namespace twice."""
        client = self.join()
        client.say("40")
        self.assertEqual(client.close_code(), 1002)

    def test_leave(self) -> None:
        """Who leaves one namespace stays in the others, and may come back."""
        client = self.join()
        client.say("40/custom")
        client.say("41")
        client.say('42["nobody hears this"]')
        client.say('42/custom,["a"]')
        client.say("40")
        self.assertEqual(len(client.heard()), 2)
        self.assertEqual(
            self.members[0].told[1:], [("closed", "client namespace disconnect")]
        )
        self.assertEqual(self.members[1].told[1:], [Packet(EVENT, "/custom", ["a"])])

    def test_put_out(self) -> None:
        """The server puts someone out of a namespace."""
        client = self.join()
        self.members[0].disconnect("enough")
        self.assertEqual(client.heard(), ["41"])
        client.say('42["too late"]')
        self.clock.advance(0)
        self.members[0].disconnect("again")
        self.clock.advance(0)
        self.assertEqual(self.members[0].told[1:], [("closed", "enough")])

    def test_before_it_is_let_in(self) -> None:
        """What is said too early comes to nothing."""
        client = self.connect()
        client.say('40{"slow":true}')
        client.say('42["early"]')
        self.members[0].accept({"sid": "s"})
        client.say('42["in time"]')
        self.assertEqual(self.members[0].told[1:], [Packet(EVENT, "/", ["in time"])])

    def test_gone(self) -> None:
        """Who hangs up leaves every namespace; who was never let in, none."""
        client = self.join()
        client.say('40/custom,{"slow":true}')
        client.wire.hang_up()
        self.assertEqual(
            self.members[0].told[1:], [("closed", "the WebSocket closed with 1006")]
        )
        self.assertEqual(self.members[1].told[1:], [])


class TimeTests(SocketIOTestCase):
    """A client that is in no namespace does not stay."""

    def beat(self, client: WebSocketClient, seconds: float) -> None:
        for _ in range(round(seconds / 5)):
            self.clock.advance(5)
            client.say("3")

    def test_no_namespace(self) -> None:
        """After 45 s it is disconnected, alive or not."""
        client = self.connect()
        self.beat(client, 40)
        self.assertEqual(self.resource.sessions, 1)
        client.say("40/random")
        self.beat(client, 5)
        self.assertEqual(self.resource.sessions, 0)

    def test_namespace(self) -> None:
        """Who is in one stays, until 45 s after it left the last."""
        client = self.join()
        self.beat(client, 60)
        client.say("41")
        self.beat(client, 40)
        self.assertEqual(self.resource.sessions, 1)
        self.beat(client, 5)
        self.assertEqual(self.resource.sessions, 0)


class PacketTests(SocketIOTestCase):
    """What is said in a namespace."""

    def test_events_and_acks(self) -> None:
        """They reach the member of their namespace."""
        client = self.join()
        client.say('42["a",1]')
        client.say('43/custom,1["nobody"]')
        client.say("437[2]")
        self.assertEqual(
            [packet.data for packet in self.members[0].told[1:]], [["a", 1], [2]]
        )

    def test_attachments(self) -> None:
        """They are put where they belong."""
        client = self.join()
        client.say(
            '452-["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]'
        )
        client.send(masked(0x82, b"one"))
        client.send(masked(0x82, b"two"))
        self.assertEqual(self.members[0].told[1].data, ["a", b"two", b"one"])

    def test_nonsense(self) -> None:
        """It ends the session: text or binary."""
        for words in ("4abc", "42{}", '42abc["a"]', "44"):
            client = self.join()
            client.say(words)
            self.assertEqual(client.close_code(), 1002, words)
            self.assertEqual(self.members[-1].told[-1][0], "closed")
        client = self.join()
        client.send(masked(0x82, b"from nowhere"))
        self.assertEqual(client.close_code(), 1002)

    def test_sent_with_attachments(self) -> None:
        """A packet and its attachments go in one piece, by either transport."""
        client = self.join()
        self.members[0].send(Packet(EVENT, "/", ["a", b"xy"]))
        frames = [bytes(frame.data) for frame in client.frames()]
        head = b'451-["a",{"_placeholder":true,"num":0}]'
        self.assertEqual(frames, [head, b"xy"])
        sid = self.open()
        self.poll(sid, b"40")
        self.poll(sid)
        waiting = self.poll(sid)
        self.members[1].send(Packet(EVENT, "/", ["a", b"xy"]))
        self.assertEqual(waiting.body, head.decode() + "\x1ebeHk=")

    def test_upgrade(self) -> None:
        """Members are told when the transport changes."""
        sid = self.open()
        self.poll(sid, b"40")
        client = self.upgrade(sid)
        self.assertEqual(self.members[0].told[1:], ["upgraded"])
        client.say('42["a"]')
        self.assertEqual(self.members[0].told[2].data, ["a"])

    def test_by_polling(self) -> None:
        """A whole conversation without a WebSocket."""
        sid = self.open()
        self.poll(sid, b'40{"a":1}')
        self.assertEqual(json.loads(self.poll(sid).body[2:]), {"sid": "s"})
        self.poll(sid, b'42["a"]\x1e451-["b",{"_placeholder":true,"num":0}]\x1ebeHk=')
        self.assertEqual(
            [packet.data for packet in self.members[0].told[1:]], [["a"], ["b", b"xy"]]
        )


class MemberTests(SocketIOTestCase):
    """What a member need not do."""

    def test_ignoring(self) -> None:
        """Everything but coming in may be left out."""

        class Quiet(NamespaceSocket):
            def connect(self, auth: dict[str, Any]) -> None:
                if auth:
                    super().connect(auth)
                self.accept({})

        self.server.namespaces["/"] = Quiet
        sid = self.open()
        self.poll(sid, b'40\x1e42["a"]\x1e430[]')
        client = self.upgrade(sid)
        client.say("41")
        client.say('40{"a":1}')
        self.assertEqual(len(self.flushLoggedErrors(NotImplementedError)), 1)


class BytewisePacketTests(PacketTests):
    """The same, a byte at a time."""

    bytewise = True
