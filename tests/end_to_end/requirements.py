"""Programs and packages that the tests need and the project does not.

Where one is missing its tests are skipped, with the command that brings it; where
``CHAT_TESTS_REQUIRE_ALL`` is set, as in CI, they fail instead.
"""

from __future__ import annotations

import os
import shutil
import unittest
from pathlib import Path

NODE_DIRECTORY = Path(__file__).resolve().parent
"""Scripts for node stand here, so that they find the packages installed here."""

REQUIRE_ALL = "CHAT_TESTS_REQUIRE_ALL"


def missing(what: str, command: str) -> Exception:
    """The exception for something that is not installed on this machine."""
    text = f"{what} is not installed here; to get it: {command}"
    return (
        AssertionError(text) if os.environ.get(REQUIRE_ALL) else unittest.SkipTest(text)
    )


def require_program(name: str, apt: str | None = None) -> str:
    """The path of a program; skips the test that needs it where it is missing.

    :param apt: the Debian package it comes in, if that has another name.
    """
    path = shutil.which(name)
    if path is None:
        raise missing(name, f"sudo apt-get install {apt or name}")
    return path


def require_node(*packages: str) -> str:
    """The path of node; skips the test where it, or one of the packages, is missing.

    A script in this directory can import the packages by their names.
    """
    node = require_program("node", apt="nodejs npm")
    for package in packages:
        if not (NODE_DIRECTORY / "node_modules" / package).is_dir():
            # As it is typed in the checkout, wherever the tests run.
            raise missing(
                f"npm package {package}",
                "npm install --no-package-lock --prefix tests/end_to_end",
            )
    return node
