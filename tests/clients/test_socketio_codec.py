"""The codec of Socket.IO clients."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from tests.support.viewer import VIEWER
from twisted_chat.clients.json import BULK_NAMES
from twisted_chat.clients.socketio_codec import (
    Dialect,
    SocketIOCodec,
    decode_event,
    dialect_of,
    sid,
)
from twisted_chat.core.events import (
    Action,
    AwaySet,
    BulkPresence,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.replies import (
    NOTHING,
    CurrentRoom,
    Done,
    ErrorReply,
    HelpHint,
    MemberList,
    Notice,
    Reply,
    Request,
    RoomList,
    RoomSnapshot,
    Welcome,
)
from twisted_chat.socketio.packets import Decoder

SAID = Message("lobby", "alice", "hi", "ID")
MARKER = '2["0007"]'
LATEST = '2["0009"]'


def stored(event: Event, position: str = "0007") -> Stored:
    return Stored(position, 0, event)


class DialectTestCase(unittest.SynchronousTestCase):
    """Packets as lines of text."""

    def setUp(self) -> None:
        self.both = self.codec()
        self.messages = self.codec(Dialect.MESSAGES)
        self.chat = self.codec(Dialect.CHAT)

    @staticmethod
    def codec(dialect: Dialect = Dialect.BOTH) -> SocketIOCodec:
        return SocketIOCodec(lambda packet: packet + b"\n", lambda: "0009", dialect)

    def lines(self, data: bytes) -> list[str]:
        return data.decode().splitlines()

    def check(
        self,
        event: Event,
        both: list[str],
        messages: list[str],
        chat: list[str],
        room: str | None = None,
    ) -> None:
        """Check the packets in each dialect; if there are any, a marker follows."""
        for codec, expected in (
            (self.both, both),
            (self.messages, messages),
            (self.chat, chat),
        ):
            shown = self.lines(codec.event(stored(event), room))
            self.assertEqual(shown, [*expected, MARKER] if expected else [])

    def answers(self, answer: Reply, ref: str | None = None) -> list[str]:
        return self.lines(self.both.reply(answer, VIEWER, ref))


class EventTests(DialectTestCase):
    """Events, in each dialect."""

    def test_message_is_sent_in_the_dialect_of_the_client(self) -> None:
        """With its room, if that is not the current one."""
        messages, chat = '2["messages","alice: hi"]', '2["chat","alice: hi"]'
        self.check(SAID, [messages, chat], [messages], [chat])
        messages, chat = (
            text.replace('"alice', '"[#den] alice') for text in (messages, chat)
        )
        self.check(SAID, [messages, chat], [messages], [chat], "den")

    def test_chat_value_is_sent_unchanged_in_every_dialect(self) -> None:
        """With the text beside it for those that use ``messages``."""
        event = Message("lobby", "alice", "hi", "ID", '"h\\u0069"')
        messages, chat = '2["messages","alice: hi"]', '2["chat","h\\u0069"]'
        self.check(event, [messages, chat], [messages, chat], [chat])

    def test_custom_event_is_sent_in_every_dialect(self) -> None:
        """It is a ``chat`` value that is not text."""
        chat = ['2["chat",{"x":1.50}]']
        self.check(CustomEvent("lobby", "alice", '{"x":1.50}', "ID"), chat, chat, chat)

    def test_action_begins_with_a_star(self) -> None:
        """Like on telnet."""
        messages, chat = '2["messages","* alice waves"]', '2["chat","* alice waves"]'
        event = Action("lobby", "alice", "waves", "ID")
        self.check(event, [messages, chat], [messages], [chat])

    def test_correction_is_sent_as_text(self) -> None:
        """A page of the chat room kind has no other way to show it."""
        for event, line in (
            (Edited("lobby", "al", "1", "two", "ID"), "al: corrected: two"),
            (Deleted("lobby", "al", "", "1", "ID"), "al: deleted a message"),
        ):
            messages, chat = f'2["messages","{line}"]', f'2["chat","{line}"]'
            self.check(event, [messages, chat], [messages], [chat])

    def test_presence_in_the_lobby_is_sent_as_chatters(self) -> None:
        """To those that use ``messages``."""
        add, remove = '2["add chatter","bob"]', '2["remove chatter","bob"]'
        for event, shown in (
            (Joined("lobby", "bob", "ID"), [add]),
            (Joined("den", "bob", "ID"), []),
            (Left("lobby", "bob", "ID"), [remove]),
            (Left("den", "bob", "ID"), []),
            (Quit("bob", "ID"), [remove]),
            (Renamed("bob", "rob", "ID"), [remove, add.replace("bob", "rob")]),
            (TopicSet("lobby", "bob", "x", "ID"), []),
            (AwaySet("bob", "x", "ID"), []),
        ):
            self.check(event, shown, shown, [])

    def test_direct_message_names_its_recipient_to_the_sender(self) -> None:
        """And its sender to the recipient."""
        event = DirectMessage("alice", "bob", "psst", "A", "B")
        for sent, text in (
            (False, '"alice (private): psst"'),
            (True, '"alice (private to bob): psst"'),
        ):
            self.assertEqual(
                self.lines(self.both.direct_message(stored(event), event, sent=sent)),
                [f'2["messages",{text}]', f'2["chat",{text}]', MARKER],
            )

    def test_bulk_presence_is_cut_where_it_costs_too_much(self) -> None:
        """Each client is named, or some of them."""
        names = tuple(f"n{i}" for i in range(100))
        for arrived, verb in ((True, "add"), (False, "remove")):
            shown = self.lines(
                self.both.bulk_presence(
                    BulkPresence("lobby", arrived, names, 2000), None
                )
            )
            self.assertEqual(shown[0], f'2["{verb} chatter","n0"]')
            self.assertEqual(len(shown), 101)
            self.assertEqual(shown[-1], LATEST)
        shown = self.lines(
            self.both.bulk_presence(BulkPresence("lobby", True, names, 2001), None)
        )
        self.assertEqual(len(shown), BULK_NAMES + 1)
        self.assertEqual(
            self.both.bulk_presence(BulkPresence("den", True, names, 1), "den"), b""
        )
        self.assertEqual(
            self.chat.bulk_presence(BulkPresence("lobby", True, names, 1), None), b""
        )

    @given(st.text(), st.text())
    def test_no_text_breaks_a_packet(self, nick: str, text: str) -> None:
        """It is one argument of one record."""
        codec = SocketIOCodec(lambda packet: packet + b"\x1e", lambda: "")
        data = codec.event(stored(Message("lobby", nick, text, "ID")), None)
        packets = data.split(b"\x1e")
        self.assertEqual(len(packets), 4)
        line = f"{nick}: {text}"
        self.assertEqual(json.loads(packets[0][1:]), ["messages", line])


class ReplyTests(DialectTestCase):
    """Replies."""

    def test_notes_for_people_who_type_are_not_shown(self) -> None:
        """They would be messages."""
        for note in (CurrentRoom("tea"), CurrentRoom(None), HelpHint()):
            self.assertEqual(self.answers(note), [])

    def test_request_with_an_ack_id_is_acknowledged(self) -> None:
        """Done, or refused."""
        self.assertEqual(
            self.answers(Done("0007"), "5"), ['35[{"ok":true,"id":"0007"}]']
        )
        self.assertEqual(self.answers(Done(), "0"), ['30[{"ok":true,"id":null}]'])
        self.assertEqual(self.answers(Done("0007")), [])
        self.assertEqual(
            self.answers(ErrorReply("x", 'no "way"'), "5"),
            ['35[{"ok":false,"error":"no \\"way\\""}]'],
        )

    def test_error_without_an_ack_id_is_a_line(self) -> None:
        """In the dialect of the client."""
        text = '"error: no way"'
        self.assertEqual(
            self.answers(ErrorReply("x", "no way")),
            [f'2["messages",{text}]', f'2["chat",{text}]', LATEST],
        )

    def test_snapshot_of_the_lobby_is_history_then_members(self) -> None:
        """Other rooms have none."""
        history = (
            stored(SAID),
            stored(Action("lobby", "bob", "waves", "ID")),
            stored(Message("lobby", "bob", "raw", "ID", '"raw"')),
        )
        shown = [
            '2["messages","alice: hi"]',
            '2["messages","* bob waves"]',
            '2["messages","bob: raw"]',
            '2["add chatter","alice"]',
            '2["add chatter","bob"]',
            LATEST,
        ]
        entered = RoomSnapshot("lobby", ("alice", "bob"), "", history)
        self.assertEqual(self.answers(entered), shown)
        self.assertEqual(self.lines(self.chat.reply(entered, VIEWER, None)), shown)
        self.assertEqual(self.answers(RoomSnapshot("den", ("alice",), "", history)), [])
        self.assertEqual(self.answers(RoomSnapshot("lobby", (), "", ())), [])

    def test_each_line_of_a_notice_is_a_packet(self) -> None:
        """In the dialect of the client."""
        self.assertEqual(
            self.lines(self.messages.reply(Notice(("one", "two")), VIEWER, None)),
            ['2["messages","one"]', '2["messages","two"]', LATEST],
        )

    def test_other_replies_are_only_acknowledged(self) -> None:
        """No Socket.IO client can ask for them."""
        self.assertEqual(self.answers(MemberList("lobby", ("alice",))), [])
        self.assertEqual(self.answers(RoomList(()), "3"), ['33[{"ok":true,"id":null}]'])


class DecodeTests(unittest.SynchronousTestCase):
    """Events become requests."""

    def decode(self, message: str) -> list[Request]:
        packet = Decoder().text(message)
        assert packet is not None
        self.dialect = dialect_of(packet)
        return decode_event(packet)

    def test_join_is_a_nickname_and_a_snapshot_of_the_lobby(self) -> None:
        """In the dialect *messages*."""
        nick, snapshot = self.decode('21["join","bob"]')
        self.assertEqual(nick, Request("take_nick", "bob", ref="1", internal=True))
        self.assertEqual(snapshot.route, "snapshot")
        self.assertEqual((snapshot.internal, snapshot.room), (True, "lobby"))
        self.assertIs(self.dialect, Dialect.MESSAGES)

    def test_join_asks_for_no_history_that_was_shown(self) -> None:
        """Only for who is present."""
        packet = Decoder().text('2["join","bob"]')
        assert packet is not None
        _, presence = decode_event(packet, was_shown_history=True)
        self.assertEqual((presence.route, presence.internal), ("presence", True))

    def test_messages_and_chat_are_posted_in_the_lobby(self) -> None:
        """A ``chat`` value keeps its JSON."""
        self.assertEqual(
            self.decode('2["messages","\\\\who"]'),
            [Request("", "\\who", room="lobby")],
        )
        self.assertEqual(
            self.decode('2["chat","h\\u0069"]'),
            [Request("", "hi", room="lobby", raw='"h\\u0069"')],
        )
        self.assertIs(self.dialect, Dialect.CHAT)

    def test_password_is_not_posted(self) -> None:
        """A route that is typed as on other wires."""
        for event in ("messages", "chat"):
            for text in ("\\\\login gus secret", "/login gus secret"):
                [request] = self.decode(f'21["{event}","{text}"]')
                self.assertIn("may have a password", str(request.refusal))
                self.assertEqual((request.text, request.ref), ("", "1"))

    def test_value_that_is_not_text_is_a_custom_event(self) -> None:
        """Which only Socket.IO clients see."""
        [request] = self.decode('27["chat",[1.50]]')
        self.assertEqual((request.internal, request.raw), (True, "[1.50]"))
        self.assertEqual(request.ref, "7")

    def test_malformed_event_is_refused_and_shows_no_dialect(self) -> None:
        """It has no value, or an unknown name."""
        for message in ('23["join"]', '23["chat"]', '23["unknown",1]', "23[7,1]"):
            [request] = self.decode(message)
            self.assertIsNotNone(request.refusal)
            self.assertEqual(request.ref, "3")
            self.assertIs(self.dialect, Dialect.UNKNOWN)

    def test_unknown_event_without_an_ack_id_asks_for_nothing(self) -> None:
        """Nobody waits for an answer; it counts for the rate limit."""
        self.assertEqual(self.decode('2["unknown",1]'), [NOTHING])


class WelcomeTests(DialectTestCase):
    """Welcomes."""

    @staticmethod
    def welcome(*missed: Event, recovered: bool = False) -> Welcome:
        return Welcome(
            nick="alice",
            session="SECRET",
            room="lobby",
            rooms=("lobby",),
            list_members=lambda: ("alice",),
            away={},
            topic="",
            history=(stored(SAID, "0001"),),
            position="0008",
            recovered=recovered,
            missed=tuple(
                stored(event, f"000{i + 2}") for i, event in enumerate(missed)
            ),
        )

    def test_welcome_of_a_new_client_has_its_ids_and_a_position(self) -> None:
        """The public id does not reveal the secret."""
        self.assertEqual(
            self.answers(self.welcome()),
            [f'0{{"sid":"{sid("SECRET")}","pid":"SECRET0"}}', '2["0008"]'],
        )
        self.assertNotIn("SECRET", sid("SECRET"))
        self.assertEqual(len(sid("SECRET")), 20)
