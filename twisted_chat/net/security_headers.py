"""The security headers of every HTTP response.

The Content-Security-Policy permits only what comes from the server itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from twisted.web.http_headers import Headers

_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'{sockets}; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# No IPv6 address: a policy cannot name one, and browsers report it as an error.
_HOST = re.compile(rb"[A-Za-z0-9.\-]+(?::\d{1,5})?")


def secure(response: Headers, request: Headers, inline_scripts: Iterable[str]) -> None:
    """Set the headers of a response.

    :param request: the headers of the request.
    :param inline_scripts: hashes of the scripts within the page that is the response,
        as a Content-Security-Policy has them.
    """
    response.removeHeader(b"Server")
    policy = _policy(request, inline_scripts)
    response.setRawHeaders(b"Content-Security-Policy", [policy])
    response.setRawHeaders(b"X-Content-Type-Options", [b"nosniff"])
    response.setRawHeaders(b"Referrer-Policy", [b"no-referrer"])


def _policy(request: Headers, inline_scripts: Iterable[str]) -> bytes:
    # In older versions of Safari 'self' does not include WebSockets.
    hosts = request.getRawHeaders(b"Host") or [b""]
    sockets = ""
    if len(hosts) == 1 and _HOST.fullmatch(hosts[0]):
        host = hosts[0].decode()
        sockets = f" ws://{host} wss://{host}"
    scripts = "".join(f" '{one}'" for one in inline_scripts)
    return _POLICY.format(scripts=scripts, sockets=sockets).encode()
