"""Lines for events and replies."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.viewer import VIEWER
from twisted_chat.clients.answers import MAX_NAMES
from twisted_chat.clients.text import LineCodec
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
    CurrentRoom,
    Done,
    ErrorReply,
    HelpHint,
    HistoryPage,
    MemberList,
    Notice,
    Reply,
    RoomList,
    RoomSnapshot,
    Topic,
    Welcome,
)
from twisted_chat.core.texts.sanitize import sanitize_text

PSST = DirectMessage("alice", "bob", "psst", "A", "B")


def stored(event: Event) -> Stored:
    return Stored("1", 1_700_000_000_000, event)


def said(text: str) -> Stored:
    return stored(Message("lobby", "alice", text, "A"))


def welcome(**more: object) -> Welcome:
    fields: dict[str, object] = {
        "nick": "guest_4711",
        "session": "A",
        "room": "lobby",
        "rooms": ("lobby",),
        "list_members": lambda: ("guest_4711",),
        "away": {},
        "topic": "",
        "history": (),
        "position": "1",
    }
    return Welcome(**{**fields, **more})  # type: ignore[arg-type]


class LineTests(SynchronousTestCase):
    """Lines for events and replies."""

    def setUp(self) -> None:
        self.codec = LineCodec()

    def check_reply(self, reply: Reply, *lines: str) -> None:
        """Check the lines of a reply, which do not show a ``ref``."""
        for ref in (None, "7"):
            shown = self.codec.reply(reply, VIEWER, ref)
            self.assertEqual(shown, "".join(f"{x}\r\n" for x in lines).encode())

    def test_each_event_is_one_line(self) -> None:
        """Which begins with the room, if that is not the current one."""
        for event, line in (
            (Message("r", "alice", "hi all", "A"), "alice: hi all"),
            (Message("r", "alice", "hi", "A", '"hi"'), "alice: hi"),
            (Action("r", "alice", "waves", "A"), "* alice waves"),
            (Joined("r", "guest_1", "G"), "guest_1: joined the chat"),
            (Left("r", "bob", "B"), "bob: left the chat"),
            (Quit("bob", "B"), "bob: left the chat"),
            (Renamed("guest_1", "bob", "B"), "guest_1: is now known as bob"),
            (TopicSet("r", "bob", "tea", "B"), "bob: set the topic to: tea"),
            (TopicSet("r", "bob", "", "B"), "bob: cleared the topic"),
            (AwaySet("bob", "lunch", "B"), "bob: is away (lunch)"),
            (AwaySet("bob", "", "B"), "bob: is back"),
            (Deleted("r", "bob", "", "1", "B"), "bob: deleted a message"),
            (Deleted("r", "bob", "", "1 2", "B"), "bob: deleted 2 messages"),
            (Deleted("r", "al", "bob", "1", "A"), "al: deleted a message of bob"),
            (Deleted("r", "al", "bob", "1 2", "A"), "al: deleted 2 messages of bob"),
            (Edited("r", "bob", "1", "two", "B"), "bob: corrected: two"),
            (Message("r", "Zoë", "grüße 👋", "Z"), "Zoë: grüße 👋"),
        ):
            one = stored(event)
            self.assertEqual(self.codec.event(one, None).decode(), f"{line}\r\n")
            elsewhere = self.codec.event(one, "r").decode()
            self.assertEqual(elsewhere, f"[#r] {line}\r\n")

    def test_each_line_of_a_message_is_shown_with_its_author(self) -> None:
        """With its indentation; a blank line is the name alone."""
        program = "def f(x):\n\n\treturn 1"
        direct = DirectMessage("alice", "bob", program, "A", "B")
        one = stored(direct)
        for shown, author in (
            (self.codec.event(said(program), None), "alice:"),
            (self.codec.event(said(program), "tea"), "[#tea] alice:"),
            (
                self.codec.event(stored(Action("r", "alice", program, "A")), None),
                "* alice",
            ),
            (
                self.codec.event(stored(Edited("r", "al", "1", program, "A")), None),
                "al: corrected:",
            ),
            (self.codec.direct_message(one, direct, sent=False), "alice (private):"),
            (
                self.codec.direct_message(one, direct, sent=True),
                "alice (private to bob):",
            ),
        ):
            lines = f"{author} def f(x):\r\n{author}\r\n{author} \treturn 1\r\n"
            self.assertEqual(shown.decode(), lines)

    def test_replies_show_each_line_of_a_message(self) -> None:
        """History, search, the welcome, a room's snapshot and what was missed."""
        past = (said("a\n\n  b"), said("c"))
        lines = ["alice: a", "alice:", "alice:   b", "alice: c"]
        day = "2023-11-14 22:13"
        self.check_reply(HistoryPage("r", past), *lines)
        self.check_reply(
            HistoryPage("r", past, words="b"),
            "found (2): b",
            *(f"{day} {line}" for line in lines),
        )
        self.check_reply(welcome(history=past), "Welcome, guest_4711!", *lines)
        self.check_reply(
            RoomSnapshot("tea", (), "", past), *(f"[#tea] {line}" for line in lines)
        )
        note = DirectMessage("alice", "bob", "x\ny", VIEWER.member_id, "B")
        self.check_reply(
            welcome(
                resumed=True,
                recovered=True,
                missed=(
                    *past,
                    stored(Message("tea", "bob", "1\n2", "B")),
                    stored(note),
                ),
            ),
            "Welcome, guest_4711!",
            *lines,
            "[#tea] bob: 1",
            "[#tea] bob: 2",
            "alice (private to bob): x",
            "alice (private to bob): y",
        )

    def test_custom_events_are_not_shown(self) -> None:
        """Nor direct messages, which have a method of their own."""
        for event in (CustomEvent("r", "x", "1", "X"), PSST):
            self.assertEqual(self.codec.event(stored(event), None), b"")

    def test_direct_message_reads_differently_for_sender_and_recipient(self) -> None:
        """Each sees the name of the other."""
        one = stored(PSST)
        self.assertEqual(
            self.codec.direct_message(one, PSST, sent=False),
            b"alice (private): psst\r\n",
        )
        self.assertEqual(
            self.codec.direct_message(one, PSST, sent=True),
            b"alice (private to bob): psst\r\n",
        )

    def test_bulk_presence_names_three_and_counts_the_rest(self) -> None:
        """In one line."""
        names = ("a", "b", "c", "d", "e")
        for bulk, line in (
            (BulkPresence("r", True, names, 9), "a, b, c and 2 more joined the chat"),
            (BulkPresence("r", False, names, 9), "a, b, c and 2 more left the chat"),
            (BulkPresence("r", False, names[:2], 9), "a, b left the chat"),
        ):
            self.assertEqual(
                self.codec.bulk_presence(bulk, None).decode(), f"{line}\r\n"
            )
            self.assertEqual(
                self.codec.bulk_presence(bulk, "r").decode(), f"[#r] {line}\r\n"
            )

    def test_each_reply_reads_as_documented(self) -> None:
        """Every kind."""
        past = (said("one"), said("two"))
        self.check_reply(
            MemberList("r", ("alice", "bob"), {"bob": "x"}),
            "here (2): alice, bob (away)",
        )
        self.check_reply(MemberList("r", ()), "here (0):")
        self.check_reply(HistoryPage("r", past), "alice: one", "alice: two")
        self.check_reply(HistoryPage("r", ()), "no earlier messages")
        self.check_reply(
            HistoryPage("r", past[:1], words="on"),
            "found (1): on",
            "2023-11-14 22:13 alice: one",
        )
        self.check_reply(
            HistoryPage("r", past[:1], words="on", more=True),
            "found (last 1): on",
            "2023-11-14 22:13 alice: one",
        )
        self.check_reply(
            RoomList((("lobby", 3), ("tea", 1))), "rooms (2): lobby (3), tea (1)"
        )
        self.check_reply(RoomList(()), "rooms (0):")
        self.check_reply(Topic("r", "tea"), "topic of #r: tea")
        self.check_reply(Topic("r", ""), "#r has no topic")
        self.check_reply(CurrentRoom("tea"), "now talking in #tea")
        self.check_reply(CurrentRoom(None), r"you are in no room (\join ROOM)")
        self.check_reply(HelpHint())
        hint = LineCodec(help_hint=True).reply(HelpHint(), VIEWER, None)
        self.assertEqual(hint, b"\\help lists what you can type\r\n")
        self.check_reply(Notice(("a", "b")), "a", "b")
        self.check_reply(ErrorReply("x", "no such thing"), "error: no such thing")
        self.check_reply(Done("7"))
        self.check_reply(
            RoomSnapshot("tea", ("a",), "green", past),
            "topic of #tea: green",
            "[#tea] alice: one",
            "[#tea] alice: two",
        )
        self.check_reply(RoomSnapshot("tea", ("a",), "", ()))

    def test_long_member_list_names_a_thousand_and_counts_the_rest(self) -> None:
        """In one line."""
        names = tuple(f"n{i}" for i in range(MAX_NAMES + 5))
        line = self.codec.reply(MemberList("r", names), VIEWER, None).decode()
        self.assertTrue(line.startswith("here (1005): n0, n1, "))
        self.assertTrue(line.endswith(", n999, and 5 more\r\n"))

    def test_welcome_has_motd_topic_and_history(self) -> None:
        """In this order."""
        past = (said("one"), said("two"))
        self.check_reply(welcome(), "Welcome, guest_4711!")
        self.check_reply(
            welcome(motd=("Be kind.",), history=past),
            "Welcome, guest_4711!",
            "Be kind.",
            "alice: one",
            "alice: two",
        )
        self.check_reply(
            welcome(topic="tea", history=past[:1]),
            "Welcome, guest_4711!",
            "topic of #lobby: tea",
            "alice: one",
        )

    def test_history_of_many_welcomes_is_encoded_once(self) -> None:
        """And anew when it changes."""
        past = (said("one"),)
        self.codec.reply(welcome(history=past), VIEWER, None)
        made = self.codec._history[1]
        self.codec.reply(welcome(history=past, nick="x"), VIEWER, None)
        self.assertIs(self.codec._history[1], made)
        self.check_reply(welcome(history=()), "Welcome, guest_4711!")
        self.check_reply(
            welcome(history=(said("two"),)), "Welcome, guest_4711!", "alice: two"
        )

    def test_resumed_client_receives_what_it_missed(self) -> None:
        """With rooms, and its own direct messages as such."""
        self.check_reply(
            welcome(
                resumed=True,
                recovered=True,
                missed=(
                    said("one"),
                    stored(Action("tea", "bob", "sips", "B")),
                    stored(replace(PSST, sender_id=VIEWER.member_id)),
                    stored(DirectMessage("bob", "x", "yes", "B", "A")),
                    stored(CustomEvent("lobby", "bob", "1", "B")),
                ),
            ),
            "Welcome, guest_4711!",
            "alice: one",
            "[#tea] * bob sips",
            "alice (private to bob): psst",
            "bob (private): yes",
        )
        self.check_reply(
            welcome(resumed=True, history=(said("one"),)),
            "Welcome, guest_4711!",
            "Some messages sent while you were away may be missing.",
            "alice: one",
        )

    @given(st.text(st.characters(exclude_categories=())))
    def test_each_line_of_any_text_begins_with_its_author(self, text: str) -> None:
        """And the lines, joined, are the text: none is lost, none is added."""
        text = sanitize_text(text)
        shown = self.codec.event(said(text), "tea").decode()
        *lines, rest = shown.split("\r\n")
        self.assertEqual(rest, "")
        texts = []
        for line in lines:
            author, _, words = line.partition(":")
            self.assertEqual(author, "[#tea] alice")
            self.assertEqual(words.splitlines(), [words] if words else [])
            texts.append(words[1:])
        self.assertEqual("\n".join(texts), text)
