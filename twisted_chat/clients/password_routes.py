r"""Which mistyped routes may have a password behind them.

``/word`` is a message if there is no such route; but ``/logni bob secret`` must not be
shown to everyone.  So what is nearly a route that takes a password or the operator code
is refused, as an unknown ``\word`` is, and what other chats call it.
"""

from __future__ import annotations

import re

TYPED = {
    "login": "\\login NAME PASSWORD",
    "register": "\\register PASSWORD",
    "password": "\\password OLD NEW",
    "setpassword": "\\setpassword NAME PASSWORD",
    "unregister": "\\unregister PASSWORD",
    "operator": "\\operator CODE",
}
"""The routes that take a password or the like, and how they are typed."""

ELSEWHERE = {
    **dict.fromkeys(("identify", "auth", "nickserv", "ns"), "login"),
    **dict.fromkeys(("signin", "logon", "pass", "passwd", "pw"), "login"),
    **dict.fromkeys(("reg", "signup"), "register"),
    "oper": "operator",
}
"""What other chats call them, and people for short."""

_LETTERS = "[a-z]"
_BETWEEN = re.compile(r"[\W_]+")


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


_MISTYPED = {
    **{name: re.compile(_mistyped(name)) for name in TYPED},
    "identify": re.compile(_mistyped("identify")),
}


def meant_route(word: str, rest: str = "") -> str | None:
    r"""How the route is typed that is meant, if a password may follow.

    :param word: what follows the slash or backslash; nothing, if a blank does.
    :param rest: what follows that: ``\ login``, ``/log in``.
    """
    key = _key(word)
    first = next(iter(rest.split(None, 1)), "")
    if not key:
        return _meant(_key(first)) if first and not word else None
    both = key + _key(first)
    return _meant(key) or (_exact(both) if first else None)


def _key(word: str) -> str:
    return _BETWEEN.sub("", word).lower()


def _exact(key: str) -> str | None:
    return TYPED.get(ELSEWHERE.get(key, key))


def _meant(key: str) -> str | None:
    exact = _exact(key)
    if exact is not None:
        return exact
    for name, pattern in _MISTYPED.items():
        if pattern.fullmatch(key) is not None:
            return _exact(name)
    return None
