"""The codec of line clients."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support import json_chat
from tests.support.json_chat import frame_texts
from tests.support.viewer import VIEWER
from twisted_chat.clients.text import LineCodec, decode_line
from twisted_chat.core.events import (
    BulkPresence,
    CustomEvent,
    DirectMessage,
    Event,
    Message,
    Stored,
)
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    Request,
)
from twisted_chat.websocket.frames import frame_text

ROUTES = {"me", "who", "dm"}


def stored(event: Event) -> Stored:
    return Stored("1", 1_700_000_000_000, event)


class DecodeTests(SynchronousTestCase):
    """Lines become requests."""

    def test_mistyped_route_with_a_password_is_no_message(self) -> None:
        """With either mark; it would be shown to everyone."""
        log_in, register = "\\login NAME PASSWORD", "\\register PASSWORD"
        for line, typed, meant in (
            ("/logni bob secret", r"\logni", log_in),
            (r"\logni bob secret", r"\logni", log_in),
            (" /Regsiter secret", r"\Regsiter", register),
            (r"\ login bob secret", r"\ login", log_in),
            ("/\tlogin bob secret", "/ login", log_in),
            ("/log in bob secret", r"\log", log_in),
            (r"\login/ bob secret", r"\login/", log_in),
            ("/pass secret", r"\pass", log_in),
            ("/oper ABCD-EFGH-JKLM", r"\oper", r"\operator CODE"),
        ):
            request = decode_line(line, {*ROUTES, "login"})
            self.assertEqual(
                str(request.refusal), f"no such command: {typed} (try {meant})"
            )
            self.assertEqual((request.text, request.line), ("", line))
        self.assertEqual(decode_line("/shrug bob", ROUTES), Request("", "/shrug bob"))

    def test_line_is_a_message_or_a_route(self) -> None:
        """Routes begin with a backslash, known ones also with a slash."""
        for line, request in (
            ("hi all", Request("", "hi all")),
            (" hi ", Request("", " hi ")),
            (r"\who", Request("who", "")),
            (r"\dm bob  a b ", Request("dm", "bob  a b")),
            (r"\WHO", Request("WHO", "")),
            (r"\foo bar", Request("foo", "bar")),
            (r"\\who", Request("", r"\who")),
            (r"\\\\", Request("", r"\\\\")),
            (r"\\x\y", Request("", r"\\x\y")),
            ("\\", Request("", "\\")),
            (r"\ x", Request("", r"\ x")),
            (" \\who\u3000", Request("who", "")),
            ("/who", Request("who", "")),
            ("/me waves", Request("me", "waves")),
            ("/foo bar", Request("", "/foo bar")),
            ("/", Request("", "/")),
            ("//", Request("", "//")),
            ("a /who", Request("", "a /who")),
        ):
            self.assertEqual(decode_line(line, ROUTES), request, line)

    def test_bytes_that_are_not_utf8_become_replacement_characters(self) -> None:
        """U+FFFD."""
        self.assertEqual(LineCodec().decode(b"a\xc3(b", ROUTES).text, "a\ufffd(b")
        self.assertEqual(LineCodec().decode(b"\xed\xa0\x80", ROUTES).text, "\ufffd" * 3)

    def test_line_longer_than_4096_bytes_is_refused(self) -> None:
        """In UTF-8."""
        self.assertIsNone(LineCodec().decode(b"x" * 4096, ROUTES).refusal)
        refusal = LineCodec().decode("é".encode() * 2049, ROUTES).refusal
        assert refusal is not None
        self.assertEqual(refusal.code, "too_long")
        self.assertEqual(refusal.text, "the line is longer than 4096 bytes: not sent")


class TextFrameTests(SynchronousTestCase):
    """Plain-text WebSocket: the same lines, one in each frame."""

    def setUp(self) -> None:
        self.codec = LineCodec(frame_text)

    def test_event_is_one_frame(self) -> None:
        """Its line, without a line end."""
        said = stored(Message("lobby", "bob", "hi", "1"))
        self.assertEqual(frame_texts(self.codec.event(said, None)), ["bob: hi"])
        self.assertEqual(frame_texts(self.codec.event(said, "den")), ["[#den] bob: hi"])
        self.assertEqual(
            self.codec.event(stored(CustomEvent("lobby", "b", "1", "1")), None), b""
        )

    def test_each_line_of_a_message_is_one_frame(self) -> None:
        """With its author."""
        said = stored(Message("lobby", "bob", "a\n\n b", "1"))
        frames = ["bob: a", "bob:", "bob:  b"]
        self.assertEqual(frame_texts(self.codec.event(said, None)), frames)

    def test_direct_messages_and_bulk_presence_are_one_frame(self) -> None:
        """With the same words as on telnet."""
        direct = DirectMessage("ann", "bob", "psst", "1", "2")
        data = self.codec.direct_message(stored(direct), direct, sent=True)
        self.assertEqual(frame_texts(data), ["ann (private to bob): psst"])
        bulk = BulkPresence("lobby", True, tuple("abcdef"), 3)
        self.assertEqual(len(frame_texts(self.codec.bulk_presence(bulk, None))), 1)

    def test_each_line_of_a_reply_is_one_frame(self) -> None:
        """Also the lines of a welcome."""
        lines = ["Welcome, ann!", "be", "kind", "bob: hi"]
        for _ in range(2):
            self.assertEqual(
                frame_texts(self.codec.reply(json_chat.welcome(), VIEWER, None)), lines
            )
        data = self.codec.reply(json_chat.welcome(topic="tea"), VIEWER, None)
        self.assertIn("topic of #lobby: tea", frame_texts(data))
        self.assertEqual(
            frame_texts(self.codec.reply(ErrorReply("c", "no"), VIEWER, "r")),
            ["error: no"],
        )
        self.assertEqual(self.codec.reply(Done(), VIEWER, "r"), b"")
