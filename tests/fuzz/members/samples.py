"""What people type: names, rooms, passwords, texts and durations."""

from __future__ import annotations

from hypothesis import strategies as st

LOOKS = {"ann": "ann", "bob": "bob", "b0b": "bob", "cat": "cat", "dan": "dan"}
"""Nicknames; those of the same look cannot be in use at once."""

SPARE = "irc"
"""With what a nickname begins that nobody else has, before a number."""

ROOMS = ("tea", "den")
"""Rooms besides the lobby."""

PASSWORDS = ("correct horse", "battery staple")
"""Passwords that an account may have."""

WRONG = "not this one"

ADDRESSES = ("198.51.100.1", "198.51.100.2", "203.0.113.7", "203.0.113.8")
"""From where people connect; in each network of 24 bits there are two."""

NETWORKS = ("198.51.100.0/24", "203.0.113.0/24")

DURATIONS = {"30s": 30, "10m": 600, "2h": 7200}

TEXTS = ("hi", "how are you?", "gr\u00fc\u00df", "left the chat", "kicked ann")
"""The last two read like events, and are shown in quotes on the wires of lines."""

READ_AS_EVENTS = frozenset(TEXTS[3:])

SEVERAL_LINES = "one\n  two"

KEYS = ("sesame", "open")
REASONS = ("", "spam")
AWAY = ("", "lunch")


def keys_of(nick: str) -> set[tuple[str, object]]:
    """By what a nickname is found: itself, and those that it looks like.

    By nothing, if it is a guest's: the next who is called so is somebody else.
    """
    if nick.startswith("guest_"):
        return set()
    return {("name", nick), ("look", LOOKS.get(nick, nick))}


def keys_at(nick: str, peer: str) -> set[tuple[str, object]]:
    """The same for whoever has the nickname at an address."""
    return {(f"{kind} at {peer}", value) for kind, value in keys_of(nick)}


def names() -> st.SearchStrategy[str]:
    """A nickname."""
    return st.sampled_from(tuple(LOOKS))


def durations() -> st.SearchStrategy[str]:
    """A duration, or none: for ever."""
    return st.sampled_from(("", *DURATIONS))
