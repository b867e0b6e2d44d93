"""The tokenizer of the search: what is written is found."""

from __future__ import annotations

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.core.texts.sanitize import sanitize_label
from twisted_chat.journals.tokenizer import (
    MAX_TOKENS,
    MAX_WORDS,
    folded,
    indexed_form,
    matches,
    phrases_in,
)


def check(data: bytes) -> None:
    """Search a text for its own words, and for those of another one.

    The input is the text, a NUL, and the words.
    """
    said, _, asked = data.partition(b"\0")
    text, words = (
        sanitize_label(one.decode("utf-8", "replace")) for one in (said, asked)
    )
    for one in (text, words):
        phrases = phrases_in(one)
        expect(len(phrases) <= MAX_WORDS, f"{len(phrases)} words")
        tokens = [token for phrase in phrases for token in phrase.split(" ")]
        expect(len(tokens) <= MAX_TOKENS, f"{len(tokens)} tokens")
        expect(all(tokens), "an empty token")
        expect(matches(one, phrases), f"{one!r} is not found by {phrases!r}")
        expect(matches(f"x {one} y", phrases), f"{one!r} within a text")
        form = folded(one)
        expect_equal(folded(form).split(), form.split(), "folding twice")
        expect(matches(indexed_form(one), phrases), "what is indexed is not found")
    found = matches(text, phrases_in(words))
    expect(
        matches(text.upper(), phrases_in(words)) >= found or not text.isascii(), "case"
    )
    if found and phrases_in(words):
        expect(matches(f"{text} {words}", phrases_in(words)), "a longer text")


TARGET = Target(
    check,
    seeds=(
        b"The quick brown fox\0quick br",
        "\u4f60\u597d\u4e16\u754c hello\0\u597d\u4e16".encode(),
        "Stra\u00dfe caf\u00e9 cafe\u0301\0strasse CAFE".encode(),
        "\u0645\u064f\u062d\u0645\u0651\u062f\0\u0645\u062d\u0645\u062f".encode(),
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\0\u0e27\u0e31".encode(),
        "\U0001f44b\U0001f3fd hi\0\U0001f44b".encode(),
        "I\u0307stanbul \u0131\u0130\0istanbul".encode(),
        "\uff21\uff22\uff23 \ufb01\0abc fi".encode(),
        b'a"b*c(d)e OR f NEAR g\0or "near"',
        b"don't x-y_z\0don t",
    ),
    tokens=(
        *(b"\0", b" ", b"a", b'"', b"*", b"OR", b"'", b"-", b"_", b"^", b"(", b":"),
        *(
            one.encode()
            for one in "\u0300\u0345\u0130\u0131\u00df\u1e9e\u03c2\ufdfa\u3300"
        ),
        *(
            one.encode()
            for one in "\u200d\u00ad\u3099\uff9e\u1100\u1161\uac00\u0f71\u0344"
        ),
        *(one.encode() for one in "\u4e00\u2190\U0001f600\U00020000\u0e33\u0eb3\u2126"),
    ),
    max_size=800,
)
