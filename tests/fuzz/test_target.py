"""What the targets assert."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from .registry import load_target, target_names
from .target import cuts, expect_harmless, same_however_cut


class CutsTests(SynchronousTestCase):
    """An input is fed in several ways."""

    def test_every_way_has_all_bytes_in_order(self) -> None:
        """Whole, byte by byte, and in random pieces that are always the same."""
        data = bytes(range(40))
        ways = list(cuts(data))
        self.assertEqual(ways, list(cuts(data)))
        self.assertEqual(ways[0], [data])
        self.assertEqual(len(ways[1]), 40)
        self.assertEqual({b"".join(way) for way in ways}, {data})
        self.assertEqual(set(map(b"".join, cuts(b""))), {b""})

    def test_result_that_depends_on_the_cuts_is_a_failure(self) -> None:
        """Whatever it is."""

        def count(pieces: Sequence[bytes]) -> int:
            return len(pieces)

        def size(pieces: Sequence[bytes]) -> int:
            return sum(map(len, pieces))

        self.assertEqual(same_however_cut(size, b"abc"), 3)
        with self.assertRaises(AssertionError) as caught:
            same_however_cut(count, b"abc")
        self.assertIn("depends on the cuts", str(caught.exception))

    def test_harmful_text_is_a_failure(self) -> None:
        """Control characters, line ends within a line, and lone surrogates."""
        expect_harmless("a\tb")
        expect_harmless("a\nb", lines=True)
        for text in ("a\nb", "\x1b[A", "\x9b", "\u202e", "\r"):
            with self.assertRaises(AssertionError):
                expect_harmless(text)
        with self.assertRaises(UnicodeEncodeError):
            expect_harmless("\ud800")


class RegistryTests(SynchronousTestCase):
    """Each file in ``targets`` is a target."""

    def test_every_target_has_seeds_that_fit(self) -> None:
        """Nothing of them is cut off."""
        for name in target_names():
            target = load_target(name)
            self.assertTrue(target.seeds, name)
            sizes = map(len, target.seeds)
            self.assertLessEqual(max(sizes), target.max_size, name)

    def test_unknown_target_is_refused(self) -> None:
        """With the names of those that exist."""
        with self.assertRaises(LookupError) as caught:
            load_target("nothing")
        self.assertIn("websocket", str(caught.exception))
