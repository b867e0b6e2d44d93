"""Passwords: which are accepted, and what is stored to check them.

Of each password two things are stored: a scrypt hash (RFC 7914), by which the server
checks it, and the verifier of SCRAM-SHA-256 (RFC 5802, 7677), by which a client proves
that it knows it without sending it.  Both have their parameters with them, so that
these can be raised.

``hashed`` and ``Hashes.match`` take a fifth of a second on purpose, so they are never
called in the reactor's thread.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any

from twisted_chat.core.replies import Refused

MAX_PASSWORD = 1024
"""Bytes in a password."""

SALT_SIZE = 16

_SCRYPT, _SCRAM = "scrypt", "scram-sha-256"

HASH_NAMES = (_SCRYPT, _SCRAM)
"""The names in ``Hashes.to_object``."""

_SPACE = dict.fromkeys(map(ord, "\xa0\u1680\u202f\u205f\u3000"), " ") | dict.fromkeys(
    range(0x2000, 0x200B), " "
)


@dataclass(frozen=True, slots=True)
class Costs:
    """How much work it is to try one password.

    By default, scrypt's costs are the least that OWASP's Password Storage Cheat Sheet
    recommends for 16 MiB.

    :ivar n: scrypt's N; it needs ``128 * n * r`` bytes of memory.
    :ivar r: scrypt's block size.
    :ivar p: scrypt's parallelization, one after the other here.
    :ivar iterations: of PBKDF2 in the SCRAM verifier.
    """

    n: int = 2**14
    r: int = 8
    p: int = 5
    iterations: int = 100_000


@dataclass(frozen=True, slots=True)
class Hashes:
    """What is stored of one password.

    :ivar key: what scrypt makes of the password and ``salt``.
    :ivar scram_salt: the salt of the verifier; ``stored_key`` and ``server_key`` are
        those of RFC 5802, section 3.
    """

    costs: Costs
    salt: bytes
    key: bytes
    scram_salt: bytes
    stored_key: bytes
    server_key: bytes

    def match(self, password: str) -> bool:
        """Whether this is the password; blocks.

        The comparison takes the same time wherever the two differ.
        """
        return hmac.compare_digest(_scrypt(password, self.salt, self.costs), self.key)

    def to_object(self) -> dict[str, Any]:
        """The same for JSON."""
        costs = self.costs
        return {
            _SCRYPT: [costs.n, costs.r, costs.p, _text(self.salt), _text(self.key)],
            _SCRAM: [
                costs.iterations,
                *map(_text, (self.scram_salt, self.stored_key, self.server_key)),
            ],
        }

    @classmethod
    def from_object(cls, found: dict[str, Any]) -> Hashes:
        """What ``to_object`` returned."""
        n, r, p, salt, key = found[_SCRYPT]
        iterations, *scram = found[_SCRAM]
        costs = Costs(n, r, p, iterations)
        return cls(costs, b64decode(salt), b64decode(key), *map(b64decode, scram))


def hashed(password: str, costs: Costs) -> Hashes:
    """What to store of a password; blocks."""
    salt, scram_salt = secrets.token_bytes(SALT_SIZE), secrets.token_bytes(SALT_SIZE)
    salted = hashlib.pbkdf2_hmac(
        "sha256", password.encode(), scram_salt, costs.iterations
    )
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return Hashes(
        costs=costs,
        salt=salt,
        key=_scrypt(password, salt, costs),
        scram_salt=scram_salt,
        stored_key=hashlib.sha256(client_key).digest(),
        server_key=hmac.digest(salted, b"Server Key", "sha256"),
    )


@cache
def decoy(costs: Costs) -> Hashes:
    """What no password matches, with the same work: for names without an account."""
    return Hashes(costs, bytes(SALT_SIZE), bytes(64), b"", b"", b"")


def prepared(password: str) -> str:
    """A password as it is hashed: the same for all keyboards (RFC 8265, OpaqueString).

    :raises Refused: ``password_invalid``, if there can be no such password.
    """
    password = unicodedata.normalize("NFC", password.translate(_SPACE))
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in password):
        raise _invalid("has no control characters")
    if len(password.encode()) > MAX_PASSWORD:
        raise _invalid(f"has at most {MAX_PASSWORD} bytes")
    return password


def new_password(password: str, shortest: int) -> str:
    """A password that someone chooses, as it is hashed.

    :param shortest: the fewest characters that it may have.
    :raises Refused: ``password_invalid``.
    """
    password = prepared(password)
    if len(password) < shortest:
        raise _invalid(f"has at least {shortest} characters")
    if password != password.strip():
        # Some clients drop them.
        raise _invalid("neither begins nor ends with a blank")
    return password


def _invalid(rule: str) -> Refused:
    return Refused("password_invalid", f"a password {rule}: choose another")


def _scrypt(password: str, salt: bytes, costs: Costs) -> bytes:
    # A little more than ``128 * n * r``, or OpenSSL refuses.
    memory = 128 * costs.r * (costs.n + costs.p + 2)
    return hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=costs.n,
        r=costs.r,
        p=costs.p,
        maxmem=memory,
        dklen=64,
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode()
