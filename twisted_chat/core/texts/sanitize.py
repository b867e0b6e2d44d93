"""Sanitizing: removing from a text what could do harm on a screen.

Nobody's text can move a cursor or forge a line.  Whatever the client: escape sequences
and the formatting codes of IRC are removed whole; so are control characters (C0, C1,
DEL) but tabs and line ends, and bidirectional embeddings, overrides and isolates.
Where a control character separated two words, a blank is left.  A line end of any kind
becomes ``\n`` in a text, which may have several lines, and a blank in a label, which
has one.  What is stacked on one character is bounded, so that it stays within its line.
"""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 8
"""Combining marks on one character of a text."""

LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
"""What ends a line of a text."""

# Within one line, or a sequence without an end could hide all lines up to the end of
# another one.
_ENDED = "[^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\\\)"
# Escape sequences (ECMA-48, xterm), the codes of IRC, and bidirectional controls.  As
# single C1 characters, which also occur in wrongly decoded text, only those with
# parameters or with the letter of a key are sequences.
_SEQUENCES = re.compile(
    "\x1b(?:"
    "\\[\\[[A-E]"  # function keys of the Linux console
    "|\\[[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor, keys
    "|[NO][!-~]?"  # SS2, SS3: keys
    f"|[\\]PX^_](?:{_ENDED}|[^\x00-\x1f\x7f-\x9f]*)"  # OSC, DCS, SOS, PM, APC
    "|[ -/]+[0-~]?"  # character sets
    "|[78=>]"  # cursor saved, restored; keypad modes
    ")"
    "|\x9b[0-?]+[ -/]*[@-~]"
    "|\x8f[A-DFHPQRS]"
    "|[\x90\x9d][0-9]+[!-/;a-zA-Z][^\x07\x1b\x90\x9c\x9d\n]*(?:\x07|\x9c|\x1b\\\\)"
    "|\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"  # colours of IRC
    "|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    "|[\x02\x0e\x0f\x11\x16\x1d-\x1f]"  # bold, italic, ...; shift in and out
    "|[\u202a-\u202e\u2066-\u2069]"
)
# A cursor moved to another column or line separates words.
_MOVE = re.compile("\x1b\\[(?:[0-9]+[CEFGd]|(?!1;)[0-9]+;[0-9]+[Hf])")
# Once line ends are ``\n``.
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SEPARATING = re.compile(rf"(?<=[^\s{_CONTROL}])[{_CONTROL}]++(?=\S)")
_OTHER_CONTROL = re.compile(f"[{_CONTROL}]+")
# ``re`` does not count marks as letters: only such runs are examined one by one.
_MANY_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point, for a set of a regular expression; bidi
embeddings are removed anyway."""

MAX_ECHOED = 128
"""Bytes of what a refusal names: the longest nickname has as many."""

# Besides white space and these, the blank Braille pattern.
_INVISIBLE = re.compile(f"[\\s\u2800{IGNORABLE}]*\\Z")
_SURROGATES = re.compile("[\ud800-\udfff]")


def cut_label(text: str, limit: int) -> str:
    """A sanitized text of one line, cut to this number of bytes if it is longer."""
    if len(text) * 4 <= limit or len(encoded := text.encode()) <= limit:
        return text
    kept = limit - len(_ELLIPSIS.encode())
    return encoded[:kept].decode(errors="ignore") + _ELLIPSIS


def echoed(text: str) -> str:
    """What a client has sent, as its refusal names it: a line may be one word."""
    return cut_label(sanitize_label(text).strip(), MAX_ECHOED)


def is_blank(text: str) -> bool:
    """Whether a text has nothing visible."""
    return _INVISIBLE.match(text) is not None


def sanitize_text(text: str) -> str:
    """The text without what could do harm, in lines separated by ``\\n``.

    Tabs stay, and blanks at the beginning of a line.  Those at its end are removed, and
    empty lines at the end of the text.  Lone surrogates, which JSON can spell and UTF-8
    cannot, become U+FFFD.
    """
    if not text.isprintable():
        text = _SEQUENCES.sub("", _MOVE.sub("\0", LINE_END.sub("\n", text)))
        text = _OTHER_CONTROL.sub("", _SEPARATING.sub(" ", text))
        text = without_surrogates(text)
        if "\n" in text:
            text = "\n".join(map(str.rstrip, text.split("\n")))
    if not text.isascii():
        text = _MANY_MARKS.sub(lambda run: limit_marks(run[0], MAX_MARKS), text)
    return text.rstrip()


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: JSON has them, UTF-8 has not."""
    return _SURROGATES.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A text for an operator, with escapes for what is not printable.

    Such as a line end in the name of a file: nothing of it is left out.
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def sanitize_label(text: str) -> str:
    """The same for a name, a topic or the like: one line, with blanks for tabs."""
    text = sanitize_text(text)
    if "\n" in text:
        text = " ".join(filter(None, map(str.strip, text.split("\n"))))
    return text.replace("\t", " ")


def limit_marks(text: str, most: int) -> str:
    """The text with at most ``most`` combining marks on each character."""
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
        elif category != "Cf":
            # What is invisible, such as a joiner, does not end the stack.
            marks = 0
        if marks <= most or category[0] != "M":
            kept.append(character)
    return "".join(kept)
