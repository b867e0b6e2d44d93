"""Notifications to systemd: the server is ready, reloads, stops, and is not stuck.

Each is a datagram to the socket that ``$NOTIFY_SOCKET`` names; see sd_notify(3).
Without that variable none is sent.  The watchdog is fed from the reactor, so that a
server whose reactor is stuck is restarted; see sd_watchdog_enabled(3).
"""

from __future__ import annotations

import faulthandler
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import UnsupportedOperation

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

Send = Callable[[bytes, bytes], object]
"""Sends a datagram to the address of a Unix socket; may raise ``OSError``."""


def send_datagram(data: bytes, address: bytes) -> None:
    """Send a datagram at once.

    :raises OSError: it cannot be sent, or not at once.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unix:
        unix.setblocking(False)
        unix.sendto(data, address)


class Systemd:
    """The service manager, as far as it asked to be notified.

    :param environment: of the process.
    :param send: sends a datagram.
    """

    _log = Logger()

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: IReactorTime,
        send: Send = send_datagram,
    ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._interval = _watchdog_seconds(environment) / 2
        self._clock = clock
        self._send = send
        self._timer: IDelayedCall | None = None
        self._is_ready = False
        self._failing = False

    def ready(self, status: str) -> None:
        """The server accepts connections; from here on the watchdog is fed.

        :param status: one line for ``systemctl status``.
        """
        self._is_ready = True
        self._notify("READY=1", f"STATUS={status}")
        if self._address and self._interval and self._timer is None:
            _dump_stacks_on_abort()
            self._feed()

    def reloading(self) -> None:
        """The server reads its files again; ``reloaded`` follows.

        Nothing is sent unless the server is ready, and not stopping: the end of a
        reload also says that it is ready.
        """
        if self._is_ready:
            since_boot = time.monotonic_ns() // 1000
            self._notify("RELOADING=1", f"MONOTONIC_USEC={since_boot}")

    def reloaded(self) -> None:
        """The server has read its files again, or keeps the former ones."""
        if self._is_ready:
            self._notify("READY=1")

    def stopping(self) -> None:
        """The server begins to stop; the watchdog is still fed."""
        self._is_ready = False
        self._notify("STOPPING=1")

    def stopped(self) -> None:
        """Feed the watchdog no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _feed(self) -> None:
        self._timer = self._clock.callLater(self._interval, self._feed)
        self._notify("WATCHDOG=1")

    def _notify(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            self._send("\n".join(lines).encode(), self._address)
        except OSError as error:
            if not self._failing:
                self._log.warn("systemd is not notified: {error}", error=error)
            self._failing = True
        else:
            self._failing = False


def _address(name: str) -> bytes:
    """The address of a socket: a path, or an abstract name that begins with ``@``."""
    if name.startswith("@"):
        return b"\0" + os.fsencode(name[1:])
    return os.fsencode(name) if name.startswith("/") else b""


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    """Seconds within which the watchdog must be fed; 0 if there is none."""
    pid = environment.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return 0.0
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1_000_000 if microseconds.isdecimal() else 0.0


def _dump_stacks_on_abort() -> None:
    """Have SIGABRT, which the watchdog sends, write where each thread is stuck.

    That names functions and lines only, to standard error.
    """
    stderr = sys.__stderr__
    if stderr is not None:
        with suppress(UnsupportedOperation, ValueError):
            faulthandler.enable(stderr)
