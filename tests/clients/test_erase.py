"""The keys that erase what was typed."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.erase import erase


class EraseTests(SynchronousTestCase):
    """Each key erases what a person sees as one character, or the line."""

    def test_last_character_is_erased(self) -> None:
        """By Backspace and by DEL; there may be none."""
        for typed, left in (
            ("helo\x08lo", "hello"),
            ("helo\x7flo", "hello"),
            ("ab\x08\x08\x08\x08c", "c"),
            ("\x7f", ""),
            ("plain", "plain"),
            ("grüß\x08s", "grüs"),
        ):
            self.assertEqual(erase(typed), left)

    def test_character_is_erased_with_what_belongs_to_it(self) -> None:
        """Marks, skin tones, joined emoji, both letters of a flag."""
        for character in (
            "e\u0301",
            "n\u0303\u0301",
            "❤\ufe0f",
            "👍🏽",
            "👩\u200d👩\u200d👧",
            "🇩🇪",
            "कि",
            "1\ufe0f\u20e3",
        ):
            self.assertEqual(erase(f"a{character}\x08b"), "ab", character)
            self.assertEqual(erase(f"a{character * 2}\x08"), f"a{character}")

    def test_line_is_erased(self) -> None:
        """By Ctrl-U."""
        self.assertEqual(erase("wrong\x15right"), "right")
        self.assertEqual(erase("wrong\x15"), "")
