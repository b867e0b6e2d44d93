"""Notifications to systemd."""

from __future__ import annotations

import faulthandler
import os
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.logs import Log
from twisted_chat.server import systemd
from twisted_chat.server.systemd import Systemd, send_datagram


class SystemdCase(SynchronousTestCase):
    """A service manager that records what it is sent."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.sent: list[str] = []
        self.addresses: set[bytes] = set()
        self.error: OSError | None = None
        self.dumps: list[bool] = []
        self.patch(systemd, "_dump_stacks_on_abort", lambda: self.dumps.append(True))

    def make(self, **environment: str) -> Systemd:
        found = {"NOTIFY_SOCKET": "/run/systemd/notify", **environment}
        return Systemd(found, self.clock, self.send)

    def send(self, data: bytes, address: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(data.decode())
        self.addresses.add(address)


class NotificationTests(SystemdCase):
    """From the start to the end."""

    def test_start_and_stop_are_notified(self) -> None:
        """With a status for people."""
        manager = self.make()
        manager.ready("chat running on port 3000")
        manager.stopping()
        manager.stopped()
        self.assertEqual(
            self.sent, ["READY=1\nSTATUS=chat running on port 3000", "STOPPING=1"]
        )

    def test_reload_has_a_begin_and_an_end(self) -> None:
        """The time is that of the system's monotonic clock."""
        manager = self.make()
        manager.ready("")
        manager.reloading()
        manager.reloaded()
        _, begin, end = self.sent
        self.assertRegex(begin, r"\ARELOADING=1\nMONOTONIC_USEC=\d+\Z")
        self.assertEqual(end, "READY=1")

    def test_reload_before_the_start_and_at_the_end_says_nothing(self) -> None:
        """The server is not ready then."""
        manager = self.make()
        manager.reloading()
        manager.reloaded()
        self.assertEqual(self.sent, [])
        manager.ready("")
        manager.stopping()
        del self.sent[:]
        manager.reloading()
        manager.reloaded()
        self.assertEqual(self.sent, [])

    def test_without_systemd_nothing_is_sent(self) -> None:
        """Without the variable, and with an invalid address in it."""
        for value in ("", "relative", "vsock:2:1234"):
            manager = self.make(NOTIFY_SOCKET=value, WATCHDOG_USEC="1000000")
            manager.ready("")
            manager.stopping()
        self.assertEqual((self.sent, self.clock.getDelayedCalls()), ([], []))

    def test_address_is_a_path_or_abstract(self) -> None:
        """``@`` stands for a null byte."""
        self.make().ready("")
        self.make(NOTIFY_SOCKET="@/org/x").ready("")
        self.assertEqual(self.addresses, {b"/run/systemd/notify", b"\0/org/x"})

    def test_failure_is_logged_once_until_it_ends(self) -> None:
        """It stops nothing."""
        log = Log(self)
        manager = self.make()
        for error in (OSError(2, "gone"), OSError(2, "gone"), None, OSError(2, "x")):
            self.error = error
            manager.ready("")
        self.assertEqual(
            log.lines(),
            [
                "systemd is not notified: [Errno 2] gone",
                "systemd is not notified: [Errno 2] x",
            ],
        )


class WatchdogTests(SystemdCase):
    """A reactor that is stuck feeds no watchdog."""

    def feeds(self) -> int:
        return self.sent.count("WATCHDOG=1")

    def test_watchdog_is_fed_twice_in_its_time(self) -> None:
        """From the start until the end of the stop, not only until it begins."""
        manager = self.make(WATCHDOG_USEC="30000000")
        self.clock.advance(60)
        self.assertEqual(self.feeds(), 0)
        manager.ready("")
        self.assertEqual(self.feeds(), 1)
        self.clock.advance(15)
        self.assertEqual(self.feeds(), 2)
        manager.stopping()
        self.clock.advance(15)
        self.assertEqual(self.feeds(), 3)
        manager.stopped()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.dumps, [True])

    def test_failure_does_not_end_it(self) -> None:
        """The next one may arrive."""
        manager = self.make(WATCHDOG_USEC="2000000")
        self.error = BlockingIOError(11, "full")
        manager.ready("")
        self.clock.advance(1)
        self.error = None
        self.clock.advance(1)
        self.assertEqual(self.feeds(), 1)
        manager.stopped()

    def test_watchdog_of_another_process_is_not_fed(self) -> None:
        """Nor one that was not asked for."""
        for environment in (
            {"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": f"{os.getpid() + 1}"},
            {"WATCHDOG_USEC": "0"},
            {"WATCHDOG_USEC": "-1"},
            {},
        ):
            self.make(**environment).ready("")
        self.assertEqual((self.feeds(), self.dumps), (0, []))
        self.make(WATCHDOG_USEC="2000000", WATCHDOG_PID=f"{os.getpid()}").ready("")
        self.assertEqual(self.feeds(), 1)


class DatagramTests(SynchronousTestCase):
    """What is sent by a socket."""

    def test_socket_that_is_not_there_is_an_error(self) -> None:
        """Which the caller handles."""
        with TemporaryDirectory() as directory:
            path = os.fsencode(Path(directory, "none"))
            self.assertRaises(OSError, send_datagram, b"READY=1", path)

    def test_datagram_is_sent_without_waiting(self) -> None:
        """To the address, by a socket that is closed then."""
        with mock.patch.object(socket, "socket") as made:
            send_datagram(b"READY=1", b"\0x")
        unix = made.return_value.__enter__.return_value
        unix.setblocking.assert_called_once_with(False)
        unix.sendto.assert_called_once_with(b"READY=1", b"\0x")

    def test_stacks_are_written_to_standard_error(self) -> None:
        """If there is one with a descriptor."""
        with mock.patch.object(faulthandler, "enable") as enable:
            stderr = mock.Mock()
            self.patch(sys, "__stderr__", stderr)
            systemd._dump_stacks_on_abort()
            enable.assert_called_once_with(stderr)
            enable.side_effect = ValueError
            systemd._dump_stacks_on_abort()
            self.patch(sys, "__stderr__", None)
            systemd._dump_stacks_on_abort()
            self.assertEqual(enable.call_count, 2)
