"""Namespaces with events and acknowledgements."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, masked
from twisted_chat.engineio.session import EngineIOPeer
from twisted_chat.engineio.websocket import HOLD_TIME
from twisted_chat.socketio.namespace import (
    AckTimeout,
    ConnectRefused,
    Disconnected,
    EventSocket,
    Namespace,
)
from twisted_chat.socketio.server import SocketIO


class NamespaceTestCase(EngineIOTestCase):
    """A server in memory with one namespace."""

    def setUp(self) -> None:
        super().setUp()
        self.server = SocketIO(self.clock)
        ids = iter("abcdefgh")
        self.namespace = Namespace(self.server, new_id=lambda: next(ids))

    def peer(self) -> EngineIOPeer:
        return self.server.peer(self.request)

    def join(self, auth: str = "") -> WebSocketClient:
        client = self.connect()
        client.send_text("40" + auth)
        client.received()
        self.clock.advance(HOLD_TIME)
        return client

    def socket_of(self, number: str) -> EventSocket:
        return self.namespace.sockets[number]


class ConnectTests(NamespaceTestCase):
    """Clients that connect."""

    def test_client_connects_without_a_guard(self) -> None:
        """Its ``auth`` is kept."""
        client = self.connect()
        client.send_text('40{"name":"x"}')
        self.assertEqual(client.received(), ['40{"sid":"a"}'])
        self.assertEqual(self.socket_of("a").auth, {"name": "x"})

    def test_application_is_told_of_clients_that_connect_and_disconnect(self) -> None:
        """In this order; the client reads CONNECT before any event."""
        calls: list[tuple[str, ...]] = []

        @self.namespace.connected
        def connected(socket: EventSocket) -> None:
            calls.append(("connected", socket.id))
            socket.emit("welcome", socket.auth)

        @self.namespace.disconnected
        def disconnected(socket: EventSocket, reason: str) -> None:
            calls.append(("disconnected", socket.id, reason))

        client = self.connect()
        client.send_text('40{"n":1}')
        self.assertEqual(client.received(), ['40{"sid":"a"}'])
        self.clock.advance(HOLD_TIME)
        self.assertEqual(client.received(), ['42["welcome",{"n":1}]'])
        client.send_text("41")
        self.assertEqual(
            calls,
            [("connected", "a"), ("disconnected", "a", "client namespace disconnect")],
        )
        self.assertEqual(self.namespace.sockets, {})

    def test_guard_may_refuse_a_client(self) -> None:
        """With a reason, now or later; a failing guard refuses, too."""
        later: Deferred[None] = Deferred()

        @self.namespace.guard
        async def guard(_socket: EventSocket, auth: dict[str, Any]) -> None:
            if auth["who"] == "slow":
                await later
            elif auth["who"] == "bad":
                raise ConnectRefused("not you", {"why": 1})
            elif auth["who"] == "worse":
                raise RuntimeError("a bug")

        slow = self.join('{"who":"slow"}')
        other = self.connect()
        other.send_text('40{"who":"bad"}')
        other.send_text('40{"who":"worse"}')
        self.assertEqual(
            other.received(),
            [
                '44{"message":"not you","data":{"why":1}}',
                '44{"message":"internal error"}',
            ],
        )
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.assertEqual(self.namespace.sockets, {})
        later.callback(None)
        self.assertEqual(slow.received(), ['40{"sid":"a"}'])

    def test_client_lost_during_the_guard_is_not_connected(self) -> None:
        """The application is not told."""
        later: Deferred[None] = Deferred()
        self.namespace.guard(lambda _socket, _auth: later)
        self.join().wire.disconnect()
        later.callback(None)
        self.assertEqual(self.namespace.sockets, {})


class EventTests(NamespaceTestCase):
    """Events from clients."""

    def test_result_of_a_handler_is_acknowledged(self) -> None:
        """No value, one or several; now or later."""
        later: Deferred[str] = Deferred()

        @self.namespace.on("echo")
        def echo(_socket: EventSocket, *args: Any) -> Any:
            return args

        @self.namespace.on("one")
        async def one(_socket: EventSocket) -> str:
            return await later

        self.namespace.on("none")(lambda _socket: None)
        self.namespace.on("list")(lambda _socket: [1, 2])
        client = self.join()
        client.send_text('421["one"]')
        client.send_text('422["none"]')
        client.send_text('423["list"]')
        client.send_text('424["echo",1,"2",{"3":[false]}]')
        client.send_text('425["unheard of"]')
        client.send_text('426[7,"a number for a name"]')
        client.send_text('42["echo","no answer wanted"]')
        self.assertEqual(
            client.received(),
            ["432[]", "433[[1,2]]", '434[1,"2",{"3":[false]}]'],
        )
        later.callback("late")
        self.assertEqual(client.received(), ['431["late"]'])

    def test_attachments_are_bytes(self) -> None:
        """In events and in acknowledgements."""
        self.namespace.on("echo")(lambda _socket, *args: args)
        client = self.join()
        client.send_text('451-7["echo",{"_placeholder":true,"num":0}]')
        client.send(masked(0x82, b"\x01\x02"))
        self.assertEqual(
            [bytes(frame.data) for frame in client.frames()],
            [b'461-7[{"_placeholder":true,"num":0}]', b"\x01\x02"],
        )

    def test_failing_handler_is_logged_and_the_client_stays(self) -> None:
        """Whether it raises or returns something without JSON."""
        self.namespace.on("fail")(lambda _socket: [].pop())
        self.namespace.on("unsendable")(lambda _socket: object())
        client = self.join()
        client.send_text('421["fail"]')
        client.send_text('422["fail","too","many"]')
        client.send_text('423["unsendable"]')
        self.namespace.on("x")(lambda _socket: None)
        client.send_text('424["x"]')
        self.assertEqual(client.received(), ["434[]"])
        self.assertEqual(len(self.flushLoggedErrors(IndexError)), 1)
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 2)

    def test_acknowledgement_for_a_lost_client_is_dropped(self) -> None:
        """It left the namespace."""
        later: Deferred[None] = Deferred()
        self.namespace.on("slow")(lambda _socket: later)
        client = self.join()
        client.send_text('421["slow"]')
        client.send_text("41")
        later.callback(None)
        self.assertEqual(client.received(), [])


class EmitTests(NamespaceTestCase):
    """Events to clients."""

    def test_event_is_emitted_to_all_or_some_clients(self) -> None:
        """On either transport."""
        first, second = self.join(), self.join()
        sid = self.open()
        self.poll(sid, b"40")
        self.poll(sid)
        waiting = self.poll(sid)
        self.namespace.emit("news", {"n": b"xy"})
        head = '451-["news",{"n":{"_placeholder":true,"num":0}}]'
        for client in (first, second):
            frames = [bytes(frame.data) for frame in client.frames()]
            self.assertEqual(frames, [head.encode(), b"xy"])
        self.assertEqual(waiting.body, head + "\x1ebeHk=")
        self.namespace.emit("only", to=[self.socket_of("b")])
        self.assertEqual(first.received(), [])
        self.assertEqual(second.received(), ['42["only"]'])

    def test_call_fires_with_the_acknowledgement(self) -> None:
        """Each with its own."""
        client = self.join()
        answers = [self.socket_of("a").call("question", n) for n in (1, 2)]
        self.assertEqual(client.received(), ['420["question",1]', '421["question",2]'])
        client.send_text('431["two",2]')
        client.send_text('430["one"]')
        client.send_text('430["again"]')
        self.assertEqual(self.successResultOf(answers[0]), ["one"])
        self.assertEqual(self.successResultOf(answers[1]), ["two", 2])

    def test_call_fails_without_an_acknowledgement(self) -> None:
        """After a timeout, or when the client disconnects."""
        client = self.join()
        socket = self.socket_of("a")
        late = socket.call("question", timeout=5)
        self.clock.advance(5)
        self.failureResultOf(late, AckTimeout)
        client.send_text('430["too late"]')
        in_time = socket.call("question", timeout=5)
        client.send_text('431["here"]')
        self.assertEqual(self.successResultOf(in_time), ["here"])
        gone = socket.call("question", timeout=5)
        client.wire.disconnect()
        self.failureResultOf(gone, Disconnected)
        self.clock.advance(5)

    def test_server_disconnects_a_client(self) -> None:
        """The client receives DISCONNECT."""
        client = self.join()
        self.socket_of("a").disconnect()
        self.clock.advance(0)
        self.assertEqual(client.received(), ["41"])
        self.assertEqual(self.namespace.sockets, {})
