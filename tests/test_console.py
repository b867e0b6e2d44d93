"""The command ``twisted-chat``."""

from __future__ import annotations

import errno
import sys
from io import StringIO
from typing import Any
from unittest import mock

from twisted.application.service import IServiceMaker
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.scripts import twistd
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyObject

from tests.support.service import ServiceCase
from twisted_chat import console
from twisted_chat.console import ConsoleOptions, ConsoleService, banner, main
from twisted_chat.server.startup_errors import StartupErrorService
from twisted_chat.service import ChatService


@implementer(IListeningPort)
class Port:
    """A port with this address."""

    def __init__(self, host: object) -> None:
        self._host = host

    def getHost(self) -> Any:
        return self._host

    def startListening(self) -> None:
        raise NotImplementedError

    def stopListening(self) -> None:
        raise NotImplementedError


class MainTests(SynchronousTestCase):
    """What is run."""

    def run_with(self, *arguments: str) -> Any:
        """The options of the twistd that is run."""
        run: list[Any] = []
        self.patch(twistd, "runApp", run.append)
        main(arguments)
        (options,) = run
        return options

    def test_server_runs_in_the_foreground_without_a_pid_file(self) -> None:
        """With the options of ``twistd chat``."""
        options = self.run_with("--store", "memory:", "--history", "3")
        self.assertTrue(options["nodaemon"])
        self.assertTrue(options["no_save"])
        self.assertEqual((options["pidfile"], options["logfile"]), ("", None))
        self.assertTrue(callable(options["logger"]))
        self.assertEqual(options.subOptions.settings.history, 3)
        maker = options.loadedPlugins[options.subCommand]
        self.assertTrue(verifyObject(IServiceMaker, maker))
        service = maker.makeService(options.subOptions)
        self.assertIsInstance(service, ChatService)

    def test_invalid_option_is_a_startup_error(self) -> None:
        """Which names the command."""
        options = self.run_with("--history", "many")
        service = options.loadedPlugins["chat"].makeService(options.subOptions)
        assert isinstance(service, StartupErrorService)
        self.assertIn("invalid number 'many'", service.reason)
        self.assertIn("(twisted-chat --help lists the options)", service.reason)

    def test_command_line_of_the_process_is_the_default(self) -> None:
        """As the console script calls it."""
        self.patch(sys, "argv", ["twisted-chat", "--history", "4"])
        run: list[Any] = []
        self.patch(twistd, "runApp", run.append)
        main()
        self.assertEqual(run[0].subOptions.settings.history, 4)

    def test_help_names_the_command(self) -> None:
        """And no options of twistd."""
        self.assertEqual(
            ConsoleOptions().getSynopsis(), "Usage: twisted-chat [options]"
        )
        self.assertTrue(
            str(ConsoleOptions()).startswith("Usage: twisted-chat [options]")
        )


class BannerTests(ServiceCase):
    """How to connect, once that is possible."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(console, "own_address", lambda: "192.0.2.7")
        self.stdout = StringIO()
        self.patch(sys, "__stdout__", self.stdout)

    def made(self, *words: str, show: bool) -> ChatService:
        self.patch(console, "makeService", lambda _options: self.service())
        options = ConsoleOptions()
        options.parseOptions(words)
        service = ConsoleService(banner=show).makeService(options)
        assert isinstance(service, ChatService)
        return service

    def test_banner_is_printed_when_the_server_accepts(self) -> None:
        """Not before."""
        service = self.made(show=True)
        service.privilegedStartService()
        self.assertEqual(self.stdout.getvalue(), "")
        service.startService()
        self.assertIn("telnet localhost 3000\n", self.stdout.getvalue())
        self.assertIn("a browser at http://192.0.2.7:3000/\n", self.stdout.getvalue())

    def test_advice_on_a_port_in_use_is_that_of_the_command(self) -> None:
        """Make does not take ``--port``."""
        self.patch(console, "makeService", lambda _options: self.service())
        maker = ConsoleService(banner=True, port_advice="use make run PORT=4000")
        service = maker.makeService(ConsoleOptions())
        taken = CannotListenError("", 3000, OSError(errno.EADDRINUSE, "in use"))
        self.patch(self.reactor, "listenTCP", mock.Mock(side_effect=taken))
        service.startService()
        self.assertEqual(
            self.failures,
            ["cannot listen on port 3000: in use; use make run PORT=4000"],
        )
        self.assertEqual(self.stdout.getvalue(), "")

    def test_banner_is_not_printed_among_json(self) -> None:
        """Programs read standard output then."""
        self.made("--log-json", show=True).startService()
        self.assertEqual(self.stdout.getvalue(), "")

    def test_banner_is_not_printed_where_nobody_watches(self) -> None:
        """The log is on standard output as well."""
        self.made(show=False).startService()
        self.assertEqual(self.stdout.getvalue(), "")

    def test_address_for_others_is_left_out_where_they_cannot_connect(self) -> None:
        """On loopback; without TCP there is no banner."""
        local = banner([Port(IPv4Address("TCP", "127.0.0.1", 3000))])
        self.assertIn("nc localhost 3000", local)
        self.assertNotIn("192.0.2.7", local)
        everyone = banner([Port(UNIXAddress("/u")), Port(IPv6Address("TCP", "::", 80))])
        self.assertIn("telnet 192.0.2.7 80", everyone)
        self.assertEqual(banner([Port(UNIXAddress("/u"))]), "")

    def test_banner_says_how_to_become_the_operator(self) -> None:
        """While there is none."""
        ports = [Port(IPv4Address("TCP", "127.0.0.1", 3000))]
        self.assertNotIn("operator", banner(ports))
        text = banner(ports, "ABCD-EFGH-JKLM")
        self.assertIn("\\operator ABCD-EFGH-JKLM\n", text)
