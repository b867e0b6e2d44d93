"""TCP keepalive: peers that vanish without closing their connection are noticed.

A peer that loses power or its network sends no FIN.  On a connection that is silent,
TCP itself asks for an acknowledgement (RFC 9293, section 3.8.4); where data waits for
one, the user timeout bounds the wait (RFC 5482).  Neither sends a byte to the
application at the other end.

What is sent to all peers makes them silent at the same moment.  If all were probed at
the same moment, too, the system would drop most of the probes of thousands: Linux keeps
a thousand packets for the loopback interface.  So peers are probed at different times.
"""

from __future__ import annotations

import math
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

from twisted.internet.interfaces import IUNIXTransport

PROBES = 8
"""Unanswered probes after which a peer is gone."""

_LONGEST = 32767
"""Seconds; Linux accepts no more."""

# Named differently, or missing, on other systems.
_IDLE = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
_INTERVAL = getattr(socket, "TCP_KEEPINTVL", None)
_COUNT = getattr(socket, "TCP_KEEPCNT", None)
_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


class TcpKeepalive:
    """Enables keepalive on ports and connections.

    :param interval: seconds of silence after which the peer is probed; for most peers
        it is less, down to half of that.
    :param timeout: seconds after that in which it has to acknowledge.
    """

    def __init__(self, interval: float, timeout: float) -> None:
        longest = _seconds(interval)
        self._idle_times: Iterator[int] = cycle(range(longest, longest // 2, -1))
        whole = {
            _IDLE: longest,
            _INTERVAL: _seconds(timeout / PROBES),
            _COUNT: PROBES,
            _USER_TIMEOUT: (_seconds(interval) + _seconds(timeout)) * 1000,
        }
        self._options = [(name, n) for name, n in whole.items() if name is not None]

    def enable_on_port(self, port: Any) -> None:
        """Enable it for all connections that a TCP port will accept.

        They inherit it, with all its options.  That is so on Linux; on other systems
        this does nothing, and ``enable`` is needed for each of them.
        """
        handle = getattr(port, "socket", None)
        family = getattr(handle, "family", None)
        if sys.platform == "linux" and family in (socket.AF_INET, socket.AF_INET6):
            self._set(handle)

    def enable(self, transport: Any) -> None:
        """Enable it, if the transport is a TCP connection.

        One that has inherited it is only given its own time.
        """
        handle: Any = getattr(transport, "getHandle", lambda: None)()
        if IUNIXTransport.providedBy(transport) or not hasattr(handle, "setsockopt"):
            return
        # The peer may be gone already, which some systems report here.
        with suppress(OSError):
            if not handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE):
                self._set(handle)
            if _IDLE is not None:
                idle = next(self._idle_times)
                handle.setsockopt(socket.IPPROTO_TCP, _IDLE, idle)

    def _set(self, handle: Any) -> None:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in self._options:
            handle.setsockopt(socket.IPPROTO_TCP, name, value)


def _seconds(seconds: float) -> int:
    return min(_LONGEST, max(1, math.ceil(seconds)))
