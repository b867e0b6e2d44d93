"""The names by which browsers may call the server."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from tests.support.logs import Log
from twisted_chat.net.hosts import DuplicateHost, Hosts, own_names


def headers(*hosts: str) -> Headers:
    return Headers({b"Host": [host.encode("latin-1") for host in hosts]})


class HostsTests(SynchronousTestCase):
    """Names that no stranger can own, and those that are given."""

    def setUp(self) -> None:
        self.certified = ["chat.example", "*.wild.example"]
        self.hosts = Hosts(
            ["Given.example", "dotted.example."],
            lambda: self.certified,
            lambda: ["box.office.example"],
        )

    def permits(self, host: str) -> bool:
        return self.hosts.refusal(headers(host)) is None

    def test_names_that_no_stranger_can_own_are_accepted(self) -> None:
        """Addresses, localhost, names without a dot, and local domains."""
        for host in (
            *("127.0.0.1", "192.168.1.7:3000", "[::1]", "[2001:db8::1]:3000"),
            *("localhost", "localhost:3000", "LOCALHOST.", "chat", "chat:80", "chat."),
            *("pi.local", "pi.lan", "PI.Local:3000", "a.b.internal", "x.home.arpa."),
        ):
            self.assertTrue(self.permits(host), host)

    def test_names_that_are_given_are_accepted(self) -> None:
        """By option, by the machine, by the certificate; with any port."""
        for host in (
            *("given.example", "GIVEN.example.:8443", "dotted.example"),
            *("box.office.example", "chat.example:443", "a.wild.example"),
        ):
            self.assertTrue(self.permits(host), host)

    def test_other_names_are_refused(self) -> None:
        """An invalid name is refused, too."""
        for host in (
            *("evil.example", "given.example.evil.example", "a.given.example"),
            *("a.b.wild.example", "wild.example", "local.evil.example", "evil.locals"),
            *("127.0.0.1.evil.example", "127.1", "0x7f.0.0.1", "[evil.example]"),
            *("[::1", "a:b:c", "evil.example:80x", "chat@evil.example", "a.b\xe9"),
        ):
            self.assertFalse(self.permits(host), host)

    def test_names_of_the_certificate_are_those_of_the_moment(self) -> None:
        """It may be reloaded."""
        self.certified = ["new.example"]
        self.assertTrue(self.permits("new.example"))
        self.assertFalse(self.permits("chat.example"))

    def test_all_names_may_be_accepted(self) -> None:
        """With a star."""
        self.hosts = Hosts(["*"], own=list)
        self.assertTrue(self.permits("evil.example"))

    def test_request_without_a_name_is_accepted(self) -> None:
        """HTTP/1.0 has none; browsers always send one."""
        self.assertIsNone(self.hosts.refusal(Headers()))
        self.assertTrue(self.permits(""))

    def test_two_names_are_malformed(self) -> None:
        """Whichever they are."""
        with self.assertRaises(DuplicateHost):
            self.hosts.refusal(headers("chat", "chat"))

    def test_refusal_is_logged_once_for_each_host(self) -> None:
        """With what the operator can do, in one printable line."""
        log = Log(self)
        for _ in range(2):
            self.permits("evil.example:3000")
        self.permits("\x1b[31m.example")
        text = "client error: this server is not known as {}: start it with --host {}"
        self.assertEqual(
            log.lines(),
            [
                text.format("evil.example:3000", "evil.example"),
                text.format("?[31m.example", "?[31m.example"),
            ],
        )

    def test_every_refusal_is_counted(self) -> None:
        """Those that are not logged, too."""
        refused: Counter[str] = Counter()
        hosts = Hosts(["chat.example"], own=tuple, refused=refused)
        for name in ("chat.example", "evil.example", "evil.example"):
            hosts.refusal(headers(name))
        self.assertEqual(refused, {"host": 2})

    def test_own_names_are_found_without_dns(self) -> None:
        """The machine's, and those beside it in its hosts file."""
        path = Path(self.mktemp())
        path.write_text(
            "127.0.0.1 localhost\n127.0.1.1 box.example box  # box.evil\n\n#x box.bad\n"
        )
        with mock.patch("socket.gethostname", return_value="box"):
            self.assertEqual(set(own_names(path)), {"box", "box.example"})
            self.assertEqual(own_names(path / "missing"), ["box"])
