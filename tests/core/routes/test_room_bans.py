r"""The routes for exceptions from bans: ``\room except``; see also the settings."""

from __future__ import annotations

from unittest.mock import patch

from tests.support.moderation import ModerationCase
from twisted_chat.core.routes import room_bans
from twisted_chat.testing import FakeClient


class ExceptionTests(ModerationCase):
    """Those whom a ban, or that a room is private, does not concern."""

    def setUp(self) -> None:
        super().setUp()
        self.does(self.carol, r"\leave")

    def assert_enters(self, client: FakeClient, *, enters: bool = True) -> None:
        client.types(r"\join tea")
        self.assertEqual("now talking in #tea" in client.sees(), enters)
        if enters:
            client.types(r"\leave")
        self.discard()

    def test_excepted_member_is_not_banned(self) -> None:
        """Until the exception ends; the room is shown both."""
        self.does(self.alice, r"\room ban *!*@*")
        self.assert_enters(self.carol, enters=False)
        self.alice.types(r"\room except carol")
        shown = "alice: excepted carol from the bans of #tea"
        self.assert_all_see(shown, self.alice, self.bob)
        self.assert_enters(self.carol)
        self.alice.types(r"\room unexcept carol")
        shown = "alice: removed the exception for carol from the bans of #tea"
        self.assert_all_see(shown, self.alice, self.bob)
        self.assert_enters(self.carol, enters=False)

    def test_excepted_member_enters_a_private_room(self) -> None:
        """As one who is invited; it lasts."""
        self.does(self.alice, r"\room private")
        self.assert_enters(self.carol, enters=False)
        self.alice.types(r"\room invite-except car*!*@*")
        shown = "alice: let car*!*@* into #tea without an invitation"
        self.assert_all_see(shown, self.alice, self.bob)
        self.assert_enters(self.carol)
        self.assert_enters(self.carol)
        self.alice.types(r"\room invite-unexcept CAR*")
        shown = "alice: let car*!*@* into #tea only by invitation"
        self.assert_all_see(shown, self.alice, self.bob)
        self.assert_enters(self.carol, enters=False)

    def test_exceptions_are_listed(self) -> None:
        """Those by address for operators only."""
        self.does(self.oscar, r"\join tea")
        self.does(self.alice, r"\room except dave", r"\room invite-except eve")
        self.does(self.oscar, r"\room except 192.0.2.7")
        for client, names in ((self.bob, "dave"), (self.oscar, "dave, 192.0.2.7")):
            client.types(r"\room")
            self.assertEqual(
                client.sees()[-2:],
                [f"excepted from the bans: {names}", "need no invitation: eve"],
            )

    def test_only_room_operators_except(self) -> None:
        """And there must be an exception to end one."""
        refused = r"error: only room operators of #tea may use \room"
        for typed in ("except x", "unexcept x", "invite-except x", "invite-unexcept x"):
            self.assert_typed(self.bob, rf"\room {typed}", refused)
        none = "error: there is no exception for dave"
        self.assert_typed(self.alice, r"\room unexcept dave", none)
        self.assert_typed(self.alice, r"\room invite-unexcept dave", none)

    def test_number_of_exceptions_is_bounded(self) -> None:
        """Of each kind."""
        with patch.object(room_bans, "MAX_ROOM_SANCTIONS", 1):
            self.does(self.alice, r"\room except dave")
            full = "error: 1 exceptions hold in #tea: end one first"
            self.assert_typed(self.alice, r"\room except eve", full)
            self.does(self.alice, r"\room invite-except eve")
        settings = self.moderation.settings("tea")
        self.assertEqual(len(settings.invite_exceptions), 1)

    def test_invitation_lets_in_beyond_key_and_limit(self) -> None:
        """It is meant for that member."""
        self.does(self.alice, r"\room key pumpkin", r"\room limit 2")
        self.assert_enters(self.carol, enters=False)
        self.does(self.alice, r"\invite carol")
        self.assert_enters(self.carol)

    def test_acts_are_in_the_audit_log(self) -> None:
        """As they are typed."""
        self.does(self.alice, r"\room except dave", r"\room unexcept dave")
        self.does(self.oscar, r"\audit")
        self.oscar.types(r"\audit 2")
        lines = " ".join(self.oscar.sees())
        self.assertIn("alice room except dave #tea", lines)
        self.assertIn("alice room unexcept dave #tea", lines)
