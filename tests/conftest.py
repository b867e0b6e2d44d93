"""pytest does for every test what trial does: it runs them in a directory for it."""

from __future__ import annotations

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
