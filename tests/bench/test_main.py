"""The command line of the bench."""

from __future__ import annotations

import contextlib
import io

from twisted.trial.unittest import SynchronousTestCase

from bench.__main__ import is_whole, parse, plan_of


class OptionTests(SynchronousTestCase):
    """What the options ask for."""

    def refused(self, *arguments: str) -> str:
        """What is said to one who asks for what there is not."""
        words = io.StringIO()
        with contextlib.redirect_stderr(words):
            self.assertRaises(SystemExit, parse, arguments)
        return words.getvalue()

    def test_everything(self) -> None:
        """Without options, all of it is measured, for the docs."""
        options = parse([])
        plan = plan_of(options)
        self.assertEqual((plan.sizes, plan.rounds), ((100, 1000, 5000), 3))
        self.assertTrue(is_whole(options))

    def test_a_look(self) -> None:
        """A quick look measures less, and leaves the docs alone."""
        options = parse(["--quick"])
        plan = plan_of(options)
        self.assertEqual((plan.sizes, plan.rounds), ((100, 1000), 1))
        self.assertFalse(is_whole(options))

    def test_a_part(self) -> None:
        """Sizes come in order, each once; a part is not for the docs."""
        options = parse(["--clients", "1000,100,1000", "--only", "limit,node"])
        self.assertEqual(plan_of(options).sizes, (100, 1000))
        self.assertEqual(options.only, ["limit", "node"])
        self.assertFalse(is_whole(options))
        self.assertFalse(is_whole(parse(["--seconds", "3"])))

    def test_unknown_names(self) -> None:
        """A name that nobody has is told."""
        self.assertIn("unknown: nobody", self.refused("--only", "limit,nobody"))

    def test_a_chat_needs_two(self) -> None:
        """One client alone would have nobody to hear it."""
        self.assertIn("a chat needs two", self.refused("--clients", "1"))
