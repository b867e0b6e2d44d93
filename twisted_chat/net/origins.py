"""Origin checks: which web pages may connect.

A browser sends the origin of the page with every handshake; without a check, any page
in the world could use the server with its visitor's address.  Other programs send no
``Origin`` and are allowed.

Invariant: one rule for WebSocket, Socket.IO and polling.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from twisted.web.http import Request

from .refusal_log import RefusalLog, printable

_DEFAULT_PORTS = {b"http": b"80", b"https": b"443"}

_ORIGIN = re.compile(rb"([a-z][a-z0-9+.-]*)://([^/?#\s]+)(?:[/?#].*)?")
"""A scheme, a host with its port, and whatever a program adds."""


class Origins:
    """Pages that may connect: those of the server itself, and others by name.

    The first refusal of each origin is logged.

    :param allowed: origins such as ``https://example.org``, or hosts such as
        ``example.org:8443`` for both http and https; ``*`` for all.
    :param refused: counts refusals, as ``origin``.
    """

    def __init__(
        self, allowed: Iterable[str] = (), refused: Counter[str] | None = None
    ) -> None:
        self._refused: Counter[str] = Counter() if refused is None else refused
        self._log = RefusalLog()
        self._origins: set[bytes] = set()
        self._hosts: set[bytes] = set()
        for one in allowed:
            scheme, mark, host = one.lower().rstrip("/").encode().rpartition(b"://")
            if mark:
                self._origins.add(scheme + mark + _without_default_port(host, scheme))
                continue
            self._hosts.add(host)
            for scheme in _DEFAULT_PORTS:
                site = _without_default_port(host, scheme)
                self._origins.add(scheme + b"://" + site)
        self._all = b"*" in self._hosts

    def __call__(self, origin: bytes | None, host: bytes) -> bool:
        """Whether a page may connect; if not, that is logged.

        A port that is the default of the origin's scheme may be given or left out, in
        ``Host`` too: browsers leave it out, other programs and proxies may not.

        :param origin: the ``Origin`` header as received, ``None`` if there is none.
        :param host: the ``Host`` header of the same request.
        """
        if origin is None or self._permits(origin, host):
            return True
        self._refused["origin"] += 1
        self._log.add(_shown(origin), _refusal(origin, host))
        return False

    def _permits(self, origin: bytes, host: bytes) -> bool:
        if self._all:
            return True
        parts = _ORIGIN.fullmatch(origin.lower())
        if parts is None:
            # "null": a local file, or a sandboxed frame.  No browser leaves out one.
            return False
        scheme, authority = parts.groups()
        site = _without_default_port(authority, scheme)
        return site != b"" and (
            site == _without_default_port(host.lower(), scheme)
            or scheme + b"://" + site in self._origins
            or site in self._hosts
        )

    def refusal(self, request: Request) -> str | None:
        """Why the page that sent a request may not connect; ``None`` if it may."""
        headers = request.requestHeaders
        origins = headers.getRawHeaders(b"Origin")
        if not origins:
            return None
        if len(origins) > 1:
            return "a request may have one Origin header"
        host = (headers.getRawHeaders(b"Host") or [b""])[0]
        if self(origins[0], host):
            return None
        return _refusal(origins[0], host)


def _refusal(origin: bytes, host: bytes) -> str:
    return (
        f"pages of {_shown(origin)} may not connect (Host {_shown(host)}): "
        "pass Host on, or give --allow-origin"
    )


def _shown(header: bytes) -> str:
    return printable(header) or "none"


def _without_default_port(authority: bytes, scheme: bytes) -> bytes:
    """A host and port, without the port if it is empty or the scheme's default."""
    host, colon, port = authority.rpartition(b":")
    if colon and (not port or port == _DEFAULT_PORTS.get(scheme)):
        return host
    return authority
