"""Line clients: from bytes to lines."""

from __future__ import annotations

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from tests.support.line_clients import LineCase, Peer
from twisted_chat.clients.line import ChatFactory, ChatProtocol
from twisted_chat.clients.telnet import TelnetFilter
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.client import Client
from twisted_chat.core.replies import Notice, Request
from twisted_chat.testing import TestChat

LONGEST = 4096


class LineTests(LineCase):
    """Lines, whatever ends them."""

    def test_conversation_reads_as_documented(self) -> None:
        """Byte by byte."""
        peer = Peer(self)
        nick = peer.protocol.attachment.client.nick
        self.assertRegex(nick, r"\Aguest_[1-9][0-9]+\Z")
        self.assertEqual(
            peer.sees().decode(),
            f"Welcome, {nick}!\r\n{nick}: joined the chat\r\n"
            "\\help lists what you can type\r\n",
        )
        peer.sends(b"\\nick bob\r\nhi all\r\n\\me waves\r\n\\who\r\n")
        self.assertEqual(
            peer.sees().decode(),
            f"{nick}: is now known as bob\r\n"
            "bob: hi all\r\n* bob waves\r\nhere (2): eve, bob\r\n",
        )

    def test_message_of_the_day_replaces_the_hint(self) -> None:
        """It says what the operator wants said."""
        self.room = TestChat(motd=("Be kind.",))
        self.factory = ChatFactory(self.room.chat, self.clock, None)
        peer = Peer(self)
        nick = peer.protocol.attachment.client.nick
        self.assertEqual(
            peer.lines(), [f"Welcome, {nick}!", "Be kind.", f"{nick}: joined the chat"]
        )

    def test_nickname_is_kept_for_those_who_can_resume(self) -> None:
        """A line client is not told its session, so nobody will ask."""
        peer = Peer(self)

        async def kept(client: Client) -> str | None:
            return await self.room.chat.journal.history.nickname(client.id)

        for client, nick in (
            (peer.protocol.attachment.client, None),
            (self.eve.client, "eve"),
        ):
            found = self.successResultOf(Deferred.fromCoroutine(kept(client)))
            self.assertEqual(found, nick)

    def test_every_line_end_ends_one_line(self) -> None:
        """LF, CRLF, CR NUL and a lone CR."""
        self.both_ways(b"a\nb\r\nc\r\0d\re\r\n", "a", "b", "c", "d", "e")
        self.both_ways(b"a\r\r\nb\n\n\n\r\n\r\0c\n", "a", "b", "c")

    def test_line_end_cut_in_two_ends_one_line(self) -> None:
        """The CR ends it at once, and the LF is not another."""
        peer = self.named()
        peer.sends(b"one\r")
        self.assertEqual(self.eve.sees(), ["alice: one"])
        for data in (b"\n", b"", b"two\r", b"\0three\r", b"four\n"):
            peer.sends(data)
        self.assertEqual(self.eve.sees(), ["alice: two", "alice: three", "alice: four"])

    def test_empty_lines_are_ignored(self) -> None:
        """Also blank ones."""
        self.assertEqual(self.both_ways(b"\r\n\n \r\n\r\r\0"), b"")

    def test_bytes_that_are_not_utf8_become_replacement_characters(self) -> None:
        """U+FFFD."""
        self.both_ways(b"caf\xe9!\r\n", "caf\ufffd!")
        self.both_ways("grüße 👋\r\n".encode(), "grüße 👋")

    def test_line_of_4096_bytes_is_posted(self) -> None:
        """Whatever ends it."""
        text = "x" * LONGEST
        for end in (b"\n", b"\r\n", b"\r\0", b"\r"):
            self.both_ways(text.encode() + end, text)

    def test_longer_line_is_refused_and_the_connection_stays(self) -> None:
        """With one error."""
        error = "error: the line is longer than 4096 bytes: not sent"
        for extra in (1, 2, 5000, 70_000):
            line = b"x" * (LONGEST + extra)
            for end in (b"\n", b"\r\n", b"\r\0"):
                peer = self.named()
                peer.sends(line + end + b"still here\n")
                self.assertEqual(peer.lines(), [error, "alice: still here"])
                peer.goes()
        self.both_ways(b"x" * (LONGEST + 1) + b"\r\nhere\r\n", "here")

    def test_longer_line_is_refused_before_it_ends(self) -> None:
        """As soon as it is too long, once."""
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

    def test_segment_is_split_once(self) -> None:
        """In linear time."""
        peer = self.named()
        lines: list[bytes] = []
        self.patch(peer.protocol, "lineReceived", lines.append)

        class Counted(bytes):
            splits = 0

            def split(self, *args: object) -> list[bytes]:
                Counted.splits += 1
                return bytes(self).split(*args)  # type: ignore[arg-type]

        peer.protocol.read(Counted(b"x\n" * 20_000))
        self.assertEqual(Counted.splits, 1)
        self.assertEqual(lines, [b"x"] * 20_000)

    def test_partial_line_is_kept_in_one_piece(self) -> None:
        """Not one for each segment."""
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
    def test_lines_do_not_depend_on_segments(
        self, data: bytes, draw: st.DataObject
    ) -> None:
        """However the network cuts the bytes."""
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
        """The lines that a protocol makes of these segments."""
        protocol = ChatProtocol(self.factory, None)
        protocol._receiver = mock.Mock()
        protocol.outbox = mock.Mock()
        for piece in pieces:
            protocol.read(piece)
        requests: list[Request] = []
        for name, (passed,), _ in protocol._receiver.method_calls:
            is_line = name == "receive"
            requests += self.factory.decode(passed) if is_line else [passed]
        return [one.text if one.refusal is None else "too long" for one in requests]


OFFER = b"\xff\xfb\x00\xff\xfd\x00"
"""The server's offer of telnet's binary mode."""


class EraseTests(LineCase):
    """Keys that erase, from clients that send each key."""

    def test_erased_characters_are_not_posted(self) -> None:
        """Backspace, DEL, Ctrl-U and telnet's commands."""
        for typed in (
            b"helo\x08lo",
            b"helo\x7flo",
            b"helo\xff\xf7lo",
            b"wrong\x15hello",
            b"wrong\xff\xf8hello",
            b"hello\xc3\xa9\x7f",
            b"\x08hello",
        ):
            self.both_ways(typed + b"\r\n", "hello")

    def test_erased_route_is_not_carried_out(self) -> None:
        """Nor is a corrected one posted."""
        self.both_ways(b"\\quit\x15still here\r\n", "still here")
        self.both_ways(b"x\x7f\\who\r\n")


class TelnetTests(LineCase):
    """Telnet clients, which negotiate."""

    def test_negotiation_is_answered_and_not_posted(self) -> None:
        """In the middle of a line."""
        seen = self.both_ways(b"h\xff\xfd\x03i\r\n", "hi")
        self.assertEqual(seen, OFFER + b"\xff\xfc\x03alice: hi\r\n")

    def test_binary_mode_of_output_returns_the_cursor_for_each_line_typed(self) -> None:
        """The terminal moves down for it, and not to the left."""
        peer = self.named()
        peer.sends(b"\xff\xfd\x00\xff\xfb\x00hi\r\n")
        self.assertEqual(peer.sees(), OFFER + b"\ralice: hi\r\n")
        peer.sends(b"\xff\xfe\x00")
        peer.sees()
        peer.sends(b"hi\r\n")
        self.assertEqual(peer.sees(), b"alice: hi\r\n")

    def test_password_is_hidden_where_the_client_negotiates(self) -> None:
        """Nc is sent no telnet bytes."""

        @self.room.chat.table.route("secret", "", "")
        def secret(context: CommandContext) -> None:
            context.ask("password: ", lambda word: Notice((word,)))

        peer = self.named()
        peer.sends(b"\\secret\r\npencil\r\n")
        self.assertEqual(peer.sees(), b"password: pencil\r\n")
        peer.sends(b"\xff\xf1")
        peer.sees()
        peer.sends(b"\\secret\r\n")
        self.assertEqual(peer.sees(), b"\xff\xfb\x01password: ")
        peer.sends(b"\xff\xfd\x01pencil\r\n")
        self.assertEqual(peer.sees(), b"\xff\xfc\x01\r\npencil\r\n")

    def test_options_are_declined_and_timing_marks_answered(self) -> None:
        """Each time."""
        peer = self.named()
        peer.sends(b"\xff\xfb\x18\xff\xfd\x06")
        self.assertEqual(peer.sees(), OFFER + b"\xff\xfe\x18\xff\xfc\x06")
        peer.sends(b"\xff\xf4\xff\xfd\x06plain\n")
        self.assertTrue(peer.sees().startswith(b"\xff\xfc\x06"))

    def test_ctrl_c_does_not_break_a_line(self) -> None:
        """The line goes on."""
        self.both_ways(b"be\xff\xf4\xff\xfd\x06fore\r\n", "before")

    def test_escape_sequences_are_removed(self) -> None:
        """Of arrow keys, for example."""
        self.both_ways(b"hi\x1b[A\x1b[D\r\n", "hi")

    def test_client_without_telnet_commands_has_no_filter(self) -> None:
        """Such as nc."""
        peer = self.named()
        self.assertIsNone(peer.protocol._telnet)
        peer.sends(b"\xff\xf1")
        self.assertIsInstance(peer.protocol._telnet, TelnetFilter)
