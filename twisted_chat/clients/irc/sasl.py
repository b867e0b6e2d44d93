"""SASL on IRC: what ``AUTHENTICATE`` carries, and the mechanisms.

``Sasl`` has the exchange of one connection
(https://ircv3.net/specs/extensions/sasl-3.2).  It sends nothing: ``receive`` returns
what is to be answered.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from twisted_chat.core.accounts.accounts import (
    Accounts,
    Peer,
    ProofAttempt,
    wrong_password,
)
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.accounts.scram import ClientFirst, ScramError, ScramServer
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.replies import Refused

from .advice import text_of

MAX_CHUNK = 400
"""Characters of the parameter of one ``AUTHENTICATE``; a shorter one is the last."""

MAX_RESPONSE = 4096
"""Characters of a response in all: room for the longest name and password."""

FAILED = "SASL authentication failed"


@dataclass(frozen=True, slots=True)
class Challenge:
    """The client is asked for its next response.

    :ivar params: that of each ``AUTHENTICATE`` that is sent.
    """

    params: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The client has shown whose account it uses."""

    account: Account


@dataclass(frozen=True, slots=True)
class Failed:
    """The exchange has failed.

    :ivar text: why.
    """

    text: str = FAILED


@dataclass(frozen=True, slots=True)
class TooLong:
    """The parameter is too long, or all of the response is."""


@dataclass(frozen=True, slots=True)
class Aborted:
    """The client has ended the exchange."""


@dataclass(frozen=True, slots=True)
class UnknownMechanism:
    """The client chose something else than one of these."""

    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The rest of the response is still to come."""


Answer = (
    Challenge
    | Authenticated
    | Failed
    | TooLong
    | Aborted
    | UnknownMechanism
    | Incomplete
)


class Mechanism(Protocol):
    """One exchange by a mechanism."""

    async def receive(self, response: bytes) -> bytes | Account:
        """The next challenge, or the account once the client has proved it is its own.

        :raises Refused: it has not.
        """


@dataclass(frozen=True, slots=True)
class Authenticator:
    """What the exchanges of one connection need.

    :ivar peer: by what its attempts are counted.
    :ivar secure: nobody can read on the way what it sends.
    :ivar certificate_names: those in its certificate that a trusted CA has signed;
        ``None`` if the server trusts none.
    """

    accounts: Accounts
    peer: Peer
    secure: bool
    certificate_names: Callable[[], Sequence[str]] | None = None

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Those that the connection may use; none if passwords need TLS."""
        external = ("EXTERNAL",) if self.certificate_names is not None else ()
        if self.accounts.policy.requires_tls and not self.secure:
            return ()
        return ("PLAIN", "SCRAM-SHA-256", *external)


class Sasl:
    """The exchange of one connection; there may be several, one after the other."""

    __slots__ = ("_authenticator", "_mechanism", "_response")

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._mechanism: Mechanism | None = None
        self._response = ""

    @property
    def in_progress(self) -> bool:
        """Whether an exchange has begun and is not over."""
        return self._mechanism is not None

    def abort(self) -> None:
        """End an exchange that is in progress."""
        self._mechanism = None
        self._response = ""

    async def receive(self, param: str) -> Answer:
        """Answer an ``AUTHENTICATE``; the next one waits until that is done.

        :param param: its parameter: a mechanism, a part of a response, or ``*``.
        """
        if param == "*":
            self.abort()
            return Aborted()
        mechanism = self._mechanism
        if mechanism is None:
            return self._begin(param)
        if len(param) > MAX_CHUNK or len(self._response) + len(param) > MAX_RESPONSE:
            self.abort()
            return TooLong()
        if param != "+":
            self._response += param
            if len(param) == MAX_CHUNK:
                return Incomplete()
        response, self._response = self._response, ""
        answer = await self._next(mechanism, response)
        if self._mechanism is not mechanism:
            # The client has been registered meanwhile without this.
            return Aborted()
        if not isinstance(answer, Challenge):
            self.abort()
        return answer

    def _begin(self, name: str) -> Answer:
        known = self._authenticator.mechanisms
        if name.upper() not in known:
            return UnknownMechanism(known)
        self._mechanism = _MECHANISMS[name.upper()](self._authenticator)
        return Challenge(("+",))

    async def _next(self, mechanism: Mechanism, response: str) -> Answer:
        try:
            result = await mechanism.receive(b64decode(response, validate=True))
        except ValueError:
            return Failed(f"{FAILED}: the response is invalid")
        except Refused as refused:
            return Failed(f"{FAILED}: {text_of(refused)}")
        except StoreError as error:
            return Failed(f"{FAILED}: {error}")
        if isinstance(result, bytes):
            return Challenge(tuple(_chunks(b64encode(result).decode())))
        return Authenticated(result)


def _chunks(text: str) -> list[str]:
    """The parameters of the ``AUTHENTICATE`` of a challenge; the last is shorter."""
    starts = range(0, len(text) + 1, MAX_CHUNK)
    return [text[start : start + MAX_CHUNK] or "+" for start in starts]


class Plain:
    """PLAIN: the name and the password (RFC 4616)."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    async def receive(self, response: bytes) -> Account:
        """See ``Mechanism``."""
        parts = response.decode().split("\0")
        if len(parts) != 3:
            raise ValueError("not a response of PLAIN")
        on_behalf_of, name, password = parts
        _check_same(on_behalf_of, name)
        accounts, peer = self._authenticator.accounts, self._authenticator.peer
        return await accounts.log_in(name, password, peer)


class Scram:
    """SCRAM-SHA-256: a proof that the client knows the password (RFC 7677).

    Each of the client's three messages has a method, which says which one is next.
    """

    def __init__(self, authenticator: Authenticator) -> None:
        self._accounts = authenticator.accounts
        self._peer = authenticator.peer
        self._next: Callable[[bytes], Awaitable[bytes | Account]] = self._first

    async def receive(self, response: bytes) -> bytes | Account:
        """See ``Mechanism``."""
        return await self._next(response)

    async def _first(self, response: bytes) -> bytes:
        first = ClientFirst.parse(response)
        _check_same(first.authzid, first.name)
        attempt = await self._accounts.begin_proof(first.name, self._peer)
        server = ScramServer(first, attempt.hashes)
        self._next = partial(self._final, attempt, server)
        return server.challenge

    async def _final(
        self, attempt: ProofAttempt, server: ScramServer, response: bytes
    ) -> bytes:
        answer = b""
        with suppress(ScramError):
            answer = server.answer(response)
        account = self._accounts.end_proof(attempt, valid=bool(answer))
        self._next = partial(self._confirmed, account)
        return answer

    async def _confirmed(self, account: Account, response: bytes) -> Account:
        """The client has checked the server's last message."""
        if response:
            raise ScramError("nothing is left to say")
        return account


class External:
    """EXTERNAL: the certificate of the connection (RFC 4422, appendix A)."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._accounts = authenticator.accounts
        self._names = authenticator.certificate_names

    async def receive(self, response: bytes) -> Account:
        """See ``Mechanism``."""
        wanted = response.decode()
        for name in self._names() if self._names is not None else ():
            if not wanted or fold_or_none(wanted) == fold_or_none(name):
                account = await self._accounts.find(name)
                if account is not None:
                    return account
        text = "no certificate of the connection names an account"
        raise Refused("wrong_password", text)


_MECHANISMS: dict[str, Callable[[Authenticator], Mechanism]] = {
    "PLAIN": Plain,
    "SCRAM-SHA-256": Scram,
    "EXTERNAL": External,
}


def _check_same(on_behalf_of: str, name: str) -> None:
    """Check that someone logs in to the own account.

    :raises Refused: it is another one.
    """
    if on_behalf_of and fold_or_none(on_behalf_of) != fold_or_none(name):
        raise wrong_password()
