"""What is said as lines; see also ``test_event_lines``."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.talk_lines import REDACTION, REPLY, TalkLines
from twisted_chat.core.events import Deleted, DirectMessage, Edited, Event, Relayed
from twisted_chat.core.events import Message as Post


class TalkLineTests(IrcCase):
    """Messages, what clients send each other, and corrections."""

    def shown(self, event: Event, *capabilities: str) -> list[Message]:
        lines = TalkLines(self.shared.server, frozenset(capabilities))
        shown = []
        for line in lines.of(event, {"msgid": "9"}) or ():
            assert isinstance(line, Message)
            shown.append(line)
        return shown

    def test_only_the_first_line_of_a_message_has_its_id(self) -> None:
        """The others are a part of it."""
        shown = self.shown(Post("tea", "bob", "one\ntwo", "id"))
        self.assertEqual([line.tags.get("msgid") for line in shown], ["9", None])
        self.assertEqual([line.params[1] for line in shown], ["one", "two"])

    def test_direct_message_is_to_its_recipient(self) -> None:
        """Whoever is shown it."""
        (line,) = self.shown(DirectMessage("bob", "eve", "psst", "id", "to"))
        self.assertEqual((line.command, *line.params), ("PRIVMSG", "eve", "psst"))

    def test_each_deleted_message_has_a_line(self) -> None:
        """For those who know redactions; the id is that of the first line."""
        event = Deleted("tea", "bob", "eve", "5 6", "id", "spam")
        self.assertEqual(self.shown(event), [])
        shown = self.shown(event, REDACTION)
        self.assertEqual(
            [(line.command, *line.params) for line in shown],
            [("REDACT", "#tea", "5", "spam"), ("REDACT", "#tea", "6", "spam")],
        )
        self.assertEqual([line.tags.get("msgid") for line in shown], ["9", None])

    def test_correction_replies_to_the_message(self) -> None:
        """Which is taken back, where clients know that."""
        event = Edited("tea", "bob", "5", "better", "id")
        (line,) = self.shown(event)
        self.assertEqual(line.params, ("#tea", "corrected: better"))
        taken_back, line = self.shown(event, REDACTION)
        self.assertEqual(taken_back.params, ("#tea", "5"))
        self.assertEqual((line.params, line.tags[REPLY]), (("#tea", "better"), "5"))

    def test_tags_alone_are_for_those_who_know_them(self) -> None:
        """A text is for all."""
        event = Relayed("tea", "bob", "@+typing=active TAGMSG", "id")
        self.assertEqual(self.shown(event), [])
        (line,) = self.shown(event, "message-tags")
        self.assertEqual((line.command, *line.params), ("TAGMSG", "#tea"))
        (line,) = self.shown(Relayed("tea", "bob", "PRIVMSG :\x01PING\x01", "id"))
        self.assertEqual(line.params, ("#tea", "\x01PING\x01"))
