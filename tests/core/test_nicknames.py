"""Which names people and rooms may have, and when two are the same."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.nicknames import (
    MAX_NICK,
    Name,
    fold,
    fold_or_none,
    guest_number,
    room_name,
    skeleton,
)
from twisted_chat.core.replies import Refused

any_name = st.text(max_size=MAX_NICK + 2)


class AllowedTests(SynchronousTestCase):
    """What may be a nickname."""

    def code(self, name: str) -> str:
        """Why a name is refused."""
        with self.assertRaises(Refused) as caught:
            Name.of(name)
        self.assertNotIn("\n", caught.exception.text)
        return str(caught.exception.code)

    def test_names_of_many_scripts(self) -> None:
        """Letters and digits of any script, and ``_ - .``, can be a name."""
        for name in (
            "a",
            "alice",
            "Bob_the-2nd.",
            "7",
            "-",
            "Zoë",
            "Иван",
            "Γιώργος",
            "李小龍",
            "ひらがな",
            "김철수",
            "عمر",
            "नमस्ते",
            "x" * 32,
            "李" * 32,
            "Ｗｉｄｅ",
        ):
            self.assertEqual(Name.of(name).text, name)

    def test_what_can_be_no_name(self) -> None:
        """Too long, with signs or spaces, or not to be told from another: refused."""
        for name in (
            "",
            "x" * 33,
            "李" * 33,
            "a b",
            "a\u00a0b",
            "a\u3000b",
            "a:b",
            "#alice",
            "a#b",
            "al\x07ice",
            "al\x1bice",
            "a\x7f",
            "a\u200bb",
            "a\u200db",
            "a\u202eb",
            "a\u2028b",
            "a\ufe0f",
            "a\u034f",
            "\u3164",
            "a\u115f",
            "a\u00ad",
            "\ufffd",
            "\ud800",
            "🎉",
            "½",
            "ﷺ",
            "a：b",
            "＃a",
            "\u0301x",
            "a,b",
            "*",
            "\\",
            "/",
            "@",
        ):
            self.assertEqual(self.code(name), "nick_invalid", ascii(name))

    def test_scripts_that_look_alike_are_not_mixed(self) -> None:
        """Nobody pretends to be alice with a Cyrillic letter."""
        for name in ("аlice", "αlice", "Иванα"):
            self.assertEqual(self.code(name), "nick_invalid")

    def test_guests(self) -> None:
        """The names of guests are kept for guests, however they are written."""
        for name in ("guest_1", "GUEST_7", "ｇuest_7", "guest_７", "guest_٣१"):
            self.assertEqual(self.code(name), "nick_reserved")
        self.assertEqual(Name.of("guest_one").text, "guest_one")
        self.assertEqual(Name.of("guest_").text, "guest_")

    def test_the_name_before_every_refusal(self) -> None:
        """Nobody can say "error: ..." as the server does."""
        for name in ("error", "ERROR", "Err0r", "ｅrror"):
            self.assertEqual(self.code(name), "nick_reserved")
        self.assertEqual(Name.of("errors").text, "errors")


class SameTests(SynchronousTestCase):
    """When two names are the same, or too much alike."""

    def test_case_and_width(self) -> None:
        """Who looks for ALICE, or for a full-width ａｌｉｃｅ, finds alice."""
        for one, other in (
            ("alice", "ALICE"),
            ("alice", "ａｌｉｃｅ"),
            ("Straße", "STRASSE"),
            ("ﬁsh", "fish"),
            ("Zoe\u0308", "Zoë"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("ｶﾞ", "ガ"),
        ):
            self.assertEqual(fold(one), fold(other), (one, other))

    def test_looking_alike(self) -> None:
        """A name that looks like another one's is as good as taken."""
        for one, other in (
            ("Ian", "lan"),
            ("b0b", "bob"),
            ("аха", "axa"),
            ("сосо", "coco"),
            ("paypaI", "paypal"),
            ("ΟΡΟ", "opo"),
            ("Bob", "bob"),
        ):
            self.assertEqual(skeleton(one), skeleton(other), (one, other))

    def test_not_alike(self) -> None:
        """An accent tells two people apart, and so does a small i."""
        for one, other in (("ian", "lan"), ("zoë", "zoe"), ("bob", "rob")):
            self.assertNotEqual(skeleton(one), skeleton(other))
            self.assertNotEqual(fold(one), fold(other))

    @given(any_name)
    def test_folding_twice_changes_nothing(self, name: str) -> None:
        """Whoever can be looked up can be looked up by the folded name."""
        folded = fold_or_none(name)
        if folded is not None:
            self.assertEqual(fold_or_none(folded), folded)
            self.assertEqual(skeleton(skeleton(name)), skeleton(name))

    @given(any_name)
    def test_no_name_can_forge_a_line(self, name: str) -> None:
        """Whatever name is accepted has no space, colon or control character."""
        if fold_or_none(name) is not None:
            self.assertTrue(name.isprintable())
            self.assertFalse(set(name) & set(" :#\r\n"))


class RoomNameTests(SynchronousTestCase):
    """Rooms are named like people."""

    def test_one_spelling(self) -> None:
        """``\\join #Tea`` and ``\\join tea`` lead to the same room."""
        for name in ("tea", "#tea", "Tea", "#ＴＥＡ"):
            self.assertEqual(room_name(name), "tea")

    def test_no_room(self) -> None:
        """A name that cannot be is refused with what it may look like."""
        for name in ("", "#", "##a", "a b", "x" * 33, "a\x07"):
            with self.assertRaises(Refused) as caught:
                room_name(name)
            self.assertEqual(caught.exception.code, "room_invalid")


class GuestTests(SynchronousTestCase):
    """Guests get numbers."""

    def test_numbers(self) -> None:
        """Four digits while there are few, more when there are many."""
        chance = random.Random(1)
        few = {guest_number(chance, 3) for _ in range(1000)}
        self.assertTrue(all(1000 <= number < 10_000 for number in few))
        many = [guest_number(chance, 10_000) for _ in range(1000)]
        self.assertGreater(max(many), 100_000)
