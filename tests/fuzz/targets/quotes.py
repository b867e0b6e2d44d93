"""What a line client reads: no message reads like an event, and none is lost."""

from __future__ import annotations

import re
import unicodedata

from tests.fuzz.target import Target, expect, expect_equal, expect_harmless
from twisted_chat.clients.quotes import reads_as_event
from twisted_chat.clients.text_lines import event_text, shown_lines
from twisted_chat.core.events import (
    AwaySet,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    TopicSet,
)
from twisted_chat.core.texts.sanitize import IGNORABLE, is_blank, sanitize_text

_NICK = "bob"
_UNSEEN = re.compile(f"[{IGNORABLE}]+")
_EVENTS: tuple[Event, ...] = (
    Joined("lobby", _NICK, ""),
    Left("lobby", _NICK, ""),
    Quit(_NICK, ""),
    Renamed(_NICK, "eve", ""),
    TopicSet("lobby", _NICK, "", ""),
    TopicSet("lobby", _NICK, "eve", ""),
    AwaySet(_NICK, "", ""),
    AwaySet(_NICK, "eve", ""),
)
_FORGED = {" ".join((event_text(event) or "").lower().split()) for event in _EVENTS}


def check(data: bytes) -> None:
    """Show a message of bob."""
    text = sanitize_text(data.decode("utf-8", "replace"))
    if is_blank(text):
        return
    shown = shown_lines(Message("lobby", _NICK, text, ""))
    lines = text.split("\n")
    expect_equal(len(shown), len(lines), "the number of lines")
    for line, written in zip(shown, lines, strict=True):
        expect_harmless(line)
        expect(_read(line) not in _FORGED, f"a message reads as an event: {line!r}")
        quoted = f'{_NICK}: "{written}"'
        wanted = quoted if reads_as_event(written) else f"{_NICK}: {written}"
        expect_equal(line, wanted.rstrip(), "a line with its author")
        expect(not reads_as_event(f'"{written}"'), "what stands in quotes")


def _read(line: str) -> str:
    """A line as a person reads it: without what is invisible, blanks made one."""
    seen = unicodedata.normalize("NFKC", _UNSEEN.sub("", line.replace("\u2800", " ")))
    return " ".join(seen.lower().split())


TARGET = Target(
    check,
    seeds=(
        b"hi",
        b"left the chat",
        b"Joined  the chat",
        b"is now known as eve",
        "is\u00a0now known as eve".encode(),
        "\u200bleft the\u2800chat".encode(),
        "le\u00adft the chat".encode(),
        b"set the topic to: eve",
        b"cleared the topic.",
        b"is away (eve)",
        b"is back",
        "\uff4c\uff45\uff46\uff54 the chat".encode(),
        b"hi\nleft the chat\nbye",
        b"|s back",
    ),
    tokens=(
        *(b"left", b"joined", b"the", b"chat", b"is", b"now", b"known", b"as", b"away"),
        *(b"(", b"eve)", b"back", b"set", b"topic", b"to:", b"cleared", b" ", b"\n"),
        *(b".", b"!", b"eve", b"\t"),
        *(
            one.encode()
            for one in "\u00ad\u034f\u115f\u200b\u2060\u3164\ufe00\ufeff\uffa0"
        ),
        *(
            one.encode()
            for one in "\u00a0\u2003\u2800\u3000\uff08\u2768\u0131\u0406\u217c"
        ),
    ),
    max_size=300,
)
