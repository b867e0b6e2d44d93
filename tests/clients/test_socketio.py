"""Socket.IO clients, in both dialects."""

from __future__ import annotations

import json
import re

from tests.support.logs import Log
from tests.support.memory import masked
from tests.support.socketio_chat import ChatTestCase, LineClient

ARRIVAL = re.compile(" (?:joined|resumed) from | is now known as ")


class JoinTests(ChatTestCase):
    """The dialect *messages*: ``join``, ``messages`` and the chatters."""

    def test_joined_client_receives_history_then_members(self) -> None:
        """The other clients receive its name."""
        ann = LineClient(self, "ann")
        ann.types("", "one")
        ann.types("me", "waves")
        other = self.browse()
        bob = self.browse()
        received = bob.emit("join", "bob", ack=1)
        self.assertIn((1, {"ok": True, "id": bob.offset}), received)
        # Once: not for the new name, and again for being there.
        self.assertEqual(received.count(["add chatter", "bob"]), 1)
        self.assertFalse([h for h in received if h[0] == "remove chatter"])
        history = [data for data in received if data[0] == "messages"]
        self.assertEqual(
            history, [["messages", "ann: one"], ["messages", "* ann waves"]]
        )
        last = received.index(history[-1])
        self.assertIn(["add chatter", "ann"], received[last:])
        self.assertIn(["add chatter", "bob"], other.received())

    def test_message_reaches_every_client(self) -> None:
        """The sender too, and clients of other kinds."""
        ann, bob, carol = LineClient(self, "ann"), self.join("bob"), self.join("carol")
        bob.received()
        received = bob.emit("messages", "hi \\who all", ack=0)
        self.assertEqual(
            received,
            [
                ["messages", "bob: hi \\who all"],
                (0, {"ok": True, "id": bob.offset}),
            ],
        )
        self.assertEqual(carol.received(), [["messages", "bob: hi \\who all"]])
        self.assertEqual(ann.sees()[-1], "bob: hi \\who all")
        ann.types("", "hello")
        ann.types("dm", "bob psst")
        self.assertEqual(
            bob.received(),
            [["messages", "ann: hello"], ["messages", "ann (private): psst"]],
        )
        self.assertEqual(carol.received(), [["messages", "ann: hello"]])

    def test_chatters_are_added_and_removed(self) -> None:
        """So that a page can keep its list."""
        ann, bob, carol = LineClient(self, "ann"), self.join("bob"), self.join("carol")
        bob.received()
        carol.emit("join", "cleo")
        self.assertEqual(
            bob.received(), [["remove chatter", "carol"], ["add chatter", "cleo"]]
        )
        carol.client.send_text("41")
        self.assertEqual(bob.received(), [["remove chatter", "cleo"]])
        ann.leaves()
        self.assertEqual(bob.received(), [["remove chatter", "ann"]])

    def test_refusal_is_acknowledged_or_sent_as_a_line(self) -> None:
        """If there is no acknowledgement to send."""
        LineClient(self, "ann")
        bob = self.join("bob")
        bob.received()
        for data in (
            ("join", "ann"),
            ("join", "two words"),
            ("join", 7),
            ("join",),
            ("messages", {"text": "no"}),
            ("messages", "x" * 16385),
            ("messages", "ü" * 8193),
            ("messages", "x\n" * 100 + "x"),
            ("messages", "  "),
            ("chat",),
            ("unreceived of", 1),
            (7, 1),
        ):
            received = [item for item in bob.emit(*data, ack=3) if item[0] == 3]
            self.assertEqual(len(received), 1, data)
            self.assertIs(received[0][1]["ok"], False)
            self.assertTrue(received[0][1]["error"])
        received = bob.emit("messages", 5)
        self.assertEqual(received, [["messages", "error: messages needs a string"]])
        self.assertEqual(bob.emit("unreceived of", 1), [])
        bob.client.send_text('451-9["chat",{"_placeholder":true,"num":0}]')
        bob.client.send(masked(0x82, b"binary"))
        ((number, answer),) = bob.received()
        self.assertEqual((number, answer["ok"]), (9, False))
        self.assertEqual(bob.emit("messages", "ok")[0], ["messages", "bob: ok"])

    def test_invalid_nickname_is_refused_as_such(self) -> None:
        """Not as a route that nobody typed; the client is a guest, and is shown all."""
        ann = LineClient(self, "ann")
        ann.types("", "one")
        for name, why in (
            ("", "a nickname has 1 to 32"),
            ("a b", "a nickname has no spaces"),
            ("a:b", "a nickname has 1 to 32"),
            ("ann", "in use"),
        ):
            bob = self.browse()
            (_, answer), *shown = bob.emit("join", name, ack=1)
            self.assertIn(why, answer["error"])
            self.assertEqual(
                shown[:2], [["messages", "ann: one"], ["add chatter", "ann"]]
            )
            self.assertTrue(shown[-1][1].startswith("guest_"), shown)
            self.assertEqual(bob.emit("join", name, ack=1)[1:], shown[1:])

    def test_departure_is_logged_with_its_error_but_no_message(self) -> None:
        """A connection that the client closes is not an error."""
        log = Log(self)
        ann, bob = self.join("ann"), self.join("bob")
        ann.emit("messages", "a secret")
        ann.client.send_text("1")
        bob.loses_connection()
        carol = self.join("carol")
        again = self.browse(carol.auth)
        again.client.send_text("41")
        self.settle()
        self.assertEqual(
            [line for line in log.lines() if not ARRIVAL.search(line)],
            [
                "ann quit",
                "client error: bob: connection lost",
                "bob quit",
                "carol quit",
            ],
        )

    def test_arrival_and_name_are_logged(self) -> None:
        """With the address of the session."""
        log = Log(self)
        self.join("ann")
        joined, renamed = log.lines()
        guest, _, rest = joined.partition(" ")
        self.assertEqual(rest, "joined from 192.0.2.1 by socket.io")
        self.assertEqual(renamed, f"{guest} is now known as ann")

    def test_text_cannot_forge_a_line_or_break_a_packet(self) -> None:
        """Escape sequences are removed; each line has its author on a line wire."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.client.send_text('42["messages","a\\r\\nb\\u001b[2J\\ud800\\u2028c"]')
        self.assertEqual(bob.received(), [["messages", "bob: a\nb\ufffd\nc"]])
        self.assertEqual(ann.sees()[-3:], ["bob: a", "bob: b\ufffd", "bob: c"])

    def test_text_of_several_lines_is_one_message(self) -> None:
        """With its tabs, blank lines and indentation; a line end of any kind."""
        ann, bob, eve = LineClient(self, "ann"), self.join("bob"), self.browse()
        ann.sees()
        bob.received()
        text = "def f(x):\n\n\tif x:\n\t    return 1"
        received = bob.emit("messages", text.replace("\n", "\r\n") + "\u2029\n", ack=5)
        self.assertEqual(received[0], ["messages", f"bob: {text}"])
        self.assertEqual(received[1][1]["ok"], True)
        self.assertIn(["chat", f"bob: {text}"], eve.received())
        lines = ["bob: def f(x):", "bob:", "bob: \tif x:", "bob: \t    return 1"]
        self.assertEqual(ann.sees(), lines)


class ChatTests(ChatTestCase):
    """The dialect *chat*."""

    def test_any_value_is_sent_to_every_socketio_client_unchanged(self) -> None:
        """To the last digit; others do not see it."""
        ann, bob, carol = LineClient(self, "ann"), self.browse(), self.join("carol")
        bob.emit("chat", 0)
        carol.received()
        ann.sees()
        for value in ('{"b":1.50,"a":[null,true]}', "[]", "7", "null", '"  "', '""'):
            bob.client.send_text(f'42["chat",{value}]')
            self.settle()
            for client in (bob, carol):
                packets = client.client.received()
                self.assertIn(f'42["chat",{value}]', packets)
        self.assertEqual(ann.sees(), [])

    def test_text_value_is_also_a_message_in_the_lobby(self) -> None:
        """Messages of others are sent as ``chat`` lines."""
        ann, bob, carol = LineClient(self, "ann"), self.browse(), self.join("carol")
        nick = next(line for line in ann.sees() if line.startswith("guest"))
        nick = nick.partition(":")[0]
        bob.received()
        carol.received()
        self.assertEqual(
            bob.emit("chat", "hi", ack=1),
            [["chat", "hi"], (1, {"ok": True, "id": bob.offset})],
        )
        self.assertEqual(
            carol.received(), [["messages", f"{nick}: hi"], ["chat", "hi"]]
        )
        self.assertEqual(ann.sees()[-1], f"{nick}: hi")
        ann.types("", "hello")
        self.assertEqual(bob.received(), [["chat", "ann: hello"]])
        carol.emit("messages", "hey")
        self.assertEqual(bob.received(), [["chat", "carol: hey"]])

    def test_long_text_is_cut_for_line_clients_only(self) -> None:
        """To the limits of a message."""
        ann, bob = LineClient(self, "ann"), self.browse()
        text = "x" + "ü" * 20_000
        self.assertEqual(bob.emit("chat", text), [["chat", text]])
        said = ann.sees()[-1].partition(": ")[2]
        self.assertEqual(said, "x" + "ü" * 8191)
        text = " x\r\n" * 150
        self.assertEqual(bob.emit("chat", text), [["chat", text]])
        self.assertEqual([line[-4:] for line in ann.sees()], [":  x"] * 100)

    def test_value_over_64_kib_is_refused(self) -> None:
        """Its JSON counts."""
        bob = self.browse()
        bob.emit("chat", 0)
        fits = "x" * (64 * 1024 - 2)
        self.assertEqual(bob.emit("chat", fits), [["chat", fits]])
        ((number, answer),) = bob.emit("chat", fits + "x", ack=4)
        self.assertEqual((number, answer["ok"]), (4, False))

    def test_value_that_is_much_longer_is_refused_as_well(self) -> None:
        """Though it is not decoded: neither its JSON nor its name has to be valid."""
        bob = self.browse()
        bob.emit("chat", 0)
        bob.client.send_text("425" + "[" * 100_000)
        bob.client.send_text("42" + "[" * 100_000)
        (number, answer), (name, line) = bob.received()
        self.assertEqual((number, answer["ok"]), (5, False))
        self.assertEqual((name, line[:24]), ("chat", "error: the value is long"))
        self.assertEqual(bob.emit("chat", 1), [["chat", 1]])


class DialectTests(ChatTestCase):
    """Which dialect a client receives."""

    def test_client_that_has_not_emitted_receives_both(self) -> None:
        """A page that only listens."""
        ann, bob = LineClient(self, "ann"), self.browse()
        ann.types("", "hi")
        self.assertEqual(bob.received(), [["messages", "ann: hi"], ["chat", "ann: hi"]])

    def test_unknown_event_shows_no_dialect(self) -> None:
        """The client still receives both."""
        ann, bob = LineClient(self, "ann"), self.browse()
        bob.emit("typing", 1)
        ann.types("", "hi")
        self.assertEqual(len(bob.received()), 2)

    def test_client_that_uses_both_receives_both(self) -> None:
        """From the second one on."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.received()
        ann.types("", "hi")
        self.assertEqual(bob.received(), [["messages", "ann: hi"]])
        bob.emit("chat", 1)
        ann.types("", "hi")
        self.assertEqual(bob.received(), [["messages", "ann: hi"], ["chat", "ann: hi"]])

    def test_client_chooses_its_dialect_when_it_connects(self) -> None:
        """In ``auth`` or in the query; ``auth`` counts if it is both."""
        ann = LineClient(self, "ann")
        pages = {
            "chat": [self.browse({"dialect": "chat"}), self.browse(query="chat")],
            "messages": [
                self.browse({"dialect": "messages"}),
                self.browse({"dialect": "messages"}, query="chat"),
            ],
        }
        for browser in (*pages["chat"], *pages["messages"]):
            browser.received()
        ann.types("", "hi")
        for event, browsers in pages.items():
            for browser in browsers:
                self.assertEqual(browser.received(), [[event, "ann: hi"]])

    def test_chosen_dialect_stays_whatever_is_emitted(self) -> None:
        """Also after it has resumed."""
        ann = LineClient(self, "ann")
        bob = self.browse({"dialect": "chat"})
        bob.emit("join", "bob")
        bob.loses_connection()
        ann.types("", "missed")
        again = self.browse({"dialect": "chat", **bob.auth})
        again.emit("messages", "hi")
        ann.types("", "hello")
        self.assertEqual(again.received(), [["chat", "ann: hello"]])

    def test_unknown_dialect_is_refused(self) -> None:
        """With ``connect_error``, whose message says which there are."""
        for dialect in ("irc", "", 7, ["chat"]):
            client = self.socket()
            client.send_text("40" + json.dumps({"dialect": dialect}))
            self.settle()
            (refusal,) = client.received()[1:]
            self.assertEqual(
                json.loads(refusal[2:])["message"],
                "no such dialect: choose one of messages, chat, both",
            )

    def test_clients_of_one_dialect_share_a_codec(self) -> None:
        """So that events are encoded once for them."""
        pages = [self.join(f"n{i}") for i in range(3)]
        self.assertEqual(len(set(map(id, self._codecs()))), 1)
        for page in pages:
            page.received()
        pages[0].emit("messages", "hi")
        self.assertEqual(pages[1].received(), pages[2].received())

    def _codecs(self) -> list[object]:
        return [client.codec for client in self.chat.pool.clients.values()]


class BytewiseJoinTests(JoinTests):
    """The same, one byte at a time."""

    bytewise = True
