"""The Markdown files: their links, their line length, and what they say of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.attacks.table import insert
from tests.support.metrics import chat_metrics
from twisted_chat.core import standard_table

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "twisted_chat"
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
SECURITY = ROOT / "docs" / "security.md"
PROTOCOL = ROOT / "docs" / "protocol.md"
OPERATIONS = ROOT / "docs" / "operations.md"

GENERATED = {ROOT / "CHANGELOG.md", ROOT / "docs" / "benchmarks.md"}
"""Written by programs, whose lines are as long as their sentences."""

MAX_COLUMNS = 120
"""Columns of a line that is not a table, a link or code."""

_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_CODE_BLOCK = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_CODE_SPAN = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_ONLY_LINKS = re.compile(r"(?:[-*·] |[-*] )?(?:!?\[[^\]]*\]\([^)]*\)[ ·,.:]*)+")
_EXTERNAL = ("http:", "https:", "mailto:")
_PATH = re.compile(r"[\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|lua|js)")
_PATH_FROM_ROOT = re.compile(r"``((?:bench|tests|tools|twisted_chat)/[\w./-]+)``")
_TESTED = re.compile(r'^"""Tests of (twisted_chat(?:\.\w+)+)', re.MULTILINE)


def pages() -> list[Path]:
    """Every Markdown file of the project."""
    patterns = ("*.md", "docs/**/*.md", "examples/**/*.md", "newsfragments/README.md")
    return sorted(page for pattern in patterns for page in ROOT.glob(pattern))


def without_code(text: str) -> str:
    """The text of a page with its blocks of code made empty, line for line."""
    return _CODE_BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)


def anchors(page: Path) -> set[str]:
    """What links may name in a page, by the rule of GitHub."""
    found: set[str] = set()
    text = without_code(page.read_text("utf-8"))
    for title in re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        number = 0
        while (name := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(name)
    return found


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links to other pages and files."""
    text = _CODE_SPAN.sub("", without_code(page.read_text("utf-8")))
    for target in _LINK.findall(text):
        if not target.startswith(_EXTERNAL):
            yield target


def source() -> str:
    """All Python code of the package."""
    return "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))


def first_cells(page: Path, heading: str) -> str:
    """The first column of the tables under a heading of a page."""
    _, _, below = page.read_text("utf-8").partition(f"\n{heading}\n")
    section = re.split(r"^#", below, maxsplit=1, flags=re.MULTILINE)[0]
    return "\n".join(re.findall(r"^\|([^|]*)\|", section, re.MULTILINE))


class MarkdownTests(SynchronousTestCase):
    """What a reader of any page relies on."""

    maxDiff = None

    def test_relative_links_resolve(self) -> None:
        """A link leads to a file that exists, and its anchor to a heading there."""
        broken = []
        for page in pages():
            for link in links(page):
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                if not target.exists() or (anchor and anchor not in anchors(target)):
                    broken.append(f"{page.relative_to(ROOT)}: {link}")
        self.assertEqual(broken, [])

    def test_lines_are_at_most_120_columns(self) -> None:
        """Text can be read in a terminal; tables, links and code may be wider."""
        wide = []
        for page in set(pages()) - GENERATED:
            lines = without_code(page.read_text("utf-8")).splitlines()
            for number, line in enumerate(lines, 1):
                is_exempt = line.startswith("|") or _ONLY_LINKS.fullmatch(line.strip())
                if len(line) > MAX_COLUMNS and not is_exempt:
                    wide.append(f"{page.relative_to(ROOT)}:{number}")
        self.assertEqual(sorted(wide), [])


class SecurityTests(SynchronousTestCase):
    """``docs/security.md`` has the bounds that the code has."""

    def rows(self) -> list[tuple[str, str, str]]:
        """The bounds: their value as it is written, their module and their name."""
        return re.findall(
            r"^\|[^|]*\| ([^|]+) \| `([a-z/_]+)\.py` `([A-Z_0-9]+)` \|$",
            SECURITY.read_text("utf-8"),
            re.MULTILINE,
        )

    def test_every_bound_has_its_value(self) -> None:
        """The page does not promise another one."""
        wrong = []
        for written, path, name in self.rows():
            module = import_module(f"twisted_chat.{path.replace('/', '.')}")
            number, unit = re.match(r"([\d,.]+) ?(\w*)", written).groups()  # type: ignore[union-attr]
            value = float(number.replace(",", "")) * _UNITS.get(unit, 1)
            if getattr(module, name, None) != value:
                wrong.append(f"{name}: {written}")
        self.assertEqual(wrong, [])
        self.assertGreater(len(self.rows()), 40)

    def test_each_bound_of_the_table_has_a_name(self) -> None:
        """No row is left out of the comparison."""
        cells = first_cells(SECURITY, "## Bounds").splitlines()[2:]
        named = [cell for cell in cells if not cell.strip().startswith("**")]
        self.assertEqual(len(named), len(self.rows()))

    def test_tables_of_attacks_can_be_written(self) -> None:
        """``make attacks`` finds their place."""
        page = SECURITY.read_text("utf-8")
        self.assertIn("| x |", insert(page, "| x |\n"))


class ArchitectureTests(SynchronousTestCase):
    """``docs/architecture.md`` is one page, and true of the tree."""

    maxDiff = None

    def test_every_path_exists(self) -> None:
        """Each path in code names a module, a file or a folder.

        In a row of a table, a file may be named after its folder: `core/`: `chat.py`.
        """
        text = ARCHITECTURE.read_text("utf-8")
        named = {
            path
            for block in _CODE_BLOCK.finditer(text)
            for path in _PATH.findall(block[0])
        }
        for line in without_code(text).splitlines():
            folder = ""
            for path in _PATH.findall(" ".join(_CODE_SPAN.findall(line))):
                if "/" not in path:
                    named.add(folder + path)
                    continue
                folder = path if path.endswith("/") else ""
                named.add(path)
        self.assertIn("core/inbox", named)
        self.assertIn("core/routes/table.py", named)
        missing = [
            path
            for path in sorted(named)
            if not any(
                (base / f"{path}{suffix}").exists()
                for base in (ROOT, PACKAGE)
                for suffix in ("", ".py")
            )
        ]
        self.assertEqual(missing, [])

    def test_every_class_exists(self) -> None:
        """Each name in CamelCase is a class of the package."""
        text = ARCHITECTURE.read_text("utf-8")
        named = set(re.findall(r"`([A-Z][a-z]+[A-Z]?\w*)`", text))
        defined = set(re.findall(r"^class (\w+)", source(), re.MULTILINE))
        self.assertEqual(sorted(named - defined), [])

    def test_it_is_one_page(self) -> None:
        """It can be read in one go."""
        self.assertLessEqual(len(ARCHITECTURE.read_text("utf-8").splitlines()), 160)


class DocstringTests(SynchronousTestCase):
    """What docstrings say of other files."""

    def test_every_path_and_module_exists(self) -> None:
        """Each path from the root, and the module that a file of tests is for."""
        missing: list[str] = []
        for folder in ("bench", "tests", "tools", "twisted_chat"):
            for file in (ROOT / folder).rglob("*.py"):
                text = file.read_text("utf-8")
                named = _PATH_FROM_ROOT.findall(text)
                named += [one.replace(".", "/") for one in _TESTED.findall(text)]
                missing += [
                    f"{file.relative_to(ROOT)}: {path}"
                    for path in named
                    if not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()
                ]
        self.assertEqual(missing, [])


class ReferenceTests(SynchronousTestCase):
    """The tables of the pages have what the code has, no more and no less."""

    maxDiff = None

    def test_every_route_is_listed(self) -> None:
        """The README and the reference have every route, the latter every alias."""
        table = standard_table()
        routes = {command.name for command in table if not command.internal}
        aliases = {alias for command in table for alias in command.aliases}
        short = first_cells(README, "## What to type")
        self.assertEqual(
            set(re.findall(r"\\(\w+)", short)) - aliases, routes - {"help"}
        )
        full = first_cells(PROTOCOL, "### Routes")
        self.assertEqual(set(re.findall(r"\\(\w+)", full)), routes | aliases)

    def test_every_error_code_is_listed(self) -> None:
        """A program finds each code that it can receive; IRC has numerics."""
        irc = PACKAGE / "clients" / "irc"
        code = "\n".join(
            path.read_text("utf-8")
            for path in PACKAGE.rglob("*.py")
            if irc not in path.parents
        )
        raised = set(re.findall(r'(?:Refused|ErrorReply)\(\s*"(\w+)"', code))
        listed = first_cells(PROTOCOL, "## Error codes")
        self.assertEqual(set(re.findall(r"`(\w+)`", listed)), raised)

    def test_every_metric_is_listed(self) -> None:
        """An operator finds each metric of the chat, and no other."""
        listed = first_cells(OPERATIONS, "## Monitoring")
        watched = set(re.findall(r"\btwisted_chat_\w+", listed))
        self.assertEqual(watched, set(chat_metrics()))

    def test_every_json_type_is_listed(self) -> None:
        """A program finds each type of object that it can receive."""
        modules = (PACKAGE / "clients").glob("json*.py")
        code = "".join(path.read_text("utf-8") for path in modules)
        sent = set(re.findall(r'"type": "(\w+)"', code))
        listed = first_cells(PROTOCOL, "### JSON objects from the server")
        self.assertEqual(set(re.findall(r"`(\w+)`", listed)) - {"type"}, sent)
