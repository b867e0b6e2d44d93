"""Tests of twisted_chat.journals.redis.scripts; what the scripts do is tested with a
real Redis, in tests/end_to_end.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.redis.scripts import APPEND, FOLDER, SCRIPTS


class ScriptsTests(SynchronousTestCase):
    """The scripts are there, and are what Redis will know them by."""

    def test_every_file_is_a_script(self) -> None:
        """None is forgotten."""
        names = {script.name for script in SCRIPTS} | {"common"}
        self.assertEqual(names, {path.stem for path in FOLDER.glob("*.lua")})

    def test_they_can_be_told_apart(self) -> None:
        """Each has its own name in Redis, and says what it may."""
        self.assertEqual(len({script.sha for script in SCRIPTS}), len(SCRIPTS))
        for script in SCRIPTS:
            self.assertTrue(script.text.startswith("#!lua"), script.name)

    def test_messages_are_refused_without_memory(self) -> None:
        """Out of memory, a batch is refused before its first step."""
        self.assertTrue(APPEND.text.startswith("#!lua\n"))
