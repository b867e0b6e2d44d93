"""Values of options: how each is written, on the command line or in TOML.

Each function takes a value as it was given and returns what the server uses.  It raises
``ValueError``, or ``OSError`` for a file, with a text that says what would be valid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar

from twisted_chat.core.accounts.policy import Mode
from twisted_chat.core.limits import RateLimit
from twisted_chat.net.forwarded import TrustedProxies
from twisted_chat.net.regular_files import open_regular

T = TypeVar("T")

_TCP_ENDPOINT = re.compile(r"(?:tcp|tcp4|tcp6|ssl):(?:port=)?(?!\w+=)([^:]*)")

_SIZE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([a-zA-Z]*)\s*")

_UNITS = {"": 1, "b": 1} | {
    f"{letter}{suffix}": base**power
    for power, letter in enumerate("kmgt", start=1)
    for suffix, base in (("b", 1000), ("ib", 1024))
}
"""Bytes by unit, in lower case."""

MAX_DAYS = 36_500

_ORIGIN = re.compile(
    r"\*|(?:[a-z][a-z0-9+.\-]*://)?(?:[a-z0-9._\-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?/?",
    re.IGNORECASE | re.ASCII,
)
"""What a browser can send as ``Origin`` (RFC 6454), or the host in it."""

_HOST = re.compile(r"\*|[a-z0-9_\-]+(?:\.[a-z0-9_\-]+)*\.?", re.IGNORECASE | re.ASCII)

_REDIS = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")


def string(value: Any) -> str:
    """One string."""
    if isinstance(value, str):
        return value
    raise ValueError(f"invalid value {_shown(value)}: give one string in quotes")


def strings(value: Any) -> tuple[str, ...]:
    """A string or a list of strings; numbers are taken as they are written."""
    values = value if isinstance(value, list | tuple) else [value]
    found = tuple(
        one.strip() if isinstance(one, str) else _shown(one) for one in values
    )
    if not found or not all(found):
        raise ValueError("the value is empty")
    return found


def whole_number(least: int, most: int | None = None) -> Callable[[Any], int]:
    """A whole number in a range."""
    valid = f", {least} or more" if most is None else f" from {least} to {most}"

    def parse(value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            shown = _shown(value)
            raise ValueError(f"invalid number {shown}: give a whole number{valid}")
        return number

    return parse


def seconds(value: Any) -> float:
    """A positive number of seconds."""
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        shown = _shown(value)
        raise ValueError(f"invalid number of seconds {shown}: give one above 0")
    return number


def or_all(parse: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """``all`` for no limit (``None``), or what ``parse`` accepts."""

    def parse_or_all(value: Any) -> T | None:
        if isinstance(value, str) and value.strip() == "all":
            return None
        try:
            return parse(value)
        except ValueError as error:
            raise ValueError(f"{error}, or all") from None

    return parse_or_all


def days(value: Any) -> float:
    """A positive number of days."""
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number <= MAX_DAYS:
        shown = _shown(value)
        raise ValueError(
            f"invalid number of days {shown}: give one above 0, up to {MAX_DAYS}"
        )
    return number


def size(least: int) -> Callable[[Any], int]:
    """A number of bytes in a range, with or without a unit: ``1GiB``, ``500MB``."""

    def parse(value: Any) -> int:
        found = _SIZE.fullmatch(str(value))
        unit = found and _UNITS.get(found[2].lower())
        number = int(float(found[1]) * unit) if found and unit else 0
        if number < least:
            raise ValueError(
                f"invalid size {_shown(value)}: give bytes, or a size such as 500MB"
                f" or 1GiB, at least {least >> 20}MiB"
            )
        return number

    return parse


def ports(value: Any) -> tuple[str, ...]:
    """TCP ports, or Twisted server endpoint strings."""
    found = strings(value)
    for port in found:
        endpoint = _TCP_ENDPOINT.match(port)
        number = endpoint[1] if endpoint else port
        if endpoint or number.isdecimal():
            if not number.isdecimal() or int(number) > 65535:
                shown = number or port
                raise ValueError(f"invalid port {shown!r}: a TCP port is 0 to 65535")
        elif port.rstrip(":") == "systemd":
            raise ValueError(
                f"invalid port {port!r}: give systemd:domain=INET6:index=0, and start "
                "the server by a .socket unit"
            )
        elif not all(port.partition(":")):
            raise ValueError(
                f"invalid port {port!r}: give a TCP port, or an endpoint such as "
                "tcp:3000:interface=127.0.0.1"
            )
    return found


def admin(value: Any) -> str:
    """One endpoint as of ``ports``; a number is that port of the loopback address."""
    found = ports(value)
    if len(found) != 1:
        raise ValueError("give one port")
    return f"tcp:{found[0]}:interface=127.0.0.1" if found[0].isdecimal() else found[0]


def file_path(value: Any) -> Path:
    """The path of a file, which may not exist."""
    if not (text := string(value)):
        # Path("") is the current directory.
        raise ValueError("the value is empty")
    return Path(text)


def readable_file(value: Any) -> Path:
    """The path of a file that can be read."""
    path = file_path(value)
    # Only reading shows whether it can be read.
    with open_regular(path) as file:
        file.read(1)
    return path


def read_text(path: Path) -> str:
    """The content of a text file."""
    try:
        with TextIOWrapper(open_regular(path), "utf-8-sig") as file:
            return file.read()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None


def lines_of_file(value: Any) -> tuple[str, ...]:
    """The lines of a text file, read now."""
    return tuple(line.rstrip() for line in read_text(file_path(value)).splitlines())


def first_line_of_file(value: Any) -> str:
    """The first line of a text file, read now."""
    path = file_path(value)
    line = read_text(path).partition("\n")[0].strip()
    if not line:
        raise ValueError(f"the first line of {path} is empty: write the password there")
    return line


def store(value: Any) -> str:
    """The URL of a store."""
    text = string(value).strip()
    scheme, colon, rest = text.partition(":")
    if scheme == "sqlite" and rest.startswith("//"):
        path = rest.lstrip("/") or "chat.sqlite"
        raise ValueError(
            f"invalid store {text!r}: give sqlite:{path} for a file in the current "
            f"directory, or sqlite:/{path} for one with its whole path"
        )
    if scheme == "sqlite" and rest == ":memory:":
        raise ValueError(f"invalid store {text!r}: give memory:")
    if (
        (scheme == "memory" and colon and not rest)
        or (scheme == "sqlite" and rest)
        or (scheme in _REDIS and rest.startswith("//"))
    ):
        return text
    raise ValueError(
        f"invalid store {text!r}: give sqlite:PATH, memory: or redis://HOST:PORT/DB"
    )


def store_name(url: str) -> str:
    """A store as the log names it: with its whole path, and without a password."""
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        return f"sqlite:{Path(rest).absolute()}"
    if scheme == "memory":
        return "memory: until the server stops"
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0].lstrip('/')}"


def rate_limit(value: Any) -> RateLimit | None:
    """``BURST:PER_SECOND``, or ``off`` for no limit (``None``)."""
    return RateLimit.parse(string(value))


def on_or_off(value: Any) -> bool:
    """``on`` or ``off``; in TOML ``true`` or ``false`` too."""
    if isinstance(value, bool):
        return value
    if value in ("on", "off"):
        return bool(value == "on")
    raise ValueError(f"invalid value {_shown(value)}: give on or off")


def account_mode(value: Any) -> Mode:
    """Who may have an account, and who needs one."""
    try:
        return Mode(value)
    except ValueError:
        known = ", ".join(Mode)
        raise ValueError(f"invalid mode {_shown(value)}: give one of {known}") from None


def origins(value: Any) -> tuple[str, ...]:
    """Origins of web pages."""
    return _matching(
        value,
        _ORIGIN,
        "invalid origin {!r}: give https://example.org, a host such as "
        "example.org:8443, or * for all",
    )


def hosts(value: Any) -> tuple[str, ...]:
    """Names of hosts."""
    return _matching(
        value,
        _HOST,
        "invalid host {!r}: give a name such as chat.example.org, without a port, "
        "or * for all",
    )


def proxies(value: Any) -> tuple[str, ...]:
    """Addresses and networks of trusted proxies, and ``unix``."""
    found = strings(value)
    for one in found:
        try:
            TrustedProxies((one,))
        except ValueError:
            raise ValueError(
                f"invalid proxy {one!r}: give an address such as 192.0.2.1, a network "
                "such as 10.0.0.0/8, or unix for Unix sockets"
            ) from None
    return found


def _matching(value: Any, pattern: re.Pattern[str], problem: str) -> tuple[str, ...]:
    """Strings that match a pattern as a whole.

    :param problem: the text of the error, with ``{!r}`` for the string.
    """
    found = strings(value)
    for one in found:
        if not pattern.fullmatch(one):
            raise ValueError(problem.format(one))
    return found


def _shown(value: Any) -> str:
    """A value as it was written, on the command line or in TOML."""
    if isinstance(value, str):
        return repr(value)
    return json.dumps(value, default=str, ensure_ascii=False)
