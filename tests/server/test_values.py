"""Values of options, as an operator writes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import RateLimit
from twisted_chat.server import values

MISSING = "/nowhere/missing"


class ValidTests(SynchronousTestCase):
    """Values that the server uses."""

    def file(self, content: bytes) -> str:
        path = Path(self.mktemp())
        path.write_bytes(content)
        return str(path)

    def test_numbers_may_be_strings_or_numbers(self) -> None:
        """The command line has strings, TOML has both."""
        for value in ("5", 5):
            self.assertEqual(values.whole_number(0)(value), 5)
            self.assertEqual(values.seconds(value), 5.0)
        self.assertEqual(values.seconds("0.25"), 0.25)
        self.assertEqual(values.whole_number(0, 500)("500"), 500)

    def test_one_port_or_several(self) -> None:
        """Numbers and endpoints, within white space."""
        for value, found in (
            (3000, ("3000",)),
            (" 3000 ", ("3000",)),
            ([3001, "unix:/run/chat"], ("3001", "unix:/run/chat")),
            ("tcp:3000:interface=::1", ("tcp:3000:interface=::1",)),
            ("tcp:port=3000", ("tcp:port=3000",)),
            ("systemd:domain=INET:index=0", ("systemd:domain=INET:index=0",)),
        ):
            self.assertEqual(values.ports(value), found)

    def test_port_for_operators_is_one_of_loopback_or_an_endpoint(self) -> None:
        """A number alone is reached from this machine only."""
        for value, found in (
            (9464, "tcp:9464:interface=127.0.0.1"),
            ("9464", "tcp:9464:interface=127.0.0.1"),
            ("tcp:9464", "tcp:9464"),
            ("unix:/run/chat/admin", "unix:/run/chat/admin"),
        ):
            self.assertEqual(values.admin(value), found)

    def test_every_kind_of_store(self) -> None:
        """Within white space."""
        for store in (
            "memory:",
            "sqlite:chat.sqlite",
            "redis://localhost:6379/0",
            "rediss://user:password@localhost/1",
            "redis+sentinel://a:26379,b/chat/0",
        ):
            self.assertEqual(values.store(f" {store}\n"), store)

    def test_proxies_are_addresses_and_networks(self) -> None:
        """IPv4, IPv6, with or without host bits, and Unix sockets."""
        given = ["192.0.2.1", "10.0.0.5/8", "2001:db8::/32", "::1", "unix"]
        self.assertEqual(values.proxies(given), tuple(given))

    def test_store_is_named_with_its_whole_path_and_without_a_password(self) -> None:
        """As the log has it."""
        for url, name in (
            ("sqlite:chat.sqlite", f"sqlite:{Path.cwd()}/chat.sqlite"),
            ("sqlite:/srv/chat.sqlite", "sqlite:/srv/chat.sqlite"),
            ("memory:", "memory: until the server stops"),
            ("redis://db:6379/0", "redis://db:6379/0"),
            ("rediss://ann:s3cret@db/1?ca=/ca.pem", "rediss://db/1"),
            ("redis+sentinel://:x@a,b/chat/0", "redis+sentinel://a,b/chat/0"),
        ):
            self.assertEqual(values.store_name(url), name)

    def test_sqlite_with_slashes_is_refused_with_the_right_form(self) -> None:
        """Other programs have one more or one less for the same."""
        for url in (
            "sqlite:///chat.sqlite",
            "sqlite://chat.sqlite",
            "sqlite:////chat.sqlite",
        ):
            with self.assertRaisesRegex(
                ValueError,
                "give sqlite:chat.sqlite for .* directory, or sqlite:/chat.sqlite",
            ):
                values.store(url)
        with self.assertRaisesRegex(ValueError, "give memory:$"):
            values.store("sqlite::memory:")

    def test_systemd_alone_is_refused_with_a_whole_endpoint(self) -> None:
        """It says which socket."""
        with self.assertRaisesRegex(ValueError, "give systemd:domain=INET6:index=0"):
            values.ports("systemd:")

    def test_on_and_off_are_truth_values(self) -> None:
        """In TOML also true and false."""
        for value, found in (
            ("on", True),
            ("off", False),
            (True, True),
            (False, False),
        ):
            self.assertIs(values.on_or_off(value), found)
        for other in ("yes", "", 1, "ON "):
            with self.assertRaisesRegex(ValueError, "give on or off"):
                values.on_or_off(other)

    def test_origins_may_be_hosts(self) -> None:
        """Whatever a browser can send, a host alone, and all."""
        for origin in (
            "https://example.org",
            "https://Example.org/",
            "http://localhost:8080",
            "http://[::1]:3000",
            "chrome-extension://abcdef",
            "example.org:8443",
            "192.0.2.1",
            "*",
        ):
            self.assertEqual(values.origins([origin]), (origin,))

    def test_hosts_are_names(self) -> None:
        """Or all."""
        for host in ("chat.example.org", "Chat.Example.org.", "xn--bcher-kva.de", "*"):
            self.assertEqual(values.hosts([host]), (host,))

    def test_sizes_may_have_units(self) -> None:
        """Of 1000 or 1024, in any case; TOML has plain numbers, too."""
        parse = values.size(1 << 20)
        for value, found in (
            ("1048576", 1 << 20),
            (5_000_000, 5_000_000),
            ("1MiB", 1 << 20),
            ("500MB", 500_000_000),
            ("500 mb", 500_000_000),
            (" 1.5GiB ", 3 << 29),
            ("2tib", 2 << 40),
            ("1048576B", 1 << 20),
        ):
            self.assertEqual(parse(value), found, value)

    def test_days_may_be_fractions(self) -> None:
        """As numbers or strings."""
        for value, found in (("90", 90.0), ("0.5", 0.5), (1, 1.0), (0.25, 0.25)):
            self.assertEqual(values.days(value), found)

    def test_all_is_no_limit(self) -> None:
        """Else the value is what it would be without."""
        parse = values.or_all(values.whole_number(1))
        self.assertIsNone(parse("all"))
        self.assertIsNone(parse(" all "))
        self.assertEqual(parse("7"), 7)

    def test_rate_limit_or_off(self) -> None:
        """``off`` means no limit."""
        self.assertEqual(values.rate_limit("5:0.5"), RateLimit(5, 0.5))
        self.assertIsNone(values.rate_limit("off"))

    def test_byte_order_mark_is_not_text(self) -> None:
        """Windows' Notepad writes one."""
        path = self.file(b"\xef\xbb\xbfBe kind.  \nThat is all.\n")
        self.assertEqual(values.lines_of_file(path), ("Be kind.", "That is all."))

    def test_only_regular_files_are_read(self) -> None:
        """A named pipe would keep the server waiting, also on SIGHUP."""
        pipe = Path(self.mktemp())
        os.mkfifo(pipe)
        for parse in (values.readable_file, values.lines_of_file):
            with self.assertRaises(OSError) as caught:
                parse(str(pipe))
            self.assertIn("not a regular file", str(caught.exception))

    def test_line_ends_of_any_system_are_read(self) -> None:
        """They all end a line."""
        path = self.file(b"one\r\ntwo\rthree\n")
        self.assertEqual(values.lines_of_file(path), ("one", "two", "three"))

    def test_readable_file_is_its_path(self) -> None:
        """Its content is read later."""
        path = self.file(b"\xff")
        self.assertEqual(values.readable_file(path), Path(path))


class InvalidTests(SynchronousTestCase):
    """Values that are refused, with a valid form."""

    def refused(self, parse: Callable[[Any], object], value: Any, *texts: str) -> None:
        error = self.assertRaises((ValueError, OSError), parse, value)
        self.assertNotIn("\n", str(error))
        for text in texts:
            self.assertIn(text, str(error))

    def test_invalid_ports_are_refused(self) -> None:
        """TCP ports are 0 to 65535; endpoints have a type and an argument."""
        tcp = "a TCP port is 0 to 65535"
        for value, text in (
            ("99999", f"invalid port '99999': {tcp}"),
            ("tcp:x", f"invalid port 'x': {tcp}"),
            ("tcp:", f"invalid port 'tcp:': {tcp}"),
            ("tcp:port=70000:interface=::1", f"invalid port '70000': {tcp}"),
            ("ssl:-1:privateKey=x", f"invalid port '-1': {tcp}"),
            ("unix:", "invalid port 'unix:': give a TCP port, or an endpoint"),
            (":3000", "invalid port ':3000': give a TCP port, or an endpoint"),
            ("-1", "invalid port '-1': give a TCP port, or an endpoint"),
            ("http", "invalid port 'http': give a TCP port, or an endpoint"),
            ("", "the value is empty"),
            ([], "the value is empty"),
        ):
            self.refused(values.ports, value, text)
            self.refused(values.admin, value, text)
        self.refused(values.admin, ["9464", "9465"], "give one port")

    def test_invalid_stores_are_refused(self) -> None:
        """The valid ones are named."""
        for value in ("mysql:x", "sqlite:", "memory", "memory:x", "redis:x", ""):
            text = f"invalid store {value!r}: give sqlite:PATH, memory: or redis://"
            self.refused(values.store, value, text)

    def test_invalid_whole_numbers_are_refused(self) -> None:
        """As they were written, on the command line or in TOML."""
        for value, shown in (
            ("-1", "'-1'"),
            ("ten", "'ten'"),
            ("1.5", "'1.5'"),
            (1.5, "1.5"),
            (True, "true"),
            ([1, "a"], '[1, "a"]'),
        ):
            text = f"invalid number {shown}: give a whole number, 0 or more"
            self.refused(values.whole_number(0), value, text)
        self.refused(values.whole_number(1), "0", "give a whole number, 1 or more")
        between = "invalid number '501': give a whole number from 0 to 500"
        self.refused(values.whole_number(0, 500), "501", between)

    def test_invalid_seconds_are_refused(self) -> None:
        """They are finite and above 0."""
        for value, shown in (
            ("0", "'0'"),
            ("inf", "'inf'"),
            ("nan", "'nan'"),
            ("soon", "'soon'"),
            (False, "false"),
        ):
            text = f"invalid number of seconds {shown}: give one above 0"
            self.refused(values.seconds, value, text)

    def test_invalid_sizes_are_refused(self) -> None:
        """The error says how to write one, and which is the smallest."""
        parse = values.or_all(values.size(1 << 20))
        for value in ("", "-1", "1", "1023KiB", "1XB", "GiB", "1e9", "many", True, "0"):
            self.refused(parse, value, "such as 500MB or 1GiB, at least 1MiB, or all")

    def test_invalid_days_are_refused(self) -> None:
        """Nothing but a number above 0."""
        for value in ("", "0", "-1", "nan", "inf", "1d", "99999", True):
            self.refused(values.days, value, "above 0, up to 36500")

    def test_invalid_origins_are_refused(self) -> None:
        """They have no path and no pattern."""
        for value in (
            "ht!tp",
            "https://example.org/path",
            "https://example.org?x",
            "https://",
            "https://*.example.org",
            "https://grüße.example",
            "example.org:https",
        ):
            text = f"invalid origin {value!r}: give https://example.org, a host"
            self.refused(values.origins, [value], text)
        self.refused(values.origins, [" "], "the value is empty")

    def test_invalid_hosts_are_refused(self) -> None:
        """They have no port, no scheme and no pattern."""
        for value in ("a.example:80", "http://a.example", "*.a.example", "a..b", "a b"):
            text = f"invalid host {value!r}: give a name such as chat.example.org"
            self.refused(values.hosts, [value], text)

    def test_invalid_proxies_are_refused(self) -> None:
        """Host names are not resolved."""
        for value in ("proxy.example", "10.0.0.0/33", "10.0.0.1:80", "unix:/run/x"):
            text = f"invalid proxy {value!r}: give an address such as 192.0.2.1"
            self.refused(values.proxies, [value], text)

    def test_invalid_rates_are_refused(self) -> None:
        """The form is named."""
        for value in ("10", "often", "0:5", "10:0", "10:inf"):
            self.refused(values.rate_limit, value, repr(value), "BURST:PER_SECOND")

    def test_values_of_another_type(self) -> None:
        """TOML has more types than strings."""
        for parse in (
            values.rate_limit,
            values.store,
            values.readable_file,
            values.lines_of_file,
        ):
            text = "invalid value true: give one string in quotes"
            self.refused(parse, True, text)
            self.refused(parse, ["a"], 'invalid value ["a"]: give one string')

    def test_files_that_cannot_be_read(self) -> None:
        """They do not exist, are directories, or are not text."""
        for parse in (values.readable_file, values.lines_of_file):
            self.refused(parse, MISSING, MISSING, "No such file")
            self.refused(parse, "/", "Is a directory")
            self.refused(parse, "", "the value is empty")
            self.refused(parse, "a\0b", "null")
        path = Path(self.mktemp())
        path.write_bytes(b"\xff")
        self.refused(values.lines_of_file, str(path), f"{path} is not UTF-8 text")
