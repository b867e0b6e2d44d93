"""Where the server listens."""

from __future__ import annotations

import errno
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twisted_chat.server import ports
from twisted_chat.server.ports import BACKLOG, CannotListen, accept, listen, spoken


@implementer(IListeningPort)
class Port:
    """A port, and whether the reactor looks at it."""

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

    :ivar taken: why it does not give a port away, by address.
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
    """What ``--port`` says."""

    def setUp(self) -> None:
        self.machine = Machine()
        self.factory = Factory()

    def listen(self, description: str) -> Any:
        return self.successResultOf(self.ask(description))

    def ask(self, description: str) -> Deferred[IListeningPort]:
        return Deferred.fromCoroutine(listen(self.machine, description, self.factory))

    def refused(self, description: str) -> str:
        """Why the start fails, in one line."""
        failure = self.failureResultOf(self.ask(description), CannotListen)
        line: str = failure.getErrorMessage()
        self.assertNotIn("\n", line)
        return line

    def test_a_number(self) -> None:
        """People reach it by every address of the machine, old and new."""
        self.listen("3000")
        everyone = (3000, self.factory, BACKLOG, "::")
        self.assertEqual(self.machine.tcpServers, [everyone])

    def test_no_ipv6(self) -> None:
        """Where the machine has none, the old addresses remain."""
        self.machine.taken["::"] = errno.EAFNOSUPPORT
        port = self.listen("3000")
        self.assertEqual(self.machine.tcpServers[-1][3], "")
        self.assertEqual(spoken(port, "3000"), "port 3000")

    def test_an_endpoint(self) -> None:
        """Whatever Twisted can listen on is all right."""
        self.listen("tcp:3000:interface=127.0.0.1")
        ((port, factory, _, interface),) = self.machine.tcpServers
        self.assertEqual((port, interface), (3000, "127.0.0.1"))
        self.assertIs(factory, self.factory)
        self.listen("unix:/run/chat")
        self.assertEqual(self.machine.unixServers[0][:2], ("/run/chat", self.factory))

    def test_taken(self) -> None:
        """The line names the port and says why."""
        self.machine.taken = dict.fromkeys(("", "::", "127.0.0.1"), errno.EADDRINUSE)
        for description in ("3000", "tcp:3000:interface=127.0.0.1"):
            self.assertEqual(
                self.refused(description),
                "cannot listen on port 3000: Address in use; give another --port",
            )

    def test_not_ours(self) -> None:
        """Who may not take it is told which they may."""
        self.machine.taken = dict.fromkeys(("", "::"), errno.EACCES)
        self.assertIn("; give a --port of 1024 or more", self.refused("80"))

    def unix(self, error: Exception) -> str:
        """Why a Unix socket is not to be had, when this is what happens."""

        def listen(*_: object, **__: object) -> None:
            raise error

        self.patch(self.machine, "listenUNIX", listen)
        return self.refused("unix:/run/chat")

    def test_a_unix_socket_that_is_taken(self) -> None:
        """By another server, or by a file of something else."""
        locked = CannotListenError(None, b"/run/chat", "Cannot acquire lock")
        self.assertEqual(
            self.unix(locked),
            "cannot listen on unix:/run/chat: another server has it; "
            "stop that one, or name another",
        )
        there = OSError(errno.EADDRINUSE, "Address in use")
        self.assertEqual(
            self.unix(CannotListenError(None, b"/run/chat", there)),
            "cannot listen on unix:/run/chat: there is a file of that name; "
            "remove it, or name another",
        )
        long = CannotListenError(None, b"/run/chat", OSError("path too long"))
        self.assertEqual(
            self.unix(long), "cannot listen on unix:/run/chat: path too long"
        )

    def test_a_unix_socket_without_its_directory(self) -> None:
        """The directory is named, not the lock that Twisted makes there."""
        missing = FileNotFoundError(errno.ENOENT, "No", "1", None, b"/run/chat.lock")
        self.assertEqual(
            self.unix(missing),
            "cannot listen on unix:/run/chat: there is no directory /run; "
            "make it first",
        )
        denied = PermissionError(errno.EACCES, "No", "1", None, b"/run/chat.lock")
        self.assertEqual(
            self.unix(denied),
            "cannot listen on unix:/run/chat: cannot write into /run: No",
        )

    def test_a_file_that_an_endpoint_needs(self) -> None:
        """It is named."""
        self.assertEqual(
            self.refused("ssl:443:privateKey=/nope"),
            "cannot listen on ssl:443:privateKey=/nope: "
            "cannot read /nope: No such file or directory",
        )

    def test_a_reason_without_words(self) -> None:
        """What the system says is said, even if it is not much."""
        self.machine.taken = dict.fromkeys(("", "::"), 999)
        self.assertIn("cannot listen on port 3000: ", self.refused("3000"))

    def test_no_endpoint(self) -> None:
        """The word that was taken for one is repeated."""
        for word in ("carrier-pigeon:7", "tcp:3000:colour=red"):
            line = self.refused(word)
            self.assertIn(f"cannot listen on {word}: write an endpoint such as", line)

    def test_an_endpoint_that_breaks(self) -> None:
        """Somebody else's plugin may raise without a word."""

        class Broken:
            def listen(self, _factory: object) -> Deferred[IListeningPort]:
                return fail(ZeroDivisionError())

        self.patch(ports, "serverFromString", lambda _reactor, _text: Broken())
        line = self.refused("broken:1")
        self.assertEqual(line, "cannot listen on broken:1: ZeroDivisionError")


class AcceptTests(SynchronousTestCase):
    """Nobody is let in before the store is open."""

    def setUp(self) -> None:
        self.machine = Machine()

    def listen(self, description: str) -> Any:
        coroutine = listen(self.machine, description, Factory())
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def test_later(self) -> None:
        """Who comes meanwhile waits, and is let in then."""
        port = self.listen("3000")
        self.assertFalse(port.accepts)
        accept(port)
        self.assertTrue(port.accepts)

    def test_one_that_cannot_wait(self) -> None:
        """A port of somebody else's kind lets people in as it likes."""
        accept(self.listen("unix:/run/chat"))


class SpokenTests(SynchronousTestCase):
    """How the log names a port."""

    def test_a_number(self) -> None:
        """The real one, if the system chose it."""
        port: Any = Port(IPv4Address("TCP", "0.0.0.0", 49152))
        self.assertEqual(spoken(port, "0"), "port 49152")

    def test_a_file(self) -> None:
        """A Unix socket has no number, and is named as it was given."""
        port: Any = Port(UNIXAddress("/run/chat"))
        self.assertEqual(spoken(port, "unix:/run/chat"), "unix:/run/chat")
