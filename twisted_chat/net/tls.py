"""The certificate with which every port also accepts TLS.

Rules of this file: it is read at the start, and again when the operator says so;
one that cannot be used is refused in one line, and the former one stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLContextFactory
from zope.interface import implementer


class CertificateError(Exception):
    """A certificate or key cannot be used; the text is one clear line."""


@implementer(IOpenSSLContextFactory)
class Certificate:
    """A certificate chain and its key, as Twisted asks for them.

    :param chain: a PEM file, the server's own certificate first.
    :param key: a PEM file, without a passphrase.
    :raises CertificateError: they cannot be used, or do not belong together.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        self._chain = chain
        self._key = key
        self._context = self._read()

    def read_again(self) -> None:
        """Use what the files hold now, for those who connect from now on.

        :raises CertificateError: it cannot be used; nothing has changed.
        """
        self._context = self._read()

    def getContext(self) -> SSL.Context:
        """Twisted: what a new connection needs."""
        return self._context

    def _read(self) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
        try:
            context.use_certificate_chain_file(str(self._chain))
        except SSL.Error:
            raise CertificateError(
                f"{self._chain} holds no certificate in PEM form"
            ) from None
        try:
            key: Any = load_pem_private_key(self._key.read_bytes(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm, OSError):
            # A TypeError is what it says to a key with a passphrase.
            raise CertificateError(
                f"{self._key} holds no private key in PEM form without a passphrase"
            ) from None
        try:
            context.use_privatekey(key)
            context.check_privatekey()
        except (SSL.Error, TypeError):
            # A TypeError: it is a key, but of a kind that TLS has no use for.
            raise CertificateError(
                f"{self._key} is not the key of the certificate in {self._chain}"
            ) from None
        return context
