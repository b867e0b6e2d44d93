"""Inputs for a target, made by hypothesis from the target's seeds and tokens."""

from __future__ import annotations

from hypothesis import strategies as st

from .target import Target

MAX_PIECES = 12
"""Pieces of one input."""


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Pieces joined at random, and seeds with one part replaced."""
    known = st.sampled_from((*target.tokens, *target.seeds))
    unknown = st.binary(max_size=16) | st.text(max_size=8).map(_utf8)
    piece = known | unknown
    joined = st.lists(piece, max_size=MAX_PIECES).map(b"".join)
    size = max(map(len, target.seeds))
    place = st.integers(0, size)
    spliced = st.builds(_splice, st.sampled_from(target.seeds), place, place, piece)
    return (joined | spliced).map(lambda data: data[: target.max_size])


def _splice(seed: bytes, start: int, end: int, piece: bytes) -> bytes:
    """The seed with one part of it replaced."""
    start, end = sorted((start, end))
    return seed[:start] + piece + seed[end:]


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
