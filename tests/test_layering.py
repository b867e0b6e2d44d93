"""The shape of the package, read from its source.

Nothing is imported here: each file is parsed, and its imports are held against the
tables below.  A new module needs one entry in ``LAYERS``; where it stands decides
what it may import.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path

from twisted.trial import unittest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "twisted_chat"
PLUGIN = "twisted/plugins/twisted_chat_plugin.py"

LAYERS: tuple[tuple[str, ...], ...] = (
    # Values and edges.
    ("core.events",),
    ("core.replies",),
    ("core.interfaces",),
    # Who is here and what may be said.
    (
        "core.sanitize",
        "fakes",
        "core.limits",
        "core.isolation",
        "core.nicknames",
        "core.pool",
        "presence",
        "core.wordfilter",
    ),
    ("core.commands", "core.committer", "core.fanout", "settings"),
    # The chat, in the order in which a line passes its parts from below.
    ("core.joining",),
    ("core.announcer",),
    ("core.chat",),
    # What is made for the chat; each folder lists what its own files share.
    ("journals.tokenizer", "journals.recent", "journals.sqlite.file"),
    ("journals.sqlite.rows",),
    ("journals.sqlite.reader", "journals.sqlite.writer"),
    (
        "journals.redis.address",
        "journals.redis.entries",
        "journals.redis.errors",
        "journals.redis.scripts",
    ),
    ("journals.redis.roster", "journals.redis.tls"),
    ("journals.redis.connector",),
    (
        "journals.redis.history",
        "journals.redis.lease",
        "journals.redis.connection",
        "journals.redis.names",
    ),
    ("journals.redis.follower", "journals.redis.rejoin"),
    ("wire.engineio", "wire.socketio", "wire.text", "websocket.frames"),
    ("websocket.reader",),
    ("core.routes", "wire.*", "journals.*"),
    # How bytes come and go.
    ("net.addresses", "net.first_bytes", "net.http_refusal"),
    (
        "net.admission",
        "net.deadlines",
        "net.handover",
        "websocket.handshake",
        "protocols.inbox",
        "net.keepalive",
        "net.origins",
        "net.outbox",
    ),
    ("protocols.polling", "websocket.connection"),
    ("protocols.engineio_session",),
    ("protocols.engineio_link",),
    ("protocols.engineio", "protocols.socketio"),
    ("net.*", "websocket.*", "protocols.*"),
    # Everything together.
    ("site", "testing"),
    ("failing", "front", "options", "ports"),
    ("service",),
    ("plugin",),
)
"""What stands on what, lowest first.

A module imports only from layers above its own in this table, never from its own.
A name without a star comes before a pattern, so a module that its neighbours share
gets a layer for itself, say ``("wire.text",)`` before the one of ``"wire.*"``.
"""

TWISTED_ALLOWED = (
    "protocols.*",
    "net.*",
    "websocket.handshake",
    "websocket.connection",
    "journals.redis.journal",
    "journals.redis.connector",
    "journals.redis.follower",
    "journals.redis.lease",
    "journals.redis.connection",
    "journals.redis.rejoin",
    "journals.redis.tls",
    "journals.sqlite.journal",
    "site",
    "failing",
    "front",
    "options",
    "ports",
    "service",
    "plugin",
)
"""Where Twisted lives.  Everything else is plain Python, so that it can be tested,
read and used without a reactor."""

UNTESTED = {
    "core.events": "only values",
    "core.replies": "only values",
    "core.interfaces": "only types; the contract tests of what implements them test it",
}
"""Modules without a test file of their own, and why."""

REAL_WORLD = {
    "twisted.internet.reactor": "the reactor of the process",
    "twisted.internet.task.deferLater": "waiting for the clock",
    "time.sleep": "sleeping",
    "asyncio.sleep": "sleeping",
    "socket.socket": "a real socket",
    "socket.create_connection": "a real connection",
    "socket.create_server": "a real port",
    "subprocess": "another program",
    "pty": "a real terminal",
}
"""What only the tests in ``end_to_end`` may use."""


@dataclass(frozen=True)
class Module:
    """One source file, named relative to the package: ``wire.text``, ``plugin``."""

    name: str
    path: Path

    @cached_property
    def source(self) -> str:
        return self.path.read_text("utf-8")

    def parse(self) -> ast.Module:
        """Not kept: the nodes of a hundred files keep the garbage collector busy."""
        return ast.parse(self.source, str(self.path))

    @property
    def is_init(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def dotted(self) -> tuple[str, ...]:
        """The package that a relative import in this file starts from."""
        inside = tuple(self.name.split(".")) if self.name else ()
        return (PACKAGE, *(inside if self.is_init else inside[:-1]))

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The full dotted name of everything that is imported, anywhere in the file."""
        return tuple(self.imported(self.parse()))

    def imported(self, tree: ast.Module) -> Iterator[str]:
        for node in statements(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = list(self.dotted[: len(self.dotted) + 1 - node.level])
                base = [*start, node.module] if node.level else [node.module]
                stem = ".".join(part for part in base if part)
                yield from (f"{stem}.{alias.name}" for alias in node.names)


@cache
def package_modules() -> tuple[Module, ...]:
    """Every module of the package, and the plugin."""
    top = ROOT / PACKAGE
    found = []
    for path in sorted(top.rglob("*.py")):
        parts = path.relative_to(top).with_suffix("").parts
        found.append(Module(".".join(p for p in parts if p != "__init__"), path))
    if (ROOT / PLUGIN).exists():
        found.append(Module("plugin", ROOT / PLUGIN))
    return tuple(found)


def layer_of(name: str) -> int | None:
    """Where a module stands; a plain name in the table wins over a pattern."""
    for matches in (str.__eq__, fnmatchcase):
        for rank, patterns in enumerate(LAYERS):
            if any(matches(name, pattern) for pattern in patterns):
                return rank
    return None


class LayeringTests(unittest.SynchronousTestCase):
    """Whoever reads a module has to know only what stands below it."""

    maxDiff = None

    def setUp(self) -> None:
        self.modules = package_modules()
        self.names = {m.name for m in self.modules}
        self.code = [m for m in self.modules if not m.is_init]

    def own(self, imported: str) -> str | None:
        """Which of our modules an import reaches; None for anyone else's."""
        first, *rest = imported.split(".")
        if first != PACKAGE:
            return None
        # The longest name that is a module; what follows is something inside it.
        while rest and ".".join(rest) not in self.names:
            rest.pop()
        return ".".join(rest)

    def test_every_module_has_its_place(self) -> None:
        """Whoever adds a module says where it stands."""
        lost = [m.name for m in self.code if layer_of(m.name) is None]
        self.assertEqual(lost, [], "not in LAYERS; see tests/test_layering.py")

    def test_imports_point_down(self) -> None:
        """No module imports one that stands beside or above it."""
        wrong = []
        for module in self.code:
            rank = layer_of(module.name)
            for target in sorted({self.own(name) or "" for name in module.imports}):
                if not target or rank is None:
                    continue
                below = layer_of(target)
                if below is None or below >= rank:
                    wrong.append(f"{module.name} imports {target}")
        self.assertEqual(wrong, [])

    def test_the_core_knows_no_twisted(self) -> None:
        """Only the listed modules import Twisted or zope."""
        wrong = [
            f"{module.name} imports {imported}"
            for module in self.modules
            if not any(fnmatchcase(module.name, allowed) for allowed in TWISTED_ALLOWED)
            for imported in module.imports
            if imported.split(".")[0] in {"twisted", "zope", "txredisapi"}
        ]
        self.assertEqual(wrong, [])

    def test_init_files_hold_words_only(self) -> None:
        """An ``__init__`` says what the package is for, and no more."""
        wrong = []
        for module in self.modules:
            if not module.is_init:
                continue
            tree = module.parse()
            if not ast.get_docstring(tree):
                wrong.append(f"{module.name or PACKAGE} says nothing")
            code = [ast.unparse(node) for node in tree.body[1:]]
            if module.name == "":
                code = [line for line in code if not line.startswith("__version__ = ")]
            wrong += [f"{module.name or PACKAGE}: {line}" for line in code]
        self.assertEqual(wrong, [])

    def test_the_plugin_directory_is_no_package(self) -> None:
        """Twisted finds plugins only where no ``__init__`` stands in the way."""
        self.assertEqual(list((ROOT / "twisted").rglob("__init__.py")), [])

    def test_every_module_has_a_test_file_named_for_it(self) -> None:
        """Whoever changes a module knows where its tests are."""
        missing = []
        for module in self.code:
            *folders, name = module.name.split(".")
            expected = ROOT.joinpath("tests", *folders, f"test_{name}.py")
            if module.name not in UNTESTED and not expected.exists():
                missing.append(str(expected.relative_to(ROOT)))
        self.assertEqual(missing, [])


class UnitTestsStayInside(unittest.SynchronousTestCase):
    """The unit tests are quick and never fail for what the machine is doing."""

    def test_no_ports_no_sleep_no_reactor(self) -> None:
        """Outside ``end_to_end`` nothing opens a port, sleeps or starts programs."""
        # Whoever uses one of them writes its name; only who does is parsed.
        spelled = re.compile(
            "|".join(rf"\b{name.rpartition('.')[2]}\b" for name in REAL_WORLD)
        )
        wrong = []
        for path in sorted(unit_tests()):
            module = Module(path.stem, path)
            if not spelled.search(module.source):
                continue
            tree = module.parse()
            used = {
                name
                for full in (*module.imported(tree), *attributes(tree))
                for name in (full, full.rpartition(".")[0])
            }
            wrong += [
                f"{path.relative_to(ROOT)}: {REAL_WORLD[name]} ({name})"
                for name in sorted(used & REAL_WORLD.keys())
            ]
        self.assertEqual(wrong, [])


def unit_tests() -> Iterator[Path]:
    """Every file of tests that start nothing."""
    tests = ROOT / "tests"
    yield from tests.glob("*.py")
    for folder in tests.iterdir():
        if folder.is_dir() and folder.name != "end_to_end":
            yield from folder.rglob("*.py")


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement of a file, however deep; an expression holds none."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, field, ())
            if isinstance(inner, list):
                waiting += inner


def attributes(tree: ast.Module) -> Iterator[str]:
    """Every plain dotted name in a file: ``time.sleep`` for ``time.sleep(1)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
