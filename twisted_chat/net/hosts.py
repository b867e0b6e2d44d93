"""Host checks: by which names browsers may call the server.

An attacker's DNS server can resolve the name of the attacker's page to this machine
(DNS rebinding).  For the browser, and by its ``Origin``, the page is then one of this
server.  But its ``Host`` is the attacker's.  So names that no stranger can own are
accepted, and others have to be given.

Invariant: one rule for every HTTP request: pages, WebSocket, Socket.IO and polling.
"""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

from twisted.web.http_headers import Headers

from .refusal_log import RefusalLog, printable

LOCAL_DOMAINS = ("local", "lan", "internal", "home.arpa")
"""Domains that are not in the public DNS (RFC 6762, RFC 8375)."""

_HOST = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::\d{0,5})?")


class DuplicateHost(Exception):
    """A request has two ``Host`` headers; the text is one line for the client."""


class Hosts:
    """The names of the server.

    :param names: further names; ``*`` for all.
    :param certified: the names in the certificate, at the moment; ``*.example.org``
        stands for each name directly below.
    :param own: the machine's own names.
    :param refused: counts refusals, as ``host``.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        certified: Callable[[], Iterable[str]] = tuple,
        own: Callable[[], Iterable[str]] | None = None,
        refused: Counter[str] | None = None,
    ) -> None:
        self._refused: Counter[str] = Counter() if refused is None else refused
        self._names = {_bare(name) for name in names}
        self._names.update(map(_bare, (own or own_names)()))
        self._certified = certified
        self._log = RefusalLog()

    def refusal(self, headers: Headers, *, any_name: bool = False) -> str | None:
        """Why a request is not answered, in one line; ``None`` if it is.

        A request without ``Host`` is answered: browsers send one.

        :param any_name: the request may be for any name.
        :raises DuplicateHost: there are two.
        """
        hosts = headers.getRawHeaders(b"Host") or []
        if len(hosts) > 1:
            raise DuplicateHost("a request may have one Host header")
        if any_name or not hosts or not hosts[0]:
            return None
        if self._permits(hosts[0].decode("latin-1")):
            return None
        self._refused["host"] += 1
        shown = printable(hosts[0])
        name = shown.rpartition(":")[0] or shown
        refusal = f"this server is not known as {shown}: start it with --host {name}"
        self._log.add(shown, refusal)
        return refusal

    def _permits(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        address, name = found[1], _bare(found[2] or "")
        if address is not None or _is_address(name):
            return _is_address(address or name)
        if "." not in name or "*" in self._names or name in self._names:
            return True
        if any(name.endswith(f".{domain}") for domain in LOCAL_DOMAINS):
            return True
        certified = {_bare(one) for one in self._certified()}
        return name in certified or f"*.{name.partition('.')[2]}" in certified


def own_names(hosts_file: Path = Path("/etc/hosts")) -> list[str]:
    """The name of this machine, and those beside it in ``/etc/hosts``.

    No DNS server is asked: that may take long, and it may be an attacker's.
    """
    own = socket.gethostname()
    names = [own]
    try:
        lines = hosts_file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return names
    for line in lines:
        _, *beside = line.partition("#")[0].split() or [""]
        if own in beside:
            names += beside
    return names


def _bare(name: str) -> str:
    """A name without what makes no difference: case, and a dot at its end."""
    return name.lower().removesuffix(".")


@lru_cache(maxsize=64)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
