"""Errors of Redis, each as one line that says what an operator can do.

Invariant: a client never sees the address of Redis; an operator does.
"""

from __future__ import annotations

from twisted_chat.core.interfaces import StoreError


class RedisError(StoreError):
    """Redis failed.

    :param text: with ``{}`` where Redis is named.
    :param address: the address of Redis, which clients do not see.
    :param detail: more for the operator.
    :ivar code: the first word of the error reply, or one of ours: ``UNREACHABLE``
        (there is no connection), ``BROKEN`` (the connection was lost before the
        reply), ``EXPIRED`` (Redis has removed this server).
    :ivar operator_text: the same line with the address.
    """

    def __init__(
        self, code: str, text: str, address: str = "", *, detail: str = ""
    ) -> None:
        full = text.replace("{}", f"Redis at {address}" if address else "Redis")
        full = f"{full} ({detail})" if detail else full
        super().__init__(text.replace("{}", "Redis"), full)
        self.code = code

    @property
    def is_permanent(self) -> bool:
        """Whether retrying is useless until an operator intervenes."""
        return self.code in _PERMANENT

    @property
    def needs_reconnect(self) -> bool:
        """Whether another Redis, or the same one later, must be tried."""
        return self.code in _NEEDS_RECONNECT


_PERMANENT = frozenset(
    {"AUTH", "WRONGPASS", "NOAUTH", "NOPERM", "VERSION", "CLUSTER", "FORMAT", "TLS"}
    | {"DB", "PACKAGE", "NOT_REDIS"}
)
_NEEDS_RECONNECT = frozenset(
    {"READONLY", "LOADING", "MASTERDOWN", "NOAUTH", "UNBLOCKED"}
)

_CLUSTER = (
    "{} is part of a cluster, which is not supported (use a single Redis, or Sentinel)"
)

_TEXTS = {
    "OOM": "{} is out of memory (raise its maxmemory, or lower --keep)",
    "READONLY": "{} is a read-only replica (give the address of its master)",
    "LOADING": "{} is still loading its data",
    "MASTERDOWN": "{} is a replica without its master",
    "NOAUTH": "{} requires a password (write redis://USER:PASSWORD@HOST:PORT/DB)",
    "WRONGPASS": "{} rejects this user name and password (check --store)",
    "MISCONF": "{} cannot write to its disk (free some space, or see its log)",
    "NOREPLICAS": "{} has fewer replicas than its min-replicas-to-write",
    "BUSY": "{} is busy with a script (wait, or use SCRIPT KILL)",
    "CROSSSLOT": _CLUSTER,
    "MOVED": _CLUSTER,
}


def explain(address: str, reply: str) -> RedisError:
    """An error that Redis replied.

    :param address: without a password.
    :param reply: the error reply, which begins with a code.
    """
    code, _, words = reply.partition(" ")
    if code == "ERR":
        known = _explain_uncoded(words)
        if known is not None:
            return RedisError(*known, address)
    text = _TEXTS.get(code)
    if text is None:
        text = f"{{}} replied: {' '.join(reply.split())}"
    if code == "NOPERM":
        text = f"the user of {{}} lacks a permission: {' '.join(words.split())}"
    return RedisError(code, text, address)


def _explain_uncoded(words: str) -> tuple[str, str] | None:
    """Errors for which Redis has no code of its own."""
    lower = words.lower()
    if "without any password configured" in lower:
        return "AUTH", "{} has no password, but one was given (remove it from --store)"
    if "invalid password" in lower:
        return "AUTH", _TEXTS["WRONGPASS"]
    if "can't run this command" in lower:
        return (
            "NOPERM",
            "the user of {} lacks permissions (see docs/operations.md)",
        )
    if "db index" in lower:
        return "DB", "{} has no database with that number (change it in --store)"
    return None


def unreachable(address: str, reason: str) -> RedisError:
    """There is no connection."""
    text = f"{{}} cannot be reached: {reason}"
    advice = "start it, or check --store"
    return RedisError("UNREACHABLE", text, address, detail=advice)


def not_redis(address: str, data: bytes = b"") -> RedisError:
    """Another program listens there.

    :param data: the beginning of what it sent.
    """
    if data.startswith(_TLS_ALERT):
        return RedisError("NOT_REDIS", "{} requires TLS: write rediss://", address)
    text = "{} cannot be used: another program answers there (check --store)"
    return RedisError("NOT_REDIS", text, address)


_TLS_ALERT = b"\x15\x03"
"""With this a TLS server answers what is not TLS."""


def broken(address: str, reason: str) -> RedisError:
    """The connection was lost before the reply.

    :param reason: continues a sentence about Redis.
    """
    return RedisError("BROKEN", f"{{}} {reason}", address)


def server_expired() -> RedisError:
    """Redis has removed this server, since its lease had expired."""
    return RedisError("EXPIRED", "this server was cut off and is reconnecting")
