"""The list of words to mask, and what it masks."""

from __future__ import annotations

import re

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.core.texts.sanitize import sanitize_text
from twisted_chat.core.texts.wordfilter import MASK, WordFilter

_PLAIN = re.compile("[a-z0-9]+")


def check(data: bytes) -> None:
    """Mask a text; the input is the list, a NUL, and the text."""
    listed, _, said = data.partition(b"\0")
    words = listed.decode("utf-8", "replace")
    text = sanitize_text(said.decode("utf-8", "replace"))
    mask = WordFilter.parse(words)
    masked = mask.mask(text)
    expect_equal(len(masked), len(text), "the length of a masked text")
    for found, written in zip(masked, text, strict=True):
        expect(found in (written, MASK), f"{written!r} becomes {found!r}")
        expect((found == "\n") == (written == "\n"), "a line end")
    listed_words = [line.partition("#")[0].strip() for line in words.splitlines()]
    if all(map(_PLAIN.fullmatch, filter(None, listed_words))):
        # The stars for a word may make another one of signs beside it.
        expect_equal(mask.mask(masked), masked, "masking twice")
    for word in listed_words:
        if _PLAIN.fullmatch(word):
            for written in (word, word.upper(), f"({word})", f"{word}. {word}"):
                hidden = mask.mask(written).lower()
                expect(word not in hidden, f"{word!r} is shown in {hidden!r}")
    expect_equal(WordFilter.parse("# none\n\n").mask(text), text, "an empty list")


TARGET = Target(
    check,
    seeds=(
        b"darn\nheck\n\0Oh DARN, what the heck",
        b"# comment\nbad word # why\n\0a bad\nword, a bad  word",
        "stra\u00dfe\n\0STRASSE stra\u00dfe".encode(),
        "i\u0307\n\0\u0130 \u0131 I".encode(),
        "caf\u00e9\n\0cafe\u0301 CAF\u00c9".encode(),
        "\ufb01sh\n\0\ufb01sh fish \uff26\uff49\uff53\uff48".encode(),
        b"c++\n:-)\n\0c++ c+++ :-) x:-)",
        "d\u00adarn\n\0d\u200barn".encode(),
        "\ud558\n\0\u1112\u1161 \ud558".encode(),
        b"a\na a\na a a\n\0a a a a a a",
        b"* *\n\0* * *",
    ),
    tokens=(
        *(b"\n", b"\0", b"#", b" ", b"_", b"*", b"darn", b"a a", b"-", b"\t", b"\r\n"),
        *(
            one.encode()
            for one in "\u00df\u0130\u0131\u00ad\u200b\ufb01\u0345\u1e9e\u1112"
        ),
        *(one.encode() for one in "\u0301\u1161\u11a8\ufdfa\u2028\u0085\u3000"),
    ),
    max_size=600,
)
