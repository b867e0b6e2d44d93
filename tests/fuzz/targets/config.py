"""The TOML file of ``--config``, and the values on the command line."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.server.settings import SETTINGS, SettingError, Settings
from twisted_chat.server.values import store_name


def check(data: bytes) -> None:
    """Start with this file, and with each of its lines as an option."""
    with TemporaryDirectory(dir=_MEMORY) as folder:
        path = Path(folder) / "chat.toml"
        path.write_bytes(data)
        _read({"config": str(path)}, {})
        # The same bytes as a list of words, and as a message of the day.
        _read({"filter-words": str(path), "motd": str(path)}, {})
    for line in data.split(b"\n"):
        name, equals, value = line.decode("utf-8", "surrogateescape").partition("=")
        name, value = name.strip(), value.strip().strip('"')
        if equals and name in SETTINGS:
            given = [value] if SETTINGS[name].repeatable else value
            _read({name: given}, {"PORT": value})


def _read(given: dict[str, object], environment: dict[str, str]) -> None:
    """Settings, or one line that says why there are none."""
    try:
        settings = Settings.read(given, environment)
        settings.word_filter().mask("a word")
    except SettingError as error:
        text = str(error)
        expect(text, "an error without a reason")
        expect("\n" not in text and "\r" not in text, f"several lines: {text!r}")
        return
    _check(settings)


def _check(settings: Settings) -> None:
    expect(settings.port, "no port")
    expect(settings.history >= 0 and settings.max_clients > 0, "a negative number")
    expect(0 < settings.ping_interval < float("inf"), "the time between heartbeats")
    if settings.flood is not None:
        expect(settings.flood.burst >= 1 and settings.flood.per_second > 0, "no rate")
    with suppress(OSError):
        expect(store_name(settings.store), "a store without a name")
    default = Settings()
    for one in fields(Settings):
        found = getattr(settings, one.name)
        kinds = {type(getattr(default, one.name)), type(found)} - {type(None)}
        expect(len(kinds) <= 1 or kinds == {int, float}, f"{one.name} is {found!r}")
    # What was accepted once is accepted again.
    expect_equal(
        Settings.read({"port": settings.port}, {}).port, settings.port, "ports"
    )


_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

TARGET = Target(
    check,
    seeds=(
        b'port = 3000\nhistory = 20\nflood = "10:5"\n',
        b'port = ["tcp:3000:interface=127.0.0.1", "unix:/run/chat"]\n',
        b'store = "redis://user:password@localhost:6379/0"\n',
        b'keep = "all"\nkeep-days = 30.5\nkeep-bytes = "1GiB"\n',
        b'allow-origin = ["https://example.org", "*"]\nhost = "chat.example.org"\n',
        b'trust-proxy = ["10.0.0.0/8", "unix"]\nlog-json = true\nadmin = 9000\n',
        b"ping-interval = 1e-3\nping-timeout = inf\nmax-clients = 1_000\n",
        b'motd = "/nonexistent"\nfilter-words = "/dev/null"\n',
        b"port = 1979-05-27T07:32:00Z\n",
        b'log-addresses = "off"\n[table]\nx = 1\n',
        b'store = "sqlite:///chat.sqlite"\n',
        b'port = ""\n',
        b'store = "a\\nb"\n',
        b'motd = "a\\nb"\n',
        b'"a\\nb" = 1\n',
        b"\xef\xbb\xbfhistory = 5\n",
        b"history = 5\nhistory = 6\n",
    ),
    tokens=(
        *(name.encode() + b" = " for name in SETTINGS),
        *(b'"', b"[", b"]", b"\n", b",", b"=", b"#", b"'''", b"\\n", b"\\u0000", b"-1"),
        *(
            b"1e999",
            b"nan",
            b"inf",
            b"true",
            b"0x10",
            b"1979-05-27",
            b"{a=1}",
            b"9" * 5000,
        ),
        *(
            b'"all"',
            b'"off"',
            b"1GiB",
            b"tcp:",
            b"unix:",
            b"ssl:",
            b":interface=",
            b"\0",
        ),
        *(b"redis://", b"sqlite:", b"memory:", b"*", "\u0663".encode(), b"\xb2", b"\r"),
    ),
)
