"""Whose pages may connect.

A browser says with every handshake which page asked for it, and would otherwise
let any page in the world use the chat under its visitor's address.  Other programs
send no ``Origin`` and are let in.

Rules of this file: one answer for WebSocket and Socket.IO, and for polling.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from twisted.web.http import Request


class Origins:
    """The pages that may connect: the server's own, and further ones.

    :param allowed: origins such as ``https://example.org``, or hosts such as
        ``example.org:8443`` for both http and https; ``*`` for all.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = {one.lower().rstrip("/").encode() for one in allowed}
        self._all = b"*" in self._allowed

    def __call__(self, origin: bytes | None, host: bytes) -> bool:
        """Whether a page may connect.

        :param origin: the header as it came, ``None`` if it did not.
        :param host: the ``Host`` of the same request.
        """
        if origin is None or self._all:
            return True
        origin = origin.lower()
        try:
            site = urlsplit(origin).netloc
        except ValueError:
            return False
        if not site:
            # "null": a file, or a frame that hides where it is from.
            return False
        return site == host.lower() or not self._allowed.isdisjoint((origin, site))

    def allow(self, request: Request) -> bool:
        """Whether the page that a request came from may connect."""
        headers = request.requestHeaders
        origins = headers.getRawHeaders(b"Origin") or []
        hosts = headers.getRawHeaders(b"Host") or [b""]
        return len(origins) < 2 and self(origins[0] if origins else None, hosts[0])
