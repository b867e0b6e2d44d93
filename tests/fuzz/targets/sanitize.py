"""Sanitizing: what is left of a text is harmless, and counts as what it is."""

from __future__ import annotations

import unicodedata

from tests.fuzz.target import (
    Target,
    expect,
    expect_equal,
    expect_harmless,
    text_of,
)
from twisted_chat.core.limits import MAX_LINE, MAX_TEXT, MAX_TEXT_LINES
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import (
    MAX_MARKS,
    is_blank,
    sanitize_label,
    sanitize_text,
    without_surrogates,
)
from twisted_chat.core.texts.texts import (
    accepted_label,
    accepted_text,
    count_lines,
    cut_text,
    tokens_for,
)


def check(data: bytes) -> None:
    """Sanitize a text and a label."""
    text = text_of(data)
    clean = sanitize_text(text)
    expect_harmless(clean, lines=True)
    expect_equal(sanitize_text(clean), clean, "sanitizing twice")
    expect(len(clean) <= len(text), "a sanitized text is longer")
    for line in clean.split("\n"):
        expect_equal(line.rstrip(), line, "blanks at the end of a line")
        expect(_most_marks(line) <= MAX_MARKS, f"too many marks: {line!r}")
    label = sanitize_label(text)
    expect_harmless(label)
    expect("\t" not in label, "a tab in a label")
    expect_equal(sanitize_label(label), label, "sanitizing a label twice")
    expect(not (is_blank(clean) and not is_blank(label)), "a label of nothing")
    _check_visible(text, clean)
    _check_accepted(text)


def _most_marks(line: str) -> int:
    most = marks = 0
    for character in line:
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
            most = max(most, marks)
        elif category != "Cf":
            marks = 0
    return most


def _check_visible(text: str, clean: str) -> None:
    """Nothing visible is invented, and plain words stay."""
    known = set(text) | set(" \n\ufffd")
    expect(set(clean) <= known, f"invented: {set(clean) - known}")
    if text.isprintable() and text.isascii():
        expect_equal(clean, text.rstrip(), "a plain text is changed")


def _check_accepted(text: str) -> None:
    lines = count_lines(text)
    expect(1 <= lines <= MAX_TEXT_LINES, f"{lines} lines")
    expect(tokens_for(text) >= lines, "fewer tokens than lines")
    cut = cut_text(text)
    expect_equal(accepted_text(cut), cut, "a cut text is accepted")
    try:
        accepted = accepted_text(text)
    except Refused as refused:
        expect_equal(refused.code, "too_long", "why a text is refused")
    else:
        expect_equal(cut, accepted, "an accepted text is not cut")
        expect(len(accepted.encode()) <= MAX_TEXT, "too many bytes")
        expect(accepted.count("\n") < MAX_TEXT_LINES, "too many lines")
        # What was paid for is enough for what is shown.
        shown = count_lines(accepted)
        expect(
            shown <= tokens_for(text), f"{shown} lines for {tokens_for(text)} tokens"
        )
    try:
        label = accepted_label(text)
    except Refused as refused:
        expect_equal(refused.code, "too_long", "why a label is refused")
    else:
        expect(len(label.encode()) <= MAX_LINE, "too long a label")
    expect("\ud800" not in without_surrogates(text + "\ud800"), "a lone surrogate")


TARGET = Target(
    check,
    seeds=(
        b"hi all",
        b"def f(x):\n\treturn 1\n",
        b"\x1b[31mred\x1b[0m and \x1b]0;title\x07done",
        b"one\r\ntwo\rthree\x0bfour\x0cfive",
        "a\u202eb\u2066c\u2069d\x85e\u2028f\u2029g".encode(),
        b"\x0304,12colour\x0f \x02bold\x02",
        ("Z" + "\u0300\u0323\u200d" * 20 + "algo").encode(),
        b"\x1b[5;5Hthere\x9b31mred\xc2\x9b31mred",
        b"\xed\xa0\x80 lone",
        b"\x1bP1$r0m\x1b\\x\x1b[[Ay",
        "\u2800\u3164\u200b".encode(),
    ),
    tokens=(
        *(
            b"\x1b",
            b"\x1b[",
            b"\x1b]",
            b"\x1bP",
            b"\x1b\\",
            b"\x07",
            b"\x1bO",
            b"\x1bN",
        ),
        *(b"\xc2\x9b", b"\xc2\x9c", b"\xc2\x9d", b"\xc2\x90", b"\xc2\x8f", b"\xc2\x85"),
        *(
            b"31m",
            b"0;",
            b"1;1H",
            b"5C",
            b"\x03",
            b"04,05",
            b"\x04",
            b"ff0000",
            b"\x0f",
        ),
        *(b"\r\n", b"\n", b"\r", b"\t", b"\x0b", b"\0", b" "),
        "\u0300\u0301\u0302\u0303".encode(),
        *("\u202e\u2069\u200d\u200b\u2028\ufeff\u2800\u3164".encode(),),
        "\U000e0041".encode(),
        b"\xed\xa0\x80",
        b"line\n" * 99,
        b"x" * 1024,
    ),
    max_size=20_000,
)
