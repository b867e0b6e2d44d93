"""Certificates with which clients show who they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import SSL
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial import unittest

from tests.support.certificates import (
    Authority,
    Pair,
    certificate,
    write_certificate,
    write_key,
)
from tests.support.memory import Wire
from tests.support.tls_client import TlsClient
from twisted_chat.net.client_certificates import AuthorityError, ClientAuthority
from twisted_chat.net.tls import Certificate, CertificateError


class Server(Protocol):
    """Keeps its last transport; see ``ClientCertificateTestCase.connect``."""

    last: Any

    def connectionMade(self) -> None:
        Server.last = self.transport


class ClientCertificateTestCase(unittest.SynchronousTestCase):
    """A server that asks for certificates of an authority."""

    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir(parents=True)
        self.chain = write_certificate(self.directory / "chain.pem")
        self.key = write_key(self.directory / "key.pem")
        self.authority = Authority.create()
        self.path = self.trust(self.authority)
        self.served = Certificate(self.chain, self.key, self.path)

    def trust(self, *authorities: Authority) -> Path:
        """Write the certificates of authorities to a file."""
        path = self.directory / "ca.pem"
        path.write_bytes(
            b"".join(one.certificate.public_bytes(Encoding.PEM) for one in authorities)
        )
        return path

    def context(
        self, pair: Pair | None, *chain: Authority, version: int = SSL.TLS1_3_VERSION
    ) -> SSL.Context:
        """That of a client with a certificate, or without one."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(version)
        if pair is not None:
            context.use_privatekey(pair[0])
            context.use_certificate(pair[1])
        for one in chain:
            context.add_extra_chain_cert(one.certificate)
        return context

    def connect(self, context: SSL.Context) -> Any:
        """The server's transport of a client, after the handshake."""
        clock = Clock()
        factory = Factory.forProtocol(Server)
        encrypted = TLSMemoryBIOFactory(self.served, False, factory, clock)
        client = TlsClient(Wire().accept(encrypted), clock, context)
        client.exchange()
        client.send(b"hello")
        return Server.last

    def names(self, context: SSL.Context) -> tuple[str, ...]:
        """Those that the server finds in the certificate of a client."""
        transport = self.connect(context)
        assert self.served.authority is not None
        return self.served.authority.names(transport)


class NamesTests(ClientCertificateTestCase):
    """The names in a certificate."""

    def test_common_name_is_that_of_the_client(self) -> None:
        """With both versions of TLS."""
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            context = self.context(self.authority.sign("bob"), version=version)
            self.assertEqual(self.names(context), ("bob",))

    def test_alternative_names_follow(self) -> None:
        """Each name once."""
        others = x509.SubjectAlternativeName(
            [x509.DNSName("bob"), x509.DNSName("robert"), x509.RFC822Name("b@c.org")]
        )
        context = self.context(self.authority.sign("bob", others))
        self.assertEqual(self.names(context), ("bob", "robert"))

    def test_client_without_a_certificate_has_no_name(self) -> None:
        """It is connected all the same."""
        self.assertEqual(self.names(self.context(None)), ())

    def test_certificate_of_another_authority_has_no_name(self) -> None:
        """Also one of the same name, or one that nobody else has signed."""
        for pair in (Authority.create().sign("bob"), certificate("bob")):
            self.assertEqual(self.names(self.context(pair)), ())

    def test_expired_certificate_has_no_name(self) -> None:
        """It is a day too late."""
        context = self.context(self.authority.sign("bob", days=-1))
        self.assertEqual(self.names(context), ())

    def test_certificate_of_a_server_has_no_name(self) -> None:
        """Its extended key usage is something else."""
        for usage, names in (
            (ExtendedKeyUsageOID.SERVER_AUTH, ()),
            (ExtendedKeyUsageOID.CLIENT_AUTH, ("bob",)),
        ):
            pair = self.authority.sign("bob", x509.ExtendedKeyUsage([usage]))
            self.assertEqual(self.names(self.context(pair)), names)

    def test_member_cannot_certify_others(self) -> None:
        """A certificate that is not that of an authority signs nothing."""
        bob = Authority(*self.authority.sign("bob"))
        self.assertEqual(self.names(self.context(bob.sign("eve"), bob)), ())

    def test_authority_below_the_trusted_one_certifies(self) -> None:
        """If the client presents its certificate, too."""
        below = Authority.create("below", self.authority)
        self.assertEqual(self.names(self.context(below.sign("bob"), below)), ("bob",))
        self.assertEqual(self.names(self.context(below.sign("bob"))), ())

    def test_trusted_authority_may_be_below_another(self) -> None:
        """Which is not trusted then."""
        below = Authority.create("below", self.authority)
        self.trust(below)
        self.served.reload()
        self.assertEqual(self.names(self.context(below.sign("bob"))), ("bob",))
        self.assertEqual(self.names(self.context(self.authority.sign("bob"))), ())

    def test_several_authorities_may_be_trusted(self) -> None:
        """Each signs for its members."""
        other = Authority.create("other")
        self.trust(self.authority, other)
        self.served.reload()
        for one in (self.authority, other):
            self.assertEqual(self.names(self.context(one.sign("bob"))), ("bob",))

    def test_connection_without_tls_has_no_name(self) -> None:
        """It has no certificate."""
        self.assertEqual(ClientAuthority(self.path).names(StringTransport()), ())


class FileTests(ClientCertificateTestCase):
    """The file of the authority."""

    def test_file_that_cannot_be_used_is_an_error(self) -> None:
        """In one line; the server keeps the authority that it has."""
        authority = self.served.authority
        for content, reason in (
            (b"", "does not contain a PEM certificate"),
            (b"\xff", "does not contain a PEM certificate"),
            (None, "No such file"),
        ):
            self.path.unlink(missing_ok=True)
            if content is not None:
                self.path.write_bytes(content)
            error = self.assertRaises(AuthorityError, ClientAuthority, self.path)
            self.assertIn(reason, str(error))
            self.assertNotIn("\n", str(error))
            same = self.assertRaises(CertificateError, self.served.reload)
            self.assertEqual(str(same), str(error))
            self.assertIs(self.served.authority, authority)

    def test_without_it_clients_are_not_asked(self) -> None:
        """Browsers would show a dialog."""
        self.served = Certificate(self.chain, self.key)
        self.assertIsNone(self.served.authority)
        transport = self.connect(self.context(self.authority.sign("bob")))
        self.assertIsNone(transport.getPeerCertificate())

    def test_with_it_they_are(self) -> None:
        """The counterpart, so that the other test can fail."""
        transport = self.connect(self.context(Authority.create().sign("bob")))
        self.assertIsNotNone(transport.getPeerCertificate())
