"""pytest runs the tests in a directory for them, as trial does, and without detours."""

from __future__ import annotations

import functools
import importlib.metadata
import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What ``mktemp`` makes must not lie about in the checkout."""
    before = os.getcwd()  # noqa: PTH109 - only to go back there
    os.chdir(tmp_path_factory.mktemp("trial"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session", autouse=True)
def _version() -> Iterator[None]:
    """Which Twisted is installed: pytest reads it from a file before every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            importlib.metadata, "version", functools.cache(importlib.metadata.version)
        )
        yield
