"""Lists of targets."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.targets import (
    MAX_TARGETS,
    check_few,
    is_part_of_room,
    is_room,
    split,
)
from twisted_chat.core.replies import Refused


class TargetTests(SynchronousTestCase):
    """Rooms and nicknames, separated by commas."""

    def test_each_target_is_named_once(self) -> None:
        """Empty ones are ignored."""
        self.assertEqual(split("#a,,bob,#a,"), ["#a", "bob"])
        self.assertEqual(split(","), [])

    def test_room_begins_with_a_number_sign(self) -> None:
        """No nickname does."""
        self.assertTrue(is_room("#tea"))
        self.assertFalse(is_room("tea"))
        self.assertFalse(is_room(""))
        self.assertTrue(is_part_of_room("@#tea"))
        for target in ("#tea", "@tea", "@", "", "!#tea"):
            self.assertFalse(is_part_of_room(target))

    def test_number_of_targets_is_limited(self) -> None:
        """As ISUPPORT says."""
        check_few(["a"] * MAX_TARGETS)
        refused = self.assertRaises(Refused, check_few, ["a"] * (MAX_TARGETS + 1))
        assert isinstance(refused, Refused)
        self.assertEqual(refused.code, "too_many_targets")
