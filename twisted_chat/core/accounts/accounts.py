"""The accounts of a chat: who may register, log in and change what.

Every method may raise ``StoreError``, and ``Refused`` as documented.  What follows a
login, such as the events of presence, is the chat's.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from twisted_chat.core.interfaces import (
    Changes,
    KeyValues,
    SharedAttempts,
    StoreError,
)
from twisted_chat.core.names.nicknames import Name, fold_or_none
from twisted_chat.core.names.registry import registered
from twisted_chat.core.replies import Refused
from twisted_chat.core.runtime import Runtime

from .attempts import LOGINS, REGISTRATIONS, Attempts
from .operators import Operators, not_operator
from .passwords import SALT_SIZE, Hashes, decoy, hashed, new_password, prepared
from .policy import Policy, tls_required
from .record import Account
from .store import AccountStore
from .tokens import LIFETIME, Tokens

WRONG = "wrong name or password"


@dataclass(frozen=True, slots=True)
class Peer:
    """Who tries to log in, as far as attempts are counted by it.

    :ivar cause: the network, or what stands for it where there is none.
    """

    cause: Hashable


@dataclass(frozen=True, slots=True)
class ProofAttempt:
    """A login in progress, by a proof instead of the password.

    :ivar hashes: what the proof is checked with.
    :ivar account: ``None`` if there is no such account; no proof is right then.
    :ivar counted: what the attempt is counted for.
    """

    hashes: Hashes
    account: Account | None
    counted: tuple[tuple[str, Hashable], ...]


class Accounts:
    """See the module.

    :ivar policy: what the operator has decided.
    :ivar logins: the failed attempts to log in.
    """

    def __init__(
        self,
        values: KeyValues,
        runtime: Runtime,
        policy: Policy | None = None,
        shared: SharedAttempts | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self._runtime = runtime
        self._store = AccountStore(values)
        self._tokens = Tokens(values, runtime.now)
        self.logins = Attempts(LOGINS, runtime.seconds)
        self._shared = shared
        self._registrations = Attempts(REGISTRATIONS, runtime.seconds)
        self._salt_key = secrets.token_bytes(SALT_SIZE)

    def check_secure(self, *, secure: bool) -> None:
        """Check that a password or a token may be sent.

        :param secure: nobody can read it on its way.
        :raises Refused: ``tls_required``.
        """
        if self.policy.requires_tls and not secure:
            raise tls_required()

    async def find(self, nick: str) -> Account | None:
        """The account of this name, in any case."""
        folded = fold_or_none(nick)
        return None if folded is None else await self._store.find(folded)

    async def holder(self, keys: Sequence[str]) -> str | None:
        """The name of the account for which any of these registry keys is reserved."""
        return await self._store.holder(keys)

    async def register(
        self, name: Name, password: str, peer: Peer, standing: Changes | None = None
    ) -> Account:
        """Add an account.

        :param name: its nickname is in use by nobody else.
        :param standing: of the operator who does it, see ``Operators``.
        :raises Refused: ``nick_registered``, ``password_invalid``, ``not_operator``, or
            there were too many attempts.
        """
        password = new_password(password, self.policy.shortest)
        if holder := await self._store.holder(name.keys):
            raise registered(holder)
        counted = ("address", peer.cause)
        self._registrations.check(counted)
        hashes = await self._hash(password, peer)
        self._registrations.count(counted)
        account = Account.create(name, hashes, self._runtime.now())
        if not await self._store.add(account, standing):
            holder = await self._store.holder(name.keys)
            if standing and holder is None:
                raise not_operator()
            raise registered(holder or name.text)
        return account

    async def log_in(self, nick: str, password: str, peer: Peer) -> Account:
        """The account of this name and password.

        It takes the same time whether or not there is such an account.

        :raises Refused: ``wrong_password``, or there were too many attempts.
        """
        folded = fold_or_none(nick) or ""
        found = await self._store.find(folded)
        account = await self._check(found, folded, password, peer)
        if account.hashes.costs != self.policy.costs:
            account = await self._hash_anew(account, password, peer)
        return account

    async def begin_proof(self, nick: str, peer: Peer) -> ProofAttempt:
        """Begin to log in by a proof that one knows the password; see ``scram``.

        :raises Refused: there were too many attempts.
        """
        folded = fold_or_none(nick) or ""
        counted = (("name", folded), ("address", peer.cause))
        self.logins.check(*counted)
        await self._check_shared(folded)
        account = await self._store.find(folded)
        if account is not None:
            return ProofAttempt(account.hashes, account, counted)
        # An account has the same salt each time.
        salt = hmac.digest(self._salt_key, folded.encode(), "sha256")[:SALT_SIZE]
        hashes = replace(decoy(self.policy.costs), scram_salt=salt)
        return ProofAttempt(hashes, None, counted)

    def end_proof(self, attempt: ProofAttempt, *, valid: bool) -> Account:
        """The account of the attempt, if the proof is valid.

        :raises Refused: ``wrong_password``, or there were too many attempts.
        """
        self.logins.check(*attempt.counted)
        if attempt.account is None or not valid:
            self._count(*attempt.counted)
            raise wrong_password()
        return attempt.account

    async def find_token(self, token: str) -> Account:
        """The account of a token.

        :raises Refused: ``token_invalid``.
        """
        found = await self._tokens.find(token)
        account = None if found is None else await self._store.find(found.folded)
        if found is None or account is None or not found.is_of(account):
            raise _expired()
        return account

    async def token_for(self, account: Account, token: str = "") -> str:
        """A token with which a device logs in the next time.

        :param token: the one that it has, which is returned while it is fresh enough.
        :raises Refused: ``token_invalid``.
        """
        if token:
            found = await self._tokens.find(token)
            if found is None or not found.is_of(account):
                raise _expired()
            if found.until - self._runtime.now() > LIFETIME / 2:
                return token
        return await self._tokens.issue(account)

    async def revoke(self, account_id: str, token_digest: str) -> None:
        """Make a token void, as its device has logged out or has another one."""
        await self._tokens.revoke(account_id, token_digest)

    async def change_password(
        self, account: Account, old: str, new: str, peer: Peer
    ) -> Account:
        """Give an account another password; all its tokens end.

        :returns: its record from now on.
        :raises Refused: ``wrong_password``, ``password_invalid``, or there were too
            many attempts.
        """
        new = new_password(new, self.policy.shortest)
        account = await self._checked_again(account, old, peer)
        return await self._with_password(account, new, peer)

    async def set_password(
        self, account: Account, new: str, peer: Peer, standing: Changes, also: Changes
    ) -> Account:
        """Give an account another password without knowing its own; see above.

        :param standing: of the operator who does it, see ``Operators``.
        :param also: what else is written with it, such as a line of the audit log.
        :raises Refused: ``password_invalid``, or it was changed meanwhile, or the
            one that asked for it is no longer an operator.
        """
        new = new_password(new, self.policy.shortest)
        return await self._with_password(account, new, peer, standing, also)

    async def _with_password(
        self,
        account: Account,
        new: str,
        peer: Peer,
        standing: Changes | None = None,
        also: Changes | None = None,
    ) -> Account:
        hashes = await self._hash(new, peer)
        changed = replace(account, hashes=hashes, generation=account.generation + 1)
        if not await self._store.replace(account, changed, standing, also):
            raise _changed_meanwhile()
        await self._tokens.revoke_all(account.id)
        return changed

    async def unregister(
        self,
        account: Account,
        password: str,
        peer: Peer,
        operators: Operators,
        of_operator: Changes | None = None,
    ) -> bool:
        """Remove an account; its name is free, and all its tokens end.

        :param operators: of which it may be one, but not the last.
        :param of_operator: what else is written with it if it is one, such as a line of
            the audit log.
        :returns: whether it was one.
        :raises Refused: ``wrong_password``, ``last_operator``, or there were too many
            attempts.
        """
        account = await self._checked_again(account, password, peer)
        removal = await operators.removal(account.id, last_operator())
        was_operator = bool(removal.changes)
        also = (of_operator or {}) if was_operator else {}
        changes = {**removal.changes, **also}
        if not await self._store.remove(account, changes, removal.expected):
            raise _changed_meanwhile()
        await self._tokens.revoke_all(account.id)
        return was_operator

    async def removed(self) -> dict[str, str]:
        """The names of removed accounts of which not all servers were told, by id.

        The server has ended before; the rest of their removal is done again.
        """
        found = await self._store.removed()
        for account_id in found:
            await self._tokens.revoke_all(account_id)
        return found

    async def _checked_again(
        self, account: Account, password: str, peer: Peer
    ) -> Account:
        """The account as it is now, if this is its password."""
        found = await self._store.find(account.folded)
        if found is not None and found.id != account.id:
            found = None
        return await self._check(found, account.folded, password, peer)

    async def _check(
        self, account: Account | None, folded: str, password: str, peer: Peer
    ) -> Account:
        """The account, if this is its password.

        :param account: ``None`` if there is no such account, which takes as long.
        :raises Refused: ``wrong_password``, or there were too many attempts.
        """
        counted = (("name", folded), ("address", peer.cause))
        self.logins.check(*counted)
        await self._check_shared(folded)
        try:
            password = prepared(password)
        except Refused:
            # Nobody has such a password.
            account = None
        hashes = account.hashes if account else decoy(self.policy.costs)
        matches = await self._runtime.in_thread(
            peer.cause,
            lambda: hashes.match(password),
            check=lambda: self.logins.check(*counted),
        )
        if account is None or not matches:
            self._count(*counted)
            raise wrong_password()
        return account

    def _count(self, *counted: tuple[str, Hashable]) -> None:
        """An attempt to log in has failed; that for the name, all servers count."""
        self.logins.count(*counted)
        for kind, subject in counted:
            if kind == "name" and self._shared is not None:
                self._runtime.spawn(self._count_shared(self._shared, f"{subject}"))

    async def _count_shared(self, shared: SharedAttempts, name: str) -> None:
        # This server has counted it in any case.
        with suppress(StoreError):
            await shared.count(name, LOGINS.most, LOGINS.window)

    async def _check_shared(self, name: str) -> None:
        if self._shared is not None:
            LOGINS.check(await self._shared.ages(name))

    async def _hash_anew(self, account: Account, password: str, peer: Peer) -> Account:
        """The costs of hashes were changed since this account's were computed."""
        changed = replace(account, hashes=await self._hash(prepared(password), peer))
        return changed if await self._store.replace(account, changed) else account

    async def _hash(self, password: str, peer: Peer) -> Hashes:
        return await self._runtime.in_thread(
            peer.cause, lambda: hashed(password, self.policy.costs), check=_nothing
        )


def wrong_password() -> Refused:
    """A name without an account, or not its password: nobody learns which."""
    return Refused("wrong_password", WRONG)


def last_operator() -> Refused:
    """The client wants to remove its account, and nobody else is an operator."""
    return Refused(
        "last_operator", "you are the last operator", "\\operator NAME first"
    )


def _expired() -> Refused:
    return Refused("token_invalid", "the login has expired: log in again")


def _changed_meanwhile() -> Refused:
    text = "the account, or an operator, was changed just now: try again"
    return Refused("busy", text)


def _nothing() -> None:
    """Nothing is to be checked."""
