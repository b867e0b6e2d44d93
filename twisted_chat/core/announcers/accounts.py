"""The announcer of accounts: what becomes of members when an account is changed."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from twisted_chat.core.account_events import (
    AccountChanged,
    Change,
    IgnoreChanged,
    ReadUpTo,
)
from twisted_chat.core.accounts.changes import account_changes
from twisted_chat.core.accounts.operators import Operators
from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import Joined, LoggedIn, LoggedOut, Renamed, Stored
from twisted_chat.core.ignoring.ignore_list import Ignored, IgnoreList
from twisted_chat.core.ignoring.ignore_records import from_value
from twisted_chat.core.interfaces import RETRY_DELAY, StoreError
from twisted_chat.core.joining.joining import Joiner
from twisted_chat.core.names.nicknames import Name, fold
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import ErrorReply
from twisted_chat.core.runtime import Runtime

from .announcement import Announcement

MAX_REMOVED = 1_000
"""Removed accounts that are remembered, for those who are logging in to them."""


class AccountAnnouncer:
    """Applies the events of accounts.

    Each server acts for its own clients.

    :ivar batch: what is being announced.
    """

    def __init__(
        self,
        pool: ClientPool,
        committer: Committer,
        joiner: Joiner,
        operators: Operators,
        runtime: Runtime,
        batch: Announcement,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._joining = joiner.joining
        self._naming = joiner.naming
        self._operators = operators
        self._runtime = runtime
        self.batch = batch
        # The names of the accounts that were removed last, by id.
        self._removed: OrderedDict[str, str] = OrderedDict()

    def changed(self, event: AccountChanged, _stored: Stored) -> None:
        """An account was registered or removed, or is an operator now or no longer."""
        self._operators.apply(account_changes(event))
        match event.change:
            case Change.REGISTERED:
                self._free_name(event.account)
            case Change.UNREGISTERED if event.member_id not in self._removed:
                # Or another server has finished its removal as well.
                self._removed[event.member_id] = event.account
                if len(self._removed) > MAX_REMOVED:
                    self._removed.popitem(last=False)
                for client in self._pool.clients_of(self._pool.member(event.member_id)):
                    if client.id != event.client_id:
                        self.batch.reply(client, _removed(event.account))
                    self._runtime.spawn(self._log_out(client))

    def logged_in(self, event: LoggedIn | Joined) -> None:
        """A client is logged in: was its account removed in the meantime?"""
        account = self._removed.get(event.member_id)
        client = self._pool.clients.get(event.client_id)
        if account is not None and client is not None:
            self.batch.reply(client, _removed(account))
            self._runtime.spawn(self._log_out(client))

    def read(self, event: ReadUpTo, stored: Stored) -> None:
        """The other devices of an account are shown how far one has read."""
        member = self._pool.member(event.member_id)
        if member is None:
            return
        if member.read is not None:
            member.read[event.room] = event.marker
        for client in self.batch.viewers(member):
            if client.id != event.client_id:
                self.batch.show_to(client, stored)

    def ignore_changed(self, event: IgnoreChanged, stored: Stored) -> None:
        """An account ignores someone, or no longer, on all of its devices."""
        entry = None
        if event.value:
            try:
                entry = from_value(event.key, event.value)
            except ValueError:
                # A server of a later version has stored it.
                return
        for client in self._joining.clients():
            if client.is_joining and client.member_id == event.member_id:
                _set_ignored(client.member, event.key, entry)
        member = self._pool.member(event.member_id)
        if member is None:
            return
        clients = self.batch.viewers(member)
        if member.ignored is None and not clients:
            # It is read once the member has a client here.
            return
        _set_ignored(member, event.key, entry)
        self.batch.update_views(member)
        for client in clients:
            if event.client_id and client.id != event.client_id:
                self.batch.show_to(client, stored)

    def _free_name(self, account: str) -> None:
        """Those who have a name that is registered now get others.

        Guests get guests' names, members of other accounts the names of these.
        """
        folded = fold(account)
        reserved = set(Name(account, folded).keys)

        def has_it(client: Client) -> bool:
            is_owner = bool(client.account) and fold(client.account) == folded
            if not client.nick or is_owner:
                return False
            keys = Name(client.nick, fold(client.nick)).keys
            return not reserved.isdisjoint(keys)

        for client in (*self._pool.clients.values(), *self._joining.clients()):
            if not has_it(client):
                continue
            if client.is_joining:
                # It is renamed once it is present.
                client.when_idle(partial(self._rename, client))
            else:
                self._rename(client)

    def _rename(self, client: Client, delay: float = 0.0) -> None:
        # Not from within its idle calls.
        former, member_id = client.nick, client.member_id
        self._runtime.call_later(
            delay,
            lambda: self._runtime.spawn(self._take_own_name(client, former, member_id)),
        )

    async def _take_own_name(self, client: Client, former: str, member_id: str) -> None:
        def is_as_before() -> bool:
            is_same = client.nick == former and client.member_id == member_id
            return is_same and _is_present(client)

        if not is_as_before():
            return
        try:
            name = await self._naming.claim_own(client)
        except StoreError:
            self._rename(client, RETRY_DELAY)
            return
        if is_as_before():
            self._committer.submit(Renamed(former, name.text, client.id), client)
        else:
            kept = client.nick if client.member_id == member_id else ""
            self._naming.release(member_id, name.text, kept=kept)

    async def _log_out(self, client: Client) -> None:
        try:
            name = await self._naming.claim_guest(client.id)
        except StoreError:
            log_out = self._log_out
            self._runtime.call_later(
                RETRY_DELAY, lambda: self._runtime.spawn(log_out(client))
            )
            return
        if _is_present(client) and client.account:
            self._committer.submit(LoggedOut(client.nick, name.text, client.id), client)
        else:
            self._naming.release(client.id, name.text)


def _removed(account: str) -> ErrorReply:
    text = f"the account {account} was removed: you are a guest now"
    return ErrorReply("account_removed", text)


def _set_ignored(member: Member, key: str, entry: Ignored | None) -> None:
    if member.ignored is None:
        member.ignored = IgnoreList()
    member.ignored.is_stored(key, entry)


def _is_present(client: Client) -> bool:
    """Whether something can be submitted on behalf of a client."""
    return client.state is ClientState.PRESENT
