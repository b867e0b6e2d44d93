"""The server's side of SCRAM-SHA-256 (RFC 5802, 7677), without channel binding.

A client proves that it knows a password without sending it, and learns from the last
message that the server has its verifier.  Messages are bytes, without the encoding of
the protocol that carries them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from .passwords import Hashes

NONCE_SIZE = 18

_FIRST = re.compile(
    r"(?P<header>[ny],(?:a=(?P<authzid>[^,]+))?,)"
    r"(?P<bare>n=(?P<name>(?:[^,=]|=2C|=3D)+),r=(?P<nonce>[!-+\--~]+)(?:,.*)?)"
)
_FINAL = re.compile(
    r"(?P<bare>c=(?P<binding>[^,]+),r=(?P<nonce>[^,]+)(?:,.*)?),p=(?P<proof>[^,]+)"
)


class ScramError(ValueError):
    """A client's message is not one of SCRAM, or proves nothing."""


@dataclass(frozen=True, slots=True)
class ClientFirst:
    """The first message of a client.

    :ivar header: what it says of channel binding.
    :ivar bare: the rest of the message.
    :ivar name: of the account.
    :ivar authzid: on behalf of whom; empty for the account itself.
    :ivar nonce: its part of the nonce.
    """

    header: str
    bare: str
    name: str
    authzid: str
    nonce: str

    @classmethod
    def parse(cls, message: bytes) -> ClientFirst:
        """The first message.

        :raises ScramError: it is another one, or needs channel binding or an extension.
        """
        try:
            found = _FIRST.fullmatch(message.decode())
        except UnicodeDecodeError:
            raise ScramError("not UTF-8") from None
        if found is None:
            raise ScramError("not a first message")
        return cls(
            header=found["header"],
            bare=found["bare"],
            name=_unescaped(found["name"]),
            authzid=_unescaped(found["authzid"] or ""),
            nonce=found["nonce"],
        )


class ScramServer:
    """One exchange after the first message.

    :param hashes: those of the account.
    :ivar challenge: the message that answers the first one.
    """

    def __init__(self, first: ClientFirst, hashes: Hashes) -> None:
        self._hashes = hashes
        self._nonce = first.nonce + b64encode(secrets.token_bytes(NONCE_SIZE)).decode()
        self._binding = b64encode(first.header.encode()).decode()
        salt = b64encode(hashes.scram_salt).decode()
        challenge = f"r={self._nonce},s={salt},i={hashes.costs.iterations}"
        self._start = f"{first.bare},{challenge}"
        self.challenge = challenge.encode()

    def answer(self, message: bytes) -> bytes:
        """The last message of the server, which proves that it has the verifier.

        :param message: the client's last one, with its proof.
        :raises ScramError: it does not prove that the client knows the password.
        """
        try:
            found = _FINAL.fullmatch(message.decode())
            proof = b64decode(found["proof"], validate=True) if found else b""
        except (UnicodeDecodeError, Base64Error):
            raise ScramError("not a last message") from None
        if found is None or (found["binding"], found["nonce"]) != (
            self._binding,
            self._nonce,
        ):
            raise ScramError("the message of another exchange")
        signed = f"{self._start},{found['bare']}".encode()
        hashes = self._hashes
        signature = hmac.digest(hashes.stored_key, signed, "sha256")
        if len(proof) != len(signature):
            raise ScramError("not a proof")
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        stored_key = hashlib.sha256(client_key).digest()
        if not hmac.compare_digest(stored_key, hashes.stored_key):
            raise ScramError("the proof is wrong")
        return b"v=" + b64encode(hmac.digest(hashes.server_key, signed, "sha256"))


def _unescaped(name: str) -> str:
    return name.replace("=2C", ",").replace("=3D", "=")
