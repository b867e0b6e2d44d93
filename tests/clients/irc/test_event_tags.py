"""The tags of events."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.event_tags import author_of, tags_of, without_id
from twisted_chat.core.events import (
    AwaySet,
    DirectMessage,
    Event,
    Left,
    Message,
    Quit,
    Stored,
)
from twisted_chat.core.moderation_events import Kicked

POST = Message("tea", "bob", "hi", "id", account="bob", account_id="b")
DIRECT = DirectMessage("bob", "eve", "psst", "id", "to", sender_id="b")


class EventTagTests(SynchronousTestCase):
    """All that there are; the codec leaves some out."""

    def tags(
        self, event: Event, key: str = "", *, earlier: bool = False
    ) -> dict[str, str]:
        return tags_of(Stored("9", 1_500, event, key), earlier=earlier)

    def test_messages_have_an_id(self) -> None:
        """And the account of their author; what no room is shown has none."""
        time = "1970-01-01T00:00:01.500Z"
        self.assertEqual(
            self.tags(POST), {"time": time, "msgid": "9", "account": "bob"}
        )
        self.assertEqual(self.tags(DIRECT), {"time": time, "msgid": "9"})
        self.assertEqual(self.tags(AwaySet("bob", "", "id"), "x-7"), {"time": time})

    def test_other_events_of_a_room_have_an_id_if_it_is_theirs_alone(self) -> None:
        """The same when it happens, and later in the history."""
        for event in (
            Left("tea", "bob", "id"),
            Quit("bob", "id"),
            Kicked("tea", "bob", "al", "", "id", "id2", "op", 5),
        ):
            self.assertEqual(self.tags(event, "node-7")["msgid"], "9")
            self.assertEqual(self.tags(event, earlier=True)["msgid"], "9")
            for concluded in ("", "node-", "expired"):
                self.assertNotIn("msgid", self.tags(event, concluded))

    def test_further_lines_have_no_id(self) -> None:
        """It is that of one line."""
        tags = without_id(self.tags(POST))
        self.assertEqual(set(tags), {"time", "account"})

    def test_author_in_a_history_is_a_member(self) -> None:
        """A guest's message has no member id that lasts."""
        self.assertEqual((author_of(POST), author_of(DIRECT)), ("b", "b"))
        self.assertEqual(author_of(Message("tea", "bob", "hi", "id")), "")
