"""Sets of masks: which of many masks stand for a text, found at once for all of them.

Each mask is a row of states, one bit for each: how much of the mask the beginning of
the text stands for.  The rows of all masks are one integer, and each character of the
text moves all of them by a few operations on it.  So the time does not depend on what
the masks look like, and grows with their length in machine words: 500 of the longest
cost a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_CHARACTERS = 128
"""Characters of texts for which the moves are kept."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One mask.

    :ivar size: the bytes of its states.
    :ivar moves: the states from which a character leads to the next one.
    :ivar others: the same for all other characters.
    :ivar stays: the states that any character leads to again: before a star.
    :ivar end: the state in which the whole mask is matched.
    """

    size: int
    moves: dict[str, bytes]
    others: bytes
    stays: bytes
    end: int


def _row(mask: str) -> _Row:
    states = mask.replace("*", "")
    size = len(states) // 8 + 1
    moves: dict[str, int] = {}
    others = stays = at = 0
    for sign in mask:
        if sign == "*":
            stays |= 1 << at
            continue
        if sign == "?":
            others |= 1 << at
        else:
            moves[sign] = moves.get(sign, 0) | 1 << at
        at += 1
    packed = {
        sign: (bits | others).to_bytes(size, "little") for sign, bits in moves.items()
    }
    return _Row(
        size,
        packed,
        others.to_bytes(size, "little"),
        stays.to_bytes(size, "little"),
        at,
    )


@dataclass(slots=True)
class MaskSet:
    """Folded masks, see ``masks``."""

    _rows: dict[str, _Row] = field(default_factory=dict)
    # Made at the first text after a change.
    _ready: bool = False
    _starts: int = 0
    _stays: int = 0
    _ends: int = 0
    _by_end: dict[int, str] = field(default_factory=dict)
    _moves: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, mask: str) -> None:
        """Add a mask; without effect if it is there."""
        if mask not in self._rows:
            self._rows[mask] = _row(mask)
            self._ready = False

    def discard(self, mask: str) -> None:
        """Remove a mask, if it is there."""
        if self._rows.pop(mask, None) is not None:
            self._ready = False

    def matching(self, text: str) -> Iterator[str]:
        """The masks that stand for a folded text."""
        if not self._rows:
            return
        if not self._ready:
            self._prepare()
        states, stays = self._starts, self._stays
        for character in text:
            states = ((states & self._moves_by(character)) << 1) | (states & stays)
        states &= self._ends
        while states:
            end = states.bit_length() - 1
            yield self._by_end[end]
            states ^= 1 << end

    def _prepare(self) -> None:
        self._by_end, self._moves = {}, {}
        starts, ends, offset = [], [], 0
        for mask, row in self._rows.items():
            starts.append((1).to_bytes(row.size, "little"))
            ends.append((1 << row.end).to_bytes(row.size, "little"))
            self._by_end[offset + row.end] = mask
            offset += row.size * 8
        self._starts = _number(starts)
        self._ends = _number(ends)
        self._stays = _number([row.stays for row in self._rows.values()])
        self._ready = True

    def _moves_by(self, character: str) -> int:
        """The states of all masks from which a character leads to the next one."""
        moves = self._moves.get(character)
        if moves is None:
            if len(self._moves) >= MAX_CHARACTERS:
                self._moves.clear()
            rows = self._rows.values()
            moves = _number([row.moves.get(character, row.others) for row in rows])
            self._moves[character] = moves
        return moves


def _number(rows: list[bytes]) -> int:
    return int.from_bytes(b"".join(rows), "little")
