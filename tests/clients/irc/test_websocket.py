"""IRC over WebSocket."""

from __future__ import annotations

from websockets.frames import Opcode

from tests.support.memory import WebSocketClient, masked
from tests.support.websocket_chat import ChatTestCase
from twisted_chat.clients.irc.connection import REGISTRATION_TIMEOUT
from twisted_chat.clients.irc.shared import IrcShared
from twisted_chat.clients.irc.websocket import BINARY, MAX_MESSAGE, TEXT
from twisted_chat.clients.websocket import ChatWebSocketFactory
from twisted_chat.core.interfaces import BANNED
from twisted_chat.net.origins import Origins

REGISTER = ("NICK alice", "USER alice 0 * :Alice")


class IrcWebSocketTests(ChatTestCase):
    """One line in each message, without its end."""

    def setUp(self) -> None:
        super().setUp()
        shared = IrcShared(self.chat, None)
        self.sockets = self.site.resource.sockets = ChatWebSocketFactory(
            self.chat, None, self.keepalive, Origins(), shared
        )

    def irc(self, path: str = "irc", protocol: str | None = None) -> WebSocketClient:
        """A client in the lobby that has read what it was shown."""
        client = self.connect(path, sec_websocket_protocol=protocol)
        for line in (*REGISTER, "JOIN #lobby"):
            client.send_text(line)
        list(client.frames())
        return client

    def test_client_talks_with_others(self) -> None:
        """At ``/irc``, or anywhere with the subprotocol."""
        bob = self.connect("?nick=bob")
        for path, protocol in (("irc", None), ("", TEXT), ("ws", f"x, {TEXT}")):
            alice = self.irc(path, protocol)
            bob.received()
            alice.send_text("PRIVMSG #lobby :hi bob")
            self.assertEqual(bob.received(), ["alice: hi bob"])
            bob.send_text("hi alice")
            (line,) = alice.received()
            self.assertTrue(line.endswith(" PRIVMSG #lobby :hi alice"), line)
            alice.send_text("QUIT")
            self.assertEqual(
                alice.received(), [":chat.server ERROR :Closing link: Quit"]
            )
            alice.wire.disconnect()
            self.assertEqual(bob.received()[-1], "alice: left the chat")

    def test_client_that_asks_for_it_is_sent_binary_messages(self) -> None:
        """And may send either."""
        alice = self.irc("irc", BINARY)
        alice.send_text("PING text")
        alice.send(masked(0x82, b"PING binary"))
        frames = [(frame.opcode, bytes(frame.data)) for frame in alice.frames()]
        self.assertEqual(
            frames,
            [
                (Opcode.BINARY, b":chat.server PONG chat.server :text"),
                (Opcode.BINARY, b":chat.server PONG chat.server :binary"),
            ],
        )

    def test_client_chooses_by_the_order_of_its_offer(self) -> None:
        """The first that it offers is agreed on."""
        for first, second in ((TEXT, BINARY), (BINARY, TEXT)):
            offer = f"{first}, {second}"
            client = self.connect("irc", sec_websocket_protocol=offer)
            self.assertIn(f"Sec-WebSocket-Protocol: {first}", client.head)

    def test_line_may_have_an_end(self) -> None:
        """Some clients send one."""
        alice = self.irc()
        alice.send_text("PING a\r\nPING b\n")
        self.assertEqual(len(alice.received()), 2)

    def test_message_that_is_longer_than_a_line_closes_the_connection(self) -> None:
        """1009."""
        alice = self.irc()
        alice.send_text("x" * (MAX_MESSAGE + 1))
        self.assertEqual(alice.close_code(), 1009)

    def test_reason_has_its_code(self) -> None:
        """As for all WebSocket clients."""
        alice = self.irc()
        client = next(iter(self.chat.pool.clients.values()))
        client.connection.close(BANNED)
        self.assertEqual(alice.close_code(), 4003)

    def test_client_that_does_not_register_is_disconnected(self) -> None:
        """One that has registered is not."""
        alice, slow = self.irc(), self.connect("irc")
        self.clock.advance(REGISTRATION_TIMEOUT)
        self.assertEqual(
            slow.received(),
            [":chat.server ERROR :Closing link: Registration timed out"],
        )
        self.assertIsNone(alice.close_code())

    def test_lost_connection_leaves_the_chat(self) -> None:
        """The others are shown that."""
        bob = self.connect("?nick=bob")
        alice = self.irc()
        bob.received()
        alice.wire.disconnect()
        self.assertEqual(bob.received(), ["alice: left the chat"])
