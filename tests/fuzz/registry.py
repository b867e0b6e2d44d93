"""The registry of all targets: the files in ``targets``.

A target is imported only when it is asked for, so that its parser can be instrumented
first.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from .target import Target

_FOLDER = Path(__file__).parent / "targets"


def target_names() -> list[str]:
    """The names of all targets, which are those of their files."""
    return sorted(path.stem for path in _FOLDER.glob("[!_]*.py"))


def load_target(name: str) -> Target:
    """The target of that name.

    :raises LookupError: there is none.
    """
    if name not in target_names():
        raise LookupError(f"no such target: {name}; known: {', '.join(target_names())}")
    target = import_module(f"tests.fuzz.targets.{name}").TARGET
    if not isinstance(target, Target):
        raise TypeError(f"TARGET of {name} is not a Target")
    return target
