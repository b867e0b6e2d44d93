"""The backlog of a client: what it has sent that the chat has not taken yet.

It is kept as it was received, many units in one buffer, and decoded only when it is
taken: a request is an object of several hundred bytes, of however few bytes it was
made, and so is a refusal.

Invariant: a unit takes its own bytes and at most five more, and all units together at
most ``MAX_BACKLOG``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .limits import TOKEN_BYTES
from .replies import Request

MAX_BACKLOG = 128 * 1024
"""Bytes of a backlog.  While there is one, the adapter stops reading; what it has read
already is much less."""

REQUEST_SIZE = 1024
"""Bytes that a request counts as which is not kept as it was received."""

_LONG = 255
"""Stands for the length of a unit of at least so many bytes; four bytes follow."""

Unit = str | bytes
"""A line, a frame or an event as it was received."""

Decode = Callable[[Any], Iterable[Request]]
"""Makes requests of a unit, ``replies.NOTHING`` if it asks for none; raises nothing."""


def size_of(unit: Unit) -> int:
    """The bytes of a unit; of a short text, which costs no token, its characters."""
    if len(unit) * 4 < TOKEN_BYTES or isinstance(unit, bytes):
        return len(unit)
    return len(unit.encode())


class Backlog:
    """Undecoded units, and requests between them, in order.

    :ivar next: the first request, decoded; ``None`` if there is none.
    :ivar tokens: what it costs at least, by the bytes of its unit.
    :ivar size: the bytes that the units take which are not decoded.
    """

    __slots__ = ("_is_former", "_rest", "_runs", "next", "size", "tokens")

    def __init__(self, first: Request, rest: Iterator[Request], tokens: int) -> None:
        """Begin with a unit that is being decoded.

        :param rest: its requests after the first one.
        """
        self.next: Request | None = first
        self.tokens = tokens
        self.size = 0
        self._rest = rest
        self._is_former = False
        self._runs: deque[_Run] = deque()

    def __len__(self) -> int:
        """How many units wait; the one that is being decoded is one."""
        return sum(run.count for run in self._runs) + (self.next is not None)

    def push(self, unit: Unit, decode: Decode) -> bool:
        """Add a unit; false, and nothing is changed, if there is no space for it."""
        data = unit.encode() if isinstance(unit, str) else unit
        taken = len(data) + (1 if len(data) < _LONG else 5)
        if self.size + taken > MAX_BACKLOG:
            return False
        is_text = data is not unit
        run = self._runs[-1] if self._runs else None
        if not isinstance(run, _Units) or not run.accepts(decode, is_text=is_text):
            run = _Units(decode, is_text=is_text)
            self._runs.append(run)
        run.push(data)
        self.size += taken
        return True

    def push_request(self, request: Request) -> bool:
        """Add a request that is not made of a unit, likewise."""
        if self.size + REQUEST_SIZE > MAX_BACKLOG:
            return False
        self._runs.append(_Single(request))
        self.size += REQUEST_SIZE
        return True

    def advance(self) -> None:
        """The first request is taken: decode the next one."""
        self.tokens = 0
        self.next = next(self._rest, None)
        while self.next is None and self._runs:
            run = self._runs[0]
            self._is_former = run.is_former
            before = run.size
            requests, size = run.pop()
            self.size -= before - run.size
            if not run.count:
                self._runs.popleft()
            self.tokens = size // TOKEN_BYTES
            self._rest = iter(requests)
            self.next = next(self._rest, None)

    def become_former(self) -> None:
        """All this was received by a connection that another one has replaced."""
        self._is_former = True
        for run in self._runs:
            run.is_former = True

    def drop_former(self, ends: Callable[[Request], bool]) -> None:
        """Drop the request that ends what a former connection sent, and what follows.

        Only if it is the next one.
        """
        while self.next is not None and self._is_former and ends(self.next):
            self._rest = iter(())
            while self._runs and self._runs[0].is_former:
                self.size -= self._runs.popleft().size
            self.advance()


class _Units:
    """Units that follow each other and are decoded alike.

    :ivar is_former: a former connection received them.
    """

    __slots__ = ("_decode", "_is_text", "_packed", "count", "is_former")

    def __init__(self, decode: Decode, *, is_text: bool) -> None:
        self._decode = decode
        self._is_text = is_text
        self._packed = bytearray()
        self.count = 0
        self.is_former = False

    @property
    def size(self) -> int:
        """The bytes that they take."""
        return len(self._packed)

    def accepts(self, decode: Decode, *, is_text: bool) -> bool:
        """Whether such a unit may follow."""
        alike = self._decode == decode and self._is_text is is_text
        return alike and not self.is_former

    def push(self, data: bytes) -> None:
        """Add a unit."""
        packed = self._packed
        if len(data) < _LONG:
            packed.append(len(data))
        else:
            packed.append(_LONG)
            packed += len(data).to_bytes(4, "big")
        packed += data
        self.count += 1

    def pop(self) -> tuple[Iterable[Request], int]:
        """The requests of the first unit, and its bytes."""
        packed, start = self._packed, 1
        size = packed[0]
        if size == _LONG:
            size, start = int.from_bytes(packed[1:5], "big"), 5
        data = bytes(packed[start : start + size])
        del packed[: start + size]
        self.count -= 1
        return self._decode(data.decode() if self._is_text else data), size


class _Single:
    """One request that is not made of a unit."""

    __slots__ = ("_request", "count", "is_former")

    def __init__(self, request: Request) -> None:
        self._request = request
        self.count = 1
        self.is_former = False

    @property
    def size(self) -> int:
        """What it counts as."""
        return REQUEST_SIZE * self.count

    def pop(self) -> tuple[Iterable[Request], int]:
        """The request."""
        self.count = 0
        return (self._request,), 0


_Run = _Units | _Single
