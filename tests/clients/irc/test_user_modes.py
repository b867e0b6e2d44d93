"""MODE with a nickname."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class UserModeTests(IrcCase):
    """What a client is, and cannot change."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice")

    def test_own_modes_are_shown(self) -> None:
        """Operators have one more."""
        self.assertEqual(self.alice.asks("MODE alice"), ["221 alice +i"])
        self.room.chat.moderation.is_operator = lambda member: member.nick == "alice"
        self.assertEqual(self.alice.asks("MODE ALICE"), ["221 alice +io"])

    def test_modes_cannot_be_changed(self) -> None:
        """Those that there are without an error, as clients set them at once."""
        self.assertEqual(self.alice.asks("MODE alice +i", "MODE alice -o"), [])
        unknown = "501 alice :Unknown mode flag"
        self.assertEqual(self.alice.asks("MODE alice +ix"), [unknown])

    def test_modes_of_others_are_not_shown(self) -> None:
        """Present or not."""
        self.assertEqual(
            self.alice.asks("MODE eve", "MODE nobody +i"),
            [
                "502 alice :Cannot view or change the modes of others",
                "401 alice nobody :No such nick",
            ],
        )
