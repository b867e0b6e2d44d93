"""Sets of masks: which of many stand for a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.moderation import mask_sets
from twisted_chat.core.moderation.mask_sets import MaskSet
from twisted_chat.core.moderation.masks import matches

MASKS = st.sets(st.text("ab*?\u00e9", max_size=24), max_size=12)


def mask_set(*masks: str) -> MaskSet:
    found = MaskSet()
    for mask in masks:
        found.add(mask)
    return found


class MaskSetTests(SynchronousTestCase):
    """Each mask is compared as if it were alone."""

    @given(MASKS, MASKS, st.lists(st.text("abc\u00e9", max_size=24), max_size=3))
    def test_masks_match_as_one_by_one(
        self, masks: set[str], removed: set[str], texts: list[str]
    ) -> None:
        """Also after some were added, and others removed."""
        found = mask_set(*removed)
        for text in ("", *texts):
            list(found.matching(text))
        for mask in masks:
            found.add(mask)
        for mask in removed - masks:
            found.discard(mask)
        self.assertEqual(len(found), len(masks))
        for text in ("", *texts):
            expected = {mask for mask in masks if matches(mask, text)}
            self.assertEqual(set(found.matching(text)), expected)

    def test_characters_that_are_kept_are_limited(self) -> None:
        """Whatever nicknames are seen."""
        self.patch(mask_sets, "MAX_CHARACTERS", 4)
        found = mask_set("*h", "a*")
        self.assertEqual(list(found.matching("abcdefgh")), ["a*", "*h"])
        self.assertLessEqual(len(found._moves), 4)

    def test_mask_is_added_once(self) -> None:
        """To add it again changes nothing, nor does it to remove another one."""
        found = mask_set("a*", "a*")
        found.discard("b*")
        self.assertEqual(list(found.matching("ab")), ["a*"])
