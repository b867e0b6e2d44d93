"""Certificates with which clients show who they are.

A client may present a certificate, and need not.  The handshake succeeds with any: a
program may present to every server the one that it has.  Only ``ClientAuthority.names``
says whether an authority that the operator trusts has signed it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import ISSLTransport

from .regular_files import cannot_read, open_regular

_SESSION_ID = b"twisted_chat"


class AuthorityError(Exception):
    """The certificate of an authority cannot be used; the text is one line."""


class ClientAuthority:
    """Whose signatures tell who a client is.

    :param path: a PEM file with the certificates of one authority or several.
    :raises AuthorityError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._certificates = _read(path)

    def ask(self, context: SSL.Context) -> None:
        """Have clients asked for a certificate when they connect."""
        context.load_client_ca(str(self._path).encode())
        # Clients could not come back to a session otherwise.
        context.set_session_id(_SESSION_ID)
        context.set_verify(SSL.VERIFY_PEER, _accept)

    def names(self, transport: Any) -> tuple[str, ...]:
        """The names in the certificate of a connection: the common name, then others.

        Empty if there is no certificate, or none that is valid now and that the
        authority has signed for clients.

        :param transport: that of a protocol, within TLS or not.
        """
        if not ISSLTransport.providedBy(transport):
            return ()
        connection: Any = transport.getHandle()  # type: ignore[attr-defined]
        own = connection.get_peer_certificate()
        if own is None:
            return ()
        store = crypto.X509Store()
        # The authority may itself be certified by one that is not trusted here.
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        for certificate in self._certificates:
            store.add_cert(crypto.X509.from_cryptography(certificate))
        chain = connection.get_peer_cert_chain()
        try:
            crypto.X509StoreContext(store, own, chain).verify_certificate()
            presented = own.to_cryptography()
            return _names(presented) if _is_for_clients(presented) else ()
        except (crypto.X509StoreContextError, ValueError):
            # The latter if it is malformed.
            return ()


def _accept(*_: object) -> bool:
    """Complete the handshake, whatever certificate is presented."""
    return True


def _read(path: Path) -> list[x509.Certificate]:
    try:
        with open_regular(path) as file:
            return x509.load_pem_x509_certificates(file.read())
    except OSError as error:
        raise AuthorityError(cannot_read(error)) from None
    except ValueError:
        raise AuthorityError(f"{path} does not contain a PEM certificate") from None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    names = [str(attribute.value) for attribute in common]
    with suppress(x509.ExtensionNotFound):
        alternative = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        names += alternative.value.get_values_for_type(x509.DNSName)
    return tuple(dict.fromkeys(names))


def _is_for_clients(certificate: x509.Certificate) -> bool:
    """Whether it may be used to show who a client is: that of a server may not."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage.value
