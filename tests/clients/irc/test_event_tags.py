"""The tags of events."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.event_tags import author_of, tags_of
from twisted_chat.core.events import DirectMessage, Event, Left, Message, Stored

POST = Message("tea", "bob", "hi", "id", account="bob", account_id="b")
DIRECT = DirectMessage("bob", "eve", "psst", "id", "to", sender_id="b")


class EventTagTests(SynchronousTestCase):
    """All that there are; the codec leaves some out."""

    def tags(self, event: Event) -> dict[str, str]:
        return tags_of(Stored("9", 1_500, event))

    def test_messages_have_an_id(self) -> None:
        """And the account of their author; others have the time alone."""
        time = "1970-01-01T00:00:01.500Z"
        self.assertEqual(
            self.tags(POST), {"time": time, "msgid": "9", "account": "bob"}
        )
        self.assertEqual(self.tags(DIRECT), {"time": time, "msgid": "9"})
        self.assertEqual(self.tags(Left("tea", "bob", "id")), {"time": time})

    def test_author_in_a_history_is_a_member(self) -> None:
        """A guest's message has no member id that lasts."""
        self.assertEqual((author_of(POST), author_of(DIRECT)), ("b", "b"))
        self.assertEqual(author_of(Message("tea", "bob", "hi", "id")), "")
