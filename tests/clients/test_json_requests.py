"""What JSON clients ask."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.clients.json_requests import decode_json
from twisted_chat.core.limits import MAX_LINE
from twisted_chat.core.replies import Request

KNOWN = frozenset({"who"})


def ask(**fields: Any) -> Request:
    return decode_json(json.dumps(fields), KNOWN)


class RequestTests(unittest.SynchronousTestCase):
    """Every object of the protocol does what it says."""

    def test_speaking(self) -> None:
        """Text is said as it is, in the room that is named or the current one."""
        self.assertEqual(ask(type="message", text="hi"), Request("", "hi"))
        self.assertEqual(
            ask(type="message", text="\\who", room="den", ref="1"),
            Request("", "\\who", room="den", ref="1"),
        )

    def test_the_others(self) -> None:
        """Each is the route of the same name."""
        for fields, request in (
            ({"type": "dm", "to": "bob", "text": "a b"}, Request("dm", "bob a b")),
            ({"type": "nick", "nick": "eve"}, Request("nick", "eve")),
            ({"type": "join", "room": "den"}, Request("join", "den")),
            ({"type": "leave", "room": "den"}, Request("leave", "", room="den")),
            ({"type": "who"}, Request("who", "")),
            ({"type": "who", "room": "den"}, Request("who", "", room="den")),
            ({"type": "history"}, Request("history", "")),
            (
                {"type": "history", "room": "den", "before": "7", "limit": 5},
                Request("history", "", room="den", before="7", limit=5),
            ),
            (
                {"type": "command", "text": r"\search tea", "limit": 100},
                Request("search", "tea", limit=100),
            ),
            ({"type": "command", "text": "\\who den"}, Request("who", "den")),
            ({"type": "command", "text": "/who"}, Request("who", "")),
            ({"type": "command", "text": "hello"}, Request("", "hello")),
        ):
            self.assertEqual(ask(**fields), request)

    def test_what_is_not_known_is_ignored(self) -> None:
        """A client of a later version is understood as far as it can be."""
        self.assertEqual(ask(type="who", colour="red", room=None), Request("who", ""))

    def test_half_a_character(self) -> None:
        """What JSON can spell and no wire can carry is replaced."""
        request = decode_json(
            '{"type":"message","text":"a\\ud800b","ref":"\\udfff"}', ()
        )
        self.assertEqual((request.text, request.ref), ("a\ufffdb", "\ufffd"))


class RefusalTests(unittest.SynchronousTestCase):
    """Who asks what cannot be read is told why, and stays."""

    def expect(self, code: str, request: Request, ref: str | None = None) -> None:
        refusal = request.refusal
        self.assertIsNotNone(refusal)
        self.assertEqual(refusal and refusal.code, code)
        self.assertEqual(request.ref, ref)

    def test_not_json(self) -> None:
        """Broken, deep or endless."""
        for text in ("", "hello", "{", "[" * 100_000, "1" * 10_000, "[NaN]", "NaN"):
            self.expect("bad_json", decode_json(text, ()))

    def test_not_an_object(self) -> None:
        """A value of another kind."""
        for text in ("[]", '"who"', "1", "null", "true"):
            self.expect("bad_json", decode_json(text, ()))

    def test_unknown_type(self) -> None:
        """The answer has the ref, so that a program knows which question it was."""
        kinds: tuple[Any, ...] = ("shout", "", None, 1, [], {}, "Message")
        for kind in kinds:
            self.expect("unknown_type", ask(type=kind, ref="r"), "r")
        self.expect("unknown_type", ask(ref="r"), "r")

    def test_wrong_fields(self) -> None:
        """Missing, or of another kind."""
        for fields in (
            {"type": "message"},
            {"type": "message", "text": 1},
            {"type": "message", "text": None},
            {"type": "message", "text": "x", "room": 1},
            {"type": "dm", "to": "bob"},
            {"type": "dm", "text": "x"},
            {"type": "nick"},
            {"type": "join"},
            {"type": "leave"},
            {"type": "who", "room": []},
            {"type": "history", "limit": "5"},
            {"type": "history", "limit": 0},
            {"type": "history", "limit": True},
            {"type": "history", "limit": 1.5},
            {"type": "history", "before": 7},
            {"type": "command"},
        ):
            self.expect("bad_field", ask(**fields, ref="r"), "r")

    def test_a_ref_that_is_no_string(self) -> None:
        """It cannot come back."""
        self.expect("bad_field", ask(type="who", ref=1))

    def test_a_receiver_that_cannot_be(self) -> None:
        """Nobody's text becomes part of a name."""
        for to in ("", "a b", "a\tb", "a\u2028b"):
            self.expect("no_such_nick", ask(type="dm", to=to, text="x"))

    def test_a_name_that_cannot_be(self) -> None:
        """It is refused as a name, whatever words a line would make of it."""
        for name in ("", " ", "a b", "a\n", "a:b", "x" * 33):
            self.expect("nick_invalid", ask(type="nick", nick=name, ref="r"), "r")
            self.expect("room_invalid", ask(type="join", room=name, ref="r"), "r")

    def test_too_long(self) -> None:
        """4096 bytes are a line, one more is not, in whatever script."""
        self.assertIsNone(ask(type="message", text="x" * MAX_LINE).refusal)
        self.expect("too_long", ask(type="message", text="x" * (MAX_LINE + 1)))
        self.expect("too_long", ask(type="message", text="ü" * 2049, ref="r"), "r")
        self.expect("too_long", ask(type="command", text="\\" + "x" * MAX_LINE))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = st.dictionaries(
    st.sampled_from(["type", "text", "room", "to", "nick", "ref", "limit", "before"]),
    st.sampled_from(["message", "dm", "nick", "history", "command", "\\who"]) | VALUES,
)


class FuzzTests(unittest.SynchronousTestCase):
    """Nothing that a client sends breaks the reader."""

    @given(st.text() | FIELDS.map(json.dumps))
    def test_anything(self, text: str) -> None:
        """It is a request, or refused with words."""
        request = decode_json(text, KNOWN)
        if request.refusal is not None:
            self.assertTrue(request.refusal.text)
        (request.text + request.route + (request.ref or "")).encode()
