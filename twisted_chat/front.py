"""What every port speaks: all the protocols there are, told apart by first bytes.

To add a protocol, write its factory and add one ``Detector`` here.
"""

from __future__ import annotations

from importlib.resources import as_file, files

from twisted.internet.interfaces import IReactorTime
from twisted.protocols.tls import TLSMemoryBIOFactory

from .chat import Chat
from .protocols.admission import Admission, FarewellFactory
from .protocols.chat_socketio import ChatSocketIO
from .protocols.chat_websocket import ChatWebSockets
from .protocols.engineio import EngineIOResource
from .protocols.http import ChatSite
from .protocols.keepalive import Keepalive
from .protocols.line import ChatFactory
from .protocols.origins import Origins
from .protocols.socketio import SocketIO
from .protocols.switch import Detector, SwitchFactory
from .protocols.tls import Certificate
from .settings import Settings
from .site import make_root
from .wire.first_bytes import http_request, ssh_banner, tls_hello


def make_front(
    chat: Chat,
    settings: Settings,
    clock: IReactorTime,
    certificate: Certificate | None = None,
) -> SwitchFactory:
    """The factory behind every port.

    :param certificate: with one, all of this is spoken within TLS as well.
    """
    lines = ChatFactory(chat, clock, settings.flood)
    plain = (
        Detector("http", http_request, make_site(chat, settings, clock)),
        Detector("ssh", ssh_banner, FarewellFactory()),
    )
    if certificate is None:
        no_tls = FarewellFactory(
            note="client error: {peer} wants TLS; give --tls-cert and --tls-key"
        )
        tls = Detector("tls", tls_hello, no_tls)
    else:
        inner = SwitchFactory(clock, plain, lines)
        encrypted = TLSMemoryBIOFactory(certificate, False, inner, clock)
        tls = Detector("tls", tls_hello, encrypted)
    admission = Admission(settings.max_clients, settings.max_per_host)
    return SwitchFactory(clock, (*plain, tls), lines, admission=admission)


def make_site(chat: Chat, settings: Settings, clock: IReactorTime) -> ChatSite:
    """Everything that is reached by HTTP: the page, WebSocket and Socket.IO."""
    origins = Origins(settings.allow_origin)
    keepalive = Keepalive(clock, settings.ping_interval, settings.ping_timeout)
    sockets = ChatWebSockets(chat, clock, settings.flood, keepalive, origins)
    socketio = SocketIO(clock)
    ChatSocketIO(socketio, chat, settings.flood)
    engine = EngineIOResource(
        socketio.peer,
        clock,
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
        max_sessions=settings.max_clients,
        max_per_host=settings.max_per_host,
        allow_origin=origins,
    )
    with as_file(files("twisted_chat") / "web") as page:
        root = make_root(page, sockets.answer, chat.journal.healthy, engine)
    return ChatSite(root, clock)
