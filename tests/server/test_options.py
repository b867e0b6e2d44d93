"""The command line of ``twistd chat``."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from io import StringIO
from pathlib import Path
from typing import ClassVar

from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat import __version__
from twisted_chat.core.accounts.policy import Mode
from twisted_chat.core.limits import RateLimit
from twisted_chat.server import options
from twisted_chat.server.options import HELP_COLUMN, Options
from twisted_chat.server.settings import OPTIONS, Settings


class Twistd(usage.Options):
    """The options of ``twistd``, of which ``chat`` is a subcommand."""

    subCommands: ClassVar = [["chat", None, Options, "The chat."]]


class OptionsTests(SynchronousTestCase):
    """Command line and environment."""

    def setUp(self) -> None:
        self.patch(os, "environ", {})

    def file(self, content: bytes) -> str:
        """A file with this content."""
        path = Path(self.mktemp())
        path.write_bytes(content)
        return str(path)

    def read(self, *words: str) -> Settings:
        parsed = Options()
        parsed.parseOptions(words)
        return parsed.settings

    def refused(self, *words: str) -> str:
        """The one line of the error."""
        with self.assertRaises(usage.UsageError) as caught:
            self.read(*words)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_no_option_at_all_is_a_complete_server(self) -> None:
        """With the defaults."""
        self.assertEqual(self.read(), Settings())

    def test_each_option_is_the_setting_of_its_name(self) -> None:
        """Of all of them."""
        file = self.file(b"x\n")
        self.assertEqual(
            self.read(
                *("--port", "4000", "--store", "memory:", "--history", "5"),
                *("--keep", "100", "--keep-days", "0.5", "--keep-bytes", "all"),
                *("--filter-words", file, "--motd", file),
                *("--tls-cert", file, "--tls-key", file),
                *("--max-clients", "7", "--max-per-host", "3", "--flood", "off"),
                *("--ping-interval", "0.5", "--ping-timeout", "0.25"),
                *("--allow-origin", "*", "--accounts", "closed"),
                *("--password-min", "12", "--require-tls"),
                *("--password-file", file),
            ),
            Settings(
                port=("4000",),
                store="memory:",
                history=5,
                keep=100,
                keep_days=0.5,
                keep_bytes=None,
                filter_words=Path(file),
                motd=("x",),
                tls_cert=Path(file),
                tls_key=Path(file),
                max_clients=7,
                max_per_host=3,
                flood=None,
                ping_interval=0.5,
                ping_timeout=0.25,
                allow_origin=("*",),
                accounts=Mode.CLOSED,
                password_min=12,
                require_tls=True,
                password_file="x",
            ),
        )

    def test_common_options_have_a_short_name(self) -> None:
        """Of one letter."""
        settings = self.read("-p", "4000", "-s", "memory:")
        self.assertEqual((settings.port, settings.store), (("4000",), "memory:"))

    def test_repeatable_options_add_up(self) -> None:
        """Others are overridden by the last one."""
        settings = self.read(
            *("--history", "3", "--history", "4"),
            *("--port", "3000", "-p", "tcp:3001:interface=127.0.0.1"),
            *("--allow-origin", "https://a.example"),
            *("--allow-origin", "https://b.example"),
        )
        self.assertEqual(settings.port, ("3000", "tcp:3001:interface=127.0.0.1"))
        origins = ("https://a.example", "https://b.example")
        self.assertEqual(settings.allow_origin, origins)
        self.assertEqual(settings.history, 4)

    def test_flag_has_no_value(self) -> None:
        """In a TOML file it is true or false."""
        self.assertFalse(self.read().log_json)
        self.assertTrue(self.read("--log-json").log_json)
        for value, expected in ((b"true", True), (b"false", False)):
            config = self.file(b"log-json = " + value)
            self.assertEqual(self.read("--config", config).log_json, expected)
        self.assertIn("log-json", self.refused("--log-json=off"))

    def test_port_comes_from_the_environment_unless_it_is_given(self) -> None:
        """From ``$PORT``."""
        self.patch(os, "environ", {"PORT": "4000"})
        self.assertEqual(self.read().port, ("4000",))
        self.assertEqual(self.read("--port", "5000").port, ("5000",))

    def test_command_line_overrides_the_file(self) -> None:
        """It names the file with ``--config``."""
        config = self.file(b'history = 20\nstore = "memory:"\nport = [1, 2]\n')
        settings = self.read("--config", config, "--history", "30", "-p", "3")
        self.assertEqual(settings, Settings(("3",), "memory:", 30))

    def test_help_lists_every_option_with_its_default(self) -> None:
        """And what stands for its value."""
        text = " ".join(str(Options()).split())
        for setting in fields(Settings):
            name = setting.name.replace("_", "-")
            value = "" if OPTIONS[name].is_flag else "[A-Z]+ "
            self.assertRegex(text, rf"--{name} {value}\w")
        rate = Settings().flood or RateLimit(0, 0)
        for default in (
            f"[default: $PORT if set, else {Settings().port[0]}]",
            f"[default: {Settings().store}]",
            f"[default: {Settings().history}]",
            f"[default: {Settings().max_clients}]",
            f"[default: {Settings().max_per_host}]",
            f"[default: {rate.burst:g}:{rate.per_second:g}]",
            f"[default: {Settings().ping_interval:g}]",
            f"[default: {Settings().ping_timeout:g}]",
        ):
            self.assertIn(default, text)
        for name in ("--config FILE", "-p, --port", "-s, --store", "--version"):
            self.assertIn(name, text)

    def test_help_fits_the_width_of_the_terminal(self) -> None:
        """In two columns."""
        for width in (60, 80, 120):
            usage = Options().getUsage(width)
            rows, _, description = usage.partition("\n\n")
            for line in rows.splitlines()[1:]:
                self.assertLessEqual(len(line), width)
                self.assertRegex(line, rf"^.{{{HELP_COLUMN - 2}}}  \S", line)
            self.assertIn("chat.sqlite", description)

    def test_version_names_both_packages(self) -> None:
        """The chat and Twisted."""
        stdout = StringIO()
        self.patch(sys, "stdout", stdout)
        with self.assertRaises(SystemExit) as caught:
            Options().parseOptions(["--version"])
        self.assertEqual(caught.exception.code, 0)
        said = stdout.getvalue()
        self.assertRegex(said, rf"^twisted_chat {__version__}, Twisted \d[^\n]*\n$")

    def test_invalid_command_lines_are_refused_with_a_hint(self) -> None:
        """Misspelt options, bad values, arguments, and half of a pair."""
        self.assertIn("histroy", self.refused("--histroy", "5"))
        self.assertIn(
            "--history: invalid number 'many'", self.refused("--history", "many")
        )
        self.assertIn("--port 3000", self.refused("3000"))
        self.assertEqual(self.refused("please"), "unexpected argument 'please'")
        self.assertIn("--tls-key", self.refused("--tls-cert", self.file(b"")))

    def test_word_list_is_read_at_once(self) -> None:
        """A file that cannot be read is a startup error."""
        line = self.refused("--filter-words", self.file(b"\xff"))
        self.assertIn("--filter-words: ", line)
        self.assertIn("is not UTF-8", line)

    def test_under_twistd_the_error_is_kept_for_the_service(self) -> None:
        """So that it is logged, too."""
        for words, error in (
            (["chat", "--history", "3"], ""),
            (["chat", "--histroy", "3"], "histroy"),
            (["chat", "--history", "many"], "--history: invalid number 'many'"),
        ):
            twistd = Twistd()
            twistd.parseOptions(words)
            self.assertIsInstance(twistd.subOptions, Options)
            found = twistd.subOptions.error
            self.assertEqual((error in found, bool(found)), (True, bool(error)))

    def test_log_is_json_also_if_an_option_is_invalid(self) -> None:
        """The error is in the log."""
        prepared: list[bool] = []

        def prepare(_twistd: object, *, log_json: bool) -> None:
            prepared.append(log_json)

        self.patch(options, "prepare", prepare)
        for words in (["--log-json"], ["--log-json", "--history", "many"], []):
            Twistd().parseOptions(["chat", *words])
        self.assertEqual(prepared, [True, True, False])
