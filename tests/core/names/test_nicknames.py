"""The rules for nicknames and room names."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import Message
from twisted_chat.core.ignoring.ignoring import ByNick, is_ignored
from twisted_chat.core.names import nicknames
from twisted_chat.core.names.nicknames import (
    MAX_NAME,
    Name,
    _fold_unicode,
    fold,
    fold_or_none,
    guest_number,
    room_name,
)
from twisted_chat.core.replies import Refused

any_name = st.text(max_size=MAX_NAME + 2)


class ValidNameTests(SynchronousTestCase):
    """Which nicknames are valid."""

    def code(self, name: str) -> str:
        """The code with which a name is refused."""
        with self.assertRaises(Refused) as caught:
            Name.of(name)
        self.assertNotIn("\n", caught.exception.text)
        return str(caught.exception.code)

    def test_letters_and_digits_of_any_script_are_valid(self) -> None:
        """So are ``_ - .``, up to 32 characters in all."""
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

    def test_spaces_are_named_as_what_is_wrong(self) -> None:
        """Rather than what else a nickname has."""
        for name in ("alice b", "a\u3000b", "a b c"):
            refused = self.assertRaises(Refused, Name.of, name)
            self.assertEqual(refused.text, "a nickname has no spaces")

    def test_other_characters_are_refused(self) -> None:
        """So are names that are empty or too long."""
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

    def test_mix_of_scripts_is_refused(self) -> None:
        """A letter of another script cannot make a second alice."""
        for name in (
            "аlice",
            "αlice",
            "Иванα",
            "Ꭺlice",
            "aliсe",
            "alוce",
            "aاlice",
            "alicօ",
            "Ⲁlice",
            "ꓮlice",
            "김あ",
        ):
            self.assertEqual(self.code(name), "nick_invalid")

    def test_scripts_of_one_language_may_be_mixed(self) -> None:
        """Latin with those of Japanese, Korean and Chinese; digits with any."""
        for name in (
            "東京タワーのken",
            "kim김철수",
            "李abc",
            "ㄅ李a",
            "Иван_2.0-7",
            "ひ-ラ",
        ):
            self.assertEqual(Name.of(name).text, name)

    def test_joiner_is_valid_where_the_script_needs_it(self) -> None:
        """RFC 5892, A.1 and A.2; it makes no other name."""
        for name in ("علی\u200cرضا", "ශ්\u200dරීමාලි"):
            self.assertEqual(Name.of(name).text, name)
            bare = name.replace("\u200c", "").replace("\u200d", "")
            self.assertEqual(fold(name), fold(bare))
        for name in (
            "ali\u200cce",
            "علی\u200c",
            "\u200cعلی",
            "علی\u200dرضا",
            "رضا\u200cعلی",
        ):
            self.assertEqual(self.code(name), "nick_invalid", ascii(name))

    def test_many_accents_on_a_letter_are_refused(self) -> None:
        """They would be drawn over other lines."""
        self.assertEqual(
            Name.of("a\u0301" + "\u0302" * 3).folded, "á\u0302\u0302\u0302"
        )
        self.assertEqual(self.code("ba" + "\u0301" * 5), "nick_invalid")
        self.assertEqual(self.code("á" + "\u0301" * 4), "nick_invalid")

    def test_names_of_guests_are_reserved(self) -> None:
        """In any case, width and script of the digits."""
        for name in ("guest_1", "GUEST_7", "ｇuest_7", "guest_７", "guest_٣१"):
            self.assertEqual(self.code(name), "nick_reserved")
        self.assertEqual(Name.of("guest_one").text, "guest_one")
        self.assertEqual(Name.of("guest_").text, "guest_")

    def test_names_of_the_server_are_reserved(self) -> None:
        """Their messages would look like its own."""
        for name in ("error", "ERROR", "Err0r", "ｅrror", "NickServ", "ChanSErv"):
            self.assertEqual(self.code(name), "nick_reserved")
        self.assertEqual(Name.of("errors").text, "errors")


class EqualNameTests(SynchronousTestCase):
    """Which names are equal, and which look alike."""

    def test_names_that_differ_in_case_width_or_composition_are_equal(self) -> None:
        """``ALICE`` and a full-width ``ａｌｉｃｅ`` are alice."""
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

    @given(any_name)
    def test_folding_a_folded_name_changes_nothing(self, name: str) -> None:
        """It is valid itself."""
        folded = fold_or_none(name)
        if folded is not None:
            self.assertEqual(fold_or_none(folded), folded)

    @given(any_name)
    def test_valid_name_cannot_forge_a_line(self, name: str) -> None:
        """It has no space, colon, ``#`` or control character."""
        if fold_or_none(name) is not None:
            self.assertTrue(name.isprintable())
            self.assertFalse(set(name) & set(" :#\r\n"))

    def test_name_is_folded_once(self) -> None:
        """Those who ignore someone compare the author of each message."""
        calls: list[str] = []

        def precis() -> Callable[[str], str]:
            def enforce(name: str) -> str:
                calls.append(name)
                return name

            return enforce

        _fold_unicode.cache_clear()
        self.addCleanup(_fold_unicode.cache_clear)
        self.patch(nicknames, "_precis", precis)
        for _ in range(64):
            is_ignored(
                Message("lobby", "Åsa", "hi", "id"), frozenset({ByNick("someone")})
            )
        self.assertEqual(calls, ["Åsa"])


class RoomNameTests(SynchronousTestCase):
    """Rooms have names like members."""

    def test_spellings_of_a_room_have_one_canonical_name(self) -> None:
        """With or without ``#``, in any case and width."""
        for name in ("tea", "#tea", "Tea", "#ＴＥＡ"):
            self.assertEqual(room_name(name), "tea")

    def test_invalid_room_name_is_refused(self) -> None:
        """With a code of its own."""
        for name in ("", "#", "##a", "a b", "x" * 33, "a\x07"):
            with self.assertRaises(Refused) as caught:
                room_name(name)
            self.assertEqual(caught.exception.code, "room_invalid")


class GuestNumberTests(SynchronousTestCase):
    """The numbers of guests."""

    def test_number_has_four_digits_while_there_are_few_members(self) -> None:
        """It never begins with a zero."""
        rng = random.Random(1)
        numbers = [guest_number(rng, 3) for _ in range(1000)]
        self.assertTrue(all(1000 <= number < 10_000 for number in numbers))

    def test_number_grows_with_the_members(self) -> None:
        """So that one drawn at random is rarely taken."""
        rng = random.Random(1)
        numbers = [guest_number(rng, 10_000) for _ in range(1000)]
        self.assertGreater(max(numbers), 100_000)
