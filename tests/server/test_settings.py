"""Settings, from options, a TOML file and the environment."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import RateLimit
from twisted_chat.server.settings import (
    OPTIONS,
    SETTINGS,
    SettingError,
    Settings,
)

README = Path(__file__).resolve().parents[2] / "README.md"
NAMES = re.compile(r"`(--?[a-z-]+)`")


class SettingsTests(SynchronousTestCase):
    """Where settings come from."""

    def setUp(self) -> None:
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def file(self, content: str | bytes) -> str:
        """A file with this content."""
        path = self.directory / f"file{len(list(self.directory.iterdir()))}"
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return str(path)

    def read(self, **given: Any) -> Settings:
        options = {name.replace("_", "-"): value for name, value in given.items()}
        return Settings.read(options, {})

    def refused(self, **given: Any) -> str:
        """The one line of the error."""
        with self.assertRaises(SettingError) as caught:
            self.read(**given)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_no_option_at_all_is_a_complete_server(self) -> None:
        """With these defaults."""
        settings = self.read()
        self.assertEqual(settings, Settings())
        self.assertEqual(settings.port, ("3000",))
        self.assertEqual(settings.store, "sqlite:chat.sqlite")
        self.assertEqual(settings.history, 10)
        self.assertEqual(settings.flood, RateLimit(10, 5))
        self.assertEqual((settings.max_clients, settings.max_per_host), (10_000, 64))
        self.assertEqual((settings.ping_interval, settings.ping_timeout), (25, 20))

    def test_every_option_is_read_as_the_command_line_gives_it(self) -> None:
        """As strings."""
        motd = self.file("Be kind.  \nThat is all.\n")
        any_file = self.file("x")
        settings = self.read(
            port=["3000", "tcp:3001:interface=127.0.0.1"],
            store="memory:",
            history="50",
            keep="1000",
            keep_days="90",
            keep_bytes="500MB",
            filter_words=any_file,
            motd=motd,
            tls_cert=any_file,
            tls_key=any_file,
            tls_client_ca=any_file,
            max_clients="5",
            max_per_host="2",
            flood="off",
            ping_interval="0.5",
            ping_timeout="0.25",
            allow_origin=["https://a.example", "*"],
        )
        self.assertEqual(
            settings,
            Settings(
                port=("3000", "tcp:3001:interface=127.0.0.1"),
                store="memory:",
                history=50,
                keep=1000,
                keep_days=90.0,
                keep_bytes=500_000_000,
                filter_words=Path(any_file),
                motd=("Be kind.", "That is all."),
                tls_cert=Path(any_file),
                tls_key=Path(any_file),
                tls_client_ca=Path(any_file),
                max_clients=5,
                max_per_host=2,
                flood=None,
                ping_interval=0.5,
                ping_timeout=0.25,
                allow_origin=("https://a.example", "*"),
            ),
        )

    def test_environment_gives_the_port_unless_an_option_does(self) -> None:
        """On the command line or in the file."""
        self.assertEqual(Settings.read({}, {"PORT": "4000"}).port, ("4000",))
        given = Settings.read({"port": ["5000"]}, {"PORT": "4000"})
        self.assertEqual(given.port, ("5000",))
        config = self.file("port = 6000")
        given = Settings.read({"config": config}, {"PORT": "4000"})
        self.assertEqual(given.port, ("6000",))

    def test_toml_file_has_the_long_names_as_keys(self) -> None:
        """The command line overrides it."""
        config = self.file(
            'port = [3001, "unix:/run/chat"]\nhistory = 20\nflood = "5:1"\n'
            'ping-interval = 0.5\nallow-origin = "*"\nmax-clients = 7\n'
        )
        settings = self.read(config=config, history="30")
        self.assertEqual(settings.port, ("3001", "unix:/run/chat"))
        self.assertEqual(settings.history, 30)
        self.assertEqual(settings.flood, RateLimit(5, 1))
        self.assertEqual(settings.ping_interval, 0.5)
        self.assertEqual(settings.allow_origin, ("*",))
        self.assertEqual(settings.max_clients, 7)

    def test_invalid_value_is_reported_with_its_option(self) -> None:
        """And with the reason; see ``values``."""
        missing = str(self.directory / "missing")
        for name, value, reason in (
            ("port", ["99999"], "invalid port '99999'"),
            ("port", [], "the value is empty"),
            ("store", "", "invalid store ''"),
            ("history", "501", "from 0 to 500"),
            ("keep", "0", "1 or more, or all"),
            ("keep_days", "-1", "above 0, up to 36500, or all"),
            ("keep_bytes", "1kB", "at least 1MiB, or all"),
            ("max_clients", "0", "1 or more"),
            ("max_per_host", "x", "1 or more"),
            ("flood", "10", "BURST:PER_SECOND"),
            ("ping_interval", "0", "above 0"),
            ("ping_timeout", "nan", "above 0"),
            ("allow_origin", ["ht!tp"], "invalid origin 'ht!tp'"),
            ("filter_words", missing, f"cannot read {missing}: No such file"),
            ("motd", missing, f"cannot read {missing}: No such file"),
            ("motd", self.file(b"\xff"), "is not UTF-8"),
        ):
            line = self.refused(**{name: value})
            option = name.replace("_", "-")
            self.assertTrue(line.startswith(f"--{option}: "), line)
            self.assertIn(reason, line)

    def test_invalid_port_in_the_environment_is_reported_as_such(self) -> None:
        """Not as an option."""
        with self.assertRaises(SettingError) as caught:
            Settings.read({}, {"PORT": "abc"})
        self.assertTrue(str(caught.exception).startswith("$PORT: invalid port 'abc'"))

    def test_tls_file_that_cannot_be_read_is_reported_with_its_option(self) -> None:
        """Either of the two."""
        for value, reason in (
            ("/missing", "cannot read /missing: No such file"),
            ("/", "cannot read /: Is a directory"),
            (1, "invalid value 1: give one string"),
        ):
            for name, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
                line = self.refused(**{name: value, other: self.file("x")})
                self.assertTrue(line.startswith(f"--{name.replace('_', '-')}: "), line)
                self.assertIn(reason, line)

    def test_certificate_and_key_go_together(self) -> None:
        """Wherever they are given."""
        path = self.file("x")
        for name in ("tls_cert", "tls_key"):
            self.assertIn("go together", self.refused(**{name: path}))
            # Before the one that is given is read.
            self.assertIn("go together", self.refused(**{name: "/missing"}))
        config = self.file(f'tls-cert = "{path}"')
        self.assertEqual(self.read(config=config, tls_key=path).tls_key, Path(path))

    def test_authority_of_clients_needs_a_certificate(self) -> None:
        """Without TLS, no client presents one."""
        path = self.file("x")
        line = self.refused(tls_client_ca=path)
        self.assertEqual(line, "--tls-client-ca needs --tls-cert and --tls-key")
        settings = self.read(tls_client_ca=path, tls_cert=path, tls_key=path)
        self.assertEqual(settings.tls_client_ca, Path(path))

    def test_path_with_a_line_end_is_reported_in_one_line(self) -> None:
        """With escapes for what is not printable."""
        config = self.file('motd = "a\\nb\\u001b"')
        self.assertIn(r"cannot read a\nb\x1b: ", self.refused(config=config))

    def test_invalid_toml_file_is_reported_with_its_path(self) -> None:
        """Unreadable, invalid, or with an unknown key."""
        missing = str(self.directory / "missing")
        self.assertIn(f"cannot read {missing}", self.refused(config=missing))
        bad = self.file("history: 3")
        line = self.refused(config=bad)
        self.assertTrue(line.startswith(f"--config: invalid TOML in {bad}: "), line)
        self.assertIn("line 1", line)
        self.assertIn("is not UTF-8", self.refused(config=self.file(b"\xff\xfe")))
        self.assertEqual(self.refused(config=""), "--config: the value is empty")
        unknown = self.refused(config=self.file("histroy = 3"))
        self.assertIn("unknown option 'histroy'; the options are accounts, ", unknown)
        half = self.file("tls-crt = 'x'\ntls-key = 'x'")
        self.assertIn("unknown option 'tls-crt'", self.refused(config=half))
        self.assertIn(
            "unknown option 'config'", self.refused(config=self.file("config=''"))
        )

    def test_word_filter_reads_its_file_each_time(self) -> None:
        """So that it can be reloaded."""
        self.assertEqual(self.read().word_filter().mask("darn"), "darn")
        path = self.file("darn\n")
        settings = self.read(filter_words=path)
        self.assertEqual(settings.word_filter().mask("darn"), "****")
        Path(path).write_bytes(b"\xff")
        with self.assertRaises(SettingError) as caught:
            settings.word_filter()
        self.assertIn("--filter-words: ", str(caught.exception))
        Path(path).unlink()
        with self.assertRaises(SettingError) as caught:
            settings.word_filter()
        self.assertIn("cannot read", str(caught.exception))


class TableTests(SynchronousTestCase):
    """The one table of options."""

    def test_defaults_are_those_of_the_table(self) -> None:
        """Each is parsed like a value that is given."""
        for name, row in SETTINGS.items():
            default = getattr(Settings(), name.replace("-", "_"))
            if row.default:
                self.assertEqual(row.parse(row.default), default)
            else:
                self.assertIn(default, (None, (), False))

    def test_readme_lists_every_option_with_its_default(self) -> None:
        """And no other option."""
        rows = re.findall(
            r"^\| (`--.+?) \|(.+)$", README.read_text("utf-8"), re.MULTILINE
        )
        listed = {
            name: columns for names, columns in rows for name in NAMES.findall(names)
        }
        expected = {f"--{name}" for name in OPTIONS}
        expected |= {f"-{row.short}" for row in OPTIONS.values() if row.short}
        self.assertEqual(set(listed), expected)
        for name, row in OPTIONS.items():
            self.assertIn(row.default, listed[f"--{name}"].replace(",", ""))
            if row.variable:
                self.assertIn(f"${row.variable}", listed[f"--{name}"])
