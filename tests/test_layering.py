"""The layers of the package, read from its source.

Nothing is imported here: each file is parsed, and its imports are compared with
``MAY_IMPORT``, which has one row for each folder.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from twisted.trial import unittest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "twisted_chat"
PLUGIN = "twisted/plugins/twisted_chat_plugin.py"

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "core": (),
    "net": (),
    "journals": ("core",),
    "websocket": ("net",),
    "engineio": ("net", "websocket"),
    "socketio": ("engineio", "net"),
    "clients": ("core", "net", "websocket", "engineio", "socketio"),
    "testing": ("core", "journals", "clients"),
    "server": ("core", "net", "websocket", "engineio", "socketio", "clients"),
    "service": ("core", "journals", "net", "server"),
    "console": ("server", "service"),
    "__main__": ("console",),
    "plugin": (),
}
"""The folders from which the files of a folder may import, besides their own.

The last four are single files.  Each folder stands below those that it imports from,
so there is no cycle between folders.
"""

NO_TWISTED = ("core", "testing")
"""Folders of plain Python, which need no reactor."""

UNTESTED = {
    "__main__": "one call of console.main; tests/end_to_end/test_console.py runs it",
    "engineio.interfaces": "only types; the sessions and transports are tested",
    "core.account_events": "only values",
    "core.events": "only values",
    "core.history_query": "only values",
    "core.moderation_events": "only values",
    "core.logins": "only types; those of accounts are tested",
    "core.parts": "only connects the parts; every test of a chat uses them",
    "core.runtime": "only types",
    "server.sources": "only a type",
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
"""Names that only the tests in ``end_to_end`` may use, and what they stand for."""


@dataclass(frozen=True)
class Module:
    """One source file, named relative to the package: ``clients.text``, ``plugin``."""

    name: str
    path: Path

    @cached_property
    def source(self) -> str:
        return self.path.read_text("utf-8")

    def parse(self) -> ast.Module:
        """The tree is not cached: it would keep the garbage collector busy."""
        return ast.parse(self.source, str(self.path))

    @property
    def is_init(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def dotted(self) -> tuple[str, ...]:
        """The package from which a relative import in this file starts."""
        inside = tuple(self.name.split(".")) if self.name else ()
        return (PACKAGE, *(inside if self.is_init else inside[:-1]))

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The full dotted names that the file imports, anywhere in it."""
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
        if path.parent == top / "test":
            continue  # the entry point of trial, not a module of the server
        parts = path.relative_to(top).with_suffix("").parts
        found.append(Module(".".join(p for p in parts if p != "__init__"), path))
    if (ROOT / PLUGIN).exists():
        found.append(Module("plugin", ROOT / PLUGIN))
    return tuple(found)


def folder_of(name: str) -> str:
    """The folder of a module, or the module itself if it is in none."""
    return name.partition(".")[0]


class LayeringTests(unittest.SynchronousTestCase):
    """A module depends only on the layers below it."""

    maxDiff = None

    def setUp(self) -> None:
        self.modules = package_modules()
        self.names = {m.name for m in self.modules}
        self.code = [m for m in self.modules if not m.is_init]

    def own(self, imported: str) -> str | None:
        """The module of this package that an import reaches, if any."""
        first, *rest = imported.split(".")
        if first != PACKAGE:
            return None
        # The longest name that is a module; the rest is defined in it.
        while rest and ".".join(rest) not in self.names:
            rest.pop()
        return ".".join(rest)

    def imports_of(self, module: Module) -> set[str]:
        """The modules of the package that a module imports."""
        found = {self.own(name) for name in module.imports}
        return {name for name in found if name} - {module.name}

    def test_every_module_is_in_a_known_folder(self) -> None:
        """A new folder needs a rule."""
        unknown = [m.name for m in self.code if folder_of(m.name) not in MAY_IMPORT]
        self.assertEqual(unknown, [], "not in MAY_IMPORT; see tests/test_layering.py")

    def test_rules_have_no_cycle(self) -> None:
        """Each folder stands below those that it imports from."""
        order = list(MAY_IMPORT)
        wrong = [
            f"{folder} imports from {other}"
            for folder, others in MAY_IMPORT.items()
            for other in others
            if order.index(other) >= order.index(folder)
        ]
        self.assertEqual(wrong, [])

    def test_imports_point_down(self) -> None:
        """A module imports from its own folder and from those in its rule."""
        wrong = [
            f"{module.name} imports {target}"
            for module in self.code
            for target in sorted(self.imports_of(module))
            if folder_of(target)
            not in (folder_of(module.name), *MAY_IMPORT[folder_of(module.name)])
        ]
        self.assertEqual(wrong, [])

    def test_modules_have_no_cycle(self) -> None:
        """Within a folder, either."""
        graph = {m.name: self.imports_of(m) for m in self.code}
        try:
            tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            self.fail(f"cycle of imports: {' -> '.join(error.args[1])}")

    def test_rest_of_the_core_imports_no_routes(self) -> None:
        """The chat is given its command table."""
        wrong = [
            f"{module.name} imports {target}"
            for module in self.code
            if module.name.startswith("core.")
            and not module.name.startswith("core.routes.")
            for target in sorted(self.imports_of(module))
            if target.startswith("core.routes.")
        ]
        self.assertEqual(wrong, [])

    def test_core_and_testing_import_no_twisted(self) -> None:
        """They need no reactor."""
        wrong = [
            f"{module.name} imports {imported}"
            for module in self.modules
            if folder_of(module.name) in NO_TWISTED
            for imported in module.imports
            if imported.split(".")[0] in {"twisted", "zope", "txredisapi"}
        ]
        self.assertEqual(wrong, [])

    def test_init_files_have_a_docstring_and_re_export_names(self) -> None:
        """And nothing else."""
        wrong = []
        for module in self.modules:
            if not module.is_init:
                continue
            tree = module.parse()
            if not ast.get_docstring(tree):
                wrong.append(f"{module.name or PACKAGE} has no docstring")
            for node in tree.body[1:]:
                text = ast.unparse(node)
                if not text.startswith(("from ", "__all__ = ", "__version__ = ")):
                    wrong.append(f"{module.name or PACKAGE}: {text}")
        self.assertEqual(wrong, [])

    def test_plugin_directory_is_not_a_package(self) -> None:
        """Twisted finds no plugin in a directory with an ``__init__``."""
        self.assertEqual(list((ROOT / "twisted").rglob("__init__.py")), [])

    def test_modules_import_from_modules(self) -> None:
        """Not from a package, whose ``__init__`` would import all of its modules."""
        packages = {m.name for m in self.modules if m.is_init and m.name}
        wrong = [
            f"{module.name} imports from the package {target}"
            for module in self.code
            for target in sorted(self.imports_of(module) & packages)
        ]
        self.assertEqual(wrong, [])

    def test_every_module_has_a_test_file_named_for_it(self) -> None:
        """``clients/text.py`` is tested by ``tests/clients/test_text.py``."""
        missing = []
        for module in self.code:
            *folders, name = module.name.split(".")
            expected = ROOT.joinpath("tests", *folders, f"test_{name}.py")
            if module.name not in UNTESTED and not expected.exists():
                missing.append(str(expected.relative_to(ROOT)))
        self.assertEqual(missing, [])


class UnitTestIsolationTests(unittest.SynchronousTestCase):
    """The unit tests use nothing of the machine that they run on."""

    def test_unit_tests_use_no_port_clock_reactor_or_program(self) -> None:
        """Only the tests in ``end_to_end`` may."""
        # Only a file that contains one of the names is parsed.
        named = re.compile(
            "|".join(rf"\b{name.rpartition('.')[2]}\b" for name in REAL_WORLD)
        )
        wrong = []
        for path in sorted(unit_tests()):
            module = Module(path.stem, path)
            if not named.search(module.source):
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
    """Every test file outside ``end_to_end``."""
    tests = ROOT / "tests"
    yield from tests.glob("*.py")
    for folder in tests.iterdir():
        if folder.is_dir() and folder.name != "end_to_end":
            yield from folder.rglob("*.py")


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement of a file, at any depth; expressions have none."""
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
