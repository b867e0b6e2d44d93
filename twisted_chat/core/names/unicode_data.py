"""Unicode data for names that are not ASCII, read when the first one needs it.

``unicode.txt`` beside this file has it; ``tools/unicode_tables.py`` makes that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources


@dataclass(slots=True)
class UnicodeData:
    """What is kept of Unicode's tables.

    :ivar skeletons: code point -> what is drawn like it (UTS 39).
    :ivar joining: code point -> joining type, of letters that join (RFC 5892).
    """

    skeletons: dict[int, str] = field(default_factory=dict)
    joining: dict[int, str] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)
    _scripts: list[frozenset[str]] = field(default_factory=list)

    def scripts(self, letter: str) -> frozenset[str]:
        """The short names of the scripts that use a letter, mark or digit.

        ``Zyyy`` or ``Zinh`` if any script may.
        """
        return self._scripts[bisect_right(self._starts, ord(letter)) - 1]

    def load(self, lines: Iterable[str]) -> None:
        """Add the lines of the file."""
        for line in lines:
            name, *items = line.split()
            if name == "@":
                for start, _, scripts in (item.partition(":") for item in items):
                    self._starts.append(int(start, 16))
                    self._scripts.append(frozenset(scripts.split("/")))
            elif name.startswith("="):
                for first, _, last in (item.partition("-") for item in items):
                    span = range(int(first, 16), int(last, 16) + 1)
                    self.joining.update(dict.fromkeys(span, name[1]))
            elif name != "#":
                skeleton = "".join(chr(int(code, 16)) for code in name.split("+"))
                codes = (int(item, 16) for item in items)
                self.skeletons.update(dict.fromkeys(codes, skeleton))


@cache
def unicode_data() -> UnicodeData:
    """The data; a few milliseconds the first time."""
    data = UnicodeData()
    file = resources.files(__package__) / "unicode.txt"
    data.load(file.read_text("utf-8").splitlines())
    return data
