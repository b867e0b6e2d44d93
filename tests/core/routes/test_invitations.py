r"""``\invite``."""

from __future__ import annotations

from unittest.mock import patch

from tests.support.moderation import ModerationCase
from twisted_chat.core.routes import invitations

PRIVATE = "error: #tea is private: ask alice for an invitation"


class PrivateRoomTests(ModerationCase):
    """Carol is not in #tea, which is private."""

    def setUp(self) -> None:
        super().setUp()
        self.does(self.carol, r"\leave")
        self.does(self.alice, r"\room private")

    def test_invited_member_may_join_for_a_day(self) -> None:
        """The member is told how."""
        self.assert_typed(self.alice, r"\invite carol", "carol is invited to #tea")
        self.assert_sees(self.carol, r"alice invites you to #tea (\join tea)")
        self.chat.advance(24 * 60 * 60 - 1)
        self.carol.types(r"\join tea")
        self.assertIn("now talking in #tea", self.carol.sees())
        self.does(self.carol, r"\leave")
        self.chat.advance(1)
        self.assert_typed(self.carol, r"\join tea", PRIVATE)

    def test_only_room_operators_invite(self) -> None:
        """Where it is not private, everyone in it may."""
        self.assert_typed(
            self.bob,
            r"\invite carol",
            r"error: only room operators of #tea may use \invite",
        )
        self.does(self.alice, r"\room public")
        self.assert_typed(self.bob, r"\invite carol", "carol is invited to #tea")

    def test_who_is_there_cannot_be_invited(self) -> None:
        """Nor who is not in the chat."""
        self.assert_typed(self.alice, r"\invite bob", "error: bob is in #tea already")
        self.assert_typed(
            self.alice, r"\invite dave", r"error: nobody here is called dave (try \who)"
        )

    def test_invitation_of_someone_ignored_is_not_shown(self) -> None:
        """It counts all the same."""
        self.does(self.carol, r"\ignore alice")
        self.does(self.alice, r"\invite carol")
        self.carol.types(r"\join tea")
        self.assertIn("now talking in #tea", self.carol.sees())


class InvitationTests(ModerationCase):
    """Carol is in #tea, which is open to all."""

    def test_invitations_that_are_over_make_place(self) -> None:
        """No room has more than there may be."""
        with patch.object(invitations, "MAX_INVITATIONS", 1):
            self.does(self.alice, r"\invite oscar")
            self.chat.client("dave")
            self.alice.sees()
            self.assert_typed(
                self.alice,
                r"\invite dave",
                "error: #tea has 1 invitations: wait until they end",
            )
            self.chat.advance(24 * 60 * 60)
            self.assert_typed(self.alice, r"\invite dave", "dave is invited to #tea")
        self.assertEqual(len(self.moderation.settings("tea").invitations), 1)

    def test_whoever_is_banned_is_not_invited(self) -> None:
        """The invitation would be of no use."""
        self.does(self.alice, r"\room ban bob")
        self.assert_typed(
            self.alice,
            r"\invite bob",
            r"error: bob is banned from #tea: \room unban bob first",
        )
        self.does(self.alice, r"\room except bob")
        self.assert_typed(self.alice, r"\invite bob", "bob is invited to #tea")
