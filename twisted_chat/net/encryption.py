"""Whether what a client sends can be read on its way: over TLS it cannot.

A trusted proxy that ends TLS says so in ``X-Forwarded-Proto`` or ``Forwarded``; what
other clients write there counts for nothing.
"""

from __future__ import annotations

import re
from typing import Any

from twisted.internet.interfaces import ISSLTransport
from twisted.web.http import Request

from .handover import is_forwarded

_PROTO = re.compile(r"(?:^|[;,\s])proto=\"?(https|wss)\"?(?:[;,\s]|$)", re.IGNORECASE)


def is_encrypted(transport: Any) -> bool:
    """Whether a connection has TLS."""
    return bool(ISSLTransport.providedBy(transport))


def request_is_encrypted(request: Request) -> bool:
    """Whether a request was sent over TLS, to this server or to a trusted proxy."""
    transport = getattr(request.channel, "transport", None)
    # Not ``isSecure``, which looks for an adapter and takes ten times as long.
    if is_encrypted(transport):
        return True
    if not is_forwarded(transport):
        return False
    headers = request.requestHeaders
    for name, pattern in ((b"X-Forwarded-Proto", None), (b"Forwarded", _PROTO)):
        lines = headers.getRawHeaders(name) or []
        # What the nearest proxy adds stands last.
        last = lines[-1].decode("latin-1").split(",")[-1].strip() if lines else ""
        if pattern is None and last.lower() in ("https", "wss"):
            return True
        if pattern is not None and pattern.search(last):
            return True
    return False
