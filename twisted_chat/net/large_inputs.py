"""Large input that is held: of a message that is not complete, or not read yet.

One peer may hold as much as its protocol permits for one message.  Many of them, from
one address or from many, may not: beyond these limits the peer whose input grows is
refused, and may come again later.

Invariant: what a peer holds is counted while it is more than ``LARGE``, and as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

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

    __slots__ = ("_by_host", "_held", "_total")

    def __init__(self) -> None:
        self._total = 0
        self._by_host: Counter[int] = Counter()
        # Of each holder that is counted: its host, and the bytes.
        self._held: dict[Hashable, tuple[int | None, int]] = {}

    @property
    def total(self) -> int:
        """The bytes that are counted."""
        return self._total

    def hold(self, holder: Hashable, address: IAddress | None, size: int) -> bool:
        """A peer is about to hold so many bytes; those it held before are among them.

        :param holder: what holds them, such as the connection; it must let go of them.
        :param address: of the peer; that of its first bytes counts.
        :return: whether it may; if not, it is counted as before.
        """
        if size <= LARGE:
            self.let_go(holder)
            return True
        host, before = self._held.get(holder) or (host_key(address), 0)
        grown = size - before
        of_host = 0 if host is None else self._by_host[host] + grown
        total = self._total + grown
        if grown > 0 and (total > MAX_IN_ALL or of_host > MAX_OF_HOST):
            return False
        self._held[holder] = host, size
        self._count(host, grown)
        return True

    def let_go(self, holder: Hashable) -> None:
        """A peer holds nothing any more, or nothing large."""
        held = self._held.pop(holder, None)
        if held is not None:
            host, size = held
            self._count(host, -size)

    def _count(self, host: int | None, grown: int) -> None:
        self._total += grown
        if host is not None:
            self._by_host[host] += grown
            if not self._by_host[host]:
                del self._by_host[host]
