"""How much one answer holds: of a history, of members, and of their away texts.

What a client asks for, or is shown when it joins, stays well below what may wait for
it: the server must not disconnect a client for what it sends itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

MAX_ANSWER = 264 * 1024
"""Bytes of one answer: about a quarter of what may wait for a client."""

MAX_NAMES = 1000
"""Names in one list of members or rooms; the rest is counted."""

MAX_NAMES_BYTES = 32 * 1024
"""Bytes of the names in one list of members, with ``NAME_EXTRA`` for each."""

MAX_AWAY_BYTES = 40 * 1024
"""Bytes of the names and texts of those who are away in such a list: enough to say of
all of them that they are away."""

MAX_ACCOUNTS_BYTES = 8 * 1024
"""Bytes of the names and accounts of those who are logged in in such a list."""

MAX_HISTORY_BYTES = (
    MAX_ANSWER - MAX_NAMES_BYTES - MAX_AWAY_BYTES - MAX_ACCOUNTS_BYTES - 8 * 1024
)
"""Bytes of messages in one answer.  A welcome has a list of members as well, and some
KiB for the topic, the routes and the message of the day."""

NAME_EXTRA = 3
"""Bytes beside a name in a list: quotes and a comma."""

AWAY = "away"
"""Shown in place of an away text for which there is no space."""

_PAIR_EXTRA = 6
"""Bytes beside a name and an away text or an account: quotes, a colon and a comma."""


def newest_that_fit(
    newest_first: Iterable[T], size: Callable[[T], int], limit: int = MAX_HISTORY_BYTES
) -> list[T]:
    """Those that fit into one answer, oldest first.

    :param newest_first: the messages in any form; no more are made than needed.
    :param size: the bytes that one of them takes.
    :param limit: the bytes of all of them.
    """
    fitting: list[T] = []
    left = limit
    for message in newest_first:
        left -= size(message)
        if left < 0:
            break
        fitting.append(message)
    fitting.reverse()
    return fitting


def names_that_fit(names: Sequence[str]) -> Sequence[str]:
    """The first names of a list, as many as are shown."""
    shown = names[:MAX_NAMES]
    most = MAX_NAMES_BYTES - NAME_EXTRA * len(shown)
    if len("".join(shown).encode()) <= most:
        return shown
    left = MAX_NAMES_BYTES
    for count, name in enumerate(shown):
        left -= len(name.encode()) + NAME_EXTRA
        if left < 0:
            return shown[:count]
    return shown


def away_that_fits(
    names: Iterable[str], away: Mapping[str, str], size: Callable[[str], int]
) -> dict[str, str]:
    """Nickname -> away text, of those of the names who are away.

    Where the texts do not fit, those after them are ``AWAY``.

    :param names: as ``names_that_fit`` returns them.
    :param size: the bytes that a text takes.
    """
    texts = {nick: away[nick] for nick in names if nick in away} if away else {}
    left = MAX_AWAY_BYTES
    for nick in texts:
        left -= len(nick.encode()) + len(AWAY) + _PAIR_EXTRA
    shown = dict.fromkeys(texts, AWAY)
    for nick, text in texts.items():
        left -= max(size(text) - len(AWAY), 0)
        if left < 0:
            break
        shown[nick] = text
    return shown


def accounts_that_fit(
    names: Iterable[str], accounts: Mapping[str, str]
) -> dict[str, str]:
    """Nickname -> account, of those of the names who are logged in; cut to fit.

    :param names: as ``names_that_fit`` returns them.
    """
    shown: dict[str, str] = {}
    left = MAX_ACCOUNTS_BYTES
    for nick in names if accounts else ():
        account = accounts.get(nick)
        if account is None:
            continue
        left -= len(nick.encode()) + len(account.encode()) + _PAIR_EXTRA
        if left < 0:
            break
        shown[nick] = account
    return shown
