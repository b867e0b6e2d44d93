"""One connection to Redis: commands and replies, over ``txredisapi``.

Invariants: every reply has a timeout; every failure is a ``RedisError``.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from .errors import broken, explain, not_redis

REPLY_TIMEOUT = 2.0
"""Seconds until a reply; then the connection is aborted."""

_WITHOUT_TLS = "if it is a Redis without TLS, write redis://"

Argument = str | bytes | int
"""One word of a command."""


class RedisConnection(Protocol):
    """A connection that is ready: logged in, and on the right database."""

    @property
    def address(self) -> str:
        """The address of Redis, for operators."""

    def call(
        self, *command: Argument, time_limit: float = REPLY_TIMEOUT
    ) -> Awaitable[Any]:
        """Send a command and wait for its reply.

        :raises RedisError: Redis refused it, or the connection was lost.
        """

    def abort(self, reason: str) -> None:
        """Close the connection; all commands without a reply fail.

        :param reason: continues a sentence about Redis.
        """

    def closed(self) -> Awaitable[str]:
        """Wait until the connection is closed; the reason.  Call it once."""


class TxRedisConnection:
    """A ``RedisConnection`` over ``txredisapi``'s protocol."""

    def __init__(
        self, protocol: Any, reactor: IReactorTime, address: str, *, tls: bool = False
    ) -> None:
        self.address = address
        # Until it has replied, TLS is not known to work.
        self._starting_tls = tls
        self._protocol = protocol
        self._reactor = reactor
        self._reason = "closed the connection"
        self._closed: Deferred[str] = Deferred()
        protocol.whenDisconnected().addCallback(self._on_closed)

    async def call(self, *command: Argument, time_limit: float = REPLY_TIMEOUT) -> Any:
        """Send a command and wait for its reply."""
        from txredisapi import RedisError as TxRedisError
        from txredisapi import ResponseError

        reason = f"does not reply (waited {time_limit:g} s)"
        if self._starting_tls:
            reason += f"; {_WITHOUT_TLS}"
        expiry = self._reactor.callLater(time_limit, self.abort, reason)
        try:
            reply = await self._protocol.execute_command(*command)
        except ResponseError as error:
            raise explain(self.address, str(error)) from None
        except TxRedisError:
            if garbled := getattr(self._protocol, "garbled", b""):
                raise not_redis(self.address, garbled) from None
            raise broken(self.address, self._reason) from None
        finally:
            if expiry.active():
                expiry.cancel()
        self._starting_tls = False
        return reply

    def abort(self, reason: str) -> None:
        """Close the connection."""
        if not self._closed.called:
            self._reason = reason
            self._protocol.transport.abortConnection()

    def closed(self) -> Deferred[str]:
        """Wait until the connection is closed."""
        return self._closed

    def _on_closed(self, protocol: Any) -> None:
        reason = protocol.reason.value
        if isinstance(reason, SSL.Error):
            self._reason = f"failed the TLS handshake: {ssl_reason(reason)}"
            if self._starting_tls:
                self._reason += f"; {_WITHOUT_TLS}"
        self._closed.callback(self._reason)


def ssl_reason(error: SSL.Error) -> str:
    """Why TLS failed, in a few words."""
    if error.args and error.args[0]:
        return ", ".join(str(part[-1]) for part in error.args[0])
    return type(error).__name__
