"""How many bytes were received, for the metrics."""

from __future__ import annotations

from typing import Protocol


class Traffic(Protocol):
    """Counts what connections receive, once for each segment.

    :ivar received_bytes: without those of TLS.
    """

    received_bytes: int


class Uncounted:
    """A ``Traffic`` that nobody looks at."""

    __slots__ = ("received_bytes",)

    def __init__(self) -> None:
        self.received_bytes = 0
