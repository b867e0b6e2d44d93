"""State of clients that are gone, for when they come back: away texts and ignore lists.

A client that resumes has all of it again.  Other clients, such as telnet, have no
session: by the nickname and the address they have the ignore list again.  The state is
kept in memory, of the last clients only: a break of the network or a reload of the page
is short.  The ignore list of an account is in the store; here it is only on its way
from there to the client that logs in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from twisted_chat.core.client import Client
from twisted_chat.core.ignoring.ignore_list import IgnoreList
from twisted_chat.core.logins import Login
from twisted_chat.core.names.nicknames import is_guest

MAX_KEPT = 1_000
"""Clients whose state is kept."""


@dataclass(frozen=True, slots=True)
class State:
    """What a client had set, and which rooms that are not open to all it was in.

    :ivar rooms: a guest's, with when each was opened.
    """

    away: str = ""
    ignored: IgnoreList | None = None
    rooms: Mapping[str, int] = field(default_factory=dict)


NOTHING = State()

K = TypeVar("K")
V = TypeVar("V")


class KeptState:
    """The state of clients that are gone, by id, and by nickname and address."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, State] = OrderedDict()
        self._ignored: OrderedDict[tuple[str, str], IgnoreList] = OrderedDict()

    def keep(
        self,
        client: Client,
        away: str,
        rooms: Mapping[str, int] = NOTHING.rooms,
        *,
        may_resume: bool,
    ) -> None:
        """A client is gone, and was or would have been away with this text.

        :param rooms: see ``State``.
        """
        ignored = None if client.account else client.ignored or None
        if not may_resume:
            self._clients.pop(client.id, None)
        else:
            state = State(away, ignored, rooms) if away or ignored or rooms else None
            _put(self._clients, client.id, state)
        if (person := _person(client)) is not None:
            _put(self._ignored, person, IgnoreList(ignored) if ignored else None)

    def bring_ignored(self, login: Login) -> None:
        """A client logs in: it ignores whom its account ignores, once that is shown."""
        _put(self._ignored, (login.member_id, ""), IgnoreList(login.ignored))

    def take(self, client_id: str) -> State:
        """The client with this id resumes."""
        return self._clients.pop(client_id, NOTHING)

    def forget_rooms(self, client_id: str) -> None:
        """The client has been here again, and may have left its rooms since."""
        state = self._clients.get(client_id)
        if state is not None:
            self._clients[client_id] = replace(state, rooms=NOTHING.rooms)

    def take_ignored(self, client: Client) -> IgnoreList | None:
        """The list of its account.

        Of a guest, that of the last one with its nickname and its address.
        """
        if not self._ignored:
            return None
        person = (client.member_id, "") if client.account else _person(client)
        return None if person is None else self._ignored.pop(person, None)

    def restore_ignored(self, client: Client) -> bool:
        """A client took a nickname or logged in: let it ignore whom it ignored before.

        A guest only if it has no list of its own.

        :returns: whether its list changed.
        """
        member = client.member
        if member.ignored is not None and not member.account:
            return False
        known = self.take_ignored(client)
        if known is None:
            return False
        if member.ignored is None:
            member.ignored = IgnoreList()
        member.ignored.merge(known)
        if member.account:
            for entry in known:
                member.ignored.is_stored(entry.key, entry)
        return True


def _person(client: Client) -> tuple[str, str] | None:
    """By what a guest is known without a session; ``None`` for a guest's name."""
    if client.account:
        return None
    folded, address = client.member.folded, client.address
    return (folded, address) if address and folded and not is_guest(folded) else None


def _put(states: OrderedDict[K, V], key: K, state: V | None) -> None:
    """Keep a state as the latest of a key, or with ``None`` none."""
    states.pop(key, None)
    if state is not None:
        states[key] = state
        if len(states) > MAX_KEPT:
            states.popitem(last=False)
