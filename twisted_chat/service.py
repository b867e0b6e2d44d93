"""The Twisted service of the chat, which puts all its parts together.

``makeService`` makes a ``ChatService`` of the options; the service starts and stops the
server.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
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
from .core.interfaces import StoreError
from .core.joining.entrance import Entrance
from .core.pool import ClientPool
from .core.routes.table import standard_table
from .core.store_log import StoreLog
from .journals.retention import Retention
from .journals.session_refresh import SessionRefresh
from .journals.stores import check_store, open_store
from .journals.trimmer import Trimmer
from .net.admission import Admission, log_addresses
from .net.monotonic import use_monotonic_time
from .net.origins import Origins
from .net.peer_limits import PeerLimits
from .net.tls import Certificate, CertificateError
from .server.admin import Admin
from .server.fair_threads import FairThreads, make_pool
from .server.garbage import collect_less_often, exempt_the_program
from .server.listeners import (
    make_engineio,
    make_factory,
    make_hosts,
    make_keepalive,
)
from .server.open_files import raise_limit
from .server.options import Options
from .server.ports import (
    ADMIN_ADVICE,
    PORT_ADVICE,
    CannotListen,
    listen,
    port_name,
    start_accepting,
)
from .server.reloading import Reloader
from .server.runtime import make_runtime, spawn
from .server.settings import SettingError, Settings
from .server.sources import Sources
from .server.startup_errors import (
    StartupErrorService,
    exit_with_failure,
    log_startup_error,
)
from .server.systemd import Systemd
from .server.values import store_name

__all__ = ["ChatService", "Options", "Settings", "makeService"]

log = Logger()

STOP_TIMEOUT = 4.0
"""Seconds that a stop may take; what is not stored then is lost."""


def makeService(options: Options, reactor: Any = None) -> Service:
    """Make the service that ``twistd chat`` runs."""
    if reactor is not None:
        return _make_service(options, reactor)
    from twisted.internet import reactor

    use_monotonic_time(reactor)
    collect_less_often()
    service = _make_service(options, reactor)
    exempt_the_program()
    return service


def _make_service(options: Options, reactor: Any) -> Service:
    if options.error:
        hint = f"{options.program} --help lists the options"
        return StartupErrorService(f"{options.error} ({hint})", reactor)
    try:
        return ChatService(options.settings, reactor)
    except StoreError as error:
        return StartupErrorService(error.operator_text, reactor)
    except (CertificateError, SettingError) as error:
        return StartupErrorService(str(error), reactor)


class ChatService(Service):
    """A chat server.

    :param table: the routes; by default the standard ones.
    :param environment: of the process, where systemd asks to be notified.
    :ivar chat: the chat.
    :ivar factory: the factory of every port.
    :ivar ports: the ports, once the service has started.
    :ivar admin_port: that of ``--admin``.
    :ivar port_advice: what to do if a port is in use.
    :ivar on_running: called with the ports once they accept connections.
    :ivar on_startup_error: called with the reason when the server cannot start; by
        default the process exits.
    """

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        *,
        table: CommandTable[Handler] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.setName("chat")
        self.settings = settings
        self.reactor = reactor
        self.on_startup_error: Callable[[str], None] = self._exit
        self.port_advice = PORT_ADVICE
        self.on_running: Callable[[Sequence[IListeningPort]], None] = lambda _: None
        self.ports: list[IListeningPort] = []
        self.certificate = open_certificate(settings)
        node = secrets.token_urlsafe(9)
        log_addresses(shown=settings.log_addresses)
        self._hashing = FairThreads(reactor, make_pool())
        runtime = make_runtime(
            reactor, log_addresses=settings.log_addresses, in_thread=self._hashing
        )
        store_log = StoreLog(runtime.log_line)
        self.journal, names = open_store(
            settings.store,
            reactor,
            node,
            Retention(settings.keep, settings.keep_days, settings.keep_bytes),
            store_log.report,
        )
        committer = Committer(self.journal, runtime, node=node, store_log=store_log)
        self.chat = Chat(
            pool=ClientPool(settings.history),
            journal=self.journal,
            names=names,
            committer=committer,
            table=table or standard_table(),
            runtime=runtime,
            motd=settings.motd,
            policy=settings.policy(),
        )
        if settings.password_file is not None:
            self.chat.entrance = Entrance(
                settings.password_file, runtime, requires_tls=settings.require_tls
            )
        self._trimmer = Trimmer(
            self.journal,
            runtime,
            occupied=lambda: self.chat.pool.rooms,
            forget=self.chat.pool.forget,
            is_failing=lambda: store_log.failing,
        )
        self._sessions = SessionRefresh(
            self.journal, runtime, self.chat.pool.clients.values
        )
        refused = runtime.counters.refused_connections
        origins = Origins(settings.allow_origin, refused)
        admission = Admission(settings.max_clients, settings.max_per_host, refused)
        self._admission = admission
        limits = PeerLimits(reactor, runtime.counters, time.thread_time)
        self._engineio = make_engineio(self.chat, settings, reactor, origins, limits)
        self.factory: Factory = make_factory(
            self.chat,
            settings,
            reactor,
            self._engineio,
            origins,
            admission,
            limits,
            self.certificate,
        )
        self._systemd = Systemd(environment, reactor)
        self._reloader = Reloader(settings, self.certificate, self.chat, self._systemd)
        self._admin = self._make_admin(committer, admission, store_log)
        self.admin_port: IListeningPort | None = None
        self._listening: Deferred[None] | None = None
        self._startup_error = ""

    def _make_admin(
        self, committer: Committer, admission: Admission, store_log: StoreLog
    ) -> Admin | None:
        """What ``--admin`` serves.

        :raises SettingError: it needs a package.
        """
        if self.settings.admin is None:
            return None

        def problem() -> str | None:
            reason = self.journal.problem()
            return reason and (store_log.reason or reason)

        sources = Sources(self.chat, committer, admission)
        hosts = make_hosts(self.chat, self.settings, self.certificate)
        return Admin(sources, problem, self.reactor, hosts)

    # Starting.

    def privilegedStartService(self) -> None:
        """Listen, while the process may still use ports below 1024."""
        self._listening = Deferred.fromCoroutine(self._listen())

    def startService(self) -> None:
        """Open the store, then accept connections and log the ports."""
        super().startService()
        if self._listening is None:
            self.privilegedStartService()
        self._raise_file_limit()
        self._reloader.start(self.reactor)
        if not self._startup_error:
            try:
                check_store(self.settings.store)
            except StoreError as error:
                self._startup_error = error.operator_text
        if self._startup_error:
            # Twistd reports to the parent of a daemon only what this method raises.
            self._fail()
        else:
            spawn(self._start())

    def _raise_file_limit(self) -> None:
        files = raise_limit(self.settings.max_clients)
        self._admission.limit = files.clients
        if files.line:
            log.info("{line}", line=files.line)
        if files.warning:
            log.warn("{line}", line=files.warning)

    async def _listen(self) -> None:
        keepalive = make_keepalive(self.settings)
        try:
            for description in self.settings.port:
                port = await listen(
                    self.reactor, description, self.factory, self.port_advice
                )
                keepalive.enable_on_port(port)
                self.ports.append(port)
            if self._admin is not None and self.settings.admin is not None:
                self.admin_port = await listen(
                    self.reactor,
                    self.settings.admin,
                    self._admin.factory,
                    ADMIN_ADVICE,
                )
        except CannotListen as error:
            self._startup_error = str(error)

    async def _start(self) -> None:
        if self._listening is not None:
            await self._listening
        if self._startup_error:
            self._fail()
            return
        self._start_admin()
        try:
            await self.journal.open()
            await self.chat.start()
        except StoreError as error:
            self._startup_error = error.operator_text
            self._fail()
            return
        self._hashing.start()
        if self.chat.operators.code:
            line = f"operator code: {self.chat.operators.code}"
            log.info("{line}", line=line)
        name = store_name(self.settings.store)
        log.info("{line}", line=f"messages are stored in {name}")
        lines = []
        for port, description in zip(self.ports, self.settings.port, strict=True):
            start_accepting(port)
            lines.append(f"chat running on {port_name(port, description)}")
            # As a field, so that a log in JSON has the line as it is, too.
            log.info("{line}", line=lines[-1])
        self._systemd.ready(", ".join(lines))
        self._trimmer.start()
        self._sessions.start()
        self.on_running(self.ports)

    def _start_admin(self) -> None:
        """Serve metrics and health, also while the store is being opened."""
        if self._admin is None or self.admin_port is None:
            return
        self._admin.start()
        start_accepting(self.admin_port)
        name = port_name(self.admin_port, self.settings.admin or "")
        log.info("{line}", line=f"metrics are served on {name}")

    def _fail(self) -> None:
        log_startup_error(self._startup_error)
        self.on_startup_error(self._startup_error)

    def _exit(self, reason: str) -> None:
        exit_with_failure(reason, self.reactor)

    # Running.

    def reload(self) -> None:
        """Read the word list and the certificate again, as on SIGHUP.

        A file that cannot be used changes nothing.
        """
        self._reloader.reload()

    # Stopping.

    def stopService(self) -> Deferred[None]:
        """Notify every client, store everything, close everything."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self._systemd.stopping()
        stopped: Deferred[None] = Deferred()
        stopped.addTimeout(STOP_TIMEOUT, self.reactor)
        stopped.addErrback(_log_timeout)
        self._trimmer.stop()
        self._sessions.stop()

        def flushed() -> None:
            if not stopped.called:
                stopped.callback(None)

        # Polling clients have to fetch the last messages.
        self.chat.stop(lambda: self._engineio.when_flushed(flushed))
        await stopped
        ports = [port for port in (*self.ports, self.admin_port) if port is not None]
        closing = [maybeDeferred(port.stopListening) for port in ports]
        if self._admin is not None:
            self._admin.stop()
        self._hashing.stop()
        await self.journal.close()
        await gatherResults(closing)
        # HTTP responses are sent up to two turns after they were made.
        for _ in range(2):
            await deferLater(self.reactor, 0)
        self._systemd.stopped()


def open_certificate(settings: Settings) -> Certificate | None:
    """The certificate for TLS; ``None`` if there are no files for it.

    :raises CertificateError: the files cannot be used.
    """
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key, settings.tls_client_ca)


def _log_timeout(_timeout: Failure) -> None:
    log.error(
        "not everything was stored: the server stopped waiting after {seconds:g} s",
        seconds=STOP_TIMEOUT,
    )
