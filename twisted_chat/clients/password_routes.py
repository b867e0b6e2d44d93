"""Which mistyped routes may have a password behind them.

``/word`` is a message if there is no such route; but ``/logni bob secret`` must not be
shown to everyone.  So what is nearly the name of a route that takes a password is
refused, as an unknown ``\\word`` is, and what other chats call it.
"""

from __future__ import annotations

import re

ROUTES = ("login", "register", "password", "setpassword", "unregister")
"""The routes that take a password."""

ELSEWHERE = ("identify", "auth", "passwd", "nickserv", "ns", "signin")
"""What other chats call them."""

_LETTERS = "[a-z]"


def _mistyped(name: str) -> str:
    """The pattern of a name with one letter too many, too few, wrong or misplaced."""
    forms = {name}
    for at in range(len(name)):
        before, letter, rest = name[:at], name[at], name[at + 1 :]
        forms |= {
            before + rest,
            before + _LETTERS + rest,
            before + _LETTERS + name[at:],
        }
        if rest:
            forms.add(before + rest[0] + letter + rest[1:])
    return "|".join(sorted(forms)) + f"|{name}{_LETTERS}"


_PASSWORD = re.compile("|".join([*map(_mistyped, ROUTES), *ELSEWHERE]), re.IGNORECASE)


def has_password(word: str) -> bool:
    """Whether a password may follow a word that is not a route."""
    return _PASSWORD.fullmatch(word) is not None
