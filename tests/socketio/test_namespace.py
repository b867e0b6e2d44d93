"""Namespaces with events and acknowledgements, as an application uses them."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.support.engineio_client import EngineIOTestCase
from tests.support.memory import WebSocketClient, masked
from twisted_chat.engineio.session import APART, EngineIOPeer
from twisted_chat.socketio.namespace import (
    ConnectRefused,
    Disconnected,
    Namespace,
    NoAnswer,
    Socket,
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
        request: Any = None
        return self.server.peer(request)

    def join(self, auth: str = "") -> WebSocketClient:
        client = self.connect()
        client.say("40" + auth)
        client.heard()
        self.clock.advance(APART)
        return client

    def socket_of(self, number: str) -> Socket:
        return self.namespace.sockets[number]


class ConnectTests(NamespaceTestCase):
    """Who is let in."""

    def test_everyone(self) -> None:
        """Without a guard."""
        client = self.connect()
        client.say('40{"name":"x"}')
        self.assertEqual(client.heard(), ['40{"sid":"a"}'])
        self.assertEqual(self.socket_of("a").auth, {"name": "x"})

    def test_told(self) -> None:
        """The application is told of those who come and go, in this order."""
        told: list[tuple[str, ...]] = []

        @self.namespace.connected
        def connected(socket: Socket) -> None:
            told.append(("connected", socket.id))
            socket.emit("welcome", socket.auth)

        @self.namespace.disconnected
        def disconnected(socket: Socket, reason: str) -> None:
            told.append(("disconnected", socket.id, reason))

        client = self.connect()
        client.say('40{"n":1}')
        self.assertEqual(client.heard(), ['40{"sid":"a"}'])
        self.clock.advance(APART)
        self.assertEqual(client.heard(), ['42["welcome",{"n":1}]'])
        client.say("41")
        self.assertEqual(
            told,
            [("connected", "a"), ("disconnected", "a", "client namespace disconnect")],
        )
        self.assertEqual(self.namespace.sockets, {})

    def test_guard(self) -> None:
        """It may refuse with a reason, or take its time; its mistakes let nobody in."""
        later: Deferred[None] = Deferred()

        @self.namespace.guard
        async def guard(_socket: Socket, auth: dict[str, Any]) -> None:
            if auth["who"] == "slow":
                await later
            elif auth["who"] == "bad":
                raise ConnectRefused("not you", {"why": 1})
            elif auth["who"] == "worse":
                raise RuntimeError("a mistake")

        slow = self.join('{"who":"slow"}')
        other = self.connect()
        other.say('40{"who":"bad"}')
        other.say('40{"who":"worse"}')
        self.assertEqual(
            other.heard(),
            [
                '44{"message":"not you","data":{"why":1}}',
                '44{"message":"the server failed"}',
            ],
        )
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.assertEqual(self.namespace.sockets, {})
        later.callback(None)
        self.assertEqual(slow.heard(), ['40{"sid":"a"}'])

    def test_gone_before_the_guard_is_done(self) -> None:
        """Then it does not come in."""
        later: Deferred[None] = Deferred()
        self.namespace.guard(lambda _socket, _auth: later)
        self.join().wire.hang_up()
        later.callback(None)
        self.assertEqual(self.namespace.sockets, {})


class EventTests(NamespaceTestCase):
    """Events from the client."""

    def test_acknowledgements(self) -> None:
        """What the handler returns: nothing, one value, several, in time or late."""
        later: Deferred[str] = Deferred()

        @self.namespace.on("echo")
        def echo(_socket: Socket, *args: Any) -> Any:
            return args

        @self.namespace.on("one")
        async def one(_socket: Socket) -> str:
            return await later

        self.namespace.on("none")(lambda _socket: None)
        self.namespace.on("list")(lambda _socket: [1, 2])
        client = self.join()
        client.say('421["one"]')
        client.say('422["none"]')
        client.say('423["list"]')
        client.say('424["echo",1,"2",{"3":[false]}]')
        client.say('425["unheard of"]')
        client.say('426[7,"a number for a name"]')
        client.say('42["echo","no answer wanted"]')
        self.assertEqual(
            client.heard(),
            ["432[]", "433[[1,2]]", '434[1,"2",{"3":[false]}]'],
        )
        later.callback("late")
        self.assertEqual(client.heard(), ['431["late"]'])

    def test_binary(self) -> None:
        """Attachments come as bytes and may go back as such."""
        self.namespace.on("echo")(lambda _socket, *args: args)
        client = self.join()
        client.say('451-7["echo",{"_placeholder":true,"num":0}]')
        client.send(masked(0x82, b"\x01\x02"))
        self.assertEqual(
            [bytes(frame.data) for frame in client.frames()],
            [b'461-7[{"_placeholder":true,"num":0}]', b"\x01\x02"],
        )

    def test_mistakes(self) -> None:
        """A handler's mistakes are logged, and the client stays."""
        self.namespace.on("fail")(lambda _socket: [].pop())
        self.namespace.on("unsendable")(lambda _socket: object())
        client = self.join()
        client.say('421["fail"]')
        client.say('422["fail","too","many"]')
        client.say('423["unsendable"]')
        self.namespace.on("x")(lambda _socket: None)
        client.say('424["x"]')
        self.assertEqual(client.heard(), ["434[]"])
        self.assertEqual(len(self.flushLoggedErrors(IndexError)), 1)
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 2)

    def test_gone_meanwhile(self) -> None:
        """Nobody is there for the acknowledgement."""
        later: Deferred[None] = Deferred()
        self.namespace.on("slow")(lambda _socket: later)
        client = self.join()
        client.say('421["slow"]')
        client.say("41")
        later.callback(None)
        self.assertEqual(client.heard(), [])


class EmitTests(NamespaceTestCase):
    """Events to the clients."""

    def test_everyone(self) -> None:
        """On either transport, or only some of them."""
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
        self.assertEqual(first.heard(), [])
        self.assertEqual(second.heard(), ['42["only"]'])

    def test_call(self) -> None:
        """An event, and what the client answers."""
        client = self.join()
        answers = [self.socket_of("a").call("question", n) for n in (1, 2)]
        self.assertEqual(client.heard(), ['420["question",1]', '421["question",2]'])
        client.say('431["two",2]')
        client.say('430["one"]')
        client.say('430["again"]')
        self.assertEqual(self.successResultOf(answers[0]), ["one"])
        self.assertEqual(self.successResultOf(answers[1]), ["two", 2])

    def test_no_answer(self) -> None:
        """In time, late, or gone."""
        client = self.join()
        socket = self.socket_of("a")
        late = socket.call("question", timeout=5)
        self.clock.advance(5)
        self.failureResultOf(late, NoAnswer)
        client.say('430["too late"]')
        in_time = socket.call("question", timeout=5)
        client.say('431["here"]')
        self.assertEqual(self.successResultOf(in_time), ["here"])
        gone = socket.call("question", timeout=5)
        client.wire.hang_up()
        self.failureResultOf(gone, Disconnected)
        self.clock.advance(5)

    def test_put_out(self) -> None:
        """A client is put out, with a word."""
        client = self.join()
        self.socket_of("a").disconnect()
        self.clock.advance(0)
        self.assertEqual(client.heard(), ["41"])
        self.assertEqual(self.namespace.sockets, {})
