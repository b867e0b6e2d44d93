"""TCP keepalive."""

from __future__ import annotations

import errno
import socket
from types import SimpleNamespace
from unittest import mock

from twisted.internet.interfaces import ITCPTransport, IUNIXTransport
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides
from zope.interface.interface import InterfaceClass

from tests.support.memory import Wire
from tests.support.switch import Servers
from twisted_chat.net.switch import SwitchFactory
from twisted_chat.net.tcp_keepalive import PROBES, TcpKeepalive


class Socket:
    """A socket that keeps its options."""

    def __init__(self, family: int = socket.AF_INET) -> None:
        self.family = family
        self.options: dict[tuple[int, int], int] = {}

    def setsockopt(self, level: int, name: int, value: int) -> None:
        self.options[level, name] = value

    def getsockopt(self, level: int, name: int) -> int:
        return self.options.get((level, name), 0)

    @property
    def keepalive(self) -> list[int | None]:
        """On, idle time, interval, probes, user timeout."""
        tcp = socket.IPPROTO_TCP
        return [
            self.options.get(name)
            for name in (
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                (tcp, socket.TCP_KEEPIDLE),
                (tcp, socket.TCP_KEEPINTVL),
                (tcp, socket.TCP_KEEPCNT),
                (tcp, socket.TCP_USER_TIMEOUT),
            )
        ]


class GoneSocket(Socket):
    """A socket whose peer is gone, on a system that reports it at once."""

    def setsockopt(self, level: int, name: int, value: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")


class KeepaliveTests(SynchronousTestCase):
    """Socket options."""

    def enabled(
        self, interval: float, timeout: float, kind: InterfaceClass = ITCPTransport
    ) -> Socket:
        """A socket for which it was enabled."""
        one = Socket()
        transport = SimpleNamespace(getHandle=lambda: one)
        directlyProvides(transport, kind)
        TcpKeepalive(interval, timeout).enable(transport)
        return one

    def test_peer_is_gone_after_interval_and_timeout(self) -> None:
        """In whole seconds, at least one each."""
        for interval, timeout, options in (
            (25, 20, [1, 25, 3, PROBES, 45_000]),
            (0.5, 0.25, [1, 1, 1, PROBES, 2_000]),
            (1e6, 1e6, [1, 32_767, 32_767, PROBES, 65_534_000]),
        ):
            one = self.enabled(interval, timeout)
            self.assertEqual(one.keepalive, options)

    def test_other_transports_are_left_alone(self) -> None:
        """Unix sockets, and what has no socket."""
        self.assertEqual(self.enabled(25, 20, IUNIXTransport).options, {})
        for transport in (SimpleNamespace(getHandle=lambda: None), SimpleNamespace()):
            TcpKeepalive(25, 20).enable(transport)

    def test_peer_that_is_gone_already_is_left_alone(self) -> None:
        """The connection ends as others do."""
        one = GoneSocket()
        TcpKeepalive(25, 20).enable(SimpleNamespace(getHandle=lambda: one))
        self.assertEqual(one.options, {})

    def test_connection_that_inherited_it_is_given_its_time_only(self) -> None:
        """The rest is that of the port."""
        one = Socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        TcpKeepalive(25, 20).enable(SimpleNamespace(getHandle=lambda: one))
        self.assertEqual(one.keepalive, [1, 25, None, None, None])

    def test_port_has_it_where_connections_inherit_it(self) -> None:
        """On Linux; a Unix socket has no such options."""
        for platform, family, enabled in (
            ("linux", socket.AF_INET6, [1, 25, 3, PROBES, 45_000]),
            ("linux", socket.AF_UNIX, [None] * 5),
            ("darwin", socket.AF_INET, [None] * 5),
        ):
            one = Socket(family)
            with mock.patch("sys.platform", platform):
                TcpKeepalive(25, 20).enable_on_port(SimpleNamespace(socket=one))
            self.assertEqual(one.keepalive, enabled)
        TcpKeepalive(25, 20).enable_on_port(SimpleNamespace())

    def test_each_connection_of_a_port_has_it(self) -> None:
        """From the start, whatever it will speak."""
        one, wire = Socket(), Wire()
        wire.getHandle = lambda: one  # type: ignore[attr-defined]
        keepalive = TcpKeepalive(25, 20)
        wire.accept(SwitchFactory(Clock(), (), Servers(), keepalive=keepalive))
        self.assertEqual(one.keepalive, [1, 25, 3, PROBES, 45_000])

    def test_peers_are_probed_at_different_times(self) -> None:
        """Between half of the interval and all of it."""
        keepalive = TcpKeepalive(25, 20)
        found = set()
        for _ in range(100):
            one = Socket()
            keepalive.enable(SimpleNamespace(getHandle=lambda one=one: one))
            _, idle, *others = one.keepalive
            self.assertEqual(others, [3, PROBES, 45_000])
            found.add(idle)
        self.assertEqual(found, set(range(13, 26)))
