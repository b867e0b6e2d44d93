"""A connection to Redis that is made again whenever it breaks.

Rules of this file: one attempt at a time, with growing pauses between; whoever asks
while there is no connection is refused at once; nothing is asked twice.
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

from .connector import ANSWER, Dial, Line, Word
from .errors import RedisError, in_full
from .scripts import SCRIPTS, Script

log = Logger()

FIRST_PAUSE = 0.05
"""Seconds between the first two attempts."""

LONGEST_PAUSE = 1.0
"""Seconds between two attempts at most; well within the life of a lease."""

Tend = Callable[["Link"], Awaitable[None]]


class Link:
    """Keeps one connection.

    :param greet: done first on each new connection; until it is through, others
        are refused.  What it raises ends the connection.
    :param tend: done after that, for as long as the connection lasts.
    :ivar trouble: why there is no connection; ``None`` while there is.
    """

    def __init__(
        self,
        name: str,
        dial: Dial,
        reactor: IReactorTime,
        *,
        greet: Tend | None = None,
        tend: Tend | None = None,
    ) -> None:
        self.name = name
        self.trouble: StoreError | None = RedisError("AWAY", "Redis is not asked yet")
        self._dial = dial
        self._reactor = reactor
        self._greet = greet
        self._tend = tend
        self._line: Line | None = None
        self._running: Deferred[None] | None = None
        self._waiting: list[Deferred[None]] = []
        self._stopping = False
        self._pauses: set[Deferred[None]] = set()
        self._cause: StoreError | None = None

    def start(self) -> None:
        """Connect, and stay connected."""
        self._running = Deferred.fromCoroutine(self._run())
        self._running.addErrback(self._broken)

    async def stop(self) -> None:
        """Let go of the connection, and make no other."""
        self._stopping = True
        self.trouble = RedisError("AWAY", "the chat is closing; nothing more is stored")
        self._wake()
        if self._line is not None:
            self._line.drop("is not needed any more")
        if self._running is not None:
            await self._running

    async def up(self) -> None:
        """Wait until there is a connection.

        :raises StoreError: the attempt that runs now, or the next, failed.
        """
        if self.trouble is None:
            return
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        await waiting

    async def call(self, *words: Word, within: float = ANSWER) -> Any:
        """Ask for something.

        :raises StoreError: there is no connection, or it broke, or it was refused.
        """
        if self._line is None or self.trouble is not None:
            raise self.trouble or RedisError("AWAY", "Redis is not connected")
        return await self.ask(*words, within=within)

    async def ask(self, *words: Word, within: float = ANSWER) -> Any:
        """The same while the connection is not ready for others yet."""
        line = self._line
        if line is None:
            raise self.trouble or RedisError("AWAY", "Redis is not connected")
        try:
            return await line.call(*words, within=within)
        except RedisError as error:
            if error.elsewhere:
                self._cause = error
                line.drop("cannot be used")
            raise

    async def run(self, script: Script, *words: Word, within: float = ANSWER) -> Any:
        """Run a script once there is a connection for everyone."""
        if self._line is None or self.trouble is not None:
            raise self.trouble or RedisError("AWAY", "Redis is not connected")
        return await self.ask_script(script, *words, within=within)

    async def ask_script(
        self, script: Script, *words: Word, within: float = ANSWER
    ) -> Any:
        """The same while the connection is not ready for others yet."""
        try:
            return await self.ask("EVALSHA", script.sha, 0, *words, within=within)
        except RedisError as error:
            if error.code != "NOSCRIPT":
                raise
        # Somebody has flushed them; nothing was done yet.
        await self.load()
        return await self.ask("EVALSHA", script.sha, 0, *words, within=within)

    async def load(self) -> None:
        """Make the scripts known."""
        for script in SCRIPTS:
            await self.ask("SCRIPT", "LOAD", script.text)

    def drop(self, cause: StoreError) -> None:
        """Give this connection up; another is made."""
        if self._line is not None:
            self._cause = cause
            self._line.drop("cannot be used")

    async def wait(self, seconds: float) -> None:
        """Wait.

        :raises StoreError: the connection is gone, or the link is to end.
        """
        cut = self._stopping
        if not cut:
            pause: Deferred[None] = deferLater(self._reactor, seconds)
            self._pauses.add(pause)
            try:
                await pause
            except CancelledError:
                cut = True
            finally:
                self._pauses.discard(pause)
        if cut:
            raise self.trouble or RedisError("AWAY", "Redis is let go of")

    async def _run(self) -> None:
        attempt = 0
        while not self._stopping:
            try:
                line = await self._dial()
            except StoreError as error:
                self._fail(error)
            else:
                lasted = await self._use(line)
                attempt = 0 if lasted else attempt
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
            attempt = min(attempt + 1, 10)
            with suppress(StoreError):
                await self.wait(pause * random.uniform(0.75, 1.25))

    async def _use(self, line: Line) -> bool:
        """Use a connection until it is gone; whether it was of any use."""
        self._line = line
        gone: Deferred[None] = Deferred.fromCoroutine(self._watch(line))
        lasted = False
        try:
            if not self._stopping:
                if self._greet is not None:
                    await self._greet(self)
                lasted = True
                self._ready()
                if self._tend is not None:
                    await self._tend(self)
        except StoreError as error:
            self._cause = self._cause or error
            line.drop("cannot be used")
        except Exception:  # noqa: BLE001 - ends in the log, and we begin again
            log.failure("the {name} connection to Redis", name=self.name)
            line.drop("gave an answer that makes no sense")
        if self._stopping:
            line.drop("is not needed any more")
        await gone
        return lasted

    async def _watch(self, line: Line) -> None:
        why = await line.lost()
        self._line = None
        cause, self._cause = self._cause, None
        self._fail(cause or RedisError("AWAY", f"{{}} {why}", line.where))
        self._wake()

    def _wake(self) -> None:
        for pause in list(self._pauses):
            pause.cancel()

    def _ready(self) -> None:
        self.trouble = None
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    def _fail(self, error: StoreError) -> None:
        if self._stopping:
            return
        if self.trouble is None:
            log.warn("{line}", line=in_full(error))
        self.trouble = error
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.errback(error)

    def _broken(self, failure: Any) -> None:
        log.failure("the {name} connection to Redis", failure, name=self.name)
