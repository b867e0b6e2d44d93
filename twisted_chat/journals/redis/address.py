"""The address of a Redis server, as an operator writes it.

    redis://[USER:PASSWORD@]HOST[:PORT][/DB]
    redis+sentinel://[USER:PASSWORD@]HOST[:PORT],HOST[:PORT]/SERVICE[/DB]

``rediss`` instead of ``redis`` means TLS, also to the sentinels.  Query parameters:
``ca`` (a PEM file of certificate authorities instead of the system's), ``cert`` and
``key`` (PEM files of a client certificate), ``sentinel_user`` and
``sentinel_password``.  Special characters are percent-encoded.

Invariant: no error message contains a password.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from twisted_chat.core.interfaces import StoreError

REDIS_PORT = 6379
SENTINEL_PORT = 26379

_SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
_SETTINGS = ("ca", "cert", "key", "sentinel_user", "sentinel_password")

Host = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where to connect, and with which credentials.

    :ivar hosts: the one Redis, or its sentinels.
    :ivar service: the sentinels' name of the master; empty without sentinels.
    """

    hosts: tuple[Host, ...]
    service: str = ""
    db: int = 0
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    sentinel_user: str = ""
    sentinel_password: str = field(default="", repr=False)
    ca: str = ""
    cert: str = ""
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> RedisAddress:
        """Read an address.

        :raises StoreError: it is invalid; the text says how to write one.
        """
        try:
            parts = _split(text)
            if parts.scheme not in _SCHEMES:
                raise ValueError(f"it must begin with one of {', '.join(_SCHEMES)}")
            if parts.fragment:
                raise ValueError("nothing may follow a #")
            credentials, _, hosts = parts.netloc.rpartition("@")
            user, _, password = credentials.partition(":")
            sentinel = parts.scheme.endswith("+sentinel")
            port = SENTINEL_PORT if sentinel else REDIS_PORT
            path = [unquote(part) for part in parts.path.split("/")[1:] if part]
            service = path.pop(0) if sentinel and path else ""
            if sentinel and not service:
                raise ValueError("/SERVICE is missing after the sentinels")
            return cls(
                hosts=_hosts(hosts, port, several=sentinel),
                service=service,
                db=_db(path),
                tls=parts.scheme.startswith("rediss"),
                user=unquote(user),
                password=unquote(password),
                **_settings(parts.query),
            )
        except ValueError as error:
            raise StoreError(
                f"invalid Redis address {_without_password(text)}: {error}; write "
                "redis://HOST:PORT/DB or redis+sentinel://HOST:PORT,.../SERVICE/DB"
            ) from None

    def __str__(self) -> str:
        hosts = ",".join(show_host(host) for host in self.hosts)
        return f"{self.service} (sentinels {hosts})" if self.service else hosts


def _split(text: str) -> SplitResult:
    """Parse the URL; no error message quotes the credentials."""
    _, slashes, rest = text.partition("//")
    if not slashes:
        raise ValueError("// is missing after the scheme")
    if any(char in rest.rpartition("@")[0] for char in "/?#"):
        raise ValueError("percent-encode / ? # and @ (%2F %3F %23 %40)")
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("invalid host, or characters not percent-encoded") from None


def show_host(host: Host) -> str:
    """A host and its port, for operators."""
    name, port = host
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _hosts(text: str, port: int, *, several: bool) -> tuple[Host, ...]:
    hosts = tuple(_host(part.strip(), port) for part in text.split(","))
    if len(hosts) > 1 and not several:
        raise ValueError("several hosts need redis+sentinel://")
    return hosts


def _host(text: str, port: int) -> Host:
    name, digits = text, ""
    if text.startswith("["):
        name, closed, rest = text[1:].partition("]")
        if not closed or rest[:1] not in ("", ":"):
            raise ValueError(f"invalid host {text!r}")
        digits = rest[1:]
    elif ":" in text:
        name, _, digits = text.rpartition(":")
    if not name:
        raise ValueError("the host is missing")
    if not digits:
        return name, port
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits) < 65536):
        raise ValueError(f"invalid port {digits!r}")
    return name, int(digits)


def _db(path: list[str]) -> int:
    if not path:
        return 0
    if len(path) > 1 or not (path[0].isascii() and path[0].isdecimal()):
        raise ValueError(f"invalid database number {'/'.join(path)!r}")
    return int(path[0])


def _settings(query: str) -> dict[str, str]:
    given = parse_qsl(query, keep_blank_values=True)
    settings = dict(given)
    if len(settings) < len(given):
        raise ValueError("a setting is given twice")
    for name in settings:
        if name not in _SETTINGS:
            raise ValueError(
                f"unknown setting {name!r} (known: {', '.join(_SETTINGS)})"
            )
    if bool(settings.get("cert")) != bool(settings.get("key")):
        raise ValueError("cert and key must be given together")
    return settings


def _without_password(text: str) -> str:
    scheme, slashes, rest = text.partition("//")
    if not slashes:
        return scheme.partition(":")[0] + ":..."
    return scheme + slashes + rest.rpartition("@")[2].partition("?")[0]
