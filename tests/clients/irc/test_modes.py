"""Channel modes as a view of the settings of a room."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import MODERATION
from twisted_chat.clients.irc.modes import (
    MAX_CHANGES,
    ModeChange,
    mask_of,
    mode_changes,
    mode_of,
    modes_of,
)
from twisted_chat.core.moderation.room_settings import RoomSettings
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.moderation_events import RoomBanned, RoomChanged


class ModeTests(SynchronousTestCase):
    """What a client sends, and what it is shown."""

    def test_changes_take_their_parameters_in_order(self) -> None:
        """A sign holds for all letters after it; lists may have no parameter."""
        for words, changes in (
            (("b",), [ModeChange("b", True)]),
            (("+it-s",), [ModeChange(c, c != "s") for c in "its"]),
            (
                ("+kl-l+o", "key", "5", "bob"),
                [
                    ModeChange("k", True, "key"),
                    ModeChange("l", True, "5"),
                    ModeChange("l", False),
                    ModeChange("o", True, "bob"),
                ],
            ),
            (
                ("-k+bz", "key", "x!*@*"),
                [
                    ModeChange("k", False, "key"),
                    ModeChange("b", True, "x!*@*"),
                    ModeChange("z", True),
                ],
            ),
        ):
            self.assertEqual(list(mode_changes(words)), changes)

    def test_number_of_changes_is_bounded(self) -> None:
        """In one command."""
        self.assertEqual(len(list(mode_changes(("+" + "i" * 99,)))), MAX_CHANGES)

    def test_modes_of_a_room_are_its_settings(self) -> None:
        """The key is shown to room operators."""
        settings = RoomSettings()
        self.assertEqual(modes_of(settings, with_key=True), ("+n",))
        for key, value in (
            *(("private", "1"), ("quiet", "1"), ("hidden", "1"), ("topic", "1")),
            *(("key", "pumpkin"), ("limit", "5")),
        ):
            settings.apply(key, value)
        self.assertEqual(
            modes_of(settings, with_key=True), ("+nimstkl", "pumpkin", "5")
        )
        self.assertEqual(modes_of(settings, with_key=False)[1:], ("*", "5"))

    def test_each_change_of_a_setting_is_a_mode(self) -> None:
        """With its parameter; nobody is shown a key."""
        for setting, value, mode in (
            ("private", "1", ("+i",)),
            ("private", "", ("-i",)),
            ("quiet", "1", ("+m",)),
            ("hidden", "1", ("+s",)),
            ("topic", "", ("-t",)),
            ("key", "pumpkin", ("+k", "*")),
            ("key", "", ("-k", "*")),
            ("limit", "5", ("+l", "5")),
            ("limit", "", ("-l",)),
            ("of a later version", "1", None),
        ):
            event = RoomChanged("tea", "al", setting, value, "A", "op", 5, 6)
            self.assertEqual(mode_of(event), mode)

    def test_roles_bans_and_exceptions_are_modes(self) -> None:
        """A nickname is a mask of whoever has it; addresses are shown to nobody."""
        shown = [mode for event in MODERATION if (mode := mode_of(event))]  # type: ignore[arg-type]
        self.assertEqual(
            shown,
            [
                ("+b", "bob!*@*"),
                ("-b", "bob!*@*"),
                ("+e", "bob!*@*"),
                ("+l", "5"),
                ("+o", "bob"),
            ],
        )
        for who, mode in (
            ("t*!*@*", ("+b", "t*!*@*")),
            ("$a:bob", ("+b", "$a:bob")),
            ("an address", None),
        ):
            ban = ("tea", "al", who, "", "A", "", "k", "", "", 0, "op", 5, 6)
            self.assertEqual(mode_of(RoomBanned(*ban)), mode)

    def test_entries_of_lists_are_masks(self) -> None:
        """Those by address for operators only."""
        net = Sanction("192.0.2.0/24", "al", networks=("192.0.2.0/24",))
        self.assertEqual(mask_of(net, with_address=True), "*!*@192.0.2.0/24")
        self.assertIsNone(mask_of(net, with_address=False))
        for who, mask in (("bob", "bob!*@*"), ("b*!*@*", "b*!*@*"), ("$a:b", "$a:b")):
            self.assertEqual(mask_of(Sanction(who, "al"), with_address=False), mask)
