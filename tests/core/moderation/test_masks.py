"""Masks: what is seen of a member, with wildcards."""

from __future__ import annotations

import fnmatch
import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.moderation.masks import (
    MAX_MASK,
    folded,
    host_of,
    mask_in,
    mask_key,
    matches,
    seen_of,
)
from twisted_chat.core.presence import Member


class MaskTests(SynchronousTestCase):
    """Which texts are masks, and what they stand for."""

    def test_mask_is_made_whole(self) -> None:
        """Parts that are left out may be anything."""
        for text, whole in (
            ("bob!*@*", "bob!*@*"),
            ("bob*", "bob*!*@*"),
            ("b?b", "b?b!*@*"),
            ("*@x.chat", "*!*@x.chat"),
            ("~chat@x", "*!~chat@x"),
            ("bob!~chat", "bob!~chat@*"),
            ("bob!@", "bob!*@*"),
            ("!@", "*!*@*"),
        ):
            self.assertEqual(mask_in(text), whole)

    def test_other_texts_are_no_masks(self) -> None:
        """Nor are those that a line could not have."""
        for text in ("bob", "", "192.0.2.1", "a b*", "a,b*", "a:*", "*" * MAX_MASK * 2):
            self.assertIsNone(mask_in(text))

    def test_case_and_width_do_not_matter(self) -> None:
        """As of nicknames."""
        self.assertEqual(folded("BOB!*@*"), folded("\uff42ob!*@*"))
        self.assertEqual(mask_key("BOB!*@*"), mask_key("bob!*@*"))
        for sign in "/+ ":
            self.assertNotIn(sign, mask_key("a/b+c*!*@*"))

    def test_member_is_seen_with_a_host_that_tells_nothing(self) -> None:
        """The same for all connections of an account."""
        member = Member("@1", "bob", account="bob", clients=("C",))
        self.assertEqual(seen_of(member), f"bob!~chat@{host_of('@1')}")
        self.assertNotIn("@1", host_of("@1"))
        self.assertNotEqual(host_of("@1"), host_of("@2"))

    def test_wildcards_match(self) -> None:
        """Any text, and any one character."""
        for mask, seen, expected in (
            ("*", "", True),
            ("*!*@*", "bob!~chat@x", True),
            ("bob!*@*", "bob!~chat@x", True),
            ("bob!*@*", "bobby!~chat@x", False),
            ("b?b", "bob", True),
            ("b?b", "bb", False),
            ("*b", "abab", True),
            ("a*b*c", "aXbXbc", True),
            ("", "a", False),
        ):
            self.assertIs(matches(mask, seen), expected)

    @given(st.text("ab*?", max_size=12), st.text("ab", max_size=14))
    def test_masks_match_as_file_names_do(self, mask: str, seen: str) -> None:
        """The standard library agrees."""
        expected = re.match(fnmatch.translate(mask), seen) is not None
        self.assertIs(matches(mask, seen), expected)

    def test_many_wildcards_take_few_steps(self) -> None:
        """A naive search would not end."""
        self.assertFalse(matches("*a" * 60 + "b", "a" * 120))
