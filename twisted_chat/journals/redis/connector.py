"""One connection to a Redis: made, checked, used.

``Line`` is a connection that is ready: logged in, on the right database of a master
of version 7 or later.  ``Dialer`` makes it, by way of the sentinels where there are
any.  The protocol is ``txredisapi``'s.

Rules of this file: no answer is waited for without a limit; whatever goes wrong
comes out as a ``RedisError`` with one clear line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Protocol

from OpenSSL import SSL
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP6ClientEndpoint,
    wrapClientTLS,
)
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.core.interfaces import StoreError

from .address import Host, RedisAddress, show_host
from .errors import RedisError, away, broken, explain
from .tls import tls_options, why

CONNECT = 2.0
"""Seconds for a connection to be made, TLS included."""

ANSWER = 2.0
"""Seconds for an answer; then the connection is given up."""

LEAST_VERSION = 7

log = Logger()

Word = str | bytes | int


class Line(Protocol):
    """A connection that is ready."""

    @property
    def where(self) -> str:
        """The address of the other end, for people."""

    def call(self, *words: Word, within: float = ANSWER) -> Awaitable[Any]:
        """Ask for something.

        :raises RedisError: it was refused, or the connection broke.
        """

    def drop(self, why: str) -> None:
        """Give the connection up; everything that waits for an answer fails."""

    def lost(self) -> Awaitable[str]:
        """Wait until it is gone; the reason.  Ask once."""


class RedisLine:
    """A ``Line`` over ``txredisapi``."""

    def __init__(self, protocol: Any, reactor: IReactorTime, where: str) -> None:
        self.where = where
        self._protocol = protocol
        self._reactor = reactor
        self._why = "closed the connection"
        self._lost: Deferred[str] = Deferred()
        protocol.whenDisconnected().addCallback(self._on_lost)

    async def call(self, *words: Word, within: float = ANSWER) -> Any:
        """Ask for something, and wait for the answer so many seconds."""
        from txredisapi import RedisError as Theirs
        from txredisapi import ResponseError

        overdue = self._reactor.callLater(
            within, self.drop, f"does not answer (waited {within:g} s)"
        )
        try:
            return await self._protocol.execute_command(*words)
        except ResponseError as error:
            raise explain(self.where, str(error)) from None
        except Theirs:
            raise broken(self.where, self._why) from None
        finally:
            if overdue.active():
                overdue.cancel()

    def drop(self, why: str) -> None:
        """Give it up."""
        if not self._lost.called:
            self._why = why
            self._protocol.transport.abortConnection()

    def lost(self) -> Deferred[str]:
        """Wait until it is gone."""
        return self._lost

    def _on_lost(self, protocol: Any) -> None:
        reason = protocol.reason.value
        if isinstance(reason, SSL.Error):
            self._why = f"does not agree on TLS: {why(reason)}"
        self._lost.callback(self._why)


class Dialer:
    """Makes connections to the Redis at an address."""

    def __init__(self, address: RedisAddress, reactor: Any) -> None:
        self.address = address
        self._reactor = reactor
        self._advised: set[str] = set()

    async def dial(self) -> Line:
        """A new connection.

        :raises RedisError: there is none to be had.
        """
        address = self.address
        host = await self._ask_sentinels() if address.service else address.hosts[0]
        line = await self._connect(host)
        try:
            await self._log_in(line, address.user, address.password)
            if address.db:
                await line.call("SELECT", address.db)
            await self._check(line)
        except BaseException:
            line.drop("is not the one to talk to")
            raise
        return line

    async def _connect(self, host: Host) -> RedisLine:
        where = show_host(host)
        try:
            from txredisapi import RedisProtocol
        except ImportError:
            raise RedisError(
                "PACKAGE", "Redis needs a package: pip install 'twisted_chat[redis]'"
            ) from None

        class Ours(RedisProtocol):  # type: ignore[misc]
            """Remembers why it ended."""

            reason: Failure | None = None

            def connectionLost(self, reason: Failure) -> None:
                """The connection is gone."""
                self.reason = reason
                super().connectionLost(reason)

        def build() -> Any:
            return Ours(charset=None, convertNumbers=False)

        try:
            endpoint = self._endpoint(host)
            factory = Factory.forProtocol(build)
            factory.noisy = False
            connecting = endpoint.connect(factory)
            connecting.addTimeout(CONNECT, self._reactor)
            protocol: Any = await connecting
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a connection fails in many ways
            raise away(where, why(error)) from None
        protocol.transport.setTcpNoDelay(True)
        return RedisLine(protocol, self._reactor, where)

    def _endpoint(self, host: Host) -> IStreamClientEndpoint:
        name, port = host
        # A name is only asked for where there is one.
        if isIPAddress(name):
            make: Callable[..., IStreamClientEndpoint] = TCP4ClientEndpoint
        elif isIPv6Address(name):
            make = TCP6ClientEndpoint
        else:
            make = HostnameEndpoint
        endpoint = make(self._reactor, name, port, timeout=CONNECT)
        if not self.address.tls:
            return endpoint
        try:
            options = tls_options(self.address, name)
        except Exception as error:
            text = f"TLS to {{}} cannot begin: {why(error)}"
            raise RedisError("TLS", text, show_host(host)) from error
        return wrapClientTLS(options, endpoint)

    async def _log_in(self, line: Line, user: str, password: str) -> None:
        if password or user:
            await line.call("AUTH", *([user] if user else []), password)

    async def _check(self, line: Line) -> None:
        """Whether this is a Redis that we can use.

        :raises RedisError: it is not, or not now.
        """
        info = _info(await line.call("INFO", "server"))
        version = info.get("redis_version", "0")
        if int(version.partition(".")[0]) < LEAST_VERSION:
            raise RedisError(
                "VERSION",
                f"{{}} is version {version}: {LEAST_VERSION} or later is needed",
                line.where,
            )
        if info.get("redis_mode") == "cluster":
            raise explain(line.where, "CROSSSLOT")
        # Only loading makes Redis refuse INFO's neighbours; ask for it by name.
        info = _info(await line.call("INFO", "persistence", "memory"))
        if info.get("loading") == "1":
            raise explain(line.where, "LOADING")
        role = await line.call("ROLE")
        if role[0] != b"master":
            raise explain(line.where, "READONLY")
        for advice in _advice(info):
            self._advise(line.where, advice)

    def _advise(self, where: str, advice: str) -> None:
        """Tell the operator, once and not with each connection."""
        if advice not in self._advised:
            self._advised.add(advice)
            log.warn("the redis at {where} {advice}", where=where, advice=advice)

    async def _ask_sentinels(self) -> Host:
        """Where the master is now."""
        address = self.address
        trouble: RedisError | None = None
        for host in address.hosts:
            line: RedisLine | None = None
            try:
                line = await self._connect(host)
                await self._log_in(
                    line, address.sentinel_user, address.sentinel_password
                )
                found = await line.call(
                    "SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.service
                )
            except RedisError as error:
                trouble = error
                continue
            finally:
                if line is not None:
                    line.drop("has answered")
            if found:
                return found[0].decode(), int(found[1])
            trouble = RedisError(
                "AWAY", f"no master {address.service} is known to {{}}", line.where
            )
        if trouble is not None and trouble.final:
            raise trouble
        detail = trouble.full if trouble is not None else ""
        what = "no sentinel knows where {} is"
        raise RedisError("AWAY", what, f"{address}", detail=detail)


def _advice(info: dict[str, str]) -> Iterator[str]:
    """How this Redis, as it is set up, may lose what it was given to keep."""
    if info.get("aof_enabled") == "0":
        yield (
            "keeps no append-only file: what is said may be lost when it restarts "
            "(appendonly yes)"
        )
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction" and info.get("maxmemory", "0") != "0":
        yield (
            f"throws history and names away when its memory is full: its policy is "
            f"{policy} (maxmemory-policy noeviction)"
        )


def _info(answer: bytes) -> dict[str, str]:
    lines = answer.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


Dial = Callable[[], Awaitable[Line]]
"""Makes a connection."""
