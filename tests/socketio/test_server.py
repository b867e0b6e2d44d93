"""The Socket.IO server: connections and their namespaces."""

from __future__ import annotations

import json
from typing import Any

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, masked
from twisted_chat.engineio.session import EngineIOPeer
from twisted_chat.socketio.packets import EVENT, Packet
from twisted_chat.socketio.server import Connection, Socket, SocketIO


class Recorder(Socket):
    """Accepts clients, unless their ``auth`` says otherwise, and records all calls."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        super().__init__(connection, namespace)
        self.calls: list[Any] = []

    def connect(self, auth: dict[str, Any]) -> None:
        self.calls.append(("connect", auth))
        if auth.get("bad"):
            self.refuse("not you", {"because": "bad"})
        elif not auth.get("slow"):
            self.accept({"sid": "s"})

    def event_received(self, packet: Packet) -> None:
        self.calls.append(packet)

    def ack_received(self, packet: Packet) -> None:
        self.calls.append(packet)

    def upgraded(self) -> None:
        self.calls.append("upgraded")

    def closed(self, reason: str) -> None:
        self.calls.append(("closed", reason))


class SocketIOTestCase(EngineIOTestCase):
    """A server in memory, with the namespaces ``/`` and ``/custom``."""

    def setUp(self) -> None:
        super().setUp()
        self.sockets: list[Any] = []
        self.server = SocketIO(self.clock)
        for name in ("/", "/custom"):
            self.server.namespaces[name] = self.make_socket

    def make_socket(self, connection: Connection, namespace: str) -> Socket:
        self.sockets.append(Recorder(connection, namespace))
        return self.sockets[-1]  # type: ignore[no-any-return]

    def peer(self) -> EngineIOPeer:
        return self.server.peer(self.request)

    def join(self, packet: str = "40") -> WebSocketClient:
        client = self.connect()
        client.send_text(packet)
        client.received()
        return client


class ConnectTests(SocketIOTestCase):
    """Connecting to namespaces and leaving them."""

    def test_client_may_be_in_several_namespaces(self) -> None:
        """Each has a socket of its own."""
        client = self.connect()
        client.send_text('40{"token":"123"}')
        client.send_text("40/custom,")
        self.assertEqual(client.received(), ['40{"sid":"s"}', '40/custom,{"sid":"s"}'])
        self.assertEqual(self.sockets[0].calls, [("connect", {"token": "123"})])
        self.assertEqual(self.sockets[1].calls, [("connect", {})])

    def test_refused_client_receives_the_reason(self) -> None:
        """And may try again."""
        client = self.connect()
        client.send_text('40{"bad":true}')
        client.send_text("40")
        self.assertEqual(
            client.received(),
            ['44{"message":"not you","data":{"because":"bad"}}', '40{"sid":"s"}'],
        )

    def test_unknown_namespace_is_refused(self) -> None:
        """With the message of the reference server."""
        client = self.connect()
        client.send_text("40/random")
        self.assertEqual(
            client.received(), ['44/random,{"message":"Invalid namespace"}']
        )

    def test_second_connect_to_a_namespace_ends_the_session(self) -> None:
        """With code 1002."""
        client = self.join()
        client.send_text("40")
        self.assertEqual(client.close_code(), 1002)

    def test_client_that_leaves_a_namespace_stays_in_others(self) -> None:
        """And may connect again."""
        client = self.join()
        client.send_text("40/custom")
        client.send_text("41")
        client.send_text('42["nobody hears this"]')
        client.send_text('42/custom,["a"]')
        client.send_text("40")
        self.assertEqual(len(client.received()), 2)
        self.assertEqual(
            self.sockets[0].calls[1:], [("closed", "client namespace disconnect")]
        )
        self.assertEqual(self.sockets[1].calls[1:], [Packet(EVENT, "/custom", ["a"])])

    def test_server_disconnects_a_client_from_a_namespace(self) -> None:
        """Events after that are ignored; ``closed`` is called once."""
        client = self.join()
        self.sockets[0].disconnect("enough")
        self.assertEqual(client.received(), ["41"])
        client.send_text('42["too late"]')
        self.clock.advance(0)
        self.sockets[0].disconnect("again")
        self.clock.advance(0)
        self.assertEqual(self.sockets[0].calls[1:], [("closed", "enough")])

    def test_event_before_acceptance_is_ignored(self) -> None:
        """Later ones are delivered."""
        client = self.connect()
        client.send_text('40{"slow":true}')
        client.send_text('42["early"]')
        self.sockets[0].accept({"sid": "s"})
        client.send_text('42["in time"]')
        self.assertEqual(self.sockets[0].calls[1:], [Packet(EVENT, "/", ["in time"])])

    def test_lost_client_leaves_every_namespace(self) -> None:
        """``closed`` is called for accepted clients only."""
        client = self.join()
        client.send_text('40/custom,{"slow":true}')
        client.wire.disconnect()
        self.assertEqual(
            self.sockets[0].calls[1:], [("closed", "the WebSocket closed with 1006")]
        )
        self.assertEqual(self.sockets[1].calls[1:], [])


class WaitingTestCase(SocketIOTestCase):
    """Clients that answer pings."""

    def answer_pings(self, client: WebSocketClient, seconds: float) -> None:
        for _ in range(round(seconds / 5)):
            self.clock.advance(5)
            client.send_text("3")


class UnjoinedTests(WaitingTestCase):
    """Clients in no namespace."""

    def test_client_in_no_namespace_is_disconnected(self) -> None:
        """After 45 s, whether it answers pings or not."""
        client = self.connect()
        self.answer_pings(client, 40)
        self.assertEqual(self.resource.sessions, 1)
        client.send_text("40/random")
        self.answer_pings(client, 5)
        self.assertEqual(self.resource.sessions, 0)

    def test_client_in_no_namespace_leaves_sooner_if_many_are_connected(self) -> None:
        """After 10 s; one in a namespace stays."""
        self.server.crowded = lambda: self.resource.sessions >= 2
        lone = self.connect()
        self.answer_pings(lone, 10)
        self.assertEqual(self.resource.sessions, 1)
        joined = self.join()
        self.answer_pings(joined, 10)
        self.assertEqual(self.resource.sessions, 1)
        self.assertIsNotNone(lone.close_code())
        self.assertIsNone(joined.close_code())

    def test_client_in_a_namespace_stays(self) -> None:
        """Until 45 s after it left its last one."""
        client = self.join()
        self.answer_pings(client, 60)
        client.send_text("41")
        self.answer_pings(client, 40)
        self.assertEqual(self.resource.sessions, 1)
        self.answer_pings(client, 5)
        self.assertEqual(self.resource.sessions, 0)


class UnattachedTests(WaitingTestCase):
    """Packets whose attachments do not follow."""

    def test_packet_waits_ten_seconds_for_its_attachments(self) -> None:
        """For all of them, whether the client answers pings or not."""
        client = self.join()
        client.send_text('452-["a"]')
        self.answer_pings(client, 5)
        client.send(masked(0x82, b"one"))
        self.assertIsNone(client.close_code())
        self.answer_pings(client, 5)
        self.assertEqual(client.close_code(), 1002)
        self.assertEqual(len(self.sockets[0].calls), 2)

    def test_client_with_complete_packets_stays(self) -> None:
        """The time of each packet is its own."""
        client = self.join()
        for _ in range(3):
            client.send_text('451-["a"]')
            self.answer_pings(client, 5)
            client.send(masked(0x82, b"one"))
        self.answer_pings(client, 15)
        self.assertEqual(self.resource.sessions, 1)

    def test_nothing_waits_for_a_client_that_has_left(self) -> None:
        """No timer stays."""
        client = self.join()
        client.send_text('451-["a"]')
        client.wire.disconnect()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class PacketTests(SocketIOTestCase):
    """Packets within a namespace."""

    def test_packets_reach_the_socket_of_their_namespace(self) -> None:
        """Events and acknowledgements."""
        client = self.join()
        client.send_text('42["a",1]')
        client.send_text('43/custom,1["nobody"]')
        client.send_text("437[2]")
        self.assertEqual(
            [packet.data for packet in self.sockets[0].calls[1:]], [["a", 1], [2]]
        )

    def test_attachments_replace_their_placeholders(self) -> None:
        """In any order."""
        client = self.join()
        client.send_text(
            '452-["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]'
        )
        client.send(masked(0x82, b"one"))
        client.send(masked(0x82, b"two"))
        self.assertEqual(self.sockets[0].calls[1].data, ["a", b"two", b"one"])

    def test_invalid_packet_ends_the_session(self) -> None:
        """Text or binary."""
        for packet in ("4abc", "42{}", '42abc["a"]', "44"):
            client = self.join()
            client.send_text(packet)
            self.assertEqual(client.close_code(), 1002, packet)
            self.assertEqual(self.sockets[-1].calls[-1][0], "closed")
        client = self.join()
        client.send(masked(0x82, b"from nowhere"))
        self.assertEqual(client.close_code(), 1002)

    def test_packet_and_attachments_are_sent_together(self) -> None:
        """On either transport."""
        client = self.join()
        self.sockets[0].send(Packet(EVENT, "/", ["a", b"xy"]))
        frames = [bytes(frame.data) for frame in client.frames()]
        head = b'451-["a",{"_placeholder":true,"num":0}]'
        self.assertEqual(frames, [head, b"xy"])
        sid = self.open()
        self.poll(sid, b"40")
        self.poll(sid)
        waiting = self.poll(sid)
        self.sockets[1].send(Packet(EVENT, "/", ["a", b"xy"]))
        self.assertEqual(waiting.body, head.decode() + "\x1ebeHk=")

    def test_sockets_are_told_of_an_upgrade(self) -> None:
        """They stay in their namespaces."""
        sid = self.open()
        self.poll(sid, b"40")
        client = self.upgrade(sid)
        self.assertEqual(self.sockets[0].calls[1:], ["upgraded"])
        client.send_text('42["a"]')
        self.assertEqual(self.sockets[0].calls[2].data, ["a"])

    def test_polling_carries_everything(self) -> None:
        """CONNECT, events and attachments."""
        sid = self.open()
        self.poll(sid, b'40{"a":1}')
        self.assertEqual(json.loads(self.poll(sid).body[2:]), {"sid": "s"})
        self.poll(sid, b'42["a"]\x1e451-["b",{"_placeholder":true,"num":0}]\x1ebeHk=')
        self.assertEqual(
            [packet.data for packet in self.sockets[0].calls[1:]], [["a"], ["b", b"xy"]]
        )


class DefaultTests(SocketIOTestCase):
    """The methods of ``Socket`` that an application may leave out."""

    def test_only_connect_has_to_be_implemented(self) -> None:
        """The other methods ignore what they are called for."""

        class Quiet(Socket):
            def connect(self, auth: dict[str, Any]) -> None:
                if auth:
                    super().connect(auth)
                self.accept({})

        self.server.namespaces["/"] = Quiet
        sid = self.open()
        self.poll(sid, b'40\x1e42["a"]\x1e430[]')
        client = self.upgrade(sid)
        client.send_text("41")
        client.send_text('40{"a":1}')
        self.assertEqual(len(self.flushLoggedErrors(NotImplementedError)), 1)


class BytewisePacketTests(PacketTests):
    """The same, byte by byte."""

    bytewise = True
