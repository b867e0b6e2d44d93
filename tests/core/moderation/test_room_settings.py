"""The settings of one room, as values."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.moderation.room_settings import (
    RoleHolder,
    RoomSettings,
    past_key,
    setting_key,
)
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.moderation_events import Role
from twisted_chat.core.presence import Member

NOW = 1_000


class RoomSettingsTests(SynchronousTestCase):
    """What is set, and what that means."""

    def setUp(self) -> None:
        self.settings = RoomSettings()

    def test_each_setting_is_set_and_removed(self) -> None:
        """Then nothing is left."""
        for key, name, value, wanted in (
            ("owner", "owner", "@1", "@1"),
            ("private", "private", "1", True),
            ("quiet", "quiet", "1", True),
            ("hidden", "hidden", "1", True),
            ("key", "key", "pumpkin", "pumpkin"),
            ("limit", "limit", "5", 5),
            ("topic", "topic_for_operators", "1", True),
        ):
            default = getattr(self.settings, name)
            self.settings.apply(key, value)
            self.assertEqual(getattr(self.settings, name), wanted)
            self.assertEqual(list(self.settings), [key])
            self.settings.apply(key, None)
            self.assertEqual(getattr(self.settings, name), default)
            self.assertFalse(self.settings)

    def test_setting_of_a_later_version_is_kept(self) -> None:
        """And has no effect: the room is closed with all that is set."""
        self.settings.apply("colour", "green")
        self.settings.apply("limit", "many")
        self.assertEqual(list(self.settings), ["colour", "limit"])
        self.assertEqual(self.settings.limit, 0)

    def test_roles_have_an_order(self) -> None:
        """The longest-standing is asked first."""
        self.settings.apply("op/B", "9 bob")
        self.settings.apply("op/A", "10 alice")
        self.settings.apply("voice/C", "1 carol")
        self.assertEqual(
            self.settings.holders(Role.OPERATOR),
            [("B", RoleHolder(9, "bob")), ("A", RoleHolder(10, "alice"))],
        )
        self.settings.apply("op/B", None)
        self.assertFalse(self.settings.has_role(Role.OPERATOR, Member("B")))
        self.assertTrue(self.settings.has_role(Role.VOICE, Member("C")))
        self.assertFalse(self.settings.has_role(Role.OPERATOR, Member("C")))

    def test_account_has_what_its_client_got_as_a_guest(self) -> None:
        """It has logged in since."""
        account = Member("@1", clients=("A",))
        self.settings.apply("op/A", "1 alice")
        self.settings.apply("invite/A", str(NOW + 1))
        self.assertTrue(self.settings.has_role(Role.OPERATOR, account))
        self.assertTrue(self.settings.is_invited(account, NOW))

    def test_invitations_end(self) -> None:
        """They are good for a day."""
        self.settings.apply("invite/B", str(NOW))
        self.assertTrue(self.settings.is_invited(Member("B"), NOW - 1))
        self.assertFalse(self.settings.is_invited(Member("B"), NOW))
        self.assertFalse(self.settings.is_invited(Member("C"), NOW - 1))
        self.settings.apply("invite/B", None)
        self.assertFalse(self.settings.is_invited(Member("B"), NOW - 1))

    def test_bans_and_mutes_are_apart(self) -> None:
        """Of the room."""
        self.settings.apply("ban/=bob", Sanction("bob", "x").to_json())
        self.settings.apply("mute/=rob", Sanction("rob", "x").to_json())
        self.assertEqual([key for key, _ in self.settings.bans], ["=bob"])
        self.assertEqual([key for key, _ in self.settings.mutes], ["=rob"])

    def test_room_is_closed_if_not_everyone_may_enter(self) -> None:
        """It has a key, or is private."""
        self.assertFalse(self.settings.is_closed)
        self.settings.apply("key", "pumpkin")
        self.assertTrue(self.settings.is_closed)

    def test_keys_name_room_and_opening(self) -> None:
        """So a room is told from an earlier one."""
        self.assertEqual(setting_key("tea", 5, "op", "A"), "room/tea/5/op/A")
        self.assertEqual(past_key("tea"), "room/tea/past")
