"""The port for operators: ``/metrics`` and ``/healthz``, and nothing else.

It is HTTP with the limits of the chat's own ports.  It has no password: who can reach
the endpoint can read it.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Factory
from twisted.web.resource import Resource
from twisted.web.server import Request

from twisted_chat.core.counters import SECONDS, Histogram
from twisted_chat.net.admission import Admission
from twisted_chat.net.detection import Detector
from twisted_chat.net.first_bytes import http_request
from twisted_chat.net.hosts import Hosts
from twisted_chat.net.http import ChatSite
from twisted_chat.net.reject import RejectFactory
from twisted_chat.net.switch import SwitchFactory
from twisted_chat.net.timer_delay import TimerDelay

from .settings import SettingError
from .site import Folder, HealthResource, Problem, ReadOnlyResource, body_for
from .sources import Sources

MAX_CONNECTIONS = 50
"""Connections at once; further ones are refused."""

Export = Callable[[str], tuple[bytes, str]]
"""Takes the ``Accept`` header, and returns a body and its media type."""


class MetricsResource(ReadOnlyResource):
    """The metrics, in the format that the client accepts."""

    def __init__(self, export: Export) -> None:
        self._export = export

    def get(self, request: Request) -> bytes:
        """All metrics, as they are now."""
        accepted = request.requestHeaders.getRawHeaders(b"Accept") or []
        body, media_type = self._export(b", ".join(accepted).decode("latin-1"))
        headers = request.responseHeaders
        headers.setRawHeaders(b"Content-Type", [media_type.encode()])
        headers.setRawHeaders(b"Cache-Control", [b"no-store"])
        return body_for(request, body)


class Admin:
    """What the port serves.

    :param problem: returns why nothing can be stored now, for an operator to read.
    :param hosts: the names by which browsers may call it.
    :ivar factory: of the port.

    :raises SettingError: a package is missing.
    """

    def __init__(
        self, sources: Sources, problem: Problem, clock: IReactorTime, hosts: Hosts
    ) -> None:
        try:
            # It takes as long to import as a tenth of the start.
            from .metrics import make_exporter
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("prometheus_client"):
                raise
            raise SettingError(
                "--admin needs a package: pip install '.[metrics]' in the checkout"
            ) from None
        delays = Histogram(SECONDS)
        self._timer_delay = TimerDelay(clock, delays.observe)
        root: Resource = Folder()  # type: ignore[no-untyped-call]
        root.putChild(b"metrics", MetricsResource(make_exporter(sources, delays)))
        root.putChild(b"healthz", HealthResource(problem))
        self.factory: Factory = SwitchFactory(
            clock,
            (Detector("http", http_request, ChatSite(root, clock, None, hosts)),),
            RejectFactory(),
            admission=Admission(MAX_CONNECTIONS, MAX_CONNECTIONS),
            name="metrics",
        )

    def start(self) -> None:
        """Begin to measure how late the timers of the reactor are."""
        self._timer_delay.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer_delay.stop()
