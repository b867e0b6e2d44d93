"""Certificates for a day and one name, made when a test needs them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

NAME = "chat.example"

Pair = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


@cache
def certificate(name: str) -> Pair:
    """A key, and the certificate that it signs for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        who,
        who,
        key.public_key(),
        1,
        now - dt.timedelta(hours=1),
        now + dt.timedelta(days=1),
    )
    return key, builder.sign(key, hashes.SHA256())


def write_certificate(path: Path, name: str = NAME) -> Path:
    """Write the certificate into a PEM file."""
    path.write_bytes(certificate(name)[1].public_bytes(Encoding.PEM))
    return path


def write_key(path: Path, name: str = NAME, passphrase: str = "") -> Path:
    """Write its key into a PEM file."""
    return write_pem(path, certificate(name)[0], passphrase)


def write_pem(path: Path, key: PrivateKeyTypes, passphrase: str = "") -> Path:
    """Write any key into a PEM file."""
    lock: KeySerializationEncryption = NoEncryption()
    if passphrase:
        lock = BestAvailableEncryption(passphrase.encode())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    return path
