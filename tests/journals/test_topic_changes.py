"""How events change the topics of rooms."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import EVERY_EVENT
from twisted_chat.core.events import TopicSet
from twisted_chat.core.moderation_events import RoomClosed
from twisted_chat.journals.topic_changes import topic_change


class TopicChangeTests(SynchronousTestCase):
    """Which events change a topic."""

    def test_topic_is_set_and_cleared(self) -> None:
        """An empty text clears it."""
        for text in ("on tea", ""):
            event = TopicSet("tea", "al", text, "id-al")
            self.assertEqual(topic_change(event), ("tea", text, "al"))

    def test_closed_history_closes_the_topic(self) -> None:
        """A history that stays open does not."""
        closed = RoomClosed("tea", "", "", "", "0005")
        self.assertEqual(topic_change(closed), ("tea", "", ""))
        self.assertIsNone(topic_change(RoomClosed("tea", "", "", "", "")))

    def test_other_events_change_none(self) -> None:
        """Whatever they are."""
        for event in EVERY_EVENT:
            if not isinstance(event, TopicSet):
                self.assertIsNone(topic_change(event), event)
