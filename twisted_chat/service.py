"""Wires everything together: the only file that sees all of it.

``makeService`` builds the chat from the options, and ``ChatService`` starts and
stops what was built.
"""

from __future__ import annotations

import random
import secrets
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from .core.chat import Chat, Handler
from .core.commands import CommandTable
from .core.committer import Committer
from .core.interfaces import Journal, NameRegistry, StoreError
from .core.name_registry import LocalNameRegistry
from .core.pool import ClientPool
from .core.routes import standard_table
from .core.runtime import Runtime
from .journals.memory import MemoryJournal
from .journals.sqlite.file import check_file
from .journals.sqlite.journal import SqliteJournal
from .net.tls import Certificate, CertificateError
from .server.listeners import make_front
from .server.options import Options
from .server.ports import CannotListen, accept, listen, spoken
from .server.settings import SettingError, Settings
from .server.startup_errors import FailedService, end, report

__all__ = ["ChatService", "Options", "Settings", "makeService"]

log = Logger()

GRACE = 4.0
"""Seconds that a stop may take before what is left is given up."""


def makeService(options: Options, reactor: Any = None) -> Service:
    """What ``twistd chat`` runs."""
    if reactor is None:
        from twisted.internet import reactor
    if options.mistake:
        hint = "twistd chat --help lists the options"
        return FailedService(f"{options.mistake} ({hint})", reactor)
    try:
        return ChatService(options.settings, reactor)
    except (StoreError, CertificateError) as error:
        return FailedService(str(error), reactor)


class ChatService(Service):
    """A chat server.

    :param table: the routes, for those who add some of their own.
    :ivar chat: the chat itself.
    :ivar factory: what every port speaks.
    :ivar ports: where it listens, once it has started.
    :ivar failed: called with the reason when it cannot start; ends the process.
    """

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        *,
        table: CommandTable[Handler] | None = None,
    ) -> None:
        self.setName("chat")
        self.settings = settings
        self.reactor = reactor
        self.failed: Callable[[str], None] = lambda reason: end(reason, reactor)
        self.ports: list[IListeningPort] = []
        self.certificate = open_certificate(settings)
        node = secrets.token_urlsafe(9)
        self.journal, names = open_store(settings, reactor, node)
        runtime = make_runtime(reactor)
        committer = Committer(self.journal, runtime, node=node)
        self.chat = Chat(
            pool=ClientPool(settings.history),
            journal=self.journal,
            names=names,
            committer=committer,
            table=table or standard_table(),
            runtime=runtime,
            motd=settings.motd,
        )
        self.front = make_front(self.chat, settings, reactor, self.certificate)
        self.factory: Factory = self.front.factory
        self._listening: Deferred[None] | None = None
        self._trouble = ""

    # Starting.

    def privilegedStartService(self) -> None:
        """Take the ports, while we may still take those below 1024."""
        self._listening = Deferred.fromCoroutine(self._listen())

    def startService(self) -> None:
        """Open the store, then let people in and say so."""
        super().startService()
        if self._listening is None:
            self.privilegedStartService()
        self.chat.mask = self.settings.words().mask
        self._read_again_on_hangup()
        if not self._trouble:
            try:
                check_store(self.settings)
            except StoreError as error:
                self._trouble = str(error)
        if self._trouble:
            # Not where it was found: an exception must leave this very method
            # if twistd is to tell whoever started a daemon.
            self._fail()
        else:
            spawn(self._start())

    async def _listen(self) -> None:
        try:
            for description in self.settings.port:
                port = await listen(self.reactor, description, self.factory)
                self.ports.append(port)
        except CannotListen as error:
            self._trouble = str(error)

    async def _start(self) -> None:
        if self._listening is not None:
            await self._listening
        if self._trouble:
            self._fail()
            return
        try:
            await self.journal.open()
            await self.chat.start()
        except StoreError as error:
            self._trouble = str(error)
            self._fail()
            return
        for port, description in zip(self.ports, self.settings.port, strict=True):
            accept(port)
            # As a field, so that a log in JSON holds the very words, too.
            log.info("{line}", line=f"chat running on {spoken(port, description)}")

    def _fail(self) -> None:
        report(self._trouble)
        self.failed(self._trouble)

    # Running.

    def read_again(self) -> None:
        """Read the files that may change while we run: SIGHUP asks for it.

        One that cannot be used changes nothing.
        """
        try:
            self.chat.mask = self.settings.words().mask
            if self.certificate is not None:
                self.certificate.reload()
        except (SettingError, CertificateError) as error:
            log.warn("{error}; what was read before stays", error=error)
        else:
            log.info("read the words and the certificate again")

    def _read_again_on_hangup(self) -> None:
        def hung_up(*_: object) -> None:
            self.reactor.callFromThread(self.read_again)

        if hasattr(signal, "SIGHUP") and hasattr(self.reactor, "callFromThread"):
            signal.signal(signal.SIGHUP, hung_up)

    # Stopping.

    def stopService(self) -> Deferred[None]:
        """Tell everyone, store everything, close everything."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        stopped: Deferred[None] = Deferred()
        stopped.addTimeout(GRACE, self.reactor)
        stopped.addErrback(_given_up)

        def stored() -> None:
            # Who polls may just be on the way here, to fetch the last words.
            self.front.when_told(
                lambda: None if stopped.called else stopped.callback(None)
            )

        self.chat.stop(stored)
        await stopped
        closing = [maybeDeferred(port.stopListening) for port in self.ports]
        await self.journal.close()
        await gatherResults(closing)
        # An HTTP answer is sent in the turn after the one in which it was given.
        for _ in range(2):
            await deferLater(self.reactor, 0)
        # An answer to a GET that waited is sent after the turn in which it was given.
        for _ in range(2):
            await deferLater(self.reactor, 0)


def open_certificate(settings: Settings) -> Certificate | None:
    """The certificate for TLS, if there is to be any.

    :raises CertificateError: it cannot be used.
    """
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key)


def check_store(settings: Settings) -> None:
    """See whether the store can be opened, while a daemon can still say so.

    :raises StoreError: it cannot.
    """
    scheme, _, rest = settings.store.partition(":")
    if scheme == "sqlite":
        check_file(rest)


def open_store(
    settings: Settings, reactor: Any, node: str
) -> tuple[Journal, NameRegistry]:
    """The journal and the names that go with it; they are opened later.

    :param node: unique among all servers and all their runs.
    :raises StoreError: there can be no such store.
    """
    scheme, _, rest = settings.store.partition(":")
    if scheme == "memory":
        return MemoryJournal(reactor.seconds, settings.keep), LocalNameRegistry()
    if scheme.startswith("redis"):
        from .journals.redis.journal import open_redis

        return open_redis(settings.store, reactor, node, settings.keep)
    return SqliteJournal(
        rest, reactor, reactor.seconds, settings.keep
    ), LocalNameRegistry()


def make_runtime(reactor: Any) -> Runtime:
    """The reactor and the log, as the core knows them."""

    def log_failure(error: Exception) -> None:
        log.failure("unexpected", Failure(error))

    def log_line(line: str) -> None:
        # As a field, so that a log in JSON has the line as it is, too.
        log.info("{line}", line=line)

    return Runtime(
        spawn=spawn,
        call_later=reactor.callLater,
        seconds=reactor.seconds,
        rng=random.SystemRandom(),
        log_failure=log_failure,
        log_line=log_line,
    )


def spawn(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; what it raises ends in the log."""
    Deferred.fromCoroutine(coroutine).addErrback(
        lambda failure: log.failure("unexpected", failure)
    )


def _given_up(failure: Failure) -> None:
    log.error("not everything could be stored: {why}", why=failure.getErrorMessage())
