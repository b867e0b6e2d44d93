"""The protocols behind every port, told apart by the first bytes of a connection.

To add a protocol, write its factory and add one ``Detector`` here.
"""

from __future__ import annotations

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


def make_factory(
    chat: Chat,
    settings: Settings,
    clock: IReactorTime,
    engineio: EngineIOResource,
    certificate: Certificate | None = None,
) -> SwitchFactory:
    """Make the factory of every port.

    :param certificate: if there is one, every protocol is accepted within TLS too.
    """
    lines = ChatFactory(chat, clock, settings.flood)
    plain = (
        Detector("http", http_request, make_site(chat, settings, clock, engineio)),
        Detector("ssh", ssh_banner, RejectFactory()),
    )
    if certificate is None:
        no_tls = RejectFactory(
            log_format="client error: {peer} requested TLS; to enable it, give "
            "--tls-cert and --tls-key"
        )
        tls = Detector("tls", tls_hello, no_tls)
    else:
        inner = SwitchFactory(clock, plain, lines)
        encrypted = TLSMemoryBIOFactory(certificate, False, inner, clock)
        tls = Detector("tls", tls_hello, encrypted)
    admission = Admission(settings.max_clients, settings.max_per_host)
    return SwitchFactory(clock, (*plain, tls), lines, admission=admission)


def make_engineio(
    chat: Chat, settings: Settings, clock: IReactorTime
) -> EngineIOResource:
    """Make the resource of Socket.IO clients."""
    server = SocketIO(clock)
    ChatNamespace(server, chat, settings.flood)
    return EngineIOResource(
        server.peer,
        clock,
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
        max_sessions=settings.max_clients,
        max_per_host=settings.max_per_host,
        allow_origin=Origins(settings.allow_origin),
    )


def make_site(
    chat: Chat, settings: Settings, clock: IReactorTime, engineio: EngineIOResource
) -> ChatSite:
    """Make everything that is reached by HTTP: page, WebSocket and Socket.IO."""
    origins = Origins(settings.allow_origin)
    keepalive = Keepalive(clock, settings.ping_interval, settings.ping_timeout)
    websockets = ChatWebSocketFactory(chat, settings.flood, keepalive, origins)
    with as_file(files("twisted_chat") / "web") as page:
        root = make_root(page, websockets.upgrade, chat.journal.problem, engineio)
    return ChatSite(root, clock)
