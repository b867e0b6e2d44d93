"""Ignoring: whose messages a client is not shown, live or in a history.

An ignore follows the person: through renames by the client id, through a reconnection
by the nickname and the address, as far as this server knows it.  The next owner of the
nickname is not ignored if the address is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .events import (
    Action,
    CustomEvent,
    DirectMessage,
    Edited,
    Event,
    Message,
    Stored,
)
from .limits import MAX_IGNORED
from .moderation_events import Invited
from .nicknames import fold_or_none

MAX_PAST = 20
"""Former names and ids of one person that are remembered."""


class Ignored(NamedTuple):
    """Someone who is ignored.

    :ivar nick: the nickname when that began, as it is listed.
    :ivar client_id: the id of the last client known to be the person's.
    :ivar address: of that client; empty if it is not known.
    :ivar past: former client ids, and former folded nicknames after ``~``.
    """

    nick: str
    client_id: str
    address: str = ""
    past: tuple[str, ...] = ()

    def after(self, client_id: str, former: str) -> Ignored:
        """The same person, now with this client id, and no longer with that."""
        past = (*self.past, former)[-MAX_PAST:]
        return self._replace(client_id=client_id, past=past)


IgnoreList = dict[str, Ignored]
"""Whom a client ignores, by folded nickname; by the client id with a colon before it,
where somebody else has the nickname."""


def ignore_list(
    nicks: Iterable[str], own: str, find: Callable[[str], tuple[str, str] | None]
) -> IgnoreList:
    """The list of a client that knows only nicknames.

    :param own: the folded nickname of the client itself, which is left out.
    :param find: the client id and the address of the member of a folded nickname.
        Whoever has the nickname first is meant, if there is none now.
    """
    ignored: IgnoreList = {}
    for nick in nicks:
        folded = fold_or_none(nick)
        if folded is not None and folded != own and len(ignored) < MAX_IGNORED:
            # No client has an id that begins so.
            client_id, address = find(folded) or (f"?{folded}", "")
            ignored[folded] = Ignored(nick, client_id, address)
    return ignored


_TEXTS = (Message, Action, CustomEvent, DirectMessage, Edited, Invited)


def is_ignored(event: Event, ignoring: frozenset[str]) -> bool:
    """Whether an event has a text of someone ignored.

    :param ignoring: client ids, folded nicknames, and former ones after ``~``, which
        count only in a history that has no client ids.
    """
    if not isinstance(event, _TEXTS):
        return False
    if event.client_id in ignoring:
        return True
    folded = fold_or_none(event.nick)
    return folded in ignoring or (not event.client_id and f"~{folded}" in ignoring)


def without_ignored(
    events: Iterable[Stored], ignoring: frozenset[str]
) -> tuple[Stored, ...]:
    """The events without messages of someone ignored."""
    return tuple(stored for stored in events if not is_ignored(stored.event, ignoring))


def follow_rename(
    ignored: IgnoreList,
    client_id: str,
    new: str,
    address: str,
    is_here: Callable[[str], bool],
) -> bool:
    """Someone is renamed: whoever ignores that person goes on.

    Someone else may be renamed to a nickname that is on the list, as those are whose
    client cannot ask for a nickname when it connects.

    :param address: empty if it is not known.
    :param is_here: whether there is a member of a client id.
    :returns: whether the list changed.
    """
    folded = fold_or_none(new) or new
    for key, entry in ignored.items():
        if entry.client_id == client_id:
            del ignored[key]
            _vacate(ignored, folded)
            ignored[folded] = entry.after(client_id, f"~{key}")
            return True
    return follow_arrival(ignored, client_id, folded, address, is_here)


def follow_arrival(
    ignored: IgnoreList,
    client_id: str,
    folded: str,
    address: str,
    is_here: Callable[[str], bool],
) -> bool:
    """Someone arrives with a nickname that may be on the list, now or formerly.

    :param address: empty if it is not known.
    :param is_here: whether there is a member of a client id.
    :returns: whether the list changed.
    """
    entry = ignored.get(folded)
    if entry is None:
        return _follow_return(ignored, client_id, folded, address, is_here)
    if entry.client_id == client_id:
        return False
    if not address or not entry.address or address == entry.address:
        ignored[folded] = entry.after(client_id, entry.client_id)
    else:
        _vacate(ignored, folded)
    return True


def _follow_return(
    ignored: IgnoreList,
    client_id: str,
    folded: str,
    address: str,
    is_here: Callable[[str], bool],
) -> bool:
    """Who was renamed and has left may come back under a former nickname."""
    if not address:
        return False
    for key, entry in ignored.items():
        if (
            entry.address == address
            and f"~{folded}" in entry.past
            and not is_here(entry.client_id)
        ):
            del ignored[key]
            back = entry.after(client_id, entry.client_id)
            ignored[folded] = back.after(client_id, f"~{key}")
            return True
    return False


def _vacate(ignored: IgnoreList, folded: str) -> None:
    """Somebody else has this nickname: an entry stands for the former id only."""
    entry = ignored.pop(folded, None)
    if entry is not None:
        ignored[f":{entry.client_id}"] = entry
