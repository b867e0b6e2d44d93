"""Logins of clients: by password, token or session, and what they have missed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.client import Client, Identity
from twisted_chat.core.ignoring.ignore_list import Ignored
from twisted_chat.core.ignoring.ignore_records import entries_in, ignore_area
from twisted_chat.core.interfaces import KeyValues, StoreError
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.logins import Login
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.read_markers import ReadMarker
from twisted_chat.core.runtime import Runtime

from .absences import Absence, Absences, Openings
from .accounts import Accounts, Peer
from .changes import read_area
from .device_sessions import DeviceSessions
from .record import Account
from .tokens import digest


class AccountLogins:
    """See ``interfaces.Logins``; every method may raise ``StoreError``."""

    def __init__(
        self,
        accounts: Accounts,
        values: KeyValues,
        pool: ClientPool,
        runtime: Runtime,
    ) -> None:
        self._accounts = accounts
        self._values = values
        self._pool = pool
        self._runtime = runtime
        self._sessions = DeviceSessions(values, runtime.now)
        self.absences = Absences(values, runtime.now)

    async def load(self) -> None:
        """Get ready, at the start of the server."""
        await self._sessions.load()

    # For clients that connect.

    async def authenticate(self, credentials: Credentials, client: Client) -> Login:
        """The login of a client that has these credentials.

        :raises Refused: they are wrong, or there were too many attempts.
        """
        account = await self.account_of(credentials, client.identity, client.id)
        login = await self.begin(client, account, credentials.token)
        return replace(login, absence=await self._absence(account.id))

    async def account_of(
        self, credentials: Credentials, identity: Identity, client_id: Hashable
    ) -> Account:
        """The account that has these credentials.

        :param client_id: by what attempts are counted of clients without a network.
        :raises Refused: they are wrong or not accepted, or there were too many
            attempts.
        """
        accounts = self._accounts
        accounts.check_secure(secure=identity.secure)
        if credentials.token:
            return await accounts.find_token(credentials.token)
        network = identity.network
        peer = Peer(client_id if network is None else network)
        return await accounts.log_in(credentials.nick, credentials.password, peer)

    async def arrived(self, client: Client) -> Login | None:
        """The login of a client that its adapter has logged in."""
        account = await self._accounts.find(client.account)
        if account is None or account.id != client.member_id:
            return None
        login = await self.begin(client, account)
        return replace(login, absence=await self._absence(account.id))

    async def of_session(self, client_id: str) -> Login | None:
        """The login of a client that resumes."""
        session = await self._sessions.find(client_id)
        if session is None:
            return None
        account = await self._accounts.find(session.folded)
        if account is None or not session.is_of(account):
            return None
        absence, left = await self._absence(account.id), dict[str, int]()
        if absence is not None:
            left.update(await self.absences.left(account.id))
        rooms = absence.rooms if absence else ()
        read, ignored = await self.read(account.id), await self._ignored(account.id)
        return Login(
            account.id, account.name, rooms, read=read, ignored=ignored, left=left
        )

    def departed(self, member_id: str, rooms: Openings, position: str) -> None:
        """The last client of an account has left.

        :param position: it was shown everything up to this.
        """

        async def note() -> None:
            try:
                await self.absences.leave(member_id, position, rooms)
            except StoreError as error:
                # What it is told the next time is about a longer absence.
                why = error.operator_text
                self._runtime.log_line(f"cannot note that an account has left: {why}")

        self._runtime.spawn(note())

    # For clients that are connected.

    async def begin(self, client: Client, account: Account, token: str = "") -> Login:
        """A client logs in: it is logged in as well when it resumes.

        :param token: that of the device, if it has one.
        :returns: with a token, if the client can keep one.
        """
        if client.session:
            former = await self._sessions.find(client.id)
            token = await self._accounts.token_for(account, token)
            await self._sessions.add(client.id, account, token)
            if former is not None and former.token_digest != digest(token):
                # The device has one token, which ends when it logs out.
                await self._accounts.revoke(former.account_id, former.token_digest)
        read, ignored = await self.read(account.id), await self._ignored(account.id)
        return Login(account.id, account.name, (), token, read, ignored=ignored)

    async def go_on(self, client: Client, account: Account) -> None:
        """The account has another password: the client stays logged in.

        Its device needs another token.
        """
        if client.session:
            await self._sessions.add(client.id, account, "")

    async def end(self, client_id: str) -> None:
        """A client has logged out, and its device needs the password again."""
        session = await self._sessions.find(client_id)
        if session is not None:
            await self._accounts.revoke(session.account_id, session.token_digest)
            await self._sessions.remove(client_id)

    async def absence(self, account: Account) -> Absence | None:
        """Since when an account is away; ``None`` if it is present."""
        return await self._absence(account.id)

    async def read(self, account_id: str) -> dict[str, ReadMarker]:
        """How far an account has read, by room; see ``ReadUpTo.room``."""
        area = read_area(account_id)
        found = await self._values.load(area)
        return {
            key.removeprefix(area): ReadMarker.of(value) for key, value in found.items()
        }

    async def forget(self, account_id: str) -> None:
        """An account was removed: delete what was kept for it."""
        for area in (read_area(account_id), ignore_area(account_id)):
            found = await self._values.load(area)
            await self._values.write(dict.fromkeys(found))
        await self.absences.forget(account_id)

    async def removed(self) -> list[AccountChanged]:
        """What is to be stored of accounts whose removal was interrupted.

        What else was kept for them is deleted.
        """
        removed = await self._accounts.removed()
        for account_id in removed:
            await self.forget(account_id)
        return [
            AccountChanged(name, account_id, Change.UNREGISTERED, "")
            for account_id, name in removed.items()
        ]

    async def _ignored(self, account_id: str) -> tuple[Ignored, ...]:
        """Whom an account ignores."""
        found = await self._values.load(ignore_area(account_id))
        return entries_in(account_id, found)

    async def _absence(self, account_id: str) -> Absence | None:
        if self._pool.member(account_id) is not None:
            return None
        return await self.absences.find(account_id)


def peer_of(client: Client) -> Peer:
    """By what the attempts of a client are counted: its network, or itself."""
    network = client.identity.network
    return Peer(client.id if network is None else network)
