"""What the log says when there are no file descriptors left."""

from __future__ import annotations

import errno
from typing import Any

from twisted.internet.task import Clock
from twisted.internet.tcp import Port, _accept
from twisted.logger import LogEvent, Logger, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.accept_errors import NAMESPACE, AcceptErrors
from twisted_chat.server.log_filter import PERIOD

NOTHING_LEFT = (
    "no file descriptors are left (EMFILE), so new connections are closed: "
    "raise the limit of open files, or lower --max-clients"
)


class FakeConnection:
    """A socket that was accepted."""

    def close(self) -> None:
        """Twisted closes it at once."""

    def fileno(self) -> int:
        """Of no file that anyone reads."""
        return -1


class FullListener:
    """Connections wait, and there is no descriptor for them but the reserved one."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        self.reserved = True

    def available(self) -> bool:
        """Twisted: a descriptor is held in reserve."""
        return self.reserved

    def __enter__(self) -> None:
        self.reserved = False

    def __exit__(self, *_: object) -> None:
        self.reserved = True

    def accept(self) -> tuple[FakeConnection, tuple[str, int]]:
        """A connection, if a descriptor is free."""
        if self.reserved:
            raise OSError(errno.EMFILE, "Too many open files")
        if not self.waiting:
            raise OSError(errno.EAGAIN, "nobody waits")
        self.waiting -= 1
        return FakeConnection(), ("192.0.2.7", 40000 + self.waiting)


class AcceptErrorsTests(SynchronousTestCase):
    """One line a minute, without addresses."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.events: list[LogEvent] = []
        append: Any = self.events.append
        self.observer = AcceptErrors(append, self.clock.seconds)
        globalLogPublisher.addObserver(self.observer)
        self.addCleanup(globalLogPublisher.removeObserver, self.observer)

    def run_out(self, waiting: int) -> None:
        """Have Twisted accept connections without a descriptor for them."""
        listener: Any = FullListener(waiting)
        found = list(_accept(Logger(NAMESPACE), range(100), listener, listener))
        self.assertEqual(found, [])
        self.assertEqual(listener.waiting, 0)

    def lines(self) -> list[str]:
        lines = [formatEvent(event) for event in self.events]
        self.events.clear()
        return lines

    def test_closed_connections_are_one_line_without_their_addresses(self) -> None:
        """However many there are."""
        for _ in range(10):
            self.run_out(50)
        self.assertEqual(self.lines(), [NOTHING_LEFT])

    def test_next_minute_has_its_own_line(self) -> None:
        """So that the log shows for how long it lasts."""
        self.run_out(1)
        self.clock.advance(PERIOD)
        self.run_out(1)
        self.assertEqual(self.lines(), [NOTHING_LEFT] * 2)

    def test_other_lines_are_logged(self) -> None:
        """Those of Twisted's ports, too."""
        Logger(NAMESPACE).info("something else")
        Logger("twisted_chat").info("alice: EMFILE")
        self.assertEqual(self.lines(), ["something else", "alice: EMFILE"])

    def test_ports_of_twisted_log_under_the_name(self) -> None:
        """It would have to change here if Twisted renamed it."""
        self.assertEqual(Port._logger.namespace, NAMESPACE)
