"""Which protocol a connection speaks, while its first bytes arrive.

Invariant: all looks at the first bytes of a connection take time linear in these, into
however many segments they are cut: not every byte after the first ones is worth a look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twisted.internet.interfaces import IProtocolFactory

from .first_bytes import MAX_FIRST_BYTES, Match

EAGER = 64
"""Bytes of which each may decide as soon as it is received.  After them, the end of a
line does, or a silence, or as many bytes again."""

# With what follows it: of CRLF, the second byte may decide.
_LINE_END = re.compile(rb"[^\r\n\0][\r\n][\s\S]?")


@dataclass(frozen=True, slots=True)
class Detector:
    """One protocol that a port speaks.

    :ivar matches: whether the bytes received so far belong to this protocol.
    :ivar factory: builds the protocol that serves the connection.
    :ivar takes_over: a connection whose first line comes late, when the fallback has
        it, is served all the same.  The fallback's protocol has to have a method
        ``release``: it leaves the transport to another protocol, or returns false.
    """

    name: str
    matches: Callable[[bytes], Match]
    factory: IProtocolFactory
    takes_over: bool = False


class Looks:
    """When the bytes that have been received so far are worth a look."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0

    def is_due(self, received: bytes, added: int) -> bool:
        """Whether to look at what was received; the last bytes were added just now."""
        size = len(received)
        start = max(size - added - 2, 0)
        if size < self._next and not _LINE_END.search(received, start):
            return False
        self._next = size + 1 if size < EAGER else 2 * size
        return True


class Detection:
    """What the first bytes of one connection say.

    :param detectors: asked in this order.
    :param fallback: if no detector matches.
    :ivar received: the first bytes so far.
    """

    __slots__ = ("_detectors", "_fallback", "_likely", "_looks", "_seen", "received")

    def __init__(
        self, detectors: Sequence[Detector], fallback: IProtocolFactory
    ) -> None:
        self._detectors = detectors
        self._fallback = fallback
        self._looks = Looks()
        # How many bytes were looked at, and which protocol they are likely of.
        self._seen = 0
        self._likely: IProtocolFactory | None = None
        self.received = b""

    def add(self, data: bytes) -> IProtocolFactory | None:
        """Add bytes; the protocol, if they decide."""
        self.received += data
        if self._looks.is_due(self.received, len(data)):
            return self.look()
        return None

    def look(self) -> IProtocolFactory | None:
        """The protocol, if what was received decides."""
        first = self.received
        self._seen = len(first)
        self._likely = None
        undecided = False
        for detector in self._detectors:
            match = detector.matches(first)
            if match is Match.YES and not undecided:
                self._likely = detector.factory
                return self._likely
            # What one detector knows counts only once those before it do not match:
            # the protocol must not depend on how the network cuts the bytes.
            if match in (Match.YES, Match.LIKELY) and self._likely is None:
                self._likely = detector.factory
            undecided = undecided or match is not Match.NO
        if undecided and self._seen <= MAX_FIRST_BYTES:
            return None
        return self._likely or self._fallback

    @property
    def is_likely(self) -> bool:
        """Whether what was received is likely of a protocol, if more of it follows."""
        return self.guess() is not self._fallback

    def guess(self) -> IProtocolFactory:
        """The protocol, if nothing follows."""
        if self._seen < len(self.received):
            self.look()
        return self._likely or self._fallback
