"""What an operator can set, as a value: checked once, then only read."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted_chat.core.limits import MAX_HISTORY, RateLimit
from twisted_chat.core.wordfilter import WordFilter

DEFAULT_PACE = RateLimit(burst=10, per_second=5)

_TCP_ENDPOINT = re.compile(r"(?:tcp|tcp4|tcp6|ssl):(?:port=)?(?!\w+=)([^:]*)")

_ORIGIN = re.compile(
    r"\*|(?:[a-z][a-z0-9+.\-]*://)?(?:[a-z0-9._\-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?/?",
    re.IGNORECASE | re.ASCII,
)
"""What a browser can send as ``Origin`` (RFC 6454), or the host in it."""


class SettingError(Exception):
    """A setting cannot be used; the text is one clear line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with the defaults of a complete server.

    :ivar port: TCP ports, or Twisted server endpoint strings.
    :ivar store: ``sqlite:PATH``, ``memory:``, ``redis://HOST:PORT/DB`` or
        ``redis+sentinel://HOST:PORT,.../SERVICE/DB``.
    :ivar history: messages that a newcomer is shown.
    :ivar keep: messages kept per room; ``None`` for all that the store holds.
    :ivar filter_words: a file of words to mask.
    :ivar motd: the lines shown after the welcome.
    :ivar flood: how fast one client may speak; ``None`` for no limit.
    :ivar ping_interval: seconds between heartbeats (WebSocket, Socket.IO).
    :ivar ping_timeout: seconds for the answer.
    """

    port: tuple[str, ...] = ("3000",)
    store: str = "sqlite:chat.sqlite"
    history: int = 10
    keep: int | None = None
    filter_words: Path | None = None
    motd: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    max_clients: int = 10_000
    max_per_host: int = 64
    flood: RateLimit | None = DEFAULT_PACE
    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    allow_origin: tuple[str, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
        """Make settings of what was given, by long option name.

        What is absent comes from the file named by ``config``, then from
        ``$PORT``, then from the defaults.

        :raises SettingError: something given cannot be used.
        """
        values = dict(given)
        config = values.pop("config", None)
        if config:
            values = {**_toml(Path(config)), **values}
        for name in values:
            if name not in _READERS:
                known = ", ".join(sorted(_READERS))
                raise SettingError(f"{config}: no setting {name!r}; there are {known}")
        if ("tls-cert" in values) != ("tls-key" in values):
            raise SettingError("--tls-cert and --tls-key go together: give both")
        made: dict[str, Any] = {}
        if "port" not in values and environment.get("PORT"):
            try:
                made["port"] = _ports(environment["PORT"])
            except ValueError as error:
                raise SettingError(f"$PORT: {error}") from None
        for name, value in values.items():
            try:
                made[name.replace("-", "_")] = _READERS[name](value)
            except (ValueError, OSError) as error:
                raise SettingError(f"--{name}: {_reason(error)}") from None
        return cls(**made)

    def words(self) -> WordFilter:
        """The words to mask, read from their file now.

        :raises SettingError: it cannot be read.
        """
        if self.filter_words is None:
            return WordFilter()
        try:
            return WordFilter.parse(_text(self.filter_words))
        except (ValueError, OSError) as error:
            raise SettingError(f"--filter-words: {_reason(error)}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"--config: {path} is no TOML: {error}") from None
    except (ValueError, OSError) as error:
        raise SettingError(f"--config: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"cannot read {os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None


def _shown(value: Any) -> str:
    """A value as it was written, on the command line or in TOML."""
    if isinstance(value, str):
        return repr(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def _one_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"{_shown(value)} is not one text: write it in quotes")


def _whole(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = least - 1
        if number < least:
            raise ValueError(f"{_shown(value)} is no whole number of {least} or more")
        return number

    return read


def _history(value: Any) -> int:
    number = _whole(0)(value)
    if number > MAX_HISTORY:
        raise ValueError(
            f"{number} is too many to show a newcomer: {MAX_HISTORY} at most"
        )
    return number


def _seconds(value: Any) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError(f"{_shown(value)} is no number of seconds above 0")
    return number


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    texts = tuple(
        text.strip() if isinstance(text, str) else _shown(text) for text in values
    )
    if not texts or not all(texts):
        raise ValueError("it is empty")
    return texts


def _ports(value: Any) -> tuple[str, ...]:
    ports = _texts(value)
    for port in ports:
        endpoint = _TCP_ENDPOINT.match(port)
        number = endpoint[1] if endpoint else port
        if number.isdecimal():
            if int(number) > 65535:
                raise ValueError(f"{number} is no TCP port: 0 to 65535")
        elif endpoint:
            raise ValueError(f"{number or port} is no TCP port: 0 to 65535")
        elif not all(port.partition(":")):
            raise ValueError(
                f"{port!r} is neither a TCP port nor an endpoint such as "
                "tcp:3000:interface=127.0.0.1"
            )
    return ports


def _file(value: Any) -> Path:
    path = Path(_one_text(value))
    # Reading it is the only honest test of whether it can be read.
    with path.open("rb") as file:
        file.read(1)
    return path


def _motd(value: Any) -> tuple[str, ...]:
    return tuple(line.rstrip() for line in _text(Path(_one_text(value))).splitlines())


def _store(value: Any) -> str:
    text = _one_text(value).strip()
    scheme, colon, rest = text.partition(":")
    if scheme == "memory" and colon and not rest:
        return text
    if (scheme == "sqlite" and rest) or (
        scheme in ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
        and rest.startswith("//")
    ):
        return text
    raise ValueError(
        f"{text!r} is no store: write sqlite:PATH, memory: or redis://HOST:PORT/DB"
    )


def _flood(value: Any) -> RateLimit | None:
    return RateLimit.parse(_one_text(value))


def _origins(value: Any) -> tuple[str, ...]:
    origins = _texts(value)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is no origin: write https://example.org, or a host such "
                "as example.org:8443, or * for all"
            )
    return origins


_READERS: dict[str, Callable[[Any], Any]] = {
    "port": _ports,
    "store": _store,
    "history": _history,
    "keep": _whole(1),
    "filter-words": _file,
    "motd": _motd,
    "tls-cert": _file,
    "tls-key": _file,
    "max-clients": _whole(1),
    "max-per-host": _whole(1),
    "flood": _flood,
    "ping-interval": _seconds,
    "ping-timeout": _seconds,
    "allow-origin": _origins,
}
