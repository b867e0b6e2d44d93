"""MONITOR: who is told when a nickname appears or disappears.

https://ircv3.net/specs/extensions/monitor
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from twisted_chat.core.client import Client
from twisted_chat.core.names.name_watch import NameChanges
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Native, Reply

from .message import MAX_BODY, Message
from .numerics import RPL_MONOFFLINE, RPL_MONONLINE, Numeric
from .profile import profile_of

MAX_MONITORED = 100
"""Nicknames that one client monitors."""

EXTENDED = "extended-monitor"
"""The capability of clients that are shown what those do whom they monitor."""

_HEAD = 120
"""Bytes of a line before its list: the server's name and the nickname, at most."""


class Monitors:
    """Which client monitors which nicknames.

    :param send: sends a reply to a client.
    :param source: the source of what a member does.
    """

    def __init__(
        self, send: Callable[[Client, Reply], None], source: Callable[[Member], str]
    ) -> None:
        self._send = send
        self._source = source
        # By client: the nicknames as they were written, by folded nickname.
        self._monitored: dict[Client, dict[str, str]] = {}
        self._clients: dict[str, dict[Client, None]] = {}

    def names(self, client: Client) -> dict[str, str]:
        """The nicknames that a client monitors, by folded nickname."""
        return self._monitored.get(client, {})

    def add(self, client: Client, folded: str, nick: str) -> bool:
        """Let a client monitor a nickname; false if it has too many."""
        names = self._monitored.setdefault(client, {})
        if folded not in names and len(names) >= MAX_MONITORED:
            return False
        names[folded] = nick
        self._clients.setdefault(folded, {})[client] = None
        return True

    def remove(self, client: Client, folded: str) -> None:
        """A client monitors a nickname no longer."""
        names = self._monitored.get(client, {})
        if names.pop(folded, None) is None:
            return
        if not names:
            del self._monitored[client]
        clients = self._clients[folded]
        del clients[client]
        if not clients:
            del self._clients[folded]

    def clear(self, client: Client) -> None:
        """A client monitors nothing, or is gone."""
        for folded in tuple(self._monitored.get(client, ())):
            self.remove(client, folded)

    def followers_of(self, member: Member) -> Iterator[Client]:
        """The clients that monitor a member, and are shown more than its nickname.

        https://ircv3.net/specs/extensions/extended-monitor
        """
        for client in self._clients.get(member.folded, ()):
            profile = profile_of(client)
            if profile is not None and EXTENDED in profile.capabilities.enabled:
                yield client

    def changed(self, changes: NameChanges) -> None:
        """Nicknames have appeared or disappeared."""
        if not self._clients:
            return
        told: dict[Client, list[Message]] = {}
        for departed in changes.gone:
            for client in self._clients.get(departed.folded, ()):
                told.setdefault(client, []).append(RPL_MONOFFLINE(departed.nick))
        for member in changes.come:
            for client in self._clients.get(member.folded, ()):
                online = RPL_MONONLINE(self._source(member))
                told.setdefault(client, []).append(online)
        for client, messages in told.items():
            self._send(client, Native(tuple(messages)))


def listed(numeric: Numeric, items: Iterable[str]) -> Iterator[Message]:
    """Items in as many lines of a numeric as they need, separated by commas."""
    line = ""
    for item in items:
        longer = f"{line},{item}" if line else item
        if line and len(longer.encode()) > MAX_BODY - _HEAD:
            yield numeric(line)
            longer = item
        line = longer
    if line:
        yield numeric(line)
