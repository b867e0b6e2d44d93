"""A whole server in memory, with every kind of client on one port.

Everything but the network, the disk and the passing of time is real.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from zope.interface import implementer

from tests.support.chats import make_chat, make_runtime
from tests.support.memory import Wire
from twisted_chat.clients.irc.protocol import IrcFactory
from twisted_chat.clients.irc.shared import IrcShared
from twisted_chat.clients.json_polling import JsonPolling
from twisted_chat.clients.line import ChatFactory
from twisted_chat.clients.socketio import ChatNamespace
from twisted_chat.clients.websocket import ChatWebSocketFactory
from twisted_chat.core.interfaces import Journal
from twisted_chat.engineio.resource import EngineIOResource
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.net.detection import Detector
from twisted_chat.net.first_bytes import (
    foreign_protocol,
    http_request,
    irc_client,
    ssh_banner,
    tls_hello,
)
from twisted_chat.net.forwarded import TrustedProxies
from twisted_chat.net.hosts import Hosts
from twisted_chat.net.http import ChatSite
from twisted_chat.net.origins import Origins
from twisted_chat.net.proxied import TrustedProxyFactory
from twisted_chat.net.reject import RejectFactory, RejectForeignFactory
from twisted_chat.net.switch import SwitchFactory
from twisted_chat.net.timers import Keepalive
from twisted_chat.server.site import make_root
from twisted_chat.socketio.server import SocketIO

START = 1_700_000_000
TURNS = 10
"""Turns of the reactor after which everything has happened that is due."""

HOST = "chat.example"
PROXY = "10.0.0.1"
"""The address of a trusted proxy."""


def start_clock() -> Clock:
    """A clock at the time when a server starts."""
    clock = Clock()
    clock.advance(START)
    return clock


class World:
    """One server.

    :param journal: by default one in memory.
    :ivar clock: the time, which passes only when it is advanced.
    :ivar port: the factory of its port.
    """

    def __init__(
        self, journal: Journal | None = None, clock: Clock | None = None
    ) -> None:
        self._failures: list[Any] = []
        self.clock = clock = clock or start_clock()
        self.journal = journal or MemoryJournal(clock.seconds)
        self._runtime = runtime = make_runtime(clock, self._failures)
        runtime.spawn(_run(self.journal.open()))
        self.chat = make_chat(runtime, self.journal)
        self.port = self._make_port()

    def _make_port(self) -> Factory:
        chat, clock = self.chat, self.clock
        origins = Origins()
        server = SocketIO(clock)
        ChatNamespace(server, chat, None)
        ids = count(1)
        self.engineio = EngineIOResource(
            JsonPolling(chat, None, server.peer).peer,
            clock,
            allow_origin=origins,
            new_id=lambda: f"session{next(ids)}",
        )
        keepalive = Keepalive(clock, 25, 20)
        irc = IrcShared(chat, None)
        websockets = ChatWebSocketFactory(chat, None, keepalive, origins, irc)
        with TemporaryDirectory() as empty:
            root = make_root(
                Path(empty),
                websockets.upgrade,
                self.journal.problem,
                self.engineio,
                origins,
            )
        trusted = TrustedProxies([PROXY])
        hosts = Hosts((HOST,), own=lambda: ())
        detectors = (
            Detector("http", http_request, ChatSite(root, clock, trusted, hosts)),
            Detector(
                "IRC", irc_client, IrcFactory(irc, clock, keepalive), takes_over=True
            ),
            Detector("ssh", ssh_banner, RejectFactory()),
            Detector("tls", tls_hello, RejectFactory()),
            Detector("foreign", foreign_protocol, RejectForeignFactory()),
        )
        port = SwitchFactory(clock, detectors, ChatFactory(chat, clock, None))
        return TrustedProxyFactory(port, trusted, clock)

    def connect(self, peer: str = "192.0.2.1") -> Wire:
        """A connection of which nothing was read yet."""
        return Wire(peer).accept(self.port)

    def stop(self) -> None:
        """Stop the server, as a signal does."""
        stopped: list[bool] = []
        self.chat.stop(lambda: stopped.append(True))
        self.settle()
        assert stopped, "the server does not stop"

    def close(self) -> None:
        """Close the journal."""
        self._runtime.spawn(_run(self.journal.close()))
        self.settle()

    def settle(self) -> None:
        """Let everything happen that is due now.

        :raises AssertionError: the server has logged a failure.
        """
        for _ in range(TURNS):
            self.clock.advance(0)
        if self._failures:
            raise AssertionError(f"a failure of the chat: {self._failures[0]}")


async def _run(work: Awaitable[None]) -> None:
    await work


@contextmanager
def no_failure_logged() -> Iterator[None]:
    """Fail if what is inside logs the traceback of an exception."""
    failures: list[LogEvent] = []

    @implementer(ILogObserver)
    def observe(event: LogEvent) -> None:
        if event.get("log_failure") is not None:
            failures.append(event)

    globalLogPublisher.addObserver(observe)
    try:
        yield
    finally:
        globalLogPublisher.removeObserver(observe)
    if failures:
        failure = failures[0]["log_failure"]
        raise AssertionError(f"a failure is logged: {failure.getTraceback()}")
