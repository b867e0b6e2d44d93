"""Wires everything together: the only file that sees all of it.

``Options`` reads the command line, ``makeService`` builds the chat from it,
and ``ChatService`` starts and stops what was built.
"""

from __future__ import annotations

import atexit
import os
import random
import secrets
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, NoReturn

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IReactorCore, IReactorTime
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python import usage
from twisted.python.failure import Failure

from .chat import Chat, Handler
from .commands import CommandTable
from .committer import Committer
from .front import make_front
from .interfaces import Journal, Names, StoreError
from .journals.memory import MemoryJournal
from .nicknames import LocalNames
from .pool import ClientPool
from .protocols.tls import Certificate, CertificateError
from .routes import standard_table
from .settings import SettingError, Settings

log = Logger()

GRACE = 4.0
"""Seconds that a stop may take before what is left is given up."""


class Options(usage.Options):
    """The command line of ``twistd chat``."""

    synopsis = "[options]"
    longdesc = (
        "A chat that people reach with the client they already have: telnet, nc, "
        "a web browser, WebSocket and Socket.IO, all on one port and in one "
        "conversation. With no option at all it listens on port 3000 and keeps "
        "what was said in chat.sqlite in the current directory."
    )
    optParameters: ClassVar = [
        [
            "store",
            "s",
            None,
            (
                "Where what was said is kept: sqlite:PATH, memory:, or "
                "redis://[user:password@]HOST:PORT/DB (rediss:// with TLS). "
                "[default: sqlite:chat.sqlite]"
            ),
        ],
        [
            "history",
            None,
            None,
            "How many of the last messages a newcomer is shown. [default: 10]",
        ],
        [
            "keep",
            None,
            None,
            (
                "How many messages of each room are kept. [default: all with SQLite, "
                "10000 in memory and with Redis]"
            ),
        ],
        [
            "filter-words",
            None,
            None,
            (
                "A file of words to mask, one a line, # begins a comment; read again "
                "on SIGHUP."
            ),
        ],
        ["motd", None, None, "A text file shown after the welcome."],
        [
            "tls-cert",
            None,
            None,
            (
                "A PEM file with the certificate chain; with --tls-key every port also "
                "accepts TLS."
            ),
        ],
        ["tls-key", None, None, "A PEM file with the private key."],
        ["max-clients", None, None, "Connections accepted in all. [default: 10000]"],
        [
            "max-per-host",
            None,
            None,
            "Connections accepted from one address; loopback is exempt. [default: 64]",
        ],
        [
            "flood",
            None,
            None,
            (
                "How much one client may say: BURST:PER_SECOND, or off; beyond it the "
                "server reads on later, and drops nothing. [default: 10:5]"
            ),
        ],
        [
            "ping-interval",
            None,
            None,
            "Seconds between heartbeats on WebSocket and Socket.IO. [default: 25]",
        ],
        [
            "ping-timeout",
            None,
            None,
            "Seconds that a client has to answer a heartbeat. [default: 20]",
        ],
        [
            "config",
            None,
            None,
            (
                "A TOML file whose keys are the long names of these options; the "
                "command line wins over it."
            ),
        ],
    ]

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self._several: dict[str, list[str]] = {}

    def opt_port(self, value: str) -> None:
        """A TCP port, or a Twisted server endpoint such as
        tcp:3000:interface=127.0.0.1 or unix:/run/chat; may be given more than
        once. [default: $PORT if set, else 3000]
        """
        self._several.setdefault("port", []).append(value)

    opt_p = opt_port

    def opt_allow_origin(self, value: str) -> None:
        """A further origin, such as https://example.org, whose pages may
        connect; * for all; may be given more than once. [default: the server's
        own]
        """
        self._several.setdefault("allow-origin", []).append(value)

    def postOptions(self) -> None:
        """Check everything at once, before anything is started."""
        given: dict[str, Any] = {
            name: value for name, value in self.items() if value is not None
        }
        try:
            self.settings = Settings.read({**given, **self._several}, os.environ)
            self.settings.words()
        except SettingError as error:
            raise usage.UsageError(str(error)) from None

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the command line.

        :raises usage.UsageError: with one line that says what to do.
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            # twistd would print the whole help on standard output and end
            # with status 0; an operator's script needs to notice.
            if options is None or self.parent is not None:
                fail_start(f"{error} (twistd chat --help lists the options)")
            raise


def makeService(options: Options, reactor: Any = None) -> ChatService:
    """What ``twistd chat`` runs."""
    if reactor is None:
        from twisted.internet import reactor
    try:
        return ChatService(options.settings, reactor)
    except (StoreError, CertificateError) as error:
        fail_start(f"server error: {error}")


class ChatService(Service):
    """A chat server.

    :ivar chat: the chat itself.
    :param table: the routes, for those who add some of their own.
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
        self.journal, names = open_store(settings, reactor)
        committer = Committer(
            self.journal,
            node=secrets.token_urlsafe(9),
            spawn=spawn,
            call_later=reactor.callLater,
        )
        self.chat = Chat(
            pool=ClientPool(settings.history),
            journal=self.journal,
            names=names,
            committer=committer,
            table=table or standard_table(),
            spawn=spawn,
            call_later=reactor.callLater,
            chance=random.SystemRandom(),
            motd=settings.motd,
        )
        self.certificate = open_certificate(settings)
        self.factory: Factory = make_front(
            self.chat, settings, reactor, self.certificate
        )
        self.ports: list[IListeningPort] = []

    def privilegedStartService(self) -> None:
        """Take the ports, while we may still take those below 1024."""
        for description in self.settings.port:
            self._listen(description)

    def startService(self) -> None:
        """Open the store, then say that we are there."""
        super().startService()
        if not self.ports:
            self.privilegedStartService()
        self.chat.mask = self.settings.words().mask
        if hasattr(signal, "SIGHUP") and IReactorCore.providedBy(self.reactor):
            self._on_signal(signal.SIGHUP)
        spawn(self._start())

    def stopService(self) -> Deferred[None]:
        """Tell everyone, store everything, close everything."""
        super().stopService()
        closed = DeferredList(
            [
                Deferred.fromCoroutine(_maybe(port.stopListening()))
                for port in self.ports
            ]
        )
        stopped: Deferred[None] = Deferred()
        self.chat.stop(lambda: stopped.callback(None))
        stopped.addTimeout(GRACE, self.reactor)
        stopped.addErrback(_given_up)
        stopped.addCallback(lambda _: Deferred.fromCoroutine(self._close()))
        stopped.addCallback(lambda _: closed)
        return stopped.addCallback(lambda _: None)

    def read_again(self) -> None:
        """Read the files that may change while we run: SIGHUP asks for it.

        One that cannot be used changes nothing.
        """
        try:
            self.chat.mask = self.settings.words().mask
            if self.certificate is not None:
                self.certificate.read_again()
        except (SettingError, CertificateError) as error:
            log.warn("{error}; what was read before stays", error=error)

    async def _start(self) -> None:
        try:
            await self.journal.open()
            await self.chat.start()
        except StoreError as error:
            self._fail(str(error))
            return
        for port, description in zip(self.ports, self.settings.port, strict=True):
            # As a field, so that a log in JSON holds the very words, too.
            log.info("{line}", line=f"chat running on {_spoken(port, description)}")

    async def _close(self) -> None:
        await self.journal.close()

    def _listen(self, description: str) -> None:
        try:
            listening = self._endpoint(description).listen(self.factory)
        except ValueError as error:
            self._fail(f"--port {description}: {error}")
            return
        listening.addCallbacks(self.ports.append, self._cannot_listen)

    def _endpoint(self, description: str) -> Any:
        if not description.isdecimal():
            return serverFromString(self.reactor, description)
        return _EveryAddress(self.reactor, int(description))

    def _cannot_listen(self, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, CannotListenError):
            reason = getattr(error.socketError, "strerror", None) or error.socketError
            self._fail(f"cannot listen on port {error.port}: {reason}")
        else:
            self._fail(failure.getErrorMessage())

    def _fail(self, reason: str) -> None:
        log.critical("{line}", line=f"server error: {reason}")
        if getattr(self.reactor, "running", False):
            fail_run(f"server error: {reason}", self.reactor)
        else:
            fail_start(f"server error: {reason}")

    def _on_signal(self, number: int) -> None:
        def read_again(*_: object) -> None:
            self.reactor.callFromThread(self.read_again)

        signal.signal(number, read_again)


class _EveryAddress:
    """A TCP port on every address of the machine, of IPv6 where there is any."""

    def __init__(self, reactor: Any, port: int) -> None:
        self._reactor = reactor
        self._port = port

    def listen(self, factory: Factory) -> Deferred[IListeningPort]:
        """Listen."""
        try:
            port = self._reactor.listenTCP(self._port, factory, 511, "::")
        except CannotListenError as error:
            # No IPv6 on this machine, or else the port is taken there too.
            del error
            return Deferred.fromCoroutine(self._only_four(factory))
        return succeed(port)

    async def _only_four(self, factory: Factory) -> IListeningPort:
        port: IListeningPort = self._reactor.listenTCP(self._port, factory, 511)
        return port


def open_certificate(settings: Settings) -> Certificate | None:
    """The certificate for TLS, if there is to be any.

    :raises CertificateError: it cannot be used.
    """
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key)


def open_store(settings: Settings, reactor: Any) -> tuple[Journal, Names]:
    """The journal and the names that go with it; opened later."""
    scheme, _, rest = settings.store.partition(":")
    now: Callable[[], float] = reactor.seconds
    if scheme == "memory":
        return MemoryJournal(now, settings.keep), LocalNames()
    if scheme == "sqlite":
        from .journals.sqlite import SqliteJournal

        return SqliteJournal(rest, reactor, now, settings.keep), LocalNames()
    raise StoreError(f"{settings.store} is not supported yet")


def spawn(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; what it raises ends in the log."""
    Deferred.fromCoroutine(coroutine).addErrback(
        lambda failure: log.failure("unexpected", failure)
    )


def fail_start(line: str) -> NoReturn:
    """End the start with one line on standard error and a status that is not 0."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    raise SystemExit(1)


def fail_run(line: str, reactor: Any) -> None:
    """The same once the reactor runs."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    # Nothing that the reactor calls can change the status with which twistd ends.
    atexit.register(_leave)
    reactor.stop()


def _leave() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _spoken(port: IListeningPort, description: str) -> str:
    """How the log names a port: by its number, or as it was given."""
    number = getattr(port.getHost(), "port", None)
    return f"port {number}" if number is not None else description


async def _maybe(result: Any) -> None:
    if isinstance(result, Deferred):
        await result


def _given_up(failure: Failure) -> None:
    log.error("not everything could be stored: {why}", why=failure.getErrorMessage())


__all__ = ["ChatService", "IReactorTime", "Options", "makeService", "open_store"]
