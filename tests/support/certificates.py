"""Self-signed certificates for tests, valid for a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

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
    """A private key and its self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        subject,
        subject,
        key.public_key(),
        1,
        now - dt.timedelta(hours=1),
        now + dt.timedelta(days=1),
        [
            x509.Extension(
                x509.SubjectAlternativeName.oid,
                False,
                x509.SubjectAlternativeName([x509.DNSName(name)]),
            )
        ],
    )
    return key, builder.sign(key, hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority for tests.

    :ivar certificate: its own.
    """

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, name: str = "authority", signer: Authority | None = None) -> Self:
        """One that has signed its own certificate, or whose another one has signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = (signer.key, signer.certificate.subject) if signer else (key, None)
        is_authority = x509.BasicConstraints(ca=True, path_length=None)
        return cls(key, _signed(name, key, issuer, (is_authority,)))

    def sign(self, name: str, *extensions: x509.ExtensionType, days: int = 1) -> Pair:
        """A private key, and its certificate for that common name."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = (self.key, self.certificate.subject)
        return key, _signed(name, key, issuer, extensions, days)


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[ec.EllipticCurvePrivateKey, x509.Name | None],
    extensions: Iterable[x509.ExtensionType],
    days: int = 1,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        issuer[1] or subject,
        subject,
        key.public_key(),
        x509.random_serial_number(),
        now - dt.timedelta(days=2),
        now + dt.timedelta(days=days),
        [x509.Extension(one.oid, False, one) for one in extensions],
    )
    return builder.sign(issuer[0], hashes.SHA256())


def write_certificate(path: Path, name: str = NAME) -> Path:
    """Write the certificate to a PEM file."""
    path.write_bytes(certificate(name)[1].public_bytes(Encoding.PEM))
    return path


def write_key(path: Path, name: str = NAME, passphrase: str = "") -> Path:
    """Write its private key to a PEM file."""
    return write_pem(path, certificate(name)[0], passphrase)


def write_pem(path: Path, key: PrivateKeyTypes, passphrase: str = "") -> Path:
    """Write any private key to a PEM file."""
    lock: KeySerializationEncryption = NoEncryption()
    if passphrase:
        lock = BestAvailableEncryption(passphrase.encode())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    return path
