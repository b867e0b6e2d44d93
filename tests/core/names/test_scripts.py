"""Scripts within a name."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.names.scripts import is_mixed, joiners_fit


class ScriptTests(SynchronousTestCase):
    """UTS 39's level "highly restrictive"."""

    def test_one_script_is_not_mixed(self) -> None:
        """Digits, accents and punctuation belong to any."""
        for name in (
            "",
            "7",
            "_",
            "abc_7",
            "иван-7",
            "e\u0301",
            "नमस्ते",
            "علي٣",
            "ーカ",
            "ㄅ",
        ):
            self.assertFalse(is_mixed(name), name)

    def test_east_asian_scripts_mix_with_latin(self) -> None:
        """As they are written: Japanese, Korean, Chinese."""
        for name in ("東ひカa", "김李a", "李ㄅa", "aー"):
            self.assertFalse(is_mixed(name), name)

    def test_scripts_of_different_languages_are_mixed(self) -> None:
        """Each pair of Latin, Cyrillic, Greek, Hebrew, Arabic, ...; Korean kana."""
        letters = "aжωא" + "عაԱᎪⲀꓮก"
        for one in letters:
            for other in letters:
                self.assertEqual(is_mixed(one + other), one != other, one + other)
        for name in ("김ひ", "ㄅひ", "김ㄅ", "a٣", "aก7"):
            self.assertTrue(is_mixed(name), name)


class JoinerTests(SynchronousTestCase):
    """RFC 5892, A.1 and A.2."""

    def test_joiner_after_a_virama_fits(self) -> None:
        """Either one."""
        for joiner in "\u200c\u200d":
            self.assertTrue(joiners_fit(f"ක\u0dca{joiner}ර"))
            self.assertFalse(joiners_fit(f"ක{joiner}ර"))

    def test_non_joiner_fits_between_letters_that_join(self) -> None:
        """Marks between them make no difference."""
        for name in ("ی\u200cر", "ی\u064e\u200c\u064eر", "abc"):
            self.assertTrue(joiners_fit(name), ascii(name))
        for name in (
            "ی\u200dر",
            "ر\u200cی",
            "ی\u200c",
            "\u200cی",
            "\u200c",
            "a\u200cb",
        ):
            self.assertFalse(joiners_fit(name), ascii(name))
