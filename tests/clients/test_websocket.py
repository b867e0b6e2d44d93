"""WebSocket clients, plain text and JSON."""

from __future__ import annotations

import json

from websockets.frames import Close

from tests.support.logs import Log
from tests.support.memory import masked, text
from tests.support.websocket_chat import ChatTestCase, JsonClient
from twisted_chat.core.limits import MAX_LINE, RateLimit
from twisted_chat.core.moderation.sanctions import Sanction


class TextTests(ChatTestCase):
    """Plain text: one line in each frame."""

    def test_text_clients_see_what_they_all_say(self) -> None:
        """The sender too; routes are answered to their client."""
        ann, bob = self.connect("?nick=ann"), self.connect("ws?nick=bob")
        self.assertEqual(
            ann.received(),
            ["Welcome, ann!", "ann: joined the chat", "bob: joined the chat"],
        )
        self.assertIn("Welcome, bob!", bob.received())
        ann.send_text("hi all")
        self.assertEqual(
            (ann.received(), bob.received()), (["ann: hi all"], ["ann: hi all"])
        )
        bob.send_text("\\who")
        self.assertEqual(bob.received(), ["here (2): ann, bob"])
        bob.send_text("\\nonsense")
        self.assertEqual(len(bob.received()), 1)

    def test_frame_of_several_lines_is_several_messages(self) -> None:
        """Empty lines are ignored."""
        ann = self.connect("?nick=ann")
        ann.received()
        ann.send_text("one\r\ntwo\n\nthree\rfour\n")
        self.assertEqual(
            ann.received(), [f"ann: {word}" for word in ("one", "two", "three", "four")]
        )
        ann.send_text("")
        self.assertEqual(ann.received(), [])

    def test_each_line_of_a_message_is_a_frame(self) -> None:
        """A JSON client has sent it as one."""
        ann, bob = (
            self.connect("?nick=ann"),
            JsonClient(self.connect("?format=json&nick=bob")),
        )
        ann.received()
        bob.ask(type="message", text="a\n\n\tb")
        self.assertEqual(ann.received(), ["bob: a", "bob:", "bob: \tb"])

    def test_banned_client_is_accepted_told_and_closed_with_4003(self) -> None:
        """Text and JSON; also one that is connected when it is banned."""
        bob = self.connect("?nick=bob")
        bob.received()
        ban = Sanction("x", "al", identities=("=bob", "=dave"))
        self.chat.moderation.apply({"ban/=x": ban.to_json()})
        bob.send_text("\\nick dave")
        dave, dora = self.connect("?nick=dave"), self.connect("?format=json&nick=dave")
        for client in (bob, dave, dora):
            told, end = client.frames()
            self.assertIn(b"you are banned until further notice", bytes(told.data))
            self.assertEqual(Close.parse(bytes(end.data)), Close(4003, "banned"))
        self.assertIn(b'"code":"banned"', bytes(told.data))

    def test_line_that_is_too_long_is_refused(self) -> None:
        """The connection stays open."""
        ann = self.connect()
        ann.received()
        ann.send_text("ü" * (MAX_LINE // 2 + 1))
        [error] = ann.received()
        self.assertTrue(error.startswith("error: "))
        ann.send_text("x" * MAX_LINE)
        self.assertEqual(len(ann.received()), 1)

    def test_frame_that_is_too_large_closes_the_connection(self) -> None:
        """With 1009, beyond 64 KiB."""
        ann = self.connect()
        ann.send(masked(0x81, b"x" * 65537))
        self.assertEqual(ann.close_code(), 1009)

    def test_frame_that_is_not_text_closes_the_connection(self) -> None:
        """With 1007 for invalid UTF-8, with 1003 for binary."""
        ann, bob = self.connect(), self.connect()
        ann.send(masked(0x81, b"\xff"))
        self.assertEqual(ann.close_code(), 1007)
        bob.send(masked(0x82, b"hello"))
        self.assertEqual(bob.close_code(), 1003)

    def test_client_leaves_once_however_its_connection_ends(self) -> None:
        """By a route, a close frame or a lost connection."""
        ann, bob, eve = (self.connect(f"?nick={n}") for n in ("ann", "bob", "eve"))
        ann.received()
        bob.send_text("\\quit")
        self.assertEqual(bob.close_code(), 1000)
        bob.send(masked(0x88, b"\x03\xe8"))
        bob.wire.disconnect()
        eve.wire.disconnect()
        self.assertEqual(ann.received(), ["bob: left the chat", "eve: left the chat"])

    def test_departure_is_logged_with_its_error_but_no_message(self) -> None:
        """A connection that the client closes is not an error."""
        ann, bob = self.connect("?nick=ann"), self.connect("?nick=bob")
        ann.received()
        log = Log(self)
        ann.send_text("a secret")
        ann.send(masked(0x88, b"\x03\xe8"))
        bob.wire.disconnect()
        self.assertEqual(
            log.lines(),
            ["ann quit", "client error: bob: connection lost", "bob quit"],
        )

    def test_resumed_client_quits_when_its_last_connection_ends(self) -> None:
        """The log has it once."""
        first = self.connect("?nick=ann&format=json")
        session = json.loads(first.received()[0])["session"]
        log = Log(self)
        second = self.connect(f"?format=json&session={session}")
        self.assertEqual(log.lines(), ["ann resumed from 192.0.2.1 by websocket"])
        second.wire.disconnect()
        self.assertEqual(
            log.lines()[1:], ["client error: ann: connection lost", "ann quit"]
        )

    def test_log_says_who_joined_from_where(self) -> None:
        """In text and in JSON."""
        log = Log(self)
        for nick, query in (("ann", ""), ("bob", "&format=json")):
            self.connect(f"?nick={nick}{query}").received()
            self.assertEqual(
                log.lines()[-1], f"{nick} joined from 192.0.2.1 by websocket"
            )

    def test_nothing_follows_a_close_frame(self) -> None:
        """What others say is not sent."""
        ann, bob = self.connect("?nick=ann"), self.connect("?nick=bob")
        ann.send_text("\\quit")
        self.assertEqual(ann.close_code(), 1000)
        bob.send_text("still here")
        self.assertEqual(list(ann.frames()), [])

    def test_stopping_server_closes_with_1001(self) -> None:
        """After a notice."""
        ann = self.connect("?nick=ann")
        ann.received()
        stopped: list[bool] = []
        self.chat.stop(lambda: stopped.append(True))
        self.assertEqual(ann.close_code(), 1001)
        self.assertEqual(stopped, [True])


class BytewiseTextTests(TextTests):
    """The same, one byte at a time."""

    bytewise = True


class JsonTests(ChatTestCase):
    """JSON: one object in each frame."""

    def test_query_or_subprotocol_asks_for_objects(self) -> None:
        """From the start."""
        ann = self.program("&nick=ann")
        self.assertEqual(ann.welcome["type"], "welcome")
        self.assertEqual(ann.welcome["nick"], "ann")
        bob = JsonClient(self.connect("?nick=bob", sec_websocket_protocol="chat.json"))
        self.assertEqual(bob.welcome["type"], "welcome")
        self.assertIn("ann", bob.welcome["members"])

    def test_other_subprotocol_is_agreed_to_and_changes_nothing(self) -> None:
        """A program that always offers its own."""
        for query, start in (
            ("", "Welcome, "),
            ("?format=json&nick=al", '{"type":"welcome"'),
        ):
            client = self.connect(query, sec_websocket_protocol="my-app, v2")
            self.assertIn("Sec-WebSocket-Protocol: my-app", client.head)
            self.assertTrue(client.received()[0].startswith(start))
        both = self.connect(sec_websocket_protocol="my-app, chat.json")
        self.assertIn("Sec-WebSocket-Protocol: chat.json", both.head)

    def test_json_and_text_clients_share_a_room(self) -> None:
        """Each sees its own format."""
        ann, bob = self.program("&nick=ann"), self.connect("?nick=bob")
        bob.received()
        ann.received()
        answers = ann.ask(type="message", text="hi", ref="1")
        self.assertEqual({a["type"] for a in answers}, {"message", "ok"})
        ok = next(a for a in answers if a["type"] == "ok")
        said = next(a for a in answers if a["type"] == "message")
        self.assertEqual((ok["ref"], ok["id"]), ("1", said["id"]))
        self.assertEqual(bob.received(), ["ann: hi"])
        bob.send_text("\\dm ann psst")
        [direct] = ann.received()
        self.assertEqual(
            (direct["type"], direct["from"], direct["to"], direct["text"]),
            ("dm", "bob", "ann", "psst"),
        )

    def test_direct_message_to_oneself_is_one_object(self) -> None:
        """Not one for the sender and one for the recipient."""
        ann = self.program("&nick=ann")
        ann.received()
        answers = ann.ask(type="dm", to="ann", text="milk", ref="1")
        self.assertEqual(sorted(a["type"] for a in answers), ["dm", "ok"])

    def test_each_request_is_answered_with_its_ref(self) -> None:
        """Every type."""
        ann = self.program("&nick=ann")
        for fields, kinds in (
            ({"type": "nick", "nick": "eve"}, {"renamed", "ok"}),
            ({"type": "dm", "to": "eve", "text": "x"}, {"dm", "ok"}),
            (
                {"type": "join", "room": "den"},
                {"joined", "who", "history", "topic", "ok"},
            ),
            ({"type": "message", "room": "lobby", "text": "x"}, {"message", "ok"}),
            ({"type": "who", "room": "den"}, {"who"}),
            ({"type": "history", "limit": 5}, {"history"}),
            ({"type": "command", "text": "\\rooms"}, {"rooms"}),
            ({"type": "command", "text": "\\me waves"}, {"action", "ok"}),
            ({"type": "leave", "room": "den"}, {"left", "ok"}),
            ({"type": "shout"}, {"error"}),
        ):
            with self.subTest(fields=fields):
                answers = ann.ask(ref="r", **fields)
                self.assertLessEqual({a["type"] for a in answers}, kinds)
                self.assertIn("r", [a.get("ref") for a in answers])

    def test_resumed_client_that_names_none_keeps_its_nickname(self) -> None:
        """Its session is enough."""
        ann = self.program("&nick=ann")
        ann.client.wire.disconnect()
        session, since = ann.welcome["session"], ann.welcome["position"]
        again = self.program(f"&session={session}&since={since}")
        self.assertEqual(
            (again.welcome["nick"], again.welcome["recovered"]), ("ann", True)
        )

    def test_resumed_client_receives_what_it_missed_once(self) -> None:
        """In order."""
        ann, bob = self.program("&nick=ann"), self.connect("?nick=bob")
        session = ann.welcome["session"]
        since = ann.received()[-1]["id"]
        ann.client.wire.disconnect()
        for words in ("one", "two"):
            bob.send_text(words)
        again = self.program(f"&nick=ann&session={session}&since={since}")
        self.assertTrue(again.welcome["recovered"])
        said = [o["text"] for o in again.rest if o["type"] == "message"]
        self.assertEqual(said, ["one", "two"])
        self.assertEqual(again.welcome["nick"], "ann")

    def test_unknown_position_is_not_recovered(self) -> None:
        """The welcome says so."""
        ann = self.program("&since=nonsense")
        self.assertFalse(ann.welcome["recovered"])

    def test_client_joins_the_rooms_of_its_query(self) -> None:
        """The last is its current room."""
        ann = self.program("&nick=ann&rooms=den,lobby,tea")
        rest = [ann.welcome, *ann.rest, *ann.received()]
        rooms = next(o["rooms"] for o in reversed(rest) if o["type"] == "welcome")
        self.assertEqual(rooms[-1:], ["tea"])

    def test_client_is_away_and_ignores_as_its_query_says(self) -> None:
        pest = self.program("&nick=pest")
        ann = self.program("&nick=ann&away=at%20lunch&ignore=pest,,gone")
        away = [o for o in [*ann.rest, *ann.received()] if o["type"] == "away"]
        self.assertEqual([o["text"] for o in away], ["at lunch"])
        pest.ask(type="message", text="spam")
        received = ann.ask(type="message", text="hi")
        said = [o["text"] for o in received if o["type"] == "message"]
        self.assertEqual(said, ["hi"])


class OriginTests(ChatTestCase):
    """Origins of pages."""

    def test_page_of_another_origin_is_refused(self) -> None:
        """With 403; nobody joins."""
        page = self.connect(origin="http://evil.example")
        self.assertEqual(page.status, 403)
        self.assertEqual(list(self.chat.pool.clients.values()), [])

    def test_page_of_the_server_may_connect(self) -> None:
        """Its origin is the host of the request."""
        page = self.connect(origin="http://chat.example")
        self.assertEqual(page.status, 101)


class RateLimitTests(ChatTestCase):
    """Clients that send too fast."""

    rate_limit = RateLimit(2, 1)

    def test_paste_is_delayed_and_nothing_is_lost(self) -> None:
        """Reading pauses meanwhile."""
        ann = self.connect("?nick=ann")
        ann.received()
        ann.send(b"".join(text(str(n)) for n in range(60)))
        self.assertEqual(ann.received(), ["ann: 0", "ann: 1"])
        self.assertEqual(ann.wire.producerState, "paused")
        self.clock.pump([0.1] * 600)
        self.assertEqual(ann.received(), [f"ann: {n}" for n in range(2, 60)])
        self.assertEqual(ann.wire.producerState, "producing")
        self.assertFalse(ann.wire.aborted)

    def test_message_counts_as_its_lines_and_a_refused_one_as_one(self) -> None:
        """Who is refused a paste can send a shorter one at once."""
        bob = self.program("&nick=bob")
        [error] = bob.ask(type="message", text="x\n" * 101)
        self.assertEqual((error["type"], error["code"]), ("error", "too_long"))
        [message] = bob.ask(type="message", text="x\n" * 100)
        self.assertEqual(message["text"], "\n".join("x" * 100))
        self.assertEqual(bob.ask(type="who"), [])
        # Longer than a heartbeat and its answer take.
        self.clock.pump([1.0] * 98)
        self.assertEqual(bob.received(), [])
        self.clock.pump([1.0] * 5)
        self.assertEqual([one["type"] for one in bob.received()], ["who"])
        self.assertFalse(bob.client.wire.aborted)
