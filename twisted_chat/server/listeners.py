"""What every port speaks: all the protocols there are, told apart by first bytes.

To add a protocol, write its factory and add one ``Detector`` here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files

from twisted.internet.interfaces import IReactorTime
from twisted.protocols.tls import TLSMemoryBIOFactory

from twisted_chat.clients.line import ChatFactory
from twisted_chat.clients.socketio import ChatNamespace
from twisted_chat.clients.websocket import ChatWebSocketFactory
from twisted_chat.core.chat import Chat
from twisted_chat.engineio.resource import EngineIOResource
from twisted_chat.net.admission import Admission
from twisted_chat.net.first_bytes import http_request, ssh_banner, tls_hello
from twisted_chat.net.http import ChatSite
from twisted_chat.net.origins import Origins
from twisted_chat.net.reject import RejectFactory
from twisted_chat.net.switch import Detector, SwitchFactory
from twisted_chat.net.timers import Keepalive
from twisted_chat.net.tls import Certificate
from twisted_chat.socketio.server import SocketIO

from .settings import Settings
from .site import make_root


@dataclass(frozen=True, slots=True)
class Front:
    """All that people can reach.

    :ivar factory: what is behind every port.
    :ivar when_told: calls back once all were told what they were still to be told,
        or after a second; for a stop.
    """

    factory: SwitchFactory
    when_told: Callable[[Callable[[], None]], None]


def make_front(
    chat: Chat,
    settings: Settings,
    clock: IReactorTime,
    certificate: Certificate | None = None,
) -> Front:
    """Make what is behind every port.

    :param certificate: with one, all of this is spoken within TLS as well.
    """
    engine = make_engine(chat, settings, clock)
    lines = ChatFactory(chat, clock, settings.flood)
    plain = (
        Detector("http", http_request, make_site(chat, settings, clock, engine)),
        Detector("ssh", ssh_banner, RejectFactory()),
    )
    if certificate is None:
        no_tls = RejectFactory(
            log_format="client error: {peer} wants TLS; give --tls-cert and --tls-key"
        )
        tls = Detector("tls", tls_hello, no_tls)
    else:
        inner = SwitchFactory(clock, plain, lines)
        encrypted = TLSMemoryBIOFactory(certificate, False, inner, clock)
        tls = Detector("tls", tls_hello, encrypted)
    admission = Admission(settings.max_clients, settings.max_per_host)
    factory = SwitchFactory(clock, (*plain, tls), lines, admission=admission)
    return Front(factory, engine.when_told)


def make_engine(
    chat: Chat, settings: Settings, clock: IReactorTime
) -> EngineIOResource:
    """Socket.IO."""
    socketio = SocketIO(clock)
    ChatNamespace(socketio, chat, settings.flood)
    return EngineIOResource(
        socketio.peer,
        clock,
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
        max_sessions=settings.max_clients,
        max_per_host=settings.max_per_host,
        allow_origin=Origins(settings.allow_origin),
    )


def make_site(
    chat: Chat, settings: Settings, clock: IReactorTime, engine: EngineIOResource
) -> ChatSite:
    """Everything that is reached by HTTP: the page, WebSocket and Socket.IO."""
    origins = Origins(settings.allow_origin)
    keepalive = Keepalive(clock, settings.ping_interval, settings.ping_timeout)
    sockets = ChatWebSocketFactory(chat, clock, settings.flood, keepalive, origins)
    with as_file(files("twisted_chat") / "web") as page:
        root = make_root(page, sockets.upgrade, chat.journal.healthy, engine)
    return ChatSite(root, clock)
