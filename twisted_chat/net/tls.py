"""The TLS certificate of the server, which can be reloaded.

Invariant: a certificate that cannot be used is refused with one line, and the current
one stays in use.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate as Certificate509
from cryptography.x509 import (
    DNSName,
    ExtensionNotFound,
    SubjectAlternativeName,
    load_pem_x509_certificate,
)
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLContextFactory
from zope.interface import implementer

from .client_certificates import AuthorityError, ClientAuthority
from .regular_files import cannot_read, open_regular

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class CertificateError(Exception):
    """A certificate or key cannot be used; the text is one line."""


@implementer(IOpenSSLContextFactory)
class Certificate:
    """A certificate chain and its private key.

    :param chain: a PEM file, with the server's own certificate first.
    :param key: a PEM file without a passphrase.
    :param client_ca: a PEM file with the certificates of the authority that certifies
        clients; without it, they are not asked for a certificate.
    :ivar authority: that authority, if there is one.
    :raises CertificateError: a file cannot be used, or the first two do not match.
    """

    def __init__(self, chain: Path, key: Path, client_ca: Path | None = None) -> None:
        self._chain = chain
        self._key = key
        self._client_ca = client_ca
        self._context = self._read()

    def reload(self) -> None:
        """Read the files again, for connections made from now on.

        :raises CertificateError: a file cannot be used; nothing has changed.
        """
        self._context = self._read()

    def problem(self, now: datetime) -> str:
        """Why clients refuse the certificate, in one line; empty if they need not."""
        valid_from, valid_until = self._valid
        if now > valid_until:
            return (
                f"the certificate in {self._chain} expired on "
                f"{valid_until:%Y-%m-%d %H:%M} UTC: renew it, then send SIGHUP"
            )
        if now < valid_from:
            return (
                f"the certificate in {self._chain} is valid only from "
                f"{valid_from:%Y-%m-%d %H:%M} UTC: check the clock of this machine"
            )
        return ""

    @property
    def names(self) -> tuple[str, ...]:
        """The DNS names that the certificate is for."""
        return self._names

    def getContext(self) -> SSL.Context:
        """Twisted: the context of a new connection."""
        return self._context

    def _read(self) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        # OpenSSL would wait for a named pipe.
        _check_readable(self._chain)
        _check_readable(self._key)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
        try:
            context.use_certificate_chain_file(str(self._chain))
        except SSL.Error:
            raise CertificateError(
                f"{self._chain} does not contain a PEM certificate"
            ) from None
        try:
            key: Any = load_pem_private_key(self._key.read_bytes(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # A key with a passphrase raises TypeError.
            raise CertificateError(
                f"{self._key} does not contain a usable PEM private key; if it has a "
                "passphrase, remove it: openssl pkey -in OLD -out NEW"
            ) from None
        try:
            context.use_privatekey(key)
            context.check_privatekey()
        except (SSL.Error, TypeError):
            # A key of a type that TLS cannot use raises TypeError.
            raise CertificateError(
                f"{self._key} is not the key of the certificate in {self._chain}"
            ) from None
        authority = self._read_authority()
        if authority is not None:
            authority.ask(context)
        own = _own_certificate(self._chain)
        self.authority = authority
        self._valid, self._names = _validity(own), _dns_names(own)
        return context

    def _read_authority(self) -> ClientAuthority | None:
        if self._client_ca is None:
            return None
        try:
            return ClientAuthority(self._client_ca)
        except AuthorityError as error:
            raise CertificateError(str(error)) from None


def _own_certificate(chain: Path) -> Certificate509 | None:
    """The first certificate of a chain.

    OpenSSL accepts forms of certificates that ``cryptography`` does not.
    """
    try:
        return load_pem_x509_certificate(chain.read_bytes())
    except ValueError:
        return None


def _validity(own: Certificate509 | None) -> tuple[datetime, datetime]:
    """From when to when a certificate is valid; always, if that cannot be read."""
    if own is None:
        return _FIRST, _LAST
    return own.not_valid_before_utc, own.not_valid_after_utc


def _dns_names(own: Certificate509 | None) -> tuple[str, ...]:
    """The DNS names in a certificate's ``subjectAltName``."""
    if own is None:
        return ()
    try:
        names = own.extensions.get_extension_for_class(SubjectAlternativeName)
    except (ExtensionNotFound, ValueError):
        return ()
    return tuple(names.value.get_values_for_type(DNSName))


def _check_readable(path: Path) -> None:
    """Tell a file that cannot be read from one that is not PEM.

    :raises CertificateError: it cannot be read, or is not a regular file.
    """
    try:
        open_regular(path).close()
    except OSError as error:
        raise CertificateError(cannot_read(error)) from None
