"""Replies as lines."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.batches import Batch, Item
from twisted_chat.clients.irc.event_lines import EventLines
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.name_lines import NameLines
from twisted_chat.clients.irc.reference import Reference
from twisted_chat.clients.irc.reply_lines import ReplyLines
from twisted_chat.clients.irc.room_lines import RoomLines
from twisted_chat.core.events import DirectMessage, Event, Joined, Stored, TopicSet
from twisted_chat.core.events import Message as Post
from twisted_chat.core.moderation_events import Invited
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    HelpHint,
    Missed,
    Native,
    Notice,
    Reply,
    Topic,
)

POST = Post("lobby", "bob", "hi", "id")
DIRECT = DirectMessage("bob", "eve", "psst", "id", "to")


class _Viewer:
    """A client of this nickname."""

    id = member_id = "id"

    def __init__(self, nick: str) -> None:
        self.nick = nick


class ReplyLineTests(IrcCase):
    """What a client is answered, as its capabilities say."""

    def replies(self, *capabilities: str) -> ReplyLines:
        server, known = self.shared.server, frozenset(capabilities)
        events = EventLines(server, known)
        rooms = RoomLines(server, known, events, NameLines(server))
        return ReplyLines(server, known, events, rooms)

    def lines(
        self, reply: Reply, *capabilities: str, nick: str = "bob", command: str = "X"
    ) -> list[Item]:
        found: Iterable[Item] = self.replies(*capabilities).of(
            reply, _Viewer(nick), Reference(command)
        )
        return list(found)

    def commands(
        self, event: Event, *capabilities: str, command: str = "X"
    ) -> list[str]:
        """Of the lines that its author is shown of an event."""
        reply = Done("9", Stored("9", 0, event))
        lines = self.lines(reply, *capabilities, command=command)
        return [line.command for line in lines if isinstance(line, Message)]

    def test_own_message_is_shown_to_those_who_ask_for_it(self) -> None:
        """With echo-message; what else a client does, it is shown in any case."""
        for event in (POST, DIRECT):
            self.assertEqual(self.commands(event), [])
            self.assertEqual(self.commands(event, "echo-message"), ["PRIVMSG"])
        self.assertEqual(self.commands(TopicSet("lobby", "bob", "x", "id")), ["TOPIC"])
        self.assertEqual(self.commands(Joined("lobby", "bob", "id")), [])
        invited = Invited("tea", "bob", "eve", "id", "x", 0, 0)
        self.assertEqual(self.commands(invited), ["341"])

    def test_command_is_answered_once(self) -> None:
        """What else it caused has no command in its reference."""
        topic = TopicSet("lobby", "bob", "x", "id")
        self.assertEqual(self.commands(topic, command=""), [])
        self.assertEqual(self.lines(Done("9", None)), [])

    def test_client_knows_its_own_message(self) -> None:
        """Unless it asks to be shown it; a direct message it is answered."""
        for event, known in ((POST, True), (DIRECT, False)):
            self.assertEqual(self.replies().is_known(Stored("9", 0, event)), known)
        echo = self.replies("echo-message")
        self.assertFalse(echo.is_known(Stored("9", 0, POST)))
        self.assertTrue(echo.is_known(None))

    def test_texts_are_notices(self) -> None:
        """To a star, if the client has no nickname yet."""
        for nick, target in (("bob", "bob"), ("", "*")):
            lines = self.lines(Notice(("one", "two")), nick=nick)
            expected = [Message("NOTICE", (target, text)) for text in ("one", "two")]
            self.assertEqual(lines, expected)

    def test_refusal_is_a_numeric(self) -> None:
        """That of its code."""
        (line,) = self.lines(ErrorReply("nick_taken", "it is in use"))
        assert isinstance(line, Message)
        self.assertEqual(line.command, "433")

    def test_topic_that_is_empty_has_its_own_numeric(self) -> None:
        """As RFC 2812 has it."""
        for text, command in (("", "331"), ("tea at five", "332")):
            (line,) = self.lines(Topic("lobby", text))
            assert isinstance(line, Message)
            self.assertEqual(line.command, command)

    def test_lines_of_a_command_are_sent_as_they_are(self) -> None:
        """Other content is of another protocol, as a hint of the line chat is."""
        line = Message("PONG", ("x",))
        self.assertEqual(self.lines(Native((line,))), [line])
        self.assertEqual(self.lines(Native("text")), [])
        self.assertEqual(self.lines(HelpHint()), [])

    def test_direct_messages_that_were_missed_are_a_history(self) -> None:
        """After a line that says how many; none if there are none."""
        *notices, batch = self.lines(Missed((Stored("9", 0, DIRECT),), 0))
        self.assertTrue(notices)
        assert isinstance(batch, Batch)
        self.assertEqual((batch.kind, batch.params), ("chathistory", ("bob",)))
        (line,) = batch.items
        assert isinstance(line, Message)
        self.assertEqual(line.params[-1], "psst")
        for item in self.lines(Missed((), 3)):
            self.assertIsInstance(item, Message)
