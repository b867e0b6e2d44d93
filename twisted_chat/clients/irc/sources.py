"""Sources: ``nick!user@host`` of the members, with a host that tells nothing.

The host is a digest of the member id, so it is the same on every server and for every
connection of an account, and nothing of an address is in it.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from hashlib import blake2b

from twisted_chat.core.pool import ClientPool

USER = "~chat"
"""The user name in every source: what clients give is shown by WHOIS alone."""

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
        member = self._pool.member(client_id)
        if member is None:
            member_id = self._accounts.get(client_id, client_id)
        else:
            member_id = member.id
            if member.account and self._accounts.get(client_id) != member_id:
                self._remember(client_id, member_id)
        return f"{nick}!{USER}@{host_of(member_id)}"

    def _remember(self, client_id: str, member_id: str) -> None:
        self._accounts[client_id] = member_id
        if len(self._accounts) > REMEMBERED:
            self._accounts.popitem(last=False)


@lru_cache(maxsize=16_384)
def host_of(member_id: str) -> str:
    """The host that a member is shown with."""
    digest = blake2b(member_id.encode(), digest_size=6, person=b"irc host")
    return f"{digest.hexdigest()}.chat"
