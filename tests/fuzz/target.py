"""A fuzz target: a function of bytes that asserts what must be true of any input.

``Target`` names it and gives it something to start from.  The helpers state the
properties that most parsers share: the result does not depend on how the network cuts
the input, and what is shown cannot harm a screen.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

MAX_INPUT = 4096
"""Bytes of one input, unless a target sets another limit."""

_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line end, and bidirectional controls."""


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    :ivar check: called with an input; raises ``AssertionError``, or anything that the
        parser should not raise, if a property does not hold.
    :ivar seeds: samples of real input, and inputs of former findings.  Each is checked
        in every run of the unit tests.
    :ivar tokens: pieces that inputs are made of: keywords, delimiters, limits.
    :ivar max_size: bytes of one input.
    """

    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()
    max_size: int = MAX_INPUT


def cuts(data: bytes) -> Iterator[list[bytes]]:
    """The input as a whole, byte by byte, and twice in random pieces.

    The same input is always cut in the same way, so that a finding can be repeated.
    """
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    rng = random.Random(crc32(data))
    for pieces in (2, 8):
        bounds = sorted(rng.randrange(len(data) + 1) for _ in range(pieces))
        ends = [*bounds, len(data)]
        yield [data[a:b] for a, b in zip([0, *bounds], ends, strict=True) if b > a]


def same_however_cut(feed: Callable[[Sequence[bytes]], T], data: bytes) -> T:
    """Feed the input in pieces to a new parser each time: the results are equal.

    :param feed: makes a parser, feeds it these pieces, returns what came out.
    :return: the result.
    """
    results = [feed(pieces) for pieces in cuts(data)]
    for result in results[1:]:
        expect_equal(result, results[0], "the result depends on the cuts")
    return results[0]


def text_of(data: bytes) -> str:
    """The input as text, with the lone surrogates that JSON can spell and UTF-8 cannot.

    Any other byte that is not UTF-8 becomes U+FFFD.
    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def expect_equal(found: object, wanted: object, claim: str) -> None:
    """Fail with both values unless they are equal."""
    if found != wanted:
        raise AssertionError(f"{claim}:\n  found  {found!r}\n  wanted {wanted!r}")


def expect(holds: object, claim: str) -> None:
    """Fail with the claim unless it holds."""
    if not holds:
        raise AssertionError(claim)


def expect_harmless(text: str, *, lines: bool = False) -> None:
    """Fail if a text that is shown has control characters or lone surrogates.

    :param lines: it may have several lines.
    """
    found = _HARMFUL.search(text)
    expect(found is None, f"a control character is shown: {text!r}")
    expect(lines or "\n" not in text, f"a line end within a line: {text!r}")
    text.encode()
