"""A persistent connection to Redis, which reconnects whenever it is lost.

Invariants: one attempt at a time, with exponential backoff; a command without a
connection fails at once; no command is sent twice.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from twisted_chat.core.interfaces import StoreError

from .connection import REPLY_TIMEOUT, Argument, RedisConnection
from .connector import Connect
from .errors import RedisError
from .scripts import SCRIPTS, Script

log = Logger()

MIN_BACKOFF = 0.05
"""Seconds between the first two attempts."""

MAX_BACKOFF = 1.0
"""The most seconds between two attempts: well below the duration of a lease."""

Task = Callable[["PersistentConnection"], Awaitable[None]]


class PersistentConnection:
    """Keeps one connection.

    :param name: of the connection, for the log.
    :param on_connect: called first on each new connection; until it returns, only
        the ``early`` methods work.  An error closes the connection.
    :param run: called after that, and runs for as long as the connection lasts.
    :param changed: called when ``error`` has changed.
    :ivar error: why there is no connection; ``None`` while there is one.
    """

    def __init__(
        self,
        name: str,
        connect: Connect,
        reactor: IReactorTime,
        *,
        on_connect: Task | None = None,
        run: Task | None = None,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        self.name = name
        self.error: StoreError | None = _unconnected("Redis is not connected yet")
        self._connect = connect
        self._reactor = reactor
        self._on_connect = on_connect
        self._run = run
        self._changed = changed
        self._connection: RedisConnection | None = None
        self._loop: Deferred[None] | None = None
        self._waiting: list[Deferred[None]] = []
        self._stopping = False
        self._sleeping: set[Deferred[None]] = set()
        self._reset_cause: StoreError | None = None

    def start(self) -> None:
        """Connect, and stay connected."""
        self._loop = Deferred.fromCoroutine(self._keep_connected())
        self._loop.addErrback(self._log_failure)

    async def stop(self) -> None:
        """Close the connection, and do not reconnect."""
        self._stopping = True
        self.error = _unconnected("the server is shutting down; nothing more is stored")
        self._wake_sleepers()
        self._wake_waiting(self.error)
        if self._connection is not None:
            self._connection.abort("is no longer needed")
        if self._loop is not None:
            await self._loop

    async def wait_connected(self) -> None:
        """Wait until there is a connection.

        :raises StoreError: the current attempt, or else the next one, failed; or there
            is none any more.
        """
        if self.error is None:
            return
        if self._stopping:
            raise self.error
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        await waiting

    async def call(self, *command: Argument, time_limit: float = REPLY_TIMEOUT) -> Any:
        """Send a command and wait for its reply.

        :raises StoreError: there is no connection, or it was lost, or Redis refused.
        """
        self._check_connected()
        return await self.call_early(*command, time_limit=time_limit)

    async def call_early(
        self, *command: Argument, time_limit: float = REPLY_TIMEOUT
    ) -> Any:
        """The same, also while ``on_connect`` runs."""
        connection = self._connection
        if connection is None:
            raise self.error or _unconnected("Redis is not connected")
        try:
            return await connection.call(*command, time_limit=time_limit)
        except RedisError as error:
            if error.needs_reconnect:
                self._reset_cause = error
                connection.abort("cannot be used")
            raise

    async def run_script(self, script: Script, *arguments: Argument) -> Any:
        """Run a script and wait for its result; raises as ``call`` does."""
        self._check_connected()
        return await self.run_script_early(script, *arguments)

    async def run_script_early(self, script: Script, *arguments: Argument) -> Any:
        """The same, also while ``on_connect`` runs."""
        try:
            return await self.call_early("EVALSHA", script.sha, 0, *arguments)
        except RedisError as error:
            if error.code != "NOSCRIPT":
                raise
        # The scripts were flushed, so this one did nothing.
        await self.load_scripts()
        return await self.call_early("EVALSHA", script.sha, 0, *arguments)

    async def load_scripts(self) -> None:
        """Load all scripts into Redis."""
        for script in SCRIPTS:
            await self.call_early("SCRIPT", "LOAD", script.text)

    def reset(self, cause: StoreError) -> None:
        """Close this connection and make another; commands meanwhile fail with
        ``cause``.
        """
        if self._connection is not None:
            self._reset_cause = cause
            self._connection.abort("cannot be used")

    async def sleep(self, seconds: float) -> None:
        """Wait.

        :raises StoreError: the connection was lost, or is being stopped.
        """
        interrupted = self._stopping
        if not interrupted:
            sleeping: Deferred[None] = deferLater(self._reactor, seconds)
            self._sleeping.add(sleeping)
            try:
                await sleeping
            except CancelledError:
                interrupted = True
            finally:
                self._sleeping.discard(sleeping)
        if interrupted:
            raise self.error or _unconnected("the connection to Redis was stopped")

    async def _keep_connected(self) -> None:
        attempt = 0
        while not self._stopping:
            try:
                connection = await self._connect()
            except StoreError as error:
                self._fail(error)
            else:
                # Of an earlier one, which was lost before that could be the reason.
                self._reset_cause = None
                was_ready = await self._use(connection)
                attempt = 0 if was_ready else attempt
            backoff = min(MAX_BACKOFF, MIN_BACKOFF * 2**attempt)
            attempt = min(attempt + 1, 10)
            with suppress(StoreError):
                await self.sleep(backoff * random.uniform(0.75, 1.25))

    async def _use(self, connection: RedisConnection) -> bool:
        """Use a connection until it is lost; whether ``on_connect`` succeeded."""
        self._connection = connection
        lost: Deferred[None] = Deferred.fromCoroutine(self._watch(connection))
        was_ready = False
        try:
            if not self._stopping:
                if self._on_connect is not None:
                    await self._on_connect(self)
                was_ready = True
                self._succeed()
                if self._run is not None:
                    await self._run(self)
        except StoreError as error:
            self._reset_cause = self._reset_cause or error
            connection.abort("cannot be used")
        except Exception:  # noqa: BLE001 - is logged, and then a new connection is made
            log.failure("the {name} connection to Redis failed", name=self.name)
            connection.abort("sent an unexpected reply")
        if self._stopping:
            connection.abort("is no longer needed")
        await lost
        return was_ready

    async def _watch(self, connection: RedisConnection) -> None:
        reason = await connection.closed()
        self._connection = None
        cause, self._reset_cause = self._reset_cause, None
        lost = RedisError("UNREACHABLE", f"{{}} {reason}", connection.address)
        self._fail(cause or lost)
        self._wake_sleepers()

    def _check_connected(self) -> None:
        if self._connection is None or self.error is not None:
            raise self.error or _unconnected("Redis is not connected")

    def _wake_sleepers(self) -> None:
        for sleeping in list(self._sleeping):
            sleeping.cancel()

    def _succeed(self) -> None:
        self.error = None
        self._changed()
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)

    def _fail(self, error: StoreError) -> None:
        if self._stopping:
            return
        self.error = error
        self._changed()
        self._wake_waiting(error)

    def _wake_waiting(self, error: StoreError) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.errback(error)

    def _log_failure(self, failure: Any) -> None:
        log.failure("the {name} connection to Redis failed", failure, name=self.name)


def _unconnected(text: str) -> RedisError:
    return RedisError("UNREACHABLE", text)
