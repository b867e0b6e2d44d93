"""Which events are not shown to those who ignore their author."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import (
    Action,
    DirectMessage,
    Event,
    Joined,
    Message,
    Stored,
)
from twisted_chat.core.ignoring.ignoring import (
    ByAccount,
    ByFormerNick,
    ById,
    ByNick,
    Marks,
    is_ignored,
    without_ignored,
)
from twisted_chat.core.moderation_events import Invited


class IgnoredTests(SynchronousTestCase):
    """Which events are not shown."""

    def test_history_is_shown_without_their_messages(self) -> None:
        """By id, or by nickname where the store keeps no ids."""
        events: tuple[Event, ...] = (
            Message("lobby", "bob", "hi", ""),
            Message("lobby", "PEST", "spam", ""),
            Message("lobby", "other", "spam", "1"),
            DirectMessage("other", "me", "spam", "", "2", sender_id="1"),
            Joined("lobby", "pest", "1"),
        )
        history = [Stored(str(at), 0, event, "") for at, event in enumerate(events)]
        shown = without_ignored(history, frozenset({ByNick("pest"), ById("1")}))
        self.assertEqual([stored.position for stored in shown], ["0", "4"])

    def test_former_nickname_counts_only_where_there_is_no_id(self) -> None:
        """Its next owner is shown."""
        ignoring = frozenset({ByFormerNick("pest")})
        self.assertTrue(is_ignored(Message("lobby", "pest", "spam", ""), ignoring))
        self.assertFalse(is_ignored(Message("lobby", "pest", "hi", "2"), ignoring))

    def test_account_is_ignored_under_every_nickname(self) -> None:
        """A guest with the same nickname is another person."""
        message = Action("lobby", "robert", "hi", "1", "Bob", "@1")
        by_guest = Message("lobby", "robert", "hi", "1")
        ignoring = frozenset({ByAccount("@1")})
        self.assertTrue(is_ignored(message, ignoring))
        later = Action("lobby", "robert", "hi", "1", "Bob", "@2")
        self.assertFalse(is_ignored(later, ignoring))
        self.assertFalse(is_ignored(by_guest, ignoring))
        as_guest: Marks = frozenset({ByNick("robert"), ById("1")})
        self.assertFalse(is_ignored(message, as_guest))
        self.assertTrue(is_ignored(by_guest, as_guest))

    def test_invitations_of_an_account_are_ignored(self) -> None:
        """Whatever its nickname is; a guest's by the client."""
        invited = Invited("tea", "rob", "me", "1", "2", 9, 3, "bob", "@1")
        by_guest = Invited("tea", "bob", "me", "1", "2", 9, 3)
        self.assertTrue(is_ignored(invited, frozenset({ByAccount("@1")})))
        self.assertFalse(is_ignored(invited, frozenset({ByAccount("@2"), ById("1")})))
        self.assertTrue(is_ignored(by_guest, frozenset({ById("1")})))
        self.assertFalse(is_ignored(by_guest, frozenset({ByAccount("@1")})))
