"""Large input that is held: of a message that is not complete, or not read yet.

One peer may hold as much as its protocol permits for one message.  Many of them, from
one address or from many, may not: beyond these limits the peer whose input grows is
refused, and may come again later.

Invariant: what a peer holds is counted while it is more than ``LARGE``, and as a whole.
"""

from __future__ import annotations

from collections import Counter

from twisted.internet.interfaces import IAddress

from .admission import host_key

LARGE = 64 * 1024
"""Bytes of one peer up to which they are not counted."""

MAX_OF_HOST = 8 * 1024 * 1024
"""Bytes of all peers of one address; loopback addresses and Unix sockets are exempt."""

MAX_IN_ALL = 64 * 1024 * 1024
"""Bytes of all peers."""

REFUSAL = "too much large input at once: try again later"


class LargeInputs:
    """Counts what is held; one for all connections that may hold much."""

    __slots__ = ("_by_host", "_total")

    def __init__(self) -> None:
        self._total = 0
        self._by_host: Counter[int] = Counter()

    @property
    def total(self) -> int:
        """The bytes that are counted."""
        return self._total

    def change(self, address: IAddress | None, before: int, now: int) -> bool:
        """A peer that held so many bytes is about to hold another number of them.

        :param before: what was accepted last, or 0.
        :return: whether it may; if not, it is counted as before.
        """
        grown = _counted(now) - _counted(before)
        if not grown:
            return True
        host = host_key(address)
        of_host = 0 if host is None else self._by_host[host] + grown
        total = self._total + grown
        if grown > 0 and (total > MAX_IN_ALL or of_host > MAX_OF_HOST):
            return False
        self._total = total
        if host is not None:
            self._by_host[host] = of_host
            if not of_host:
                del self._by_host[host]
        return True


def _counted(size: int) -> int:
    return size if size > LARGE else 0
