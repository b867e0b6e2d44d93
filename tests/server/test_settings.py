"""What an operator can set."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import RateLimit
from twisted_chat.server.settings import SettingError, Settings


class SettingsTests(SynchronousTestCase):
    """Options, the TOML file and ``$PORT``."""

    def setUp(self) -> None:
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def file(self, content: str | bytes) -> str:
        """A file with this in it."""
        path = self.directory / f"file{len(list(self.directory.iterdir()))}"
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return str(path)

    def read(self, **given: Any) -> Settings:
        options = {name.replace("_", "-"): value for name, value in given.items()}
        return Settings.read(options, {})

    def refused(self, **given: Any) -> str:
        """The one clear line that the start ends with."""
        with self.assertRaises(SettingError) as caught:
            self.read(**given)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_defaults(self) -> None:
        """``twistd chat`` alone is a complete server."""
        settings = self.read()
        self.assertEqual(settings, Settings())
        self.assertEqual(settings.port, ("3000",))
        self.assertEqual(settings.store, "sqlite:chat.sqlite")
        self.assertEqual(settings.history, 10)
        self.assertEqual(settings.flood, RateLimit(10, 5))
        self.assertEqual((settings.max_clients, settings.max_per_host), (10_000, 64))
        self.assertEqual((settings.ping_interval, settings.ping_timeout), (25, 20))

    def test_every_option(self) -> None:
        """Each option is understood as the command line gives it."""
        motd = self.file("Be kind.  \nThat is all.\n")
        any_file = self.file("x")
        settings = self.read(
            port=["3000", "tcp:3001:interface=127.0.0.1"],
            store="memory:",
            history="50",
            keep="1000",
            filter_words=any_file,
            motd=motd,
            tls_cert=any_file,
            tls_key=any_file,
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
                filter_words=Path(any_file),
                motd=("Be kind.", "That is all."),
                tls_cert=Path(any_file),
                tls_key=Path(any_file),
                max_clients=5,
                max_per_host=2,
                flood=None,
                ping_interval=0.5,
                ping_timeout=0.25,
                allow_origin=("https://a.example", "*"),
            ),
        )

    def test_the_environment_names_the_port(self) -> None:
        """``$PORT`` counts where nothing else names a port."""
        self.assertEqual(Settings.read({}, {"PORT": "4000"}).port, ("4000",))
        given = Settings.read({"port": ["5000"]}, {"PORT": "4000"})
        self.assertEqual(given.port, ("5000",))
        config = self.file("port = 6000")
        given = Settings.read({"config": config}, {"PORT": "4000"})
        self.assertEqual(given.port, ("6000",))

    def test_a_toml_file(self) -> None:
        """Its keys are the long option names, and the command line wins over it."""
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

    def test_a_byte_order_mark(self) -> None:
        """A file saved by Windows' Notepad is understood."""
        config = self.file("\ufeffhistory = 3")
        self.assertEqual(self.read(config=config).history, 3)

    def test_bad_values(self) -> None:
        """Each bad option is named in one line that says what it should be."""
        missing = str(self.directory / "missing")
        for name, value, reason in (
            ("port", ["99999"], "no TCP port"),
            ("port", ["tcp:x"], "x is no TCP port"),
            ("port", ["tcp:"], "tcp: is no TCP port"),
            ("port", ["tcp:port=70000:interface=::1"], "70000 is no TCP port"),
            ("port", ["ssl:-1:privateKey=x"], "-1 is no TCP port"),
            ("port", ["unix:"], "neither a TCP port nor an endpoint"),
            ("port", [":3000"], "neither a TCP port nor an endpoint"),
            ("port", ["-1"], "neither a TCP port nor an endpoint"),
            ("port", ["http"], "neither a TCP port nor an endpoint"),
            ("port", [""], "it is empty"),
            ("port", [], "it is empty"),
            ("store", "mysql:x", "is no store"),
            ("store", "sqlite:", "is no store"),
            ("store", "memory", "is no store"),
            ("store", "memory:x", "is no store"),
            ("store", "redis:x", "is no store"),
            ("store", "", "is no store"),
            ("history", "-1", "no whole number of 0 or more"),
            ("history", "ten", "no whole number of 0 or more"),
            ("history", "1.5", "no whole number of 0 or more"),
            ("history", True, "true is no whole number of 0 or more"),
            ("history", [1, "a"], '[1, "a"] is no whole number of 0 or more'),
            ("ping_interval", False, "false is no number of seconds"),
            ("history", "501", "500 at most"),
            ("keep", "0", "no whole number of 1 or more"),
            ("max_clients", "0", "no whole number of 1 or more"),
            ("max_per_host", "x", "no whole number of 1 or more"),
            ("flood", "10", "invalid rate limit"),
            ("ping_interval", "0", "no number of seconds above 0"),
            ("ping_interval", "inf", "no number of seconds above 0"),
            ("ping_timeout", "nan", "no number of seconds above 0"),
            ("ping_timeout", "soon", "no number of seconds above 0"),
            ("allow_origin", [" "], "it is empty"),
            ("allow_origin", ["ht!tp"], "'ht!tp' is no origin: write https://"),
            ("allow_origin", ["https://example.org/path"], "is no origin"),
            ("allow_origin", ["https://example.org?x"], "is no origin"),
            ("allow_origin", ["https://"], "is no origin"),
            ("allow_origin", ["https://*.example.org"], "is no origin"),
            ("allow_origin", ["https://grüße.example"], "is no origin"),
            ("allow_origin", ["example.org:https"], "is no origin"),
            ("flood", True, "true is not one text"),
            ("store", ["memory:"], '["memory:"] is not one text: write it in quotes'),
            ("motd", ["a"], '["a"] is not one text: write it in quotes'),
            ("filter_words", missing, f"cannot read {missing}: No such file"),
            ("motd", missing, f"cannot read {missing}: No such file"),
            ("motd", "a\0b", "null"),
        ):
            line = self.refused(**{name: value})
            option = name.replace("_", "-")
            self.assertTrue(line.startswith(f"--{option}: "), line)
            self.assertIn(reason, line)

    def test_the_environment_is_named(self) -> None:
        """A bad ``$PORT`` is not blamed on the command line."""
        with self.assertRaises(SettingError) as caught:
            Settings.read({}, {"PORT": "abc"})
        self.assertTrue(str(caught.exception).startswith("$PORT: 'abc' is neither"))

    def test_bad_tls_files(self) -> None:
        """The one that cannot be read is named."""
        for value, reason in (
            ("/missing", "cannot read /missing: No such file"),
            ("/", "cannot read /: Is a directory"),
            (1, "1 is not one text"),
        ):
            for name, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
                line = self.refused(**{name: value, other: self.file("x")})
                self.assertTrue(line.startswith(f"--{name.replace('_', '-')}: "), line)
                self.assertIn(reason, line)

    def test_half_of_tls(self) -> None:
        """A certificate needs its key."""
        path = self.file("x")
        for name in ("tls_cert", "tls_key"):
            self.assertIn("go together", self.refused(**{name: path}))
            # First of all: there is no use in mending the one that is there.
            self.assertIn("go together", self.refused(**{name: "/missing"}))
        config = self.file(f'tls-cert = "{path}"')
        self.assertEqual(self.read(config=config, tls_key=path).tls_key, Path(path))

    def test_origins(self) -> None:
        """Whatever a browser can send, the host alone, and all of them."""
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
            self.assertEqual(self.read(allow_origin=[origin]).allow_origin, (origin,))

    def test_bad_files(self) -> None:
        """A TOML file that is none, or holds what is no setting, is named."""
        missing = str(self.directory / "missing")
        self.assertIn(f"cannot read {missing}", self.refused(config=missing))
        bad = self.file("history: 3")
        line = self.refused(config=bad)
        self.assertTrue(line.startswith(f"--config: {bad} is no TOML: "), line)
        self.assertIn("line 1", line)
        self.assertIn("is not UTF-8", self.refused(config=self.file(b"\xff\xfe")))
        unknown = self.refused(config=self.file("histroy = 3"))
        self.assertIn("no setting 'histroy'; there are allow-origin", unknown)
        half = self.file("tls-crt = 'x'\ntls-key = 'x'")
        self.assertIn("no setting 'tls-crt'", self.refused(config=half))
        self.assertIn(
            "no setting 'config'", self.refused(config=self.file("config=''"))
        )
        self.assertIn("is not UTF-8", self.refused(motd=self.file(b"\xff")))

    def test_words(self) -> None:
        """The words to mask are read when they are asked for."""
        self.assertEqual(self.read().words().mask("darn"), "darn")
        path = self.file("darn\n")
        settings = self.read(filter_words=path)
        self.assertEqual(settings.words().mask("darn"), "****")
        Path(path).write_bytes(b"\xff")
        with self.assertRaises(SettingError) as caught:
            settings.words()
        self.assertIn("--filter-words: ", str(caught.exception))
        Path(path).unlink()
        with self.assertRaises(SettingError) as caught:
            settings.words()
        self.assertIn("cannot read", str(caught.exception))
