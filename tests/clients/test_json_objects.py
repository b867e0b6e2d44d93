"""The JSON objects of events and replies."""

from __future__ import annotations

from typing import Any

from twisted.trial import unittest

from tests.support.json_chat import ID_AND_TIME, MESSAGE, TIME, WHEN, stored, welcome
from twisted_chat.clients.answers import MAX_HISTORY_BYTES, MAX_NAMES
from twisted_chat.clients.json_objects import (
    dump_json,
    event_object,
    event_objects,
    reply_objects,
    rfc3339,
    welcome_object,
)
from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    Stored,
    Switched,
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
)


class EventObjectTests(unittest.SynchronousTestCase):
    """Events."""

    def expect(self, event: Event, wanted: dict[str, Any] | None) -> None:
        self.assertEqual(event_object(stored(event)), wanted)

    def test_messages_and_actions_have_author_room_and_text(self) -> None:
        """And an id and a time, like every stored event."""
        self.expect(Message("lobby", "bob", "hi", "1"), MESSAGE)
        action = {**MESSAGE, "type": "action", "text": "waves"}
        self.expect(Action("lobby", "bob", "waves", "1"), action)

    def test_messages_name_the_account_of_their_author(self) -> None:
        """Whatever its nickname is, and by an id: others may have the name later."""
        by_account = {**MESSAGE, "account": "robert", "account_id": "@1"}
        message = Message("lobby", "bob", "hi", "1", None, "robert", "@1")
        self.expect(message, by_account)
        action = Action("lobby", "bob", "hi", "1", "robert", "@1")
        self.expect(action, {**by_account, "type": "action"})
        direct = DirectMessage("bob", "ann", "hi", "1", "2", "robert", "@1")
        found = event_object(stored(direct))
        self.assertEqual(found and found["account_id"], "@1")

    def test_old_message_of_an_account_has_no_id_of_it(self) -> None:
        """Earlier versions stored none."""
        message = Message("lobby", "bob", "hi", "1", None, "robert")
        self.expect(message, {**MESSAGE, "account": "robert", "account_id": None})

    def test_quitting_is_leaving_no_particular_room(self) -> None:
        """Joining and leaving name their room."""
        joined = {**ID_AND_TIME, "room": "den", "nick": "ann"}
        guest = {"type": "joined", **joined, "account": None}
        self.expect(Joined("den", "ann", "1"), guest)
        by_account = Joined("den", "ann", "1", "@1", "anna")
        self.expect(by_account, {**guest, "account": "anna"})
        self.expect(Left("den", "ann", "1"), {"type": "left", **joined})
        self.expect(Quit("ann", "1"), {"type": "left", **joined, "room": None})

    def test_logins_name_the_account(self) -> None:
        """And logouts none."""
        fields = {"type": "account", **ID_AND_TIME, "nick": "ann"}
        login = LoggedIn("guest_1", "ann", "1", "@1", "anna")
        self.expect(login, {**fields, "account": "anna"})
        self.expect(LoggedOut("anna", "ann", "1"), {**fields, "account": None})

    def test_changes_name_what_changed(self) -> None:
        """Nicknames, topics, and who is away."""
        renamed = {"type": "renamed", **ID_AND_TIME, "from": "ann", "to": "eve"}
        self.expect(Renamed("ann", "eve", "1"), renamed)
        topic = {**MESSAGE, "type": "topic", "text": "tea"}
        del topic["account"]
        self.expect(TopicSet("lobby", "bob", "tea", "1"), topic)
        away = {"type": "away", **ID_AND_TIME, "nick": "ann", "text": "lunch"}
        self.expect(AwaySet("ann", "lunch", "1"), away)

    def test_corrections_name_the_messages(self) -> None:
        """By their ids; who corrects one is its author."""
        gone = {"type": "deleted", "room": "den", "ids": ("4", "6"), "by": "ann"}
        self.expect(Deleted("den", "ann", "bob", "4 6", "1"), {**ID_AND_TIME, **gone})
        found = event_object(Stored("7", 0, Edited("den", "bob", "4", "hi", "1")))
        wanted = {
            "type": "edited",
            "id": "4",
            "position": "7",
            "time": "1970-01-01T00:00:00.000Z",
            "room": "den",
            "from": "bob",
            "text": "hi",
        }
        self.assertEqual(found, wanted)

    def test_corrected_message_has_a_mark(self) -> None:
        """In a history; others have none."""
        for edited in (True, False):
            said = Stored("7", 0, Message("den", "bob", "hi", "1"), edited=edited)
            fields = event_object(said)
            assert fields is not None
            self.assertEqual(fields.get("edited"), edited or None)

    def test_direct_messages_name_sender_and_recipient(self) -> None:
        """So that both can be given the same object."""
        wanted = {"type": "dm", **ID_AND_TIME, "from": "ann", "to": "bob", "text": "x"}
        wanted["account"] = None
        self.expect(DirectMessage("ann", "bob", "x", "1", "2"), wanted)

    def test_other_events_have_no_object(self) -> None:
        """Values are for Socket.IO clients."""
        custom = CustomEvent("lobby", "bob", "[1]", "1")
        self.expect(custom, None)
        self.expect(Switched("lobby", "bob", "1"), None)
        message = stored(Message("lobby", "bob", "hi", "1"))
        self.assertEqual(event_objects([message, stored(custom)]), [MESSAGE])


class ReplyObjectTests(unittest.SynchronousTestCase):
    """Replies."""

    def objects(self, reply: Reply) -> list[dict[str, Any]]:
        return list(reply_objects(reply))

    def test_welcome_has_all_that_a_page_needs_but_lists(self) -> None:
        """The codec adds these, which it encodes once for many."""
        wanted = {
            "type": "welcome",
            "nick": "ann",
            "account": None,
            "session": "secret",
            "room": "lobby",
            "rooms": ("den", "lobby"),
            "topic": "",
            "position": "9",
            "recovered": False,
            "may_register": True,
            "password_min": 1,
            "motd": ("be", "kind"),
        }
        self.assertEqual(welcome_object(welcome()), wanted)

    def test_long_member_list_is_cut_but_counted_whole(self) -> None:
        """At most a thousand names."""
        names = tuple(f"n{i}" for i in range(MAX_NAMES + 5))
        away = {"n1": "tea", names[-1]: "?"}
        [found] = self.objects(MemberList("den", names, away))
        self.assertEqual(found["members"], names[:MAX_NAMES])
        self.assertEqual(found["count"], MAX_NAMES + 5)
        self.assertEqual(found["away"], {"n1": "tea"})
        self.assertEqual((found["type"], found["room"]), ("who", "den"))

    def test_joined_room_comes_with_topic_members_and_history(self) -> None:
        """In this order."""
        history = (stored(Message("den", "bob", "hi", "1")),)
        found = self.objects(RoomSnapshot("den", ("bob",), "tea", history))
        self.assertEqual([o["type"] for o in found], ["topic", "who", "history"])
        self.assertEqual({o["room"] for o in found}, {"den"})
        self.assertEqual(found[0]["text"], "tea")
        self.assertEqual(found[2]["messages"], [{**MESSAGE, "room": "den"}])

    def test_history_says_whether_there_is_more(self) -> None:
        """And, for a search, what was searched for."""
        messages = welcome().history
        [found] = self.objects(HistoryPage("lobby", messages, more=True))
        wanted = {"type": "history", "room": "lobby", "messages": [MESSAGE]}
        self.assertEqual(found, {**wanted, "more": True})
        [found] = self.objects(HistoryPage("lobby", messages, words="hi"))
        self.assertEqual(found, {**wanted, "more": False, "words": "hi"})

    def test_long_history_keeps_the_newest_messages(self) -> None:
        """It is never more than a quarter of what may wait for a client."""
        long = Message("lobby", "bob", "x" * 4096, "1")
        messages = tuple(stored(long, str(n)) for n in range(500))
        [found] = self.objects(HistoryPage("lobby", messages))
        self.assertLess(len(dump_json(found)), MAX_HISTORY_BYTES + 5000)
        self.assertTrue(found["more"])
        self.assertEqual(found["messages"][-1]["id"], "499")
        self.assertGreater(len(found["messages"]), 40)

    def test_other_replies_are_one_object(self) -> None:
        """Rooms, topic, notice, done and errors."""
        rooms = [{"name": "lobby", "count": 3}]
        for reply, wanted in (
            (RoomList((("lobby", 3),)), {"type": "rooms", "rooms": rooms, "count": 1}),
            (Topic("x", "y"), {"type": "topic", "room": "x", "text": "y"}),
            (Notice(("a", "b")), {"type": "notice", "text": "a\nb"}),
            (Done(), {"type": "ok"}),
            (Done("5"), {"type": "ok", "id": "5"}),
            (ErrorReply("c", "t"), {"type": "error", "code": "c", "text": "t"}),
        ):
            self.assertEqual(self.objects(reply), [wanted])

    def test_notes_for_people_who_type_are_not_shown(self) -> None:
        """A program knows its rooms, and a page has its own help."""
        for reply in (CurrentRoom("tea"), CurrentRoom(None), HelpHint()):
            self.assertEqual(self.objects(reply), [])

    def test_times_are_exact_to_the_millisecond(self) -> None:
        """In UTC (RFC 3339)."""
        self.assertEqual(rfc3339(TIME), WHEN)
        self.assertEqual(rfc3339(0), "1970-01-01T00:00:00.000Z")
