"""The protocols behind every port, told apart by the first bytes of a connection.

To add a protocol, write its factory and add one ``Detector`` here.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Factory
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from twisted_chat.clients.irc.protocol import IrcFactory
from twisted_chat.clients.irc.server import NAME, IrcServer
from twisted_chat.clients.irc.shared import IrcShared
from twisted_chat.clients.json_polling import JsonPolling
from twisted_chat.clients.line import ChatFactory
from twisted_chat.clients.socketio import ChatNamespace
from twisted_chat.clients.websocket import ChatWebSocketFactory
from twisted_chat.core.chat import Chat
from twisted_chat.engineio.handshakes import Handshakes
from twisted_chat.engineio.resource import EngineIOResource
from twisted_chat.net.admission import Admission
from twisted_chat.net.detection import Detector
from twisted_chat.net.first_bytes import (
    foreign_protocol,
    http_request,
    irc_client,
    ssh_banner,
    tls_hello,
)
from twisted_chat.net.forwarded import TrustedProxies
from twisted_chat.net.handover import on_connection_lost
from twisted_chat.net.hosts import Hosts
from twisted_chat.net.http import ChatSite
from twisted_chat.net.origins import Origins
from twisted_chat.net.paced_tls import PacedTLSFactory
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.proxied import TrustedProxyFactory
from twisted_chat.net.reject import RejectFactory, RejectForeignFactory
from twisted_chat.net.switch import (
    SILENCE_BEFORE_TLS,
    SILENCE_TIMEOUT,
    SwitchFactory,
)
from twisted_chat.net.tcp_keepalive import TcpKeepalive
from twisted_chat.net.timers import Keepalive
from twisted_chat.net.tls import Certificate
from twisted_chat.socketio.server import SocketIO

from .settings import Settings
from .site import Upgrade, make_root, text_response

MAX_ATTACHED = 64 * 1024
"""Bytes of all attachments of one Socket.IO packet; the chat refuses them anyway."""

NO_SSH = "client error: {peer} speaks SSH, which is not served here"


def make_factory(
    chat: Chat,
    settings: Settings,
    clock: IReactorTime,
    engineio: EngineIOResource,
    origins: Origins,
    admission: Admission,
    limits: PeerLimits,
    certificate: Certificate | None = None,
) -> Factory:
    """Make the factory of every port.

    :param origins: the pages that may connect, the same for all protocols.
    :param admission: limits the connections of all ports together.
    :param limits: what each client may cost, on all ports together.
    :param certificate: if there is one, every protocol is accepted within TLS too.
    """
    refused = chat.runtime.counters.refused_connections
    trusted = TrustedProxies(settings.trust_proxy)
    lines = ChatFactory(chat, clock, settings.flood, limits)
    server = IrcServer(chat, settings.host[0] if settings.host else NAME)
    shared = IrcShared(chat, settings.flood, server, certificate)
    keepalive = Keepalive(clock, settings.ping_interval, settings.ping_timeout, limits)
    websockets = ChatWebSocketFactory(chat, settings.flood, keepalive, origins, shared)
    root = make_resources(chat, settings, websockets, engineio, origins, admission)
    hosts = make_hosts(chat, settings, certificate)
    site = ChatSite(root, clock, trusted, hosts, limits)
    irc = IrcFactory(shared, clock, keepalive)
    plain = (
        Detector("http", http_request, site),
        Detector("IRC", irc_client, irc, takes_over=True),
        Detector("ssh", ssh_banner, RejectFactory(log_format=NO_SSH, refused=refused)),
    )
    # Asked last: a TLS record looks like a binary protocol.
    foreign = Detector("foreign", foreign_protocol, RejectForeignFactory(refused))
    silence_timeout = SILENCE_TIMEOUT
    if certificate is None:
        no_tls = RejectFactory(
            log_format="client error: {peer} requested TLS; to enable it, give "
            "--tls-cert and --tls-key",
            refused=refused,
        )
        tls = Detector("tls", tls_hello, no_tls)
    else:
        inner = SwitchFactory(clock, (*plain, foreign), lines, refused=refused)
        encrypted = PacedTLSFactory(certificate, inner, clock, limits.pacing)
        silence_timeout = SILENCE_BEFORE_TLS
        tls = Detector("tls", tls_hello, encrypted)
    port = SwitchFactory(
        clock,
        (*plain, tls, foreign),
        lines,
        silence_timeout,
        admission=admission,
        # The line chat has no heartbeat of its own.
        keepalive=make_keepalive(settings),
        refused=refused,
        name="chat",
    )
    return TrustedProxyFactory(port, trusted, clock, refused) if trusted else port


def make_hosts(
    chat: Chat, settings: Settings, certificate: Certificate | None = None
) -> Hosts:
    """Make the names by which browsers may call the server."""
    return Hosts(
        settings.host,
        lambda: certificate.names if certificate else (),
        refused=chat.runtime.counters.refused_connections,
    )


def make_keepalive(settings: Settings) -> TcpKeepalive:
    """Make what enables TCP keepalive, as often as other clients are pinged."""
    return TcpKeepalive(settings.ping_interval, settings.ping_timeout)


def make_engineio(
    chat: Chat,
    settings: Settings,
    clock: IReactorTime,
    origins: Origins,
    limits: PeerLimits,
) -> EngineIOResource:
    """Make the resource of Socket.IO clients, and of pages without WebSocket."""
    server = SocketIO(clock, max_attached=MAX_ATTACHED)
    ChatNamespace(server, chat, settings.flood)
    engineio = EngineIOResource(
        JsonPolling(chat, settings.flood, server.peer).peer,
        clock,
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
        max_sessions=settings.max_clients,
        max_per_host=settings.max_per_host,
        allow_origin=origins,
        refused=chat.runtime.counters.refused_connections,
        limits=limits,
    )
    if settings.flood is not None:
        # All clients that one address may have may come at once.
        engineio.handshakes = Handshakes(
            clock,
            settings.flood.burst,
            settings.flood.per_second,
            max(settings.flood.burst, settings.max_per_host),
        )
    server.crowded = lambda: engineio.is_half_full
    return engineio


def make_resources(
    chat: Chat,
    settings: Settings,
    websockets: ChatWebSocketFactory,
    engineio: EngineIOResource,
    origins: Origins,
    admission: Admission,
) -> Resource:
    """Make everything that is reached by HTTP: page, WebSocket and Socket.IO."""
    upgrade: Upgrade = websockets.upgrade
    if settings.trust_proxy:
        upgrade = limit_forwarded(upgrade, admission)
    with as_file(files("twisted_chat") / "web") as page:
        return make_root(page, upgrade, chat.journal.problem, engineio, origins)


def limit_forwarded(upgrade: Upgrade, admission: Admission) -> Upgrade:
    """Limit the WebSockets of each client that a trusted proxy forwards.

    The proxy's own connections have no limit; the client is known only from the
    request.  (Sessions of Engine.IO have a limit of their own.)
    """

    def limited(request: Request) -> int | bytes:
        channel: Any = request.channel
        client = request.getClientAddress()
        if client == channel.getPeer():
            return upgrade(request)
        refusal = admission.enter_host(client)
        if refusal is not None:
            request.responseHeaders.setRawHeaders(b"Retry-After", [b"60"])
            return text_response(request, 503, refusal)
        transport = channel.transport
        answer = upgrade(request)
        if answer == NOT_DONE_YET:
            on_connection_lost(transport, lambda: admission.leave_host(client))
        else:
            admission.leave_host(client)
        return answer

    return limited
