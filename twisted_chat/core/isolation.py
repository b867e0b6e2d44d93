"""Isolation of faults: an exception in one part is logged and stays there.

A journal, a codec or a route may be third-party code with a bug.  Its exception is
logged; everyone else is shown what they should be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from .interfaces import StoreError
from .runtime import Runtime

P = ParamSpec("P")


def as_store_error(runtime: Runtime, error: Exception) -> StoreError:
    """What a client may read of an exception that a journal raised."""
    if isinstance(error, StoreError):
        return error
    runtime.log_failure(error)
    return StoreError("the store failed (see the server log)")


def encoded(
    runtime: Runtime, encode: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs
) -> bytes:
    """What a codec returns; nothing, if it raises."""
    try:
        return encode(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - a codec's bug must not reach others
        runtime.log_failure(error)
        return b""
