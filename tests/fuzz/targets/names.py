"""Nicknames and names of rooms: which are valid, equal and alike."""

from __future__ import annotations

import unicodedata

from tests.fuzz.target import Target, expect, expect_equal, expect_harmless
from twisted_chat.core.names.lookalikes import letter_skeleton, skeleton
from twisted_chat.core.names.nicknames import (
    MAX_MARKS,
    MAX_NAME,
    Name,
    fold,
    fold_or_none,
    is_guest,
    room_name,
)
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import limit_marks, sanitize_label

_CODES = ("nick_invalid", "nick_reserved")


def check(data: bytes) -> None:
    """Ask for a nickname, and for a room of that name."""
    text = data.decode("utf-8", "replace")
    try:
        name = Name.of(text)
    except Refused as refused:
        expect(refused.code in _CODES, f"refused with {refused.code}")
    else:
        _check_name(name)
    folded = fold_or_none(text)
    try:
        room = room_name(text)
    except Refused as refused:
        expect_equal(refused.code, "room_invalid", "why a room is refused")
    else:
        expect_equal(room_name(room), room, "the canonical name of a room")
        expect_equal(room_name("#" + room), room, "the same room with #")
        expect(room == folded or text.startswith("#"), "a room is named as a nickname")
    for one in (skeleton(text), letter_skeleton(text)):
        # Normal forms may have four times as many letters.
        expect(len(one) <= 40 * len(text), "a skeleton is much longer")


def _check_name(name: Name) -> None:
    expect(1 <= len(name.text) <= MAX_NAME, "the length of a nickname")
    expect_harmless(name.text)
    expect_equal(sanitize_label(name.text), name.text, "a nickname is harmless")
    for letter in ' :#@!,*?"<>\\/\u2800\u3164\u202e':
        expect(letter not in name.text, f"{letter!r} in a nickname")
    expect(len(name.text.split()) == 1, "a nickname is one word")
    marks = unicodedata.normalize("NFD", name.text)
    expect_equal(limit_marks(marks, MAX_MARKS + 1), marks, "too many accents")
    expect_equal(fold(name.text), name.folded, "the folded form")
    expect_equal(fold_or_none(name.folded), name.folded, "folding twice")
    expect(not is_guest(name.folded), "a name reserved for guests")
    keys = set(name.keys)
    # Other spellings of the same name.  An iota below a letter becomes, as a capital, a
    # letter after it: only the normal form has that after the other accents.
    normal = unicodedata.normalize("NFD", name.text)
    for other in (
        normal.upper(),
        normal.lower(),
        unicodedata.normalize("NFC", name.text),
        normal,
    ):
        folded = fold_or_none(other)
        if folded is not None:
            # The capital of a dotless i is an I.
            alike = not keys.isdisjoint(Name(other, folded).keys)
            expect(alike, f"{other!r} is another name")
    expect("=" + name.folded in keys, "the key of a name")
    again = Name(name.folded, fold(name.folded))
    shared = keys & set(again.keys)
    expect("=" + name.folded in shared and len(shared) > 1, "its own small letters")


TARGET = Target(
    check,
    seeds=(
        b"alice",
        b"Alice_2.0-x",
        "J\u00fcrgen".encode(),
        "J\u0075\u0308rgen".encode(),
        "\u0430\u04cf\u0456\u0441\u0435".encode(),
        "\u674e\u5c0f\u9f99".encode(),
        "\ud558\ub298".encode(),
        "\u0928\u092e\u0938\u094d\u200d\u0924\u0947".encode(),
        "\u0646\u0627\u0645\u200c\u0647\u0627".encode(),
        b"guest_12",
        "guest_\u0661\u0662".encode(),
        b"err\xe1\xb4\x8fr",
        b"NickServ",
        b"#room",
        "\uff21\uff4c\uff49\uff43\uff45".encode(),
        "\u0130stanbul".encode(),
        "stra\u00dfe".encode(),
        "\u21261\u0345\u0307".encode(),
        b"x" * (MAX_NAME + 1),
    ),
    tokens=(
        *(b"guest_", b"error", b"_", b"-", b".", b"#", b" ", b":", b"0", b"1", b"I"),
        *(b"m", b"rn", b"w", b"vv", b"l"),
        *(one.encode() for one in "\u200c\u200d\u0130\u0131\u017f\u00df\u1e9e\u03c2"),
        *(one.encode() for one in "\u0300\u0307\u0345\u094d\u0430\u0561\u13a0\uab70"),
        *(one.encode() for one in "\uff11\u0661\u2160\ufdfa\u3300\U0001d400\u2126"),
    ),
    max_size=160,
)
