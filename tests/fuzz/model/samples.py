"""What clients ask for and write: nicknames, rooms and texts, with what must become of
them.
"""

from __future__ import annotations

from hypothesis import strategies as st

LOOKS = {
    "alice": "a",
    "Alice": "a",
    "ALICE": "a",
    "\u0430\u04cf\u0456\u0441\u0435": "a",  # Cyrillic
    "bob": "b",
    "b\u1d0fb": "b",  # a small capital
    "\uff42\uff4f\uff42": "b",  # full width
    "modern": "m",
    "rnodern": "m",
    "J\u00fcrgen": "j",
    "Ju\u0308rgen": "j",
    "\u674e\u5c0f\u9f8d": "li",
    "carol_2.0-x": "c",
}
"""Valid nicknames; those of the same look cannot be in use at once."""

RESERVED = ("guest_5", "error", "e\u0280\u0280or")
"""Nicknames that nobody may have."""

INVALID = (
    "",
    "bad name",
    "a:b",
    "#room",
    "x" * 33,
    "al\u0456ce",  # mixes scripts
    "a\u202eb",
    "\u0301a",
)
"""Nicknames that are refused."""

ROOMS = ("den", "Tea-House", "\u4f60\u597d")
"""Rooms besides the lobby, as they are typed."""

TEXTS = {
    "hi": "hi",
    "  indented": "  indented",
    "tab\tinside": "tab\tinside",
    "blanks at the end  \t": "blanks at the end",
    "gr\u00fc\u00df \U0001f44b\U0001f3fd \u4f60\u597d": (
        "gr\u00fc\u00df \U0001f44b\U0001f3fd \u4f60\u597d"
    ),
    "\x1b[31mred\x1b[0m": "red",
    "\x1b]0;title\x07shown": "shown",
    "bell\x07rings": "bell rings",
    "\u202ereversed\u2069": "reversed",
    "a\u200bb": "a\u200bb",
    "\u200b": "",
    "\x07": "",
    "<b>bold</b> & \"quoted\" 'too'": "<b>bold</b> & \"quoted\" 'too'",
    "left the chat": "left the chat",
    "is now known as eve": "is now known as eve",
    "https://a.example/x?y=1#z": "https://a.example/x?y=1#z",
    "x" * 4000: "x" * 4000,
}
"""Texts of one line, and what is left of each; an empty one is not posted."""

READ_AS_EVENTS = frozenset(("left the chat", "is now known as eve"))
"""Texts that are shown in quotes on a line."""

SEVERAL_LINES = {
    "def f(x):\n\treturn 1\n": "def f(x):\n\treturn 1",
    "one\r\n\r\ntwo": "one\n\ntwo",
    "first\u2028second": "first\nsecond",
    "hi\nleft the chat": "hi\nleft the chat",
}
"""Texts of several lines, for the wires that have them."""


def is_visible(text: str) -> bool:
    """Whether there is anything to be shown."""
    return text not in ("", "\u200b")


_LETTERS = "abcXYZ019 .,!?-\u00e9\u00df\u0436\u05d0\u4e2d\U0001f600"


def plain_texts() -> st.SearchStrategy[tuple[str, str]]:
    """Texts that nothing is removed from."""
    words = st.text(_LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
    return words.map(lambda text: (text, text))


def line_texts() -> st.SearchStrategy[tuple[str, str]]:
    """Texts of one line, with what is left of each."""
    return st.sampled_from(sorted(TEXTS.items())) | plain_texts()


def typed_texts() -> st.SearchStrategy[tuple[str, str]]:
    """Texts that may follow a route, which takes blanks before them for its own."""
    return line_texts().filter(lambda pair: pair[1] == pair[1].strip())


def texts() -> st.SearchStrategy[tuple[str, str]]:
    """Texts of one line or several."""
    return st.sampled_from(sorted(SEVERAL_LINES.items())) | line_texts()


def nicknames() -> st.SearchStrategy[str]:
    """Nicknames, a few of them invalid."""
    return st.sampled_from((*LOOKS, *LOOKS, *RESERVED, *INVALID))
