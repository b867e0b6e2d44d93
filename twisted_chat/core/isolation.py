"""What goes wrong in one part stays there.

A journal, a wire or a route can be somebody else's, and wrong.  Its exception
ends in the log; everyone else is shown what they should be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from .interfaces import Spawn, StoreError

P = ParamSpec("P")


def report(spawn: Spawn, mistake: Exception) -> None:
    """Put an exception that nobody expected into the log."""
    spawn(_raise(mistake))


def as_store_error(spawn: Spawn, error: Exception) -> StoreError:
    """What a client may read of an exception that came out of a store."""
    if isinstance(error, StoreError):
        return error
    report(spawn, error)
    return StoreError("the store failed; the server's log says how")


def encoded(
    spawn: Spawn, encode: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs
) -> bytes:
    """What a wire makes of something; nothing, if it raises."""
    try:
        return encode(*args, **kwargs)
    except Exception as mistake:  # noqa: BLE001 - whatever it is, it is reported
        report(spawn, mistake)
        return b""


async def _raise(mistake: Exception) -> None:
    raise mistake
