"""The line chat, from bytes to bytes."""

from __future__ import annotations

import socket
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol, ITCPTransport
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides

from twisted_chat.clients.line import CLOSE_TIMEOUT, ChatFactory, ChatProtocol
from twisted_chat.clients.telnet import TelnetFilter
from twisted_chat.core.limits import RateLimit
from twisted_chat.testing import START, TestChat

LONGEST = 4096


class Transport(StringTransport):
    """A TCP connection in memory."""

    aborted = False
    no_delay = False
    handle: object = None

    def abortConnection(self) -> None:
        self.aborted = True

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def getHandle(self) -> object:
        return self.handle


class Peer:
    """Someone with telnet."""

    def __init__(
        self,
        world: LineCase,
        *,
        bytewise: bool = False,
        transport: Transport | None = None,
    ) -> None:
        self._world = world
        self._bytewise = bytewise
        self.transport = transport or Transport()
        protocol = world.factory.buildProtocol(None)
        self.protocol: ChatProtocol = protocol
        protocol.makeConnection(self.transport)
        world.settle()

    def sends(self, data: bytes) -> None:
        if self._bytewise:
            for i in range(len(data)):
                self.protocol.dataReceived(data[i : i + 1])
        else:
            self.protocol.dataReceived(data)
        self._world.settle()

    def sees(self) -> bytes:
        data: bytes = self.transport.value()
        self.transport.clear()
        return data

    def lines(self) -> list[str]:
        return self.sees().decode().split("\r\n")[:-1]

    def half_closes(self) -> None:
        self.protocol.readConnectionLost()
        self._world.settle()

    def goes(self, reason: Exception | None = None) -> None:
        self.protocol.connectionLost(Failure(reason or ConnectionDone()))
        self._world.settle()


class LineCase(SynchronousTestCase):
    """A server in memory, and someone who listens."""

    rate_limit: RateLimit | None = None

    def setUp(self) -> None:
        self.room = TestChat()
        self.clock = Clock()
        self.factory = ChatFactory(self.room.chat, self.clock, self.rate_limit)
        (self.eve,) = self.room.people("eve")

    def settle(self) -> None:
        self.clock.advance(0)
        self.room.settle()

    def named(self, nick: str = "alice", *, bytewise: bool = False) -> Peer:
        """Someone who has a name and has read everything."""
        peer = Peer(self, bytewise=bytewise)
        peer.sends(rf"\nick {nick}".encode() + b"\r\n")
        peer.sees()
        self.eve.sees()
        return peer

    def both_ways(self, data: bytes, *heard: str) -> bytes:
        """Sent whole and a byte at a time: what others hear, what the peer sees."""
        seen = []
        for bytewise in (False, True):
            peer = self.named(bytewise=bytewise)
            peer.sends(data)
            self.assertEqual(self.eve.sees(), [f"alice: {line}" for line in heard])
            seen.append(peer.sees())
            peer.goes()
            self.eve.sees()
        self.assertEqual(seen[0], seen[1])
        return seen[0]


class LineTests(LineCase):
    """Bytes become lines, whatever ends them."""

    def test_a_conversation(self) -> None:
        """The transcript of the contract, byte by byte."""
        peer = Peer(self)
        nick = peer.protocol.attachment.client.nick
        self.assertRegex(nick, r"\Aguest_[1-9][0-9]+\Z")
        self.assertEqual(
            peer.sees().decode(), f"Welcome, {nick}!\r\n{nick}: joined the chat\r\n"
        )
        peer.sends(b"\\nick bob\r\nhi all\r\n\\me waves\r\n\\who\r\n")
        self.assertEqual(
            peer.sees().decode(),
            f"{nick}: is now known as bob\r\n"
            "bob: hi all\r\n* bob waves\r\nhere (2): eve, bob\r\n",
        )

    def test_line_ends(self) -> None:
        """LF, CRLF, CR NUL and a lone CR each end one line."""
        self.both_ways(b"a\nb\r\nc\r\0d\re\r\n", "a", "b", "c", "d", "e")
        self.both_ways(b"a\r\r\nb\n\n\n\r\n\r\0c\n", "a", "b", "c")

    def test_an_end_cut_in_two(self) -> None:
        """A CR at the end of a segment ends the line, and its LF is not another."""
        peer = self.named()
        peer.sends(b"one\r")
        self.assertEqual(self.eve.sees(), ["alice: one"])
        for data in (b"\n", b"", b"two\r", b"\0three\r", b"four\n"):
            peer.sends(data)
        self.assertEqual(self.eve.sees(), ["alice: two", "alice: three", "alice: four"])

    def test_empty_lines(self) -> None:
        """They are ignored."""
        self.assertEqual(self.both_ways(b"\r\n\n \r\n\r\r\0"), b"")

    def test_not_utf8(self) -> None:
        """Bytes that are none are shown as U+FFFD."""
        self.both_ways(b"caf\xe9!\r\n", "caf\ufffd!")
        self.both_ways("grüße 👋\r\n".encode(), "grüße 👋")

    def test_the_longest_line(self) -> None:
        """4096 bytes are a line, whatever ends it."""
        text = "x" * LONGEST
        for end in (b"\n", b"\r\n", b"\r\0", b"\r"):
            self.both_ways(text.encode() + end, text)

    def test_a_longer_line(self) -> None:
        """One more byte is refused, once; the connection stays."""
        error = "error: the line is longer than 4096 bytes: not sent"
        for extra in (1, 2, 5000, 70_000):
            line = b"x" * (LONGEST + extra)
            for end in (b"\n", b"\r\n", b"\r\0"):
                peer = self.named()
                peer.sends(line + end + b"still here\n")
                self.assertEqual(peer.lines(), [error, "alice: still here"])
                peer.goes()
        self.both_ways(b"x" * (LONGEST + 1) + b"\r\nhere\r\n", "here")

    def test_a_longer_line_in_pieces(self) -> None:
        """It is refused as soon as it is too long, and once only."""
        peer = self.named()
        peer.sends(b"x" * LONGEST)
        self.assertEqual(peer.lines(), [])
        for data in (b"y", b"z" * 5000, b"z" * 5000, b"\r", b"\nhi\n"):
            peer.sends(data)
        lines = peer.lines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[0].startswith("error: the line is longer"))
        self.assertEqual(lines[1], "alice: hi")
        self.assertLessEqual(len(peer.protocol._partial), LONGEST)

    def test_many_lines_in_one_segment(self) -> None:
        """A segment of 20,000 lines is split in one go, not line by line."""
        peer = self.named()
        lines: list[bytes] = []
        self.patch(peer.protocol, "lineReceived", lines.append)

        class Counted(bytes):
            splits = 0

            def split(self, *args: object) -> list[bytes]:
                Counted.splits += 1
                return bytes(self).split(*args)  # type: ignore[arg-type]

        peer.protocol.dataReceived(Counted(b"x\n" * 20_000))
        self.assertEqual(Counted.splits, 1)
        self.assertEqual(lines, [b"x"] * 20_000)

    def test_one_line_in_many_segments(self) -> None:
        """What is kept of a line is one piece, not one for each segment."""
        peer = self.named(bytewise=True)
        peer.sends(b"x" * 4000)
        self.assertIsInstance(peer.protocol._partial, bytes)
        peer.sends(b"\n")
        self.assertEqual(self.eve.sees(), ["alice: " + "x" * 4000])

    @given(
        st.lists(
            st.sampled_from(
                [
                    b"\r",
                    b"\n",
                    b"\0",
                    b"a",
                    b"b" * 2000,
                    b"\xff\xf4",
                    b"\xff\xfd\x06",
                    b"\xc3\xa9",
                ]
            ),
            max_size=30,
        ).map(b"".join),
        st.data(),
    )
    def test_any_split(self, data: bytes, draw: st.DataObject) -> None:
        """However the network cuts up what is sent, the same lines are taken."""
        cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=6)))
        pieces = [
            data[start:end]
            for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)
        ]
        self.assertEqual(self.taken(pieces), self.taken([data]))
        self.assertEqual(
            self.taken([data[i : i + 1] for i in range(len(data))]),
            self.taken([data]),
        )

    def taken(self, pieces: list[bytes]) -> list[str]:
        """What a protocol makes of these segments: the lines that it would put in."""
        protocol = ChatProtocol(self.factory)
        protocol.attachment = mock.Mock()
        protocol.outbox = mock.Mock()
        for piece in pieces:
            protocol.dataReceived(piece)
        return [
            "too long" if request.refusal else request.text
            for ((request,), _) in protocol.attachment.inbox.put.call_args_list
        ]


class TelnetTests(LineCase):
    """Real telnet clients negotiate."""

    def test_negotiation(self) -> None:
        """It is answered to the client, and nobody else sees any of it."""
        seen = self.both_ways(b"h\xff\xfd\x03i\r\n", "hi")
        self.assertEqual(seen, b"\xff\xfc\x03alice: hi\r\n")

    def test_what_is_answered(self) -> None:
        """Options are declined, a timing mark each time."""
        peer = self.named()
        peer.sends(b"\xff\xfb\x18\xff\xfd\x06")
        self.assertEqual(peer.sees(), b"\xff\xfe\x18\xff\xfc\x06")
        peer.sends(b"\xff\xf4\xff\xfd\x06plain\n")
        self.assertTrue(peer.sees().startswith(b"\xff\xfc\x06"))

    def test_ctrl_c_within_a_line(self) -> None:
        """The line goes on as if nothing had happened."""
        self.both_ways(b"be\xff\xf4\xff\xfd\x06fore\r\n", "before")

    def test_arrow_keys(self) -> None:
        """Their escape bytes reach nobody."""
        self.both_ways(b"hi\x1b[A\x1b[D\r\n", "hi")

    def test_a_filter_only_for_who_needs_it(self) -> None:
        """A plain nc pays nothing for what telnet does."""
        peer = self.named()
        self.assertIsNone(peer.protocol._telnet)
        peer.sends(b"\xff\xf1")
        self.assertIsInstance(peer.protocol._telnet, TelnetFilter)


class ConnectionTests(LineCase):
    """How connections begin and end."""

    def test_its_kind(self) -> None:
        """A LineReceiver that may be closed on one side."""
        peer = self.named()
        self.assertIsInstance(peer.protocol, LineReceiver)
        self.assertTrue(IHalfCloseableProtocol.providedBy(peer.protocol))
        self.assertIs(self.factory.pool, self.room.pool)
        peer.protocol.writeConnectionLost()

    def test_the_socket(self) -> None:
        """Small packets leave at once, and urgent bytes come in line."""
        transport = Transport()
        directlyProvides(transport, ITCPTransport)
        transport.handle = handle = mock.Mock(family=socket.AF_INET)
        handle.send.side_effect = len
        Peer(self, transport=transport)
        self.assertTrue(transport.no_delay)
        handle.setsockopt.assert_called_once_with(
            socket.SOL_SOCKET, socket.SO_OOBINLINE, 1
        )

    def test_a_unix_socket(self) -> None:
        """It has no urgent bytes."""
        transport = Transport()
        transport.handle = handle = mock.Mock(family=socket.AF_UNIX)
        Peer(self, transport=transport)
        handle.setsockopt.assert_not_called()

    def test_half_close(self) -> None:
        """``printf 'hi' | nc``: the last line needs no end, and is answered."""
        for data in (b"hi", b"hi\r", b"hi\n"):
            peer = self.named()
            peer.sends(data)
            peer.half_closes()
            self.assertEqual(peer.lines(), ["alice: hi"])
            self.assertTrue(peer.transport.disconnecting)
            peer.goes()
            self.assertEqual(self.eve.sees(), ["alice: hi", "alice: left the chat"])

    def test_half_close_at_once(self) -> None:
        """Also when it comes before the welcome, or there is nothing to say."""
        self.room.journal.hold()
        peer = Peer(self)
        peer.sends(b"one\ntwo")
        peer.half_closes()
        self.assertFalse(peer.transport.disconnecting)
        self.room.journal.release()
        self.settle()
        nick = peer.protocol.attachment.client.nick
        self.assertEqual(
            self.eve.sees(),
            [f"{nick}: joined the chat", f"{nick}: one", f"{nick}: two"],
        )
        self.assertTrue(peer.transport.disconnecting)
        silent = self.named()
        silent.half_closes()
        self.assertTrue(silent.transport.disconnecting)

    def test_half_close_within_a_line_that_is_too_long(self) -> None:
        """What was refused is not said by the end."""
        peer = self.named()
        peer.sends(b"x" * 5000)
        peer.half_closes()
        self.assertEqual(self.eve.sees(), [])

    def test_the_log(self) -> None:
        """Who goes is in the log, and what was said is not."""
        peer = self.named()
        peer.sends(b"secret\n")
        peer.goes()
        self.assertIn("alice quit", self.room.log)
        self.assertNotIn("secret", " ".join(self.room.log))
        self.assertEqual(self.eve.sees(), ["alice: secret", "alice: left the chat"])

    def test_broken_connections(self) -> None:
        """``client error: ...`` says why, then the client leaves like any other."""
        for reason, why in (
            (ConnectionLost(), "connection lost"),
            (OSError("no route"), "no route"),
        ):
            peer = self.named()
            self.room.log.clear()
            peer.goes(reason)
            self.assertEqual(
                self.room.log, [f"client error: alice: {why}", "alice quit"]
            )
            self.assertEqual(self.eve.sees(), ["alice: left the chat"])

    def test_gone_before_the_welcome(self) -> None:
        """Nobody hears of someone who never got in."""
        self.room.journal.hold("read")
        self.room.pool.rooms["lobby"].loaded = False
        peer = Peer(self)
        peer.goes()
        self.room.journal.release("read")
        self.settle()
        self.assertEqual(self.eve.sees(), [])
        self.assertEqual(self.room.pool.rooms["lobby"].joining, 1)

    def test_too_slow(self) -> None:
        """Who does not read is cut off, and the log says so."""
        transport = Transport()
        transport.handle = handle = mock.Mock(family=socket.AF_INET)
        transport.writeSomeData = len  # type: ignore[attr-defined]
        handle.send.side_effect = BlockingIOError
        slow = Peer(self, transport=transport)
        other = self.named("bob")
        for _ in range(300):
            other.sends(b"x" * 4000 + b"\n")
        self.assertTrue(transport.aborted)
        self.assertEqual(len(other.lines()), 300)
        nick = slow.protocol.attachment.client.nick
        slow.goes(ConnectionLost())
        self.assertIn(f"client error: {nick}: too slow", self.room.log)
        self.assertIn(f"{nick} quit", self.room.log)

    def test_hanging_while_closing(self) -> None:
        """Who does not take the goodbye is cut off after a while."""
        peer = self.named()
        peer.sends(b"\\quit\n")
        self.assertTrue(peer.transport.disconnecting)
        self.clock.advance(CLOSE_TIMEOUT - 1)
        self.assertFalse(peer.transport.aborted)
        self.clock.advance(1)
        self.assertTrue(peer.transport.aborted)

    def test_closed_in_time(self) -> None:
        """Who takes it is not."""
        peer = self.named()
        peer.sends(b"\\quit\n")
        peer.goes()
        self.clock.advance(CLOSE_TIMEOUT)
        self.assertFalse(peer.transport.aborted)
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])

    def test_a_stop(self) -> None:
        """When the server stops everyone is told."""
        peer = self.named()
        self.assertTrue(self.room.stop())
        self.assertEqual(peer.lines(), ["The server is shutting down."])
        self.assertTrue(peer.transport.disconnecting)


class FloodTests(LineCase):
    """A paste is slowed down by not reading."""

    rate_limit = RateLimit(10, 5)

    def test_reading_pauses(self) -> None:
        """The server reads on once all it has read was said."""
        peer = Peer(self)
        self.eve.sees()
        peer.sends(b"".join(b"%d\n" % n for n in range(100)))
        self.assertEqual(peer.transport.producerState, "paused")
        self.assertEqual(len(self.eve.sees()), 10)
        seen = 10
        while peer.transport.producerState == "paused":
            self.room.advance(0.5)
            seen += len(self.eve.sees())
        self.assertEqual(seen, 100)
        self.assertApproximates(self.room.clock.seconds() - START, 18, 0.6)
