"""A client of SCRAM-SHA-256, written from RFC 5802."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode


class ScramClient:
    """One exchange of a client.

    :ivar first: its first message.
    """

    def __init__(
        self,
        name: str,
        password: str,
        *,
        nonce: str = "client-nonce",
        header: str = "n,,",
    ) -> None:
        self._password = password
        self._header = header
        escaped = name.replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={escaped},r={nonce}"
        self.first = f"{header}{self._bare}".encode()
        self._signature = b""

    def final(self, challenge: bytes) -> bytes:
        """Its last message, which answers the challenge."""
        fields = dict(part.split("=", 1) for part in challenge.decode().split(","))
        salted = hashlib.pbkdf2_hmac(
            "sha256",
            self._password.encode(),
            b64decode(fields["s"]),
            int(fields["i"]),
        )
        binding = b64encode(self._header.encode()).decode()
        bare = f"c={binding},r={fields['r']}"
        signed = f"{self._bare},{challenge.decode()},{bare}".encode()
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        stored_key = hashlib.sha256(client_key).digest()
        mask = hmac.digest(stored_key, signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, mask, strict=True))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        self._signature = hmac.digest(server_key, signed, "sha256")
        return f"{bare},p={b64encode(proof).decode()}".encode()

    def trusts(self, message: bytes) -> bool:
        """Whether the last message of the server shows that it has the verifier."""
        return message == b"v=" + b64encode(self._signature)
