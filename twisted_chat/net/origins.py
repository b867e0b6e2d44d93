"""Origin checks: which web pages may connect.

A browser sends the origin of the page with every handshake; without a check, any page
in the world could use the server with its visitor's address.  Other programs send no
``Origin`` and are allowed.

Invariant: one rule for WebSocket, Socket.IO and polling.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from twisted.web.http import Request


class Origins:
    """Pages that may connect: those of the server itself, and others by name.

    :param allowed: origins such as ``https://example.org``, or hosts such as
        ``example.org:8443`` for both http and https; ``*`` for all.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = {one.lower().rstrip("/").encode() for one in allowed}
        self._all = b"*" in self._allowed

    def __call__(self, origin: bytes | None, host: bytes) -> bool:
        """Whether a page may connect.

        :param origin: the ``Origin`` header as received, ``None`` if there is none.
        :param host: the ``Host`` header of the same request.
        """
        if origin is None or self._all:
            return True
        origin = origin.lower()
        try:
            site = urlsplit(origin).netloc
        except ValueError:
            return False
        if not site:
            # "null": a local file, or a sandboxed frame.
            return False
        return site == host.lower() or not self._allowed.isdisjoint((origin, site))

    def allow(self, request: Request) -> bool:
        """Whether the page that sent a request may connect."""
        headers = request.requestHeaders
        origins = headers.getRawHeaders(b"Origin") or []
        hosts = headers.getRawHeaders(b"Host") or [b""]
        return len(origins) < 2 and self(origins[0] if origins else None, hosts[0])
