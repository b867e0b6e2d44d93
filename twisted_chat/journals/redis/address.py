"""Where a Redis is, as an operator writes it.

    redis://[USER:PASSWORD@]HOST[:PORT][/DB]
    redis+sentinel://[USER:PASSWORD@]HOST[:PORT],HOST[:PORT]/SERVICE[/DB]

``rediss`` in the place of ``redis`` means TLS, to the sentinels too.  After a ``?``
come settings: ``ca`` (a PEM file with whom to trust instead of the system's),
``cert`` and ``key`` (PEM files, to show who we are), ``sentinel_user`` and
``sentinel_password``.  What is special in a URL is written with percent signs.

Rules of this file: text in, values out; a password is never part of a text that
comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from twisted_chat.core.interfaces import StoreError

REDIS_PORT = 6379
SENTINEL_PORT = 26379

_SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
_SETTINGS = ("ca", "cert", "key", "sentinel_user", "sentinel_password")

Host = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where to connect, and as whom.

    :ivar hosts: the one Redis, or the sentinels that know where it is.
    :ivar service: what the sentinels call it; empty if there are none.
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
        """Read what an operator wrote.

        :raises StoreError: it cannot be read; the text says how to write it.
        """
        try:
            parts = urlsplit(text)
            if parts.scheme not in _SCHEMES:
                raise ValueError(f"it begins with none of {', '.join(_SCHEMES)}")
            given, _, hosts = parts.netloc.rpartition("@")
            user, _, password = given.partition(":")
            sentinel = parts.scheme.endswith("+sentinel")
            port = SENTINEL_PORT if sentinel else REDIS_PORT
            path = [unquote(part) for part in parts.path.split("/")[1:] if part]
            service = path.pop(0) if sentinel and path else ""
            if sentinel and not service:
                raise ValueError("after the sentinels comes /SERVICE")
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
                f"{_without_password(text)} is no address of a Redis: {error}; write "
                "redis://HOST:PORT/DB or redis+sentinel://HOST:PORT,.../SERVICE/DB"
            ) from None

    def __str__(self) -> str:
        hosts = ",".join(show_host(host) for host in self.hosts)
        return f"{self.service} of the sentinels {hosts}" if self.service else hosts


def show_host(host: Host) -> str:
    """A host and its port, for people."""
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
            raise ValueError(f"{text!r} is no host")
        digits = rest[1:]
    elif ":" in text:
        name, _, digits = text.rpartition(":")
    if not name:
        raise ValueError("it names no host")
    if not digits:
        return name, port
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits) < 65536):
        raise ValueError(f"{digits!r} is no port")
    return name, int(digits)


def _db(path: list[str]) -> int:
    if not path:
        return 0
    if len(path) > 1 or not (path[0].isascii() and path[0].isdecimal()):
        raise ValueError(f"{'/'.join(path)!r} is no number of a database")
    return int(path[0])


def _settings(query: str) -> dict[str, str]:
    settings = dict(parse_qsl(query, keep_blank_values=True))
    for name in settings:
        if name not in _SETTINGS:
            raise ValueError(f"no setting {name!r}; there are {', '.join(_SETTINGS)}")
    if bool(settings.get("cert")) != bool(settings.get("key")):
        raise ValueError("cert and key go together")
    return settings


def _without_password(text: str) -> str:
    scheme, slashes, rest = text.partition("//")
    return scheme + slashes + rest.rpartition("@")[2].partition("?")[0]
