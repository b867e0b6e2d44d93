"""The settings of a server, and the one table of its options.

Each field of ``Settings`` is a row of the table: the command line, ``--help``, the
reader of TOML files and the defaults are all made from it.  A new option is one more
field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from twisted_chat.core.accounts.passwords import MAX_PASSWORD
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.core.limits import MAX_HISTORY, RateLimit
from twisted_chat.core.texts.sanitize import one_line
from twisted_chat.core.texts.wordfilter import WordFilter
from twisted_chat.net.regular_files import cannot_read

from . import values

MIN_KEEP_BYTES = 1 << 20
"""The smallest ``--keep-bytes``: an empty store takes a tenth of it."""


class SettingError(Exception):
    """An option cannot be used; the text is one line that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(one_line(reason))


@dataclass(frozen=True, slots=True)
class Option:
    """How one option is given.

    :ivar parse: makes a setting of a value; see ``values``.
    :ivar metavar: stands for the value in ``--help``; empty for a flag, which has none
        on the command line, and ``true`` or ``false`` in a TOML file.
    :ivar help: says in ``--help`` what the option is for.
    :ivar default: the default, as one would write it; empty if there is none.
    :ivar short: the one-letter name.
    :ivar repeatable: may be given more than once.
    :ivar variable: the environment variable that stands in for the option.
    """

    parse: Callable[[Any], Any]
    metavar: str
    help: str
    default: str = ""
    short: str = ""
    repeatable: bool = False
    variable: str = ""

    @property
    def is_flag(self) -> bool:
        """Whether it has no value on the command line."""
        return not self.metavar

    def describe(self) -> str:
        """The text for ``--help``."""
        repeat = " May be given more than once." if self.repeatable else ""
        default = self.default
        if self.variable:
            default = f"${self.variable} if set, else {default}"
        return f"{self.help}{repeat}" + (f" [default: {default}]" if default else "")


def option(
    parse: Callable[[Any], Any],
    metavar: str,
    help: str,  # noqa: A002 - the name that argparse gives it
    default: str = "",
    *,
    unset: object = None,
    **more: Any,
) -> Any:
    """A field of ``Settings``; the option has its name.

    :param default: see ``Option``.
    :param unset: the setting if there is no default.
    """
    row = Option(parse, metavar, help, default, **more)
    return field(default=parse(default) if default else unset, metadata={"row": row})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a server; the defaults make a complete one."""

    port: tuple[str, ...] = option(
        values.ports,
        "PORT",
        "A TCP port, or a Twisted server endpoint such as "
        "tcp:3000:interface=127.0.0.1 or unix:/run/chat.",
        default="3000",
        short="p",
        repeatable=True,
        variable="PORT",
    )
    store: str = option(
        values.store,
        "STORE",
        "Where messages are stored: sqlite:PATH, memory:, or "
        "redis://[user:password@]HOST:PORT/DB (rediss:// with TLS).",
        default="sqlite:chat.sqlite",
        short="s",
    )
    history: int = option(
        values.whole_number(0, MAX_HISTORY),
        "NUMBER",
        "How many of the last messages a new client receives.",
        default="10",
    )
    keep: int | None = option(
        values.or_all(values.whole_number(1)),
        "NUMBER",
        "How many messages of each room are kept.",
        default="all",
    )
    keep_days: float | None = option(
        values.or_all(values.days),
        "DAYS",
        "For how many days everything that was said is kept.",
        default="all",
    )
    keep_bytes: int | None = option(
        values.or_all(values.size(MIN_KEEP_BYTES)),
        "SIZE",
        "How large the store may become, such as 500MB; the oldest is deleted first.",
        default="1GiB",
    )
    filter_words: Path | None = option(
        values.readable_file,
        "FILE",
        "Words to mask, one on a line; # begins a comment. Read again on SIGHUP.",
    )
    motd: tuple[str, ...] = option(
        values.lines_of_file, "FILE", "Text to show after the welcome.", unset=()
    )
    tls_cert: Path | None = option(
        values.readable_file,
        "FILE",
        "The certificate chain (PEM); with --tls-key every port also accepts TLS.",
    )
    tls_key: Path | None = option(
        values.readable_file, "FILE", "The private key of the certificate (PEM)."
    )
    tls_client_ca: Path | None = option(
        values.readable_file,
        "FILE",
        "The certificate of the authority (PEM) that certifies clients: with such a "
        "certificate an IRC client logs in to the account of its common name.",
    )
    max_clients: int = option(
        values.whole_number(1),
        "NUMBER",
        "How many connections are accepted in all.",
        default="10000",
    )
    max_per_host: int = option(
        values.whole_number(1),
        "NUMBER",
        "How many connections are accepted from one address, except from loopback.",
        default="64",
    )
    flood: RateLimit | None = option(
        values.rate_limit,
        "RATE",
        "How many messages one client may send: BURST:PER_SECOND, or off. The rest is "
        "delayed, not dropped.",
        default="10:5",
    )
    ping_interval: float = option(
        values.seconds,
        "SECONDS",
        "The time between heartbeats: on WebSocket and Socket.IO, and TCP's own "
        "on the line chat.",
        default="25",
    )
    ping_timeout: float = option(
        values.seconds,
        "SECONDS",
        "The time within which a client must answer a heartbeat.",
        default="20",
    )
    allow_origin: tuple[str, ...] = option(
        values.origins,
        "ORIGIN",
        "Another origin whose pages may connect, such as https://example.org; * for "
        "all. The server's own always may.",
        unset=(),
        repeatable=True,
    )
    host: tuple[str, ...] = option(
        values.hosts,
        "NAME",
        "Another name by which browsers may call the server, such as "
        "chat.example.org; * for all. Not needed for addresses, names without a dot, "
        "local domains, and the names of the machine and of the certificate.",
        unset=(),
        repeatable=True,
    )
    trust_proxy: tuple[str, ...] = option(
        values.proxies,
        "ADDRESS",
        "The address or network of a proxy whose PROXY header, Forwarded or "
        "X-Forwarded-For is believed; unix for those on Unix sockets.",
        unset=(),
        repeatable=True,
    )
    accounts: Mode = option(
        values.account_mode,
        "MODE",
        "Who has an account: open, anyone may register a name; closed, only operators "
        "add accounts; required, nobody says anything without one.",
        default="open",
    )
    password_min: int = option(
        values.whole_number(1, MAX_PASSWORD),
        "NUMBER",
        "The fewest characters of an account's password.",
        default="8",
    )
    password_file: str | None = option(
        values.first_line_of_file,
        "FILE",
        "Everyone must know the first line of this file to come in.",
    )
    require_tls: bool = option(
        values.on_or_off,
        "",
        "Accept passwords only over TLS, and from the same machine.",
        unset=False,
    )
    log_addresses: bool = option(
        values.on_or_off,
        "CHOICE",
        "Whether the log names the addresses of clients: on or off.",
        default="on",
    )
    admin: str | None = option(
        values.admin,
        "PORT",
        "Serve metrics for Prometheus and the health of the server, and nothing else, "
        "here: a port of 127.0.0.1, or an endpoint as for --port.",
    )
    log_json: bool = option(
        values.on_or_off,
        "",
        "Write the log as JSON, one object on each line.",
        unset=False,
    )

    @classmethod
    def read(cls, given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
        """Make settings of the given options, by long name.

        What is not given comes from the file named by ``config``, then from the
        environment, then from the defaults.

        :raises SettingError: a value or a file is invalid.
        """
        chosen = dict(given)
        config = chosen.pop("config", None)
        if config is not None:
            chosen = {**_read_toml(config), **chosen}
        for name in chosen:
            if name not in SETTINGS:
                known = ", ".join(sorted(SETTINGS))
                raise SettingError(
                    f"{config}: unknown option {name!r}; the options are {known}"
                )
        if ("tls-cert" in chosen) != ("tls-key" in chosen):
            raise SettingError("--tls-cert and --tls-key go together: give both")
        if "tls-client-ca" in chosen and "tls-cert" not in chosen:
            raise SettingError("--tls-client-ca needs --tls-cert and --tls-key")
        found: dict[str, Any] = {}
        for name, row in SETTINGS.items():
            source, value = f"--{name}", chosen.get(name)
            if value is None and row.variable:
                source = f"${row.variable}"
                value = environment.get(row.variable) or None
            if value is not None:
                found[name.replace("-", "_")] = _parse(row, value, source)
        return cls(**found)

    def policy(self) -> Policy:
        """What is decided about accounts."""
        return Policy(self.accounts, self.password_min, self.require_tls)

    def word_filter(self) -> WordFilter:
        """The words to mask, read from their file now.

        :raises SettingError: the file cannot be read.
        """
        if self.filter_words is None:
            return WordFilter()
        try:
            return WordFilter.parse(values.read_text(self.filter_words))
        except (ValueError, OSError) as error:
            raise SettingError(f"--filter-words: {_reason(error)}") from None


SETTINGS: dict[str, Option] = {
    row.name.replace("_", "-"): row.metadata["row"] for row in fields(Settings)
}
"""The options that are settings, by long name; a TOML file may have them all."""

OPTIONS: dict[str, Option] = {
    **SETTINGS,
    "config": Option(
        values.readable_file,
        "FILE",
        "A TOML file with the long names of these options as keys. The command line "
        "overrides it.",
    ),
}
"""The options of the command line, by long name."""


def _parse(row: Option, value: Any, source: str) -> Any:
    try:
        return row.parse(value)
    except (ValueError, OSError) as error:
        raise SettingError(f"{source}: {_reason(error)}") from None


def _read_toml(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(values.read_text(values.file_path(path)))
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"--config: invalid TOML in {path}: {error}") from None
    except (ValueError, OSError) as error:
        raise SettingError(f"--config: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return cannot_read(error)
    return str(error)
