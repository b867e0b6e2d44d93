"""The codec of JSON clients."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from tests.support.json_chat import MESSAGE, frame_objects, stored, welcome
from tests.support.viewer import VIEWER
from twisted_chat.clients.json import BULK_NAMES, JsonCodec, decode_object
from twisted_chat.core.events import (
    BulkPresence,
    CustomEvent,
    DirectMessage,
    Message,
)
from twisted_chat.core.limits import MAX_LINE, MAX_TEXT, MAX_TEXT_LINES
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    Reply,
    Request,
    RoomSnapshot,
    RouteInfo,
)

ROUTES = frozenset({"who"})


class EncodeTests(unittest.SynchronousTestCase):
    """Each object is one frame."""

    def setUp(self) -> None:
        self.codec = JsonCodec()

    def replied(self, reply: Reply, ref: str | None = None) -> list[dict[str, Any]]:
        return frame_objects(self.codec.reply(reply, VIEWER, ref))

    def test_event_always_names_its_room(self) -> None:
        """Whether it is the viewer's current one or not."""
        event = stored(Message("lobby", "bob", "hi", "1"))
        for room in (None, "lobby"):
            self.assertEqual(frame_objects(self.codec.event(event, room)), [MESSAGE])
        custom = stored(CustomEvent("lobby", "bob", "[1]", "1"))
        self.assertEqual(self.codec.event(custom, None), b"")

    def test_direct_message_is_the_same_for_both(self) -> None:
        """Sender and recipient."""
        event = DirectMessage("ann", "bob", "psst", "1", "2")
        for sent in (True, False):
            data = self.codec.direct_message(stored(event), event, sent=sent)
            [found] = frame_objects(data)
            self.assertEqual((found["from"], found["to"]), ("ann", "bob"))

    def test_bulk_presence_is_cut_where_it_costs_too_much(self) -> None:
        """Each client is named in an object of its own, or some of them in one."""
        names = tuple(f"n{i}" for i in range(100))
        joined = BulkPresence("lobby", True, names, 2000)
        each = frame_objects(self.codec.bulk_presence(joined, None))
        self.assertEqual(len(each), 100)
        self.assertEqual(each[3], {"type": "joined", "room": "lobby", "nick": "n3"})
        left = BulkPresence("lobby", False, names, 2001)
        [some] = frame_objects(self.codec.bulk_presence(left, None))
        self.assertEqual(some["type"], "left")
        self.assertEqual(some["nicks"], list(names[:BULK_NAMES]))
        self.assertEqual(some["count"], 100)

    def test_every_object_of_a_reply_has_its_ref(self) -> None:
        """If the request had one."""
        error = {"type": "error", "code": "c", "text": "t"}
        self.assertEqual(self.replied(ErrorReply("c", "t")), [error])
        self.assertEqual(self.replied(Done("5"), "q")[0]["ref"], "q")
        found = self.replied(RoomSnapshot("den", ("bob",), "tea", ()), "r")
        self.assertEqual([o["ref"] for o in found], ["r"] * 3)

    def test_missed_events_follow_the_welcome(self) -> None:
        """One frame each, direct messages too."""
        missed = (
            stored(Message("lobby", "bob", "hi", "1")),
            stored(CustomEvent("lobby", "bob", "1", "1")),
            stored(DirectMessage("bob", "ann", "psst", "1", "2"), "8"),
        )
        again = welcome(history=(), resumed=True, recovered=True, missed=missed)
        found = self.replied(again)
        self.assertTrue(found[0]["recovered"])
        self.assertEqual(found[0]["history"], [])
        self.assertEqual([o["type"] for o in found[1:]], ["message", "dm"])

    def test_history_of_many_welcomes_is_encoded_once(self) -> None:
        """And anew when it grows."""
        history = welcome().history
        [found] = self.replied(welcome(history=history), "r")
        encoded = self.codec._history(history)
        [again] = self.replied(welcome(history=history), "r")
        self.assertIs(self.codec._history(history), encoded)
        self.assertEqual(found, again)
        self.assertEqual((found["history"], found["ref"]), ([MESSAGE], "r"))
        [found] = self.replied(welcome(history=history * 2))
        self.assertEqual(found["history"], [MESSAGE] * 2)

    def test_members_of_many_welcomes_are_encoded_once(self) -> None:
        """And anew when there are others, or they have changed."""
        lists = (("bob", "ann"), {"bob": "tea"}, {"bob": "bob"})
        encoded = self.codec._members(*lists)
        self.assertIs(self.codec._members(lists[0], {"bob": "tea"}, lists[2]), encoded)
        for changed in (
            (("bob",), lists[1], lists[2]),
            (lists[0], {"ann": "tea"}, lists[2]),
            (lists[0], lists[1], {"ann": "ann"}),
        ):
            members, away, accounts = changed
            [found] = self.replied(
                welcome(
                    list_members=lambda members=members: members,
                    away=away,
                    list_accounts=lambda accounts=accounts: accounts,
                )
            )
            self.assertEqual(found["members"], list(members))
            self.assertEqual(found["count"], len(members))
            self.assertEqual((found["away"], found["accounts"]), (away, accounts))

    def test_welcome_lists_the_routes_that_can_be_typed(self) -> None:
        """They are encoded once for all welcomes."""
        routes = (
            RouteInfo("join", "ROOM", "join a room", ("j",)),
            RouteInfo("roll", "SIDES [TEXT]", "roll a die"),
        )
        [found] = self.replied(welcome(routes=routes))
        self.assertEqual(
            found["routes"],
            [
                {
                    "name": "join",
                    "usage": "ROOM",
                    "summary": "join a room",
                    "aliases": ["j"],
                },
                {
                    "name": "roll",
                    "usage": "SIDES [TEXT]",
                    "summary": "roll a die",
                    "aliases": [],
                },
            ],
        )
        encoded = self.codec._routes(routes)
        self.replied(welcome(routes=routes))
        self.assertIs(self.codec._routes(routes), encoded)

    @given(st.text())
    def test_no_text_breaks_a_frame_or_its_json(self, text: str) -> None:
        """Whatever anyone says."""
        data = self.codec.event(stored(Message("x", "y", text, "1")), None)
        [found] = frame_objects(data)
        self.assertEqual(found["text"], text)

    def test_lone_surrogate_does_not_break_a_frame(self) -> None:
        """UTF-8 cannot encode it."""
        data = self.codec.event(stored(Message("lobby", "bob", "\ud800", "1")), None)
        self.assertEqual(frame_objects(data), [{**MESSAGE, "text": "?"}])


def ask(**fields: Any) -> Request:
    [request] = JsonCodec().decode_frame(json.dumps(fields), ROUTES)
    return request


class DecodeTests(unittest.SynchronousTestCase):
    """Objects become requests."""

    def test_message_is_posted_as_it_is(self) -> None:
        """In the named room, or the current one; a backslash makes no route of it."""
        self.assertEqual(ask(type="message", text="hi"), Request("", "hi"))
        self.assertEqual(
            ask(type="message", text="\\who", room="den", ref="1"),
            Request("", "\\who", room="den", ref="1"),
        )

    def test_each_type_is_the_route_of_its_name(self) -> None:
        """With its fields as arguments."""
        for fields, request in (
            ({"type": "dm", "to": "bob", "text": "a b"}, Request("dm", "bob a b")),
            ({"type": "nick", "nick": "eve"}, Request("nick", "eve")),
            ({"type": "join", "room": "den"}, Request("join", "den")),
            (
                {"type": "join", "room": "den", "key": "x y"},
                Request("join", "den", words=("den", "x y")),
            ),
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
            (
                {"type": "dm", "to": "bob", "text": "  x = 1"},
                Request("dm", "bob   x = 1", words=("bob", "  x = 1")),
            ),
            ({"type": "command", "text": "/who"}, Request("who", "")),
            ({"type": "command", "text": "\ufeff\u3000／who"}, Request("who", "")),
            ({"type": "command", "text": "\\o/"}, Request("", "\\o/")),
            ({"type": "command", "text": "hello"}, Request("", "hello")),
        ):
            self.assertEqual(ask(**fields), request)

    def test_text_may_have_several_lines(self) -> None:
        """Of any kind of line end; those at its end are dropped."""
        text, lines = "a\r\n\tb\u2028\n", "a\n\tb"
        for fields, request in (
            ({"type": "message"}, Request("", lines)),
            ({"type": "dm", "to": "bob"}, Request("dm", f"bob {lines}")),
            ({"type": "command"}, Request("", lines)),
        ):
            self.assertEqual(ask(**fields, text=text), request)

    def test_command_of_several_lines_is_a_route_if_it_begins_with_one(self) -> None:
        """It must not be posted to all; the route decides about its lines."""
        for text in (r"\dm bob a", "/dm bob a"):
            routes = {"dm"}
            fields = {"type": "command", "text": f"{text}\n\tb\n"}
            request = decode_object(json.dumps(fields), routes)
            self.assertEqual(request, Request("dm", "bob a\n\tb"))
        self.assertEqual(
            ask(type="command", text="one\n/who\n"), Request("", "one\n/who")
        )

    def test_unknown_keys_are_ignored(self) -> None:
        """Clients of later versions are understood as far as possible."""
        self.assertEqual(ask(type="who", colour="red", room=None), Request("who", ""))

    def test_lone_surrogate_is_replaced(self) -> None:
        """JSON can contain one, UTF-8 cannot."""
        request = decode_object(
            '{"type":"message","text":"a\\ud800b","ref":"\\udfff"}', ()
        )
        self.assertEqual((request.text, request.ref), ("a\ufffdb", "\ufffd"))


class RefusalTests(unittest.SynchronousTestCase):
    """Frames that cannot be read are refused with a reason."""

    def expect(self, code: str, request: Request, ref: str | None = None) -> None:
        refusal = request.refusal
        self.assertIsNotNone(refusal)
        self.assertEqual(refusal and refusal.code, code)
        self.assertEqual(request.ref, ref)

    def test_invalid_json_is_refused(self) -> None:
        """Broken, nested too deeply, or with values that JSON has not."""
        for text in ("", "hello", "{", "[" * 100_000, "1" * 10_000, "[NaN]", "NaN"):
            self.expect("bad_json", decode_object(text, ()))

    def test_other_json_values_are_refused(self) -> None:
        """Only objects are requests."""
        for text in ("[]", '"who"', "1", "null", "true"):
            self.expect("bad_json", decode_object(text, ()))

    def test_unknown_type_is_refused_with_its_ref(self) -> None:
        """So that the program knows which request was refused."""
        kinds: tuple[Any, ...] = ("shout", "", None, 1, [], {}, "Message")
        for kind in kinds:
            self.expect("unknown_type", ask(type=kind, ref="r"), "r")
        self.expect("unknown_type", ask(ref="r"), "r")

    def test_missing_and_mistyped_fields_are_refused(self) -> None:
        """Missing, or of another type."""
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

    def test_ref_must_be_a_string(self) -> None:
        """Another value cannot be returned."""
        self.expect("bad_field", ask(type="who", ref=1))

    def test_recipient_with_spaces_is_refused(self) -> None:
        """Text cannot become part of a name."""
        for to in ("", "a b", "a\tb", "a\u2028b"):
            self.expect("no_such_nick", ask(type="dm", to=to, text="x"))

    def test_invalid_names_are_refused_as_names(self) -> None:
        """Whatever arguments a line would make of them."""
        for name in ("", " ", "a b", "a\n", "a:b", "x" * 33):
            self.expect("nick_invalid", ask(type="nick", nick=name, ref="r"), "r")
            self.expect("room_invalid", ask(type="join", room=name, ref="r"), "r")

    def test_text_that_is_too_long_is_refused(self) -> None:
        """16 KiB of UTF-8 or 100 lines are a message, one more is too long."""
        for fields in (
            {"type": "message"},
            {"type": "dm", "to": "bob"},
            {"type": "command"},
        ):
            for text in ("x" * MAX_TEXT, "ü\r\n" * MAX_TEXT_LINES):
                self.assertIsNone(ask(**fields, text=text).refusal)
                self.expect("too_long", ask(**fields, text=text + "x", ref="r"), "r")

    def test_other_string_longer_than_a_line_is_refused(self) -> None:
        """4096 bytes."""
        for name in ("ref", "room"):
            fields = {name: "ü" * (MAX_LINE // 2)}
            self.assertIsNone(ask(type="message", text="x", **fields).refusal)
            fields[name] += "x"
            self.expect("too_long", ask(type="message", text="x", **fields))

    def test_text_of_a_correction_is_that_of_a_message(self) -> None:
        """It keeps the blanks with which it begins, as a message does."""
        for text in ("x" * MAX_TEXT, "  if x:\n    y", "ü\n" * MAX_TEXT_LINES):
            found = ask(type="edit", text=text, room="tea", ref="r")
            kept = text.rstrip("\n")
            self.assertEqual(
                found, Request("edit", kept, ref="r", room="tea", words=(kept,))
            )
        self.expect("too_long", ask(type="edit", text="x" * MAX_TEXT + "x"))
        self.expect("bad_field", ask(type="edit"))

    def test_message_is_deleted_by_its_id(self) -> None:
        found = ask(type="delete", id="7", room="tea", ref="r")
        wanted = Request("delete_one", "", ref="r", room="tea", words=("7",))
        self.assertEqual(found, replace(wanted, internal=True))
        self.expect("bad_field", ask(type="delete", room="tea"))

    def test_route_may_have_the_text_of_a_message(self) -> None:
        """Its length is checked by the route."""
        for route in ("edit", "me"):
            typed = f"\\{route} " + "x" * MAX_TEXT
            self.assertIsNone(ask(type="command", text=typed).refusal)


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
    """Arbitrary frames."""

    @given(st.text() | FIELDS.map(json.dumps))
    def test_any_text_is_decoded_or_refused(self, text: str) -> None:
        """Nothing raises."""
        request = decode_object(text, ROUTES)
        if request.refusal is not None:
            self.assertTrue(request.refusal.text)
        (request.text + request.route + (request.ref or "")).encode()
