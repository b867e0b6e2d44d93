"""What events of moderation change in the store."""

from __future__ import annotations

from typing import get_args

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import MODERATION
from twisted_chat.core.moderation.changes import CHANGES
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.moderation_events import (
    Banned,
    ModerationEvent,
    RoleChanged,
    RoomChanged,
    RoomClosed,
    RoomOpened,
    Unbanned,
)


class ChangesTests(SynchronousTestCase):
    """Pure functions of an event."""

    def test_every_event_has_its_changes(self) -> None:
        """They are texts by key."""
        self.assertEqual(set(CHANGES), set(get_args(ModerationEvent)))
        for event in MODERATION:
            changes = CHANGES[type(event)](event)
            for key, value in changes.items():
                area, slash, subject = key.partition("/")
                self.assertTrue(area and slash and subject, key)
                self.assertIsInstance(value, str | None)

    def test_ban_is_kept_under_its_key(self) -> None:
        """And deleted with all that was added to it."""
        event = Banned(
            "al", "bob", "2h", "spam", "A", "=bob", "=bob ~bob", "10.0.0.0/8", 9, 5
        )
        changes = CHANGES[Banned](event)
        ban = Sanction.from_json(changes["ban/=bob"] or "")
        wanted = Sanction("bob", "al", "spam", 9, 5, ("=bob", "~bob"), ("10.0.0.0/8",))
        self.assertEqual(ban, wanted)
        unbanned = Unbanned("al", "bob", "A", "ban/=bob ban/=bob+G", 6)
        changes = CHANGES[Unbanned](unbanned)
        self.assertEqual([changes["ban/=bob"], changes["ban/=bob+G"]], [None, None])

    def test_room_is_kept_for_an_account_only(self) -> None:
        """A guest is its operator, until it is an account."""
        guest = CHANGES[RoomOpened](RoomOpened("tea", "al", "A", "A", False, 5))
        self.assertEqual(guest, {"room/tea/5/op/A": "5 al"})
        account = CHANGES[RoomOpened](RoomOpened("tea", "al", "A", "@1", True, 5))
        self.assertEqual(
            account,
            {
                "room/tea/5/op/@1": "5 al",
                "room/tea/5/op/A": None,
                "room/tea/5/owner": "@1",
            },
        )

    def test_closed_room_leaves_its_past(self) -> None:
        """If it was not open to all."""
        closed = RoomClosed("tea", "", "", "room/tea/5/op/A room/tea/5/quiet", "")
        self.assertEqual(
            CHANGES[RoomClosed](closed),
            {"room/tea/5/op/A": None, "room/tea/5/quiet": None},
        )
        private = RoomClosed("tea", "", "", "room/tea/5/private", "z9")
        self.assertEqual(CHANGES[RoomClosed](private)["room/tea/past"], "z9")

    def test_key_of_a_room_is_not_in_the_audit_log(self) -> None:
        """Operators read that there is one."""
        several = RoomChanged(
            *("tea", "al", "private", "1", "A", "operator", 5, 6, "topic=1 quiet=")
        )
        changes = dict(CHANGES[RoomChanged](several))
        settings = [changes[f"room/tea/5/{name}"] for name in ("private", "topic")]
        self.assertEqual((settings, changes["room/tea/5/quiet"]), (["1", "1"], None))
        self.assertIn("room private, room topic operators, room open", str(changes))
        event = RoomChanged("tea", "al", "key", "pumpkin", "A", "operator", 5, 6)
        changes = dict(CHANGES[RoomChanged](event))
        self.assertEqual(changes.pop("room/tea/5/key"), "pumpkin")
        self.assertNotIn("pumpkin", str(changes))

    def test_role_that_is_taken_away_is_deleted(self) -> None:
        """The audit log says which."""
        for role in ("op", "voice"):
            event = RoleChanged(
                "tea", "al", "bob", role, False, "A", "B", "operator", 5, 6
            )
            changes = dict(CHANGES[RoleChanged](event))
            self.assertIs(changes.pop(f"room/tea/5/{role}/B"), None)
            self.assertIn(f"al de{role} bob #tea", str(changes))
