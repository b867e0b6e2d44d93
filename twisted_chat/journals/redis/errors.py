"""What Redis answers when it does not do what it was asked, as one clear line.

Rules of this file: pure functions of text; the line says what an operator can do.
"""

from __future__ import annotations

from twisted_chat.core.interfaces import StoreError


class RedisError(StoreError):
    """Redis did not do what it was asked.

    :param what: in words, with ``{}`` where Redis is named.
    :param where: its address, which clients are not told.
    :param detail: more for the operator.
    :ivar code: the first word of its answer, or one of ours: ``AWAY`` (there is
        no connection), ``BROKEN`` (it broke before the answer came).
    :ivar full: the same line with the address, for the operator.
    """

    def __init__(
        self, code: str, what: str, where: str = "", *, detail: str = ""
    ) -> None:
        super().__init__(what.replace("{}", "Redis"))
        self.code = code
        full = what.replace("{}", f"Redis at {where}" if where else "Redis")
        self.full = f"{full} ({detail})" if detail else full

    @property
    def final(self) -> bool:
        """Trying again changes nothing until an operator does something."""
        return self.code in _FINAL

    @property
    def elsewhere(self) -> bool:
        """Another Redis, or the same one later, is to be asked."""
        return self.code in _ELSEWHERE


def in_full(error: StoreError) -> str:
    """What the operator is to read of an error."""
    return error.full if isinstance(error, RedisError) else str(error)


_FINAL = frozenset(
    {"AUTH", "WRONGPASS", "NOAUTH", "NOPERM", "VERSION", "CLUSTER", "FORMAT", "TLS"}
    | {"DB", "PACKAGE"}
)
_ELSEWHERE = frozenset({"READONLY", "LOADING", "MASTERDOWN", "NOAUTH", "UNBLOCKED"})

_LINES = {
    "OOM": "{} is out of memory (raise its maxmemory, or lower --keep)",
    "READONLY": "{} is a read-only replica (give the address of its master)",
    "LOADING": "{} is still loading its data",
    "MASTERDOWN": "{} is a replica without its master",
    "NOAUTH": "{} asks for a password (write redis://USER:PASSWORD@HOST:PORT/DB)",
    "WRONGPASS": "{} does not accept this user and password",
    "MISCONF": "{} cannot write to its disk",
    "NOREPLICAS": "{} has too few replicas to write to",
    "BUSY": "{} is busy with a script",
    "CROSSSLOT": "{} is part of a cluster, which is not supported",
    "MOVED": "{} is part of a cluster, which is not supported",
}


def explain(where: str, answer: str) -> RedisError:
    """An error that Redis answered.

    :param where: the address, without a password.
    :param answer: its words; the first tells the kind.
    """
    code, _, words = answer.partition(" ")
    if code == "ERR":
        known = _known(words)
        if known is not None:
            return RedisError(*known, where)
    line = _LINES.get(code)
    if line is None:
        line = f"{{}} says: {' '.join(answer.split())}"
    if code == "NOPERM":
        line = f"the user of {{}} may not do what is needed: {' '.join(words.split())}"
    return RedisError(code, line, where)


def _known(words: str) -> tuple[str, str] | None:
    """Older servers have no code of its own for these."""
    lower = words.lower()
    if "without any password configured" in lower:
        return "AUTH", "{} has no password, but one was given"
    if "invalid password" in lower:
        return "AUTH", _LINES["WRONGPASS"]
    if "can't run this command" in lower:
        return "NOPERM", "the user of {} may not run all that our scripts need"
    if "db index" in lower:
        return "DB", "{} has no database of that number"
    return None


def away(where: str, why: str) -> RedisError:
    """There is no connection."""
    return RedisError("AWAY", f"{{}} cannot be reached: {why}", where)


def broken(where: str, why: str) -> RedisError:
    """The connection broke before the answer came."""
    return RedisError("BROKEN", f"{{}} {why}", where)
