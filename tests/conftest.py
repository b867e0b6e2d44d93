"""Session settings of pytest: a temporary working directory, as under trial."""

from __future__ import annotations

import functools
import importlib.metadata
import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the files of ``mktemp`` out of the checkout."""
    before = os.getcwd()  # noqa: PTH109 - to return to it
    os.chdir(tmp_path_factory.mktemp("trial"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session", autouse=True)
def _version() -> Iterator[None]:
    """Cache the version of Twisted, which pytest would read before every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            importlib.metadata, "version", functools.cache(importlib.metadata.version)
        )
        yield
