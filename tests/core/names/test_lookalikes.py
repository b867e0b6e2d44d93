"""Names that look alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.names.lookalikes import skeleton
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.names.unicode_data import unicode_data
from twisted_chat.core.replies import Refused


def alike(one: str, other: str) -> bool:
    """Whether the owner of one name owns the other."""
    return not set(Name.of(one).keys).isdisjoint(Name.of(other).keys)


class LookalikeTests(SynchronousTestCase):
    """Which names nobody else may have beside another."""

    def test_names_that_look_alike_have_a_skeleton_in_common(self) -> None:
        """By Unicode's table, and by our own rules."""
        for one, other in (
            ("Ian", "lan"),
            ("b0b", "bob"),
            ("аха", "axa"),
            ("сосо", "coco"),
            ("paypaI", "paypal"),
            ("ΟΡΟ", "opo"),
            ("Bob", "bob"),
            ("エ", "工"),
            ("オト", "オ卜"),
            ("torn", "tom"),
            ("vvendy", "wendy"),
            ("Vvendy", "Wendy"),
        ):
            self.assertTrue(alike(one, other), (one, other))

    def test_names_that_look_like_alice_have_her_skeleton(self) -> None:
        """Dots, strokes, capitals of any size, and whole names of another script."""
        for name in (
            "ali\u0307ce",
            "alıce",
            "ALİCE",
            "ᴀʟɪᴄᴇ",
            "ꓮꓡꓲꓚꓰ",
            "ᎪᏞᎥᏟᎬ",
            "ᎪᏞᏆᏟᎬ",
            "аӏісе",
            "АӀІСЕ",
            "a\u0332l\u0332ice",
            "ali\u0335ce",
            "a\u0336l\u0336i\u0336c\u0336e",
            "aliϲe",
        ):
            try:
                self.assertTrue(alike(name, "alice"), name)
            except Refused as refused:
                self.assertEqual(refused.code, "nick_invalid")

    def test_names_that_look_different_have_none_in_common(self) -> None:
        """An accent makes a difference, and so does a small i."""
        for one, other in (
            ("ian", "lan"),
            ("zoë", "zoe"),
            ("bob", "rob"),
            ("Иван", "Иванна"),
            ("김철수", "김철호"),
            ("علی", "رضا"),
        ):
            self.assertFalse(alike(one, other), (one, other))

    def test_every_skeleton_of_the_table_is_its_own(self) -> None:
        """Otherwise two look-alikes might not be found."""
        for code in unicode_data().skeletons:
            found = skeleton(chr(code))
            self.assertEqual(skeleton(found), found, hex(code))
            # Redis is given keys with blanks between them.
            self.assertNotIn(" ", found)

    @given(st.text(max_size=40))
    def test_skeleton_of_a_skeleton_is_itself(self, text: str) -> None:
        """For any text."""
        self.assertEqual(skeleton(skeleton(text)), skeleton(text))
