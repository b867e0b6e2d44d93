"""Ports that the server listens on."""

from __future__ import annotations

import errno
import socket
from typing import Any
from unittest import mock

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twisted_chat.server import ports
from twisted_chat.server.ports import (
    BACKLOG,
    CannotListen,
    listen,
    port_name,
    start_accepting,
)


@implementer(IListeningPort)
class Port:
    """A port that records whether it accepts connections."""

    def __init__(self, host: Any) -> None:
        self.host = host
        self.accepts = True

    def startListening(self) -> None:
        raise NotImplementedError

    def stopListening(self) -> None:
        raise NotImplementedError

    def getHost(self) -> Any:
        return self.host

    def stopReading(self) -> None:
        self.accepts = False

    def startReading(self) -> None:
        self.accepts = True


class Machine(MemoryReactorClock):
    """A machine whose ports are ``Port``s.

    :ivar taken: why it does not listen, by address.
    """

    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, int] = {}

    def listenTCP(
        self, port: int, factory: Any, backlog: int = 50, interface: str = ""
    ) -> Any:
        super().listenTCP(port, factory, backlog, interface)
        if interface in self.taken:
            number = self.taken[interface]
            reason = OSError(number, {errno.EADDRINUSE: "Address in use"}.get(number))
            raise CannotListenError(interface, port, reason)
        kind = IPv6Address if ":" in interface else IPv4Address
        return Port(kind("TCP", interface, port or 49152))


class ListenTests(SynchronousTestCase):
    """What ``--port`` describes."""

    def setUp(self) -> None:
        self.machine = Machine()
        self.factory = Factory()

    def listen(self, description: str) -> Any:
        return self.successResultOf(self.ask(description))

    def ask(self, description: str) -> Deferred[IListeningPort]:
        return Deferred.fromCoroutine(listen(self.machine, description, self.factory))

    def refused(self, description: str) -> str:
        """The one line of the startup error."""
        failure = self.failureResultOf(self.ask(description), CannotListen)
        line: str = failure.getErrorMessage()
        self.assertNotIn("\n", line)
        return line

    def test_number_listens_on_every_address(self) -> None:
        """IPv6 and IPv4."""
        self.listen("3000")
        everyone = (3000, self.factory, BACKLOG, "::")
        self.assertEqual(self.machine.tcpServers, [everyone])

    def test_number_listens_on_ipv4_where_there_is_no_ipv6(self) -> None:
        """Some machines have none."""
        self.machine.taken["::"] = errno.EAFNOSUPPORT
        port = self.listen("3000")
        self.assertEqual(self.machine.tcpServers[-1][3], "")
        self.assertEqual(port_name(port, "3000"), "port 3000")

    def test_endpoint_string_is_used_as_it_is(self) -> None:
        """Whatever Twisted can listen on."""
        self.listen("tcp:3000:interface=127.0.0.1")
        ((port, factory, _, interface),) = self.machine.tcpServers
        self.assertEqual((port, interface), (3000, "127.0.0.1"))
        self.assertIs(factory, self.factory)
        self.listen("unix:/run/chat")
        self.assertEqual(self.machine.unixServers[0][:2], ("/run/chat", self.factory))

    def test_many_connections_wait_to_be_accepted(self) -> None:
        """However the port is written, unless the operator says how many."""
        for description, backlog in (
            ("3000", BACKLOG),
            ("tcp:3000", BACKLOG),
            ("tcp:3000:interface=127.0.0.1", BACKLOG),
            (r"tcp6:port=3000:interface=\:\:1", BACKLOG),
            ("tcp:3000:backlog=7", 7),
            ("tcp:3000:127.0.0.1:8", 8),
        ):
            self.listen(description)
            self.assertEqual(self.machine.tcpServers[-1][2], backlog, description)
        for description, backlog in (
            ("unix:/run/chat", BACKLOG),
            ("unix:/run/chat:mode=660", BACKLOG),
            ("unix:/run/chat:backlog=9", 9),
        ):
            self.listen(description)
            self.assertEqual(self.machine.unixServers[-1][2], backlog, description)

    def test_port_in_use_is_named_with_the_reason(self) -> None:
        """And what to do."""
        self.machine.taken = dict.fromkeys(("", "::", "127.0.0.1"), errno.EADDRINUSE)
        for description in ("3000", "tcp:3000:interface=127.0.0.1"):
            self.assertEqual(
                self.refused(description),
                "cannot listen on port 3000: Address in use; give another --port",
            )

    def test_port_without_permission_names_those_that_are_permitted(self) -> None:
        """From 1024 on."""
        self.machine.taken = dict.fromkeys(("", "::"), errno.EACCES)
        self.assertIn("; give a --port of 1024 or more", self.refused("80"))

    def unix(self, error: Exception) -> str:
        """The startup error for a Unix socket, if this is raised."""

        def listen(*_: object, **__: object) -> None:
            raise error

        self.patch(self.machine, "listenUNIX", listen)
        return self.refused("unix:/run/chat")

    def test_unix_socket_in_use_is_named_with_the_reason(self) -> None:
        """By another server, or by another file."""
        locked = CannotListenError(None, b"/run/chat", "Cannot acquire lock")
        self.assertEqual(
            self.unix(locked),
            "cannot listen on unix:/run/chat: another server is using "
            "it; stop that one, or give another path",
        )
        there = OSError(errno.EADDRINUSE, "Address in use")
        self.assertEqual(
            self.unix(CannotListenError(None, b"/run/chat", there)),
            "cannot listen on unix:/run/chat: a file with that name "
            "exists; remove it, or give another path",
        )
        long = CannotListenError(None, b"/run/chat", OSError("path too long"))
        self.assertEqual(
            self.unix(long), "cannot listen on unix:/run/chat: path too long"
        )

    def test_missing_directory_of_a_unix_socket_is_named(self) -> None:
        """Not the lock file that Twisted creates there."""
        missing = FileNotFoundError(errno.ENOENT, "No", "1", None, b"/run/chat.lock")
        self.assertEqual(
            self.unix(missing),
            "cannot listen on unix:/run/chat: there is no directory /run; "
            "create it first",
        )
        denied = PermissionError(errno.EACCES, "No", "1", None, b"/run/chat.lock")
        self.assertEqual(
            self.unix(denied),
            "cannot listen on unix:/run/chat: cannot write into /run: No",
        )

    def test_unreadable_file_of_an_endpoint_is_named(self) -> None:
        """Such as its key."""
        self.assertEqual(
            self.refused("ssl:443:privateKey=/nope"),
            "cannot listen on ssl:443:privateKey=/nope: "
            "cannot read /nope: No such file or directory; "
            "create it, or correct the path",
        )

    def test_error_without_a_text_is_reported_too(self) -> None:
        """With what the system says."""
        self.machine.taken = dict.fromkeys(("", "::"), 999)
        self.assertIn("cannot listen on port 3000: ", self.refused("3000"))

    def test_invalid_endpoint_is_named_with_a_valid_form(self) -> None:
        """It is quoted as it was given."""
        for word in ("carrier-pigeon:7", "tcp:3000:colour=red"):
            line = self.refused(word)
            self.assertIn(f"cannot listen on {word}: give an endpoint such as", line)

    def test_endpoint_with_a_line_end_is_named_in_one_line(self) -> None:
        """With escapes for what is not printable."""
        line = self.refused("unix:a\nb:mode=x")
        self.assertIn(r"cannot listen on unix:a\nb:mode=x: ", line)

    def test_what_is_wrong_with_an_endpoint_is_said_without_python(self) -> None:
        """The argument or value is named, with those that there are."""
        for word, says in (
            (
                "tcp:3000:interfce=127.0.0.1",
                "unknown argument 'interfce'; tcp has port, i",
            ),
            (
                "unix:/run/chat:mde=660",
                "unknown argument 'mde'; unix has address, mode,",
            ),
            ("unix:/run/chat:mode=999", "(invalid number '999', in octal)"),
            ("tcp:3000:backlog=many", "(invalid number 'many')"),
            ("tcp6:3000:::1", "tcp6 has port, interface, backlog, and a : in a value"),
            ("fd:3", "unknown kind of endpoint 'fd'; known: tcp, tcp4, tcp6, unix,"),
        ):
            line = self.refused(word)
            self.assertIn(says, line)
            self.assertNotRegex(line, r"_parse|int\(\)|keyword|positional")

    def test_systemd_socket_of_another_family_is_named(self) -> None:
        """Twisted would take IPv4 addresses out of IPv6 ones."""
        closed: list[bool] = []

        class Adopted(Port):
            def __init__(self, family: int) -> None:
                super().__init__(IPv4Address("TCP", "0.0.0.0", 3000))
                self.socket = mock.Mock(family=socket.AF_INET)
                self.socket.getsockopt.return_value = family

            def stopListening(self) -> None:
                closed.append(True)

        class Endpoint:
            family = socket.AF_INET6

            async def listen(self, _factory: object) -> Any:
                return Adopted(self.family)

        self.patch(ports, "serverFromString", lambda *_: Endpoint())
        word = "systemd:domain=INET:name=chat"
        self.assertEqual(
            self.refused(word),
            f"cannot listen on {word}: systemd passed another kind of socket; give "
            "domain=INET6",
        )
        self.assertEqual(closed, [True])
        self.patch(Endpoint, "family", socket.AF_INET)
        self.listen(word)

    def test_systemd_without_a_socket_is_named(self) -> None:
        """The server was not started by a socket unit."""
        for word in ("systemd:domain=INET:index=0", "systemd:domain=INET6:name=chat"):
            self.assertIn(
                f"cannot listen on {word}: systemd passed no such socket; start the "
                "server by a .socket unit",
                self.refused(word),
            )

    def test_interface_that_is_not_an_address_is_named(self) -> None:
        """The name of an interface, or the address of another machine."""
        no_name = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        elsewhere = OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        for interface, error in (("eth0", no_name), ("192.0.2.200", elsewhere)):
            failed = CannotListenError(interface, 3000, error)

            def listen(*_: object, failed: Exception = failed, **__: object) -> None:
                raise failed

            self.patch(self.machine, "listenTCP", listen)
            line = self.refused(f"tcp:3000:interface={interface}")
            self.assertIn(
                f"interface={interface}: this machine has no such address; give", line
            )

    def test_exception_of_an_endpoint_plugin_is_named(self) -> None:
        """Plugins may raise anything."""

        class Broken:
            def listen(self, _factory: object) -> Deferred[IListeningPort]:
                return fail(ZeroDivisionError())

        self.patch(ports, "serverFromString", lambda _reactor, _text: Broken())
        line = self.refused("broken:1")
        self.assertEqual(line, "cannot listen on broken:1: ZeroDivisionError")


class StartAcceptingTests(SynchronousTestCase):
    """Connections are not accepted before the store is open."""

    def setUp(self) -> None:
        self.machine = Machine()

    def listen(self, description: str) -> Any:
        coroutine = listen(self.machine, description, Factory())
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def test_port_accepts_nothing_until_told_to(self) -> None:
        """The kernel queues connections meanwhile."""
        port = self.listen("3000")
        self.assertFalse(port.accepts)
        start_accepting(port)
        self.assertTrue(port.accepts)

    def test_port_that_cannot_pause_is_left_alone(self) -> None:
        """It belongs to a plugin."""
        start_accepting(self.listen("unix:/run/chat"))


class PortNameTests(SynchronousTestCase):
    """The name of a port in the log."""

    def test_tcp_port_is_named_by_its_number(self) -> None:
        """The real one, if the system has chosen it."""
        port: Any = Port(IPv4Address("TCP", "0.0.0.0", 49152))
        self.assertEqual(port_name(port, "0"), "port 49152")

    def test_unix_socket_is_named_as_it_was_given(self) -> None:
        """It has no number."""
        port: Any = Port(UNIXAddress("/run/chat"))
        self.assertEqual(port_name(port, "unix:/run/chat"), "unix:/run/chat")
