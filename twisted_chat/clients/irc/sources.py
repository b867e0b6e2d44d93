"""Sources: ``nick!user@host`` of the members, with a host that tells nothing.

See ``masks``.  What clients give as their user name is shown by WHOIS alone.
"""

from __future__ import annotations

from collections import OrderedDict

from twisted_chat.core.moderation.masks import USER, host_of
from twisted_chat.core.pool import ClientPool

REMEMBERED = 4096
"""Clients of accounts whose member is remembered once they have left."""


class Sources:
    """The sources of the authors of events."""

    def __init__(self, pool: ClientPool) -> None:
        self._pool = pool
        # The member id by client id: a departure is encoded once its member is gone.
        self._accounts: OrderedDict[str, str] = OrderedDict()

    def of(self, nick: str, client_id: str) -> str:
        """The source of what a client has caused.

        :param nick: the nickname that it had then.
        """
        return f"{nick}!{USER}@{self.host(client_id)}"

    def host(self, client_id: str) -> str:
        """The host of a client."""
        member = self._pool.member(client_id)
        if member is None:
            return host_of(self._accounts.get(client_id, client_id))
        if member.account and self._accounts.get(client_id) != member.id:
            self._remember(client_id, member.id)
        return host_of(member.id)

    def former_host(self, client_id: str) -> str:
        """The host that a client had before it logged in or out."""
        member = self._pool.member(client_id)
        is_account = member is not None and bool(member.account)
        return host_of(
            client_id if is_account else self._accounts.get(client_id, client_id)
        )

    def _remember(self, client_id: str, member_id: str) -> None:
        self._accounts[client_id] = member_id
        if len(self._accounts) > REMEMBERED:
            self._accounts.popitem(last=False)
