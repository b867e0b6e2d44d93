"""The telnet protocol."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.telnet import MAX_SUBNEGOTIATION, TelnetFilter

IAC, SB, SE = b"\xff", b"\xff\xfa", b"\xff\xf0"
WILL_BINARY, WONT_BINARY = b"\xff\xfb\x00", b"\xff\xfc\x00"
DO_BINARY, DONT_BINARY = b"\xff\xfd\x00", b"\xff\xfe\x00"
OFFER = WILL_BINARY + DO_BINARY

telnet_bytes = st.lists(
    st.sampled_from(
        [b"\xff", b"\xfa", b"\xf0", b"\xfb", b"\xfd", b"\xf6", b"\x06", b"\x01", b"a"]
    )
    | st.just(b"x" * 300),
    max_size=40,
).map(b"".join)


class TelnetTests(SynchronousTestCase):
    """Commands are removed from the text, and answered."""

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Filter it whole, and one byte at a time."""
        whole = TelnetFilter().feed(data)
        pieces = TelnetFilter()
        fed = [pieces.feed(data[i : i + 1]) for i in range(len(data))]
        text, replies = (
            b"".join(parts) for parts in zip((b"", b""), *fed, strict=True)
        )
        self.assertEqual((text, replies), whole)
        return whole

    def test_text_without_commands_is_unchanged(self) -> None:
        """Also with control characters."""
        for data in (b"", b"hi\r\n", "grüß 👋\n".encode(), b"\x1b[A\x00"):
            self.assertEqual(self.feed(data), (data, b""))

    def test_options_are_declined(self) -> None:
        """WILL is answered with DONT and DO with WONT, wherever they stand."""
        self.assertEqual(
            self.feed(b"a\xff\xfb\x1fb\xff\xfd\x01c"),
            (b"abc", OFFER + b"\xff\xfe\x1f\xff\xfc\x01"),
        )

    def test_binary_mode_is_offered_once_to_a_client_that_sends_commands(self) -> None:
        """In both directions, and its consent is not answered."""
        for first in (b"\xff\xf3", b"\xff\xf4", b"\xff\xfd\x01", SB):
            _, replies = TelnetFilter().feed(first)
            self.assertTrue(replies.startswith(OFFER), first)
        self.assertEqual(
            self.feed(b"\xff\xf3\xff\xf3" + DO_BINARY + WILL_BINARY + b"hi"),
            (b"hi", OFFER),
        )
        self.assertEqual(self.feed(WONT_BINARY + DONT_BINARY), (b"", OFFER))

    def test_binary_mode_is_agreed_to(self) -> None:
        """Whoever asks first; also again after it has ended."""
        for asked, reply in ((WILL_BINARY, DO_BINARY), (DO_BINARY, WILL_BINARY)):
            self.assertEqual(self.feed(asked), (b"", OFFER))
            self.assertEqual(self.feed(asked * 3), (b"", OFFER))
            ended = {WILL_BINARY: WONT_BINARY, DO_BINARY: DONT_BINARY}[asked]
            confirmed = {WILL_BINARY: DONT_BINARY, DO_BINARY: WONT_BINARY}[asked]
            self.assertEqual(
                self.feed(asked + ended + ended + asked + asked),
                (b"", OFFER + confirmed + reply),
            )
            # Declined at first, and asked for later.
            self.assertEqual(self.feed(ended + asked), (b"", OFFER + reply))

    def test_client_that_sends_no_command_is_offered_nothing(self) -> None:
        """A byte 0xFF is text if what follows it is not a telnet command."""
        for data in ("grüß 👋\n".encode(), b"\xff\xff", b"\xffa", b"\xff\x00"):
            self.assertEqual(self.feed(data)[1], b"")

    def test_refusals_are_not_answered(self) -> None:
        """WONT and DONT."""
        self.assertEqual(self.feed(b"\xff\xfc\x01\xff\xfe\x03hi"), (b"hi", OFFER))

    def test_each_option_is_declined_once(self) -> None:
        """Or two peers could answer each other for ever."""
        self.assertEqual(
            self.feed(b"\xff\xfd\x01\xff\xfd\x01\xff\xfb\x01"),
            (b"", OFFER + b"\xff\xfc\x01\xff\xfe\x01"),
        )

    def test_timing_mark_is_answered_each_time(self) -> None:
        """After Ctrl-C a client shows nothing until it is."""
        once = b"\xff\xf4\xff\xfd\x06"
        self.assertEqual(
            self.feed(once * 3 + b"hi"), (b"hi", OFFER + b"\xff\xfc\x06" * 3)
        )

    def test_are_you_there_is_answered(self) -> None:
        """``send ayt`` in telnet."""
        self.assertEqual(self.feed(b"\xff\xf6"), (b"", OFFER + b"\r\n[yes]\r\n"))

    def test_other_commands_are_removed(self) -> None:
        """Break, interrupt and the like, and a doubled IAC."""
        for code in (0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF9, 0xFF, 0x00):
            text, _ = self.feed(b"a\xff" + bytes((code,)) + b"b")
            self.assertEqual(text, b"ab")

    def test_commands_that_erase_become_the_keys_that_do(self) -> None:
        """``send ec`` and ``send el`` in telnet."""
        self.assertEqual(self.feed(b"ab\xff\xf7c")[0], b"ab\x08c")
        self.assertEqual(self.feed(b"ab\xff\xf8c")[0], b"ab\x15c")

    def test_input_is_hidden_from_those_who_have_sent_a_command(self) -> None:
        """By offering to show it, which the server then does not."""
        telnet = TelnetFilter()
        self.assertEqual(telnet.hide_input(hidden=True), b"")
        telnet.feed(b"\xff\xf3")
        self.assertEqual(telnet.hide_input(hidden=False), b"")
        self.assertEqual(telnet.hide_input(hidden=True), b"\xff\xfb\x01")
        self.assertEqual(telnet.hide_input(hidden=True), b"")
        for answer in (b"\xff\xfd\x01", b"\xff\xfe\x01"):
            self.assertEqual(telnet.feed(b"a" + answer + b"b"), (b"ab", b""))
        self.assertEqual(telnet.hide_input(hidden=False), b"\xff\xfc\x01\r\n")
        self.assertEqual(telnet.hide_input(hidden=False), b"")
        self.assertEqual(telnet.feed(b"\xff\xfe\x01"), (b"", b""))

    def test_echo_that_was_not_offered_is_declined(self) -> None:
        """Also before a password and after it."""
        telnet = TelnetFilter()
        _, replies = telnet.feed(b"\xff\xfd\x01")
        self.assertEqual(replies, OFFER + b"\xff\xfc\x01")
        telnet.hide_input(hidden=True)
        telnet.hide_input(hidden=False)
        self.assertEqual(telnet.feed(b"\xff\xfd\x01x"), (b"x", b""))

    def test_subnegotiation_is_not_text(self) -> None:
        """Also with a doubled IAC in it."""
        data = b"a" + SB + b"\x18\x00xterm" + IAC + IAC + b"\n" + SE + b"b"
        self.assertEqual(self.feed(data), (b"ab", OFFER))

    def test_endless_subnegotiation_becomes_text(self) -> None:
        """Beyond its limit."""
        at_most = SB + b"x" * (MAX_SUBNEGOTIATION - 1) + SE
        self.assertEqual(self.feed(at_most + b"hi"), (b"hi", OFFER))
        self.assertEqual(
            self.feed(SB + b"x" * MAX_SUBNEGOTIATION + b"hi"), (b"hi", OFFER)
        )
        text, _ = self.feed(SB + b"x" * 5000)
        self.assertEqual(len(text), 5000 - MAX_SUBNEGOTIATION)
        text, _ = self.feed(SB + (IAC + IAC) * 5000)
        self.assertEqual(set(text), set())

    def test_subnegotiation_is_not_kept(self) -> None:
        """However long it is."""
        telnet = TelnetFilter()
        telnet.feed(SB + b"x" * 10)
        self.assertLess(len(telnet._state), 4)
        self.assertFalse(hasattr(telnet, "__dict__"))

    @given(telnet_bytes, st.data())
    def test_result_does_not_depend_on_segments(
        self, data: bytes, draw: st.DataObject
    ) -> None:
        """However the network cuts the bytes."""
        whole = TelnetFilter().feed(data)
        cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
        telnet, text, replies = TelnetFilter(), b"", b""
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            more, reply = telnet.feed(data[start:end])
            text, replies = text + more, replies + reply
        self.assertEqual((text, replies), whole)
        self.assertNotIn(b"\xff", text)
