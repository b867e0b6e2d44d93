"""The certificate with which every port also accepts TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import x25519
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial import unittest

from tests.support.certificates import (
    NAME,
    certificate,
    write_certificate,
    write_key,
    write_pem,
)
from tests.support.memory import Wire
from tests.support.tls_client import TlsClient
from twisted_chat.net.tls import Certificate, CertificateError


class Echo(Protocol):
    """Says it again."""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)


class CertificateTestCase(unittest.SynchronousTestCase):
    """A directory with a certificate and its key."""

    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir(parents=True)
        self.chain = write_certificate(self.directory / "chain.pem")
        self.key = write_key(self.directory / "key.pem")


class CertificateTests(CertificateTestCase):
    """What those see who connect with TLS."""

    def connect(
        self, served: Certificate, context: SSL.Context | None = None
    ) -> TlsClient:
        """Connect, and speak until the handshake is over."""
        clock = Clock()
        factory = Factory.forProtocol(Echo)
        encrypted = TLSMemoryBIOFactory(served, False, factory, clock)
        client = TlsClient(Wire().accept(encrypted), clock, context)
        client.exchange()
        return client

    def test_it_is_shown(self) -> None:
        """A client is shown the certificate, and what it says is understood."""
        served = Certificate(self.chain, self.key)
        self.assertTrue(IOpenSSLContextFactory.providedBy(served))
        client = self.connect(served)
        self.assertEqual(client.server(), certificate(NAME)[1])
        self.assertEqual(client.send(b"hello"), b"hello")

    def test_read_again(self) -> None:
        """A renewed one is for those who come now; nobody has to leave for it."""
        served = Certificate(self.chain, self.key)
        early = self.connect(served)
        write_certificate(self.chain, "new.example")
        write_key(self.key, "new.example")
        served.read_again()
        late = self.connect(served)
        self.assertEqual(late.server(), certificate("new.example")[1])
        self.assertEqual(early.server(), certificate(NAME)[1])
        self.assertEqual(early.send(b"still here"), b"still here")

    def test_a_bad_one_changes_nothing(self) -> None:
        """While only half of a renewal is written, the former one serves."""
        served = Certificate(self.chain, self.key)
        write_certificate(self.chain, "new.example")
        with self.assertRaises(CertificateError):
            served.read_again()
        self.assertEqual(self.connect(served).server(), certificate(NAME)[1])

    def test_old_versions(self) -> None:
        """A client that knows nothing newer than TLS 1.1 is not served."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(ssl.TLSVersion.TLSv1_1)
        with self.assertRaises(SSL.Error):
            self.connect(Certificate(self.chain, self.key), context)


class RefusalTests(CertificateTestCase):
    """Files that cannot be used."""

    def refused(self) -> str:
        """What the start ends with, in one line."""
        with self.assertRaises(CertificateError) as caught:
            Certificate(self.chain, self.key)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_no_certificate(self) -> None:
        """The file is named, whether it is missing, empty or something else."""
        line = f"{self.chain} holds no certificate in PEM form"
        for content in (b"", b"Dear Alice,", self.key.read_bytes()):
            self.chain.write_bytes(content)
            self.assertEqual(self.refused(), line)
        self.chain.unlink()
        self.assertEqual(self.refused(), line)

    def test_no_key(self) -> None:
        """So is the other file."""
        line = f"{self.key} holds no private key in PEM form without a passphrase"
        for content in (b"", b"Dear Alice,", self.chain.read_bytes()):
            self.key.write_bytes(content)
            self.assertEqual(self.refused(), line)
        self.key.unlink()
        self.assertEqual(self.refused(), line)

    def test_a_passphrase(self) -> None:
        """A server that starts at night cannot be asked for one."""
        write_key(self.key, passphrase="secret")
        self.assertIn("without a passphrase", self.refused())

    def test_a_key_of_another_kind(self) -> None:
        """One that is good for other things than TLS is refused like another's."""
        write_pem(self.key, x25519.X25519PrivateKey.generate())
        self.assertIn("is not the key of the certificate", self.refused())

    def test_another_key(self) -> None:
        """Both files are named if they do not belong together."""
        write_key(self.key, "other.example")
        self.assertEqual(
            self.refused(),
            f"{self.key} is not the key of the certificate in {self.chain}",
        )
