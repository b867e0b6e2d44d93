"""What someone may do, by the bans, the mutes and the settings of rooms."""

from __future__ import annotations

from tests.support.account_case import SECRET, AccountCase
from tests.support.moderation import ModerationCase
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.replies import Refused
from twisted_chat.testing.chat import CHEAP


class AskedTests(ModerationCase):
    """Whom to ask."""

    def test_longest_standing_room_operator_who_is_present_is_asked(self) -> None:
        """An account reads later what it is asked; a guest does not."""
        self.chat.advance(1)
        self.does(self.alice, r"\op bob")
        self.assertEqual(self.permissions.asked("tea", "x"), "ask alice x")
        self.alice.leaves()
        self.assertEqual(self.permissions.asked("tea", "x"), "ask bob x")
        opened = self.moderation.settings("tea").opened
        self.moderation.apply({f"room/tea/{opened}/op/@1": "1 dora"})
        self.assertEqual(self.permissions.asked("tea", "x"), "ask dora x")
        self.assertEqual(self.permissions.asked("lobby", "x"), "ask an operator x")


class AccountTests(AccountCase):
    """A chat in which guests say nothing."""

    policy = Policy(mode=Mode.REQUIRED, costs=CHEAP)

    def test_guest_has_to_log_in_first(self) -> None:
        """Whatever it is about to say, and wherever."""
        alice, permissions = self.alice.client, self.room.chat.permissions
        refused = permissions.may_speak(alice)
        assert refused is not None
        self.assertEqual(refused.code, "account_required")
        self.assertRaises(Refused, check, refused)
        self.alice.types(f"\\register {SECRET}")
        check(permissions.may_speak(alice))


class SanctionTests(ModerationCase):
    """Those who are banned or muted, and operators, who cannot be."""

    def test_operator_is_neither_muted_nor_banned(self) -> None:
        """Whatever is stored."""
        oscar = self.oscar.client.member
        for area in ("ban", "mute", "room/lobby/0/mute"):
            ban = Sanction("oscar", "x", identities=(oscar.id,))
            self.moderation.apply({f"{area}/=oscar": ban.to_json()})
        self.assertIs(self.permissions.may_talk(self.oscar.client, "lobby"), None)
        self.assertIs(self.permissions.may_show(self.oscar.client), None)
        self.assertIs(self.permissions.may_stay(self.oscar.client), None)
        self.assertIs(self.permissions.may_connect(oscar, (oscar.id,), ""), None)
        self.assertIsNot(self.permissions.may_connect(None, (oscar.id,), ""), None)

    def test_longer_of_two_mutes_counts(self) -> None:
        """Of one in the room and one everywhere."""
        bob = self.bob.client
        self.does(self.alice, r"\mute bob 10m")
        self.does(self.oscar, r"\mute bob 1m")
        self.assertEqual(
            str(self.permissions.may_talk(bob, "tea")), "you are muted for 10m"
        )
        self.assertEqual(
            str(self.permissions.may_talk(bob, "lobby")), "you are muted for 1m"
        )
