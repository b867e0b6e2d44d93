"""Connecting to the Redis at an address: sentinels, TLS, login and checks.

Invariants: every step has a timeout; every failure is a ``RedisError``; a connection
that is returned is on the right database of a master that can be used.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from OpenSSL import SSL
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    HostnameEndpoint,
    TCP4ClientEndpoint,
    TCP6ClientEndpoint,
    wrapClientTLS,
)
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionDone,
    DNSLookupError,
)
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.ssl import (
    Certificate,
    PrivateCertificate,
    optionsForClientTLS,
    trustRootFromCertificates,
)
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.core.interfaces import StoreError

from .address import Host, RedisAddress, show_host
from .connection import RedisConnection, TxRedisConnection, ssl_reason
from .errors import RedisError, explain, not_redis, unreachable

CONNECT_TIMEOUT = 2.0
"""Seconds to connect, with the TLS handshake."""

MIN_VERSION = 7
"""The oldest major version of Redis that is supported."""

log = Logger()

Connect = Callable[[], Awaitable[RedisConnection]]
"""Makes a new connection."""


class Connector:
    """Makes connections to the Redis at an address."""

    def __init__(self, address: RedisAddress, reactor: Any) -> None:
        self.address = address
        self._reactor = reactor
        self._warned: set[str] = set()

    async def connect(self) -> RedisConnection:
        """Make a new connection.

        :raises RedisError: it failed.
        """
        address = self.address
        host = await self._find_master() if address.service else address.hosts[0]
        connection = await self._open(host)
        try:
            await _log_in(connection, address.user, address.password)
            if address.db:
                await connection.call("SELECT", address.db)
            for warning in await _check(connection):
                self._warn(connection.address, warning)
        except BaseException:
            connection.abort("cannot be used")
            raise
        return connection

    async def _open(self, host: Host) -> TxRedisConnection:
        shown = show_host(host)
        try:
            from txredisapi import RedisProtocol
        except ImportError:
            raise RedisError(
                "PACKAGE",
                "Redis needs a package: pip install '.[redis]' in the checkout",
            ) from None

        class ReasonedProtocol(RedisProtocol):  # type: ignore[misc]
            """Remembers why the connection was lost."""

            reason: Failure | None = None
            garbled = b""

            def dataReceived(self, data: bytes) -> None:
                """Redis has replied, or something that is not Redis."""
                try:
                    super().dataReceived(data)
                except Exception:  # noqa: BLE001 - of whichever parser is installed
                    self.garbled = data
                    self.transport.abortConnection()

            def connectionLost(self, reason: Failure) -> None:
                """The connection was lost."""
                self.reason = reason
                super().connectionLost(reason)

        def build() -> Any:
            return ReasonedProtocol(charset=None, convertNumbers=False)

        try:
            endpoint = self._endpoint(host)
            factory = Factory.forProtocol(build)
            factory.noisy = False
            connecting: Deferred[Any] = endpoint.connect(factory)
            connecting.addTimeout(CONNECT_TIMEOUT, self._reactor)
            protocol = await connecting
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - connecting fails in many ways
            raise unreachable(shown, connect_reason(error)) from None
        protocol.transport.setTcpNoDelay(True)
        return TxRedisConnection(protocol, self._reactor, shown, tls=self.address.tls)

    def _endpoint(self, host: Host) -> IStreamClientEndpoint:
        name, port = host
        # No DNS lookup for an IP address.
        if isIPAddress(name):
            make: Callable[..., IStreamClientEndpoint] = TCP4ClientEndpoint
        elif isIPv6Address(name):
            make = TCP6ClientEndpoint
        else:
            make = HostnameEndpoint
        endpoint = make(self._reactor, name, port, timeout=CONNECT_TIMEOUT)
        if not self.address.tls:
            return endpoint
        try:
            options = tls_options(self.address, name)
        except Exception as error:
            text = f"cannot set up TLS to {{}}: {connect_reason(error)}"
            raise RedisError("TLS", text, show_host(host)) from error
        return wrapClientTLS(options, endpoint)

    async def _find_master(self) -> Host:
        """Ask the sentinels for the host of the master."""
        service = self.address.service
        last_error: RedisError | None = None
        for host in self.address.hosts:
            try:
                return await self._ask_sentinel(host)
            except RedisError as error:
                last_error = error
        if last_error is not None and last_error.is_permanent:
            raise last_error
        detail = last_error.operator_text if last_error is not None else ""
        text = f"{{}}: no sentinel knows the master {service}"
        raise RedisError("UNREACHABLE", text, f"{self.address}", detail=detail)

    async def _ask_sentinel(self, host: Host) -> Host:
        address = self.address
        connection = await self._open(host)
        try:
            await _log_in(connection, address.sentinel_user, address.sentinel_password)
            found = await connection.call(
                "SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.service
            )
        finally:
            connection.abort("is no longer needed")
        if not found:
            text = f"{{}} knows no master {address.service}"
            raise RedisError("UNREACHABLE", text, connection.address)
        return found[0].decode(), int(found[1])

    def _warn(self, address: str, warning: str) -> None:
        """Log a warning, once and not for each connection."""
        if warning not in self._warned:
            self._warned.add(warning)
            log.warn("the Redis at {address} {what}", address=address, what=warning)


async def _log_in(connection: RedisConnection, user: str, password: str) -> None:
    if password or user:
        await connection.call("AUTH", *([user] if user else []), password)


async def _check(connection: RedisConnection) -> list[str]:
    """Check that this Redis can be used; what an operator should know of it.

    :raises RedisError: it cannot be used, or not now.
    """
    address = connection.address
    reply = await connection.call("INFO", "server")
    info = _parse_info(reply) if isinstance(reply, bytes) else {}
    version = info.get("redis_version")
    if version is None:
        raise not_redis(address)
    if int(version.partition(".")[0]) < MIN_VERSION:
        text = f"{{}} is version {version}: Redis {MIN_VERSION} or later is required"
        raise RedisError("VERSION", text, address)
    if info.get("redis_mode") == "cluster":
        raise explain(address, "CROSSSLOT")
    # While it loads its data, Redis refuses most commands, but not INFO.
    info = _parse_info(await connection.call("INFO", "persistence", "memory"))
    if info.get("loading") == "1":
        raise explain(address, "LOADING")
    role = await connection.call("ROLE")
    if role[0] != b"master":
        raise explain(address, "READONLY")
    return list(_warnings(info))


def _warnings(info: dict[str, str]) -> Iterator[str]:
    """How this Redis may lose data with its configuration."""
    if info.get("aof_enabled") == "0":
        yield (
            "keeps no append-only file: messages may be lost when it restarts "
            "(set appendonly yes)"
        )
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction" and info.get("maxmemory", "0") != "0":
        yield (
            "deletes history and names when its memory is full: its policy is "
            f"{policy} (set maxmemory-policy noeviction)"
        )


def _parse_info(reply: bytes) -> dict[str, str]:
    lines = reply.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def tls_options(address: RedisAddress, name: str) -> Any:
    """The TLS options for a host of this name; raises what reading files raises."""
    trust = None
    if address.ca:
        with open(address.ca, "rb") as file:  # noqa: PTH123 - a path as it was given
            trust = trustRootFromCertificates([Certificate.loadPEM(file.read())])
    certificate = None
    if address.cert:
        pem = b""
        for path in (address.key, address.cert):
            with open(path, "rb") as file:  # noqa: PTH123 - likewise
                pem += file.read() + b"\n"
        certificate = PrivateCertificate.loadPEM(pem)
    return optionsForClientTLS(name, trustRoot=trust, clientCertificate=certificate)


def connect_reason(error: BaseException) -> str:
    """Why a connection could not be made, in a few words."""
    # A connection that times out is cancelled, which is an error of its own.
    if isinstance(error, TimeoutError | ConnectingCancelledError | ConnectTimeout):
        return "timed out"
    if isinstance(error, DNSLookupError):
        return "there is no host of that name"
    if isinstance(error, ConnectError):
        return (error.__class__.__doc__ or "connecting failed").strip(". ")
    if isinstance(error, ConnectionDone):
        return "it closed the connection"
    if isinstance(error, SSL.Error):
        return ssl_reason(error)
    text = " ".join(str(error).split())
    return text or type(error).__name__
