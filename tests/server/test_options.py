"""What can be written behind ``twistd chat``."""

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
from twisted_chat.core.limits import RateLimit
from twisted_chat.server.options import Options
from twisted_chat.server.settings import Settings


class Twistd(usage.Options):
    """What ``twistd`` does with the words behind ``chat``."""

    subCommands: ClassVar = [["chat", None, Options, "The chat."]]


class OptionsTests(SynchronousTestCase):
    """The command line and the environment, as an operator gives them."""

    def setUp(self) -> None:
        self.patch(os, "environ", {})

    def file(self, content: bytes) -> str:
        """A file with this in it."""
        path = Path(self.mktemp())
        path.write_bytes(content)
        return str(path)

    def read(self, *words: str) -> Settings:
        options = Options()
        options.parseOptions(words)
        return options.settings

    def refused(self, *words: str) -> str:
        """Why these words are no good, in one line."""
        with self.assertRaises(usage.UsageError) as caught:
            self.read(*words)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_none(self) -> None:
        """``twistd chat`` alone is a complete server."""
        self.assertEqual(self.read(), Settings())

    def test_one_of_each(self) -> None:
        """Each option means the setting of its name."""
        file = self.file(b"x\n")
        self.assertEqual(
            self.read(
                *("--port", "4000", "--store", "memory:", "--history", "5"),
                *("--keep", "100", "--filter-words", file, "--motd", file),
                *("--tls-cert", file, "--tls-key", file),
                *("--max-clients", "7", "--max-per-host", "3", "--flood", "off"),
                *("--ping-interval", "0.5", "--ping-timeout", "0.25"),
                *("--allow-origin", "*"),
            ),
            Settings(
                port=("4000",),
                store="memory:",
                history=5,
                keep=100,
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
            ),
        )

    def test_short(self) -> None:
        """What is typed most has one letter."""
        settings = self.read("-p", "4000", "-s", "memory:")
        self.assertEqual((settings.port, settings.store), (("4000",), "memory:"))

    def test_more_than_once(self) -> None:
        """Ports and origins add up."""
        settings = self.read(
            *("--port", "3000", "-p", "tcp:3001:interface=127.0.0.1"),
            *("--allow-origin", "https://a.example"),
            *("--allow-origin", "https://b.example"),
        )
        self.assertEqual(settings.port, ("3000", "tcp:3001:interface=127.0.0.1"))
        origins = ("https://a.example", "https://b.example")
        self.assertEqual(settings.allow_origin, origins)

    def test_the_environment(self) -> None:
        """``$PORT`` is the port, where the command line names none."""
        self.patch(os, "environ", {"PORT": "4000"})
        self.assertEqual(self.read().port, ("4000",))
        self.assertEqual(self.read("--port", "5000").port, ("5000",))

    def test_a_file(self) -> None:
        """The command line wins over the file that it names."""
        config = self.file(b'history = 20\nstore = "memory:"\nport = [1, 2]\n')
        settings = self.read("--config", config, "--history", "30", "-p", "3")
        self.assertEqual(settings, Settings(("3",), "memory:", 30))

    def test_each_setting_has_its_option(self) -> None:
        """The help lists whatever can be set, and its default."""
        text = " ".join(str(Options()).split())
        for setting in fields(Settings):
            self.assertRegex(text, rf"--{setting.name.replace('_', '-')}=? \w+")
        pace = Settings().flood or RateLimit(0, 0)
        for default in (
            f"on port {Settings().port[0]}",
            f"[default: {Settings().store}]",
            f"[default: {Settings().history}]",
            f"[default: {Settings().max_clients}]",
            f"[default: {Settings().max_per_host}]",
            f"[default: {pace.burst:g}:{pace.per_second:g}]",
            f"[default: {Settings().ping_interval:g}]",
            f"[default: {Settings().ping_timeout:g}]",
        ):
            self.assertIn(default, text)

    def test_help(self) -> None:
        """Its lines are full, and have no holes in them."""
        for line in Options().getUsage(width=80).splitlines():
            self.assertLessEqual(len(line), 80)
            self.assertNotIn("  ", line[24:], line)
            self.assertNotRegex(line, r"^ {25}")

    def test_version(self) -> None:
        """It is the chat's own, beside that of what it stands on."""
        stdout = StringIO()
        self.patch(sys, "stdout", stdout)
        with self.assertRaises(SystemExit) as caught:
            Options().parseOptions(["--version"])
        self.assertEqual(caught.exception.code, 0)
        said = stdout.getvalue()
        self.assertRegex(said, rf"^twisted_chat {__version__}, Twisted \d[^\n]*\n$")

    def test_mistakes(self) -> None:
        """A word that makes no sense is named, with what would."""
        self.assertIn("histroy", self.refused("--histroy", "5"))
        self.assertIn("--history: 'many'", self.refused("--history", "many"))
        self.assertIn("--port 3000", self.refused("3000"))
        self.assertEqual(self.refused("please"), "'please' is no option")
        self.assertIn("--tls-key", self.refused("--tls-cert", self.file(b"")))

    def test_words_that_cannot_be_read(self) -> None:
        """The list of words is read before anyone is let in."""
        line = self.refused("--filter-words", self.file(b"\xff"))
        self.assertIn("--filter-words: ", line)
        self.assertIn("is not UTF-8", line)

    def test_run_by_twistd(self) -> None:
        """The start goes on, so that it can fail in one line, in the log too."""
        for words, mistake in (
            (["chat", "--history", "3"], ""),
            (["chat", "--histroy", "3"], "histroy"),
            (["chat", "--history", "many"], "--history: 'many'"),
        ):
            twistd = Twistd()
            twistd.parseOptions(words)
            self.assertIsInstance(twistd.subOptions, Options)
            said = twistd.subOptions.mistake
            self.assertEqual((mistake in said, bool(said)), (True, bool(mistake)))
