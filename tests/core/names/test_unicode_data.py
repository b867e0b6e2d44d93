"""Unicode data for names."""

from __future__ import annotations

import runpy
from importlib import resources
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core import names
from twisted_chat.core.names.unicode_data import UnicodeData, unicode_data


class UnicodeDataTests(SynchronousTestCase):
    """The data file and its format."""

    def test_lines_are_skeletons_scripts_and_joining_types(self) -> None:
        """What begins with ``#`` is a comment."""
        data = UnicodeData()
        data.load(
            ["# made up", "61 430 251", "72+6e 118e3", "@ 41:Latn 400:A/B", "=D 5-6"]
        )
        self.assertEqual(data.skeletons, {0x430: "a", 0x251: "a", 0x118E3: "rn"})
        self.assertEqual(data.joining, {5: "D", 6: "D"})
        self.assertEqual(data.scripts("z"), {"Latn"})
        self.assertEqual(data.scripts("ж"), {"A", "B"})

    def test_file_is_read_once(self) -> None:
        """It has the scripts of every letter that a name can have."""
        data = unicode_data()
        self.assertIs(data, unicode_data())
        for letter, script in (("a", "Latn"), ("я", "Cyrl"), ("李", "Hani")):
            self.assertEqual(data.scripts(letter), {script})
        self.assertEqual(data.skeletons[ord("а")], "a")
        self.assertEqual(data.joining[ord("ی")], "D")

    def test_tool_writes_the_file_that_is_read(self) -> None:
        """``tools/unicode_tables.py`` names its place once more."""
        tool = Path(__file__).parents[3] / "tools" / "unicode_tables.py"
        written = runpy.run_path(str(tool))["OUTPUT"]
        self.assertEqual(written, resources.files(names) / "unicode.txt")
