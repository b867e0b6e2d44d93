r"""What follows ``\history``, and positions in the past, as clients give them."""

from __future__ import annotations

from contextlib import suppress

from tests.fuzz.target import Target, expect, expect_equal, expect_harmless
from twisted_chat.core.replies import Refused
from twisted_chat.core.routes.past import asked_history, point
from twisted_chat.journals.redis.position import StreamPosition
from twisted_chat.journals.sqlite.rows import number_in, position_of

_NOW = 1_700_000_000.0
_LAST = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def check(data: bytes) -> None:
    """Ask for a history, with these words or before this position."""
    text = data.decode("utf-8", "replace")
    try:
        count, when = asked_history(text.split(" "))
        expect(count is None or count > 0, f"{count} messages")
        if when:
            _check_point(when)
    except Refused as refused:
        _check_refusal(refused)
    with suppress(Refused):
        _check_point(text)
    name, dash, _ = text.partition("-")
    number = number_in(name, text)
    if number is not None:
        expect_equal(position_of(name, number), text, "a position of SQLite")
    expect(dash or number is None, "a position without a dash")
    position = StreamPosition.parse(text)
    if position is not None:
        expect_equal(position.text, text, "a position of Redis")
        expect_equal(StreamPosition.from_id(position.id.encode()), position, "its id")


def _check_point(text: str) -> None:
    try:
        found = point(text, _NOW)
    except Refused as refused:
        _check_refusal(refused)
        raise
    if isinstance(found, str):
        expect_equal(found, text, "a position as it was given")
        expect(found.isascii() and len(found) <= 64, "a position of a client")
    else:
        expect(0 <= found <= _LAST, f"{found} milliseconds")


def _check_refusal(refused: Refused) -> None:
    expect_equal(refused.code, "usage", "why it is refused")
    expect_harmless(refused.text)


TARGET = Target(
    check,
    seeds=(
        b"20",
        b"before 2026-01-31 18:00",
        b"20 before 18:00",
        b"BEFORE 2026-01-31T18:00:05Z",
        b"before 9999-12-31",
        b"2026-02-30",
        b"0001-01-01 00:00",
        b"chat-0000000000000012",
        b"1700000000000-000000000000012",
        "\u0662\u0660".encode(),
        b"-5 before",
        b"1_000",
    ),
    tokens=(
        *(b"before ", b"2026-", b"01-31", b" ", b"T", b"Z", b"18:00", b":59", b"0000-"),
        *(b"-", b"1", b"9" * 20, b"_", b"+", b"00", b"\t", b"0" * 15, b"1" * 13),
        "\u0661".encode(),
        "\u00b2".encode(),
    ),
    max_size=200,
)
