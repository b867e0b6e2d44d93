"""The TLS certificate of the server."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
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
    """Sends back what it receives."""

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
    """The certificate that clients see."""

    def connect(
        self, served: Certificate, context: SSL.Context | None = None
    ) -> TlsClient:
        """Connect, and complete the handshake."""
        clock = Clock()
        factory = Factory.forProtocol(Echo)
        encrypted = TLSMemoryBIOFactory(served, False, factory, clock)
        client = TlsClient(Wire().accept(encrypted), clock, context)
        client.exchange()
        return client

    def test_client_sees_the_certificate(self) -> None:
        """And can exchange data."""
        served = Certificate(self.chain, self.key)
        self.assertTrue(IOpenSSLContextFactory.providedBy(served))
        client = self.connect(served)
        self.assertEqual(client.server(), certificate(NAME)[1])
        self.assertEqual(client.send(b"hello"), b"hello")

    def test_certificate_has_names(self) -> None:
        """Others once it is reloaded."""
        served = Certificate(self.chain, self.key)
        self.assertEqual(served.names, (NAME,))
        write_certificate(self.chain, "new.example")
        write_key(self.key, "new.example")
        served.reload()
        self.assertEqual(served.names, ("new.example",))

    def test_reloaded_certificate_is_used_for_new_connections(self) -> None:
        """Existing connections continue."""
        served = Certificate(self.chain, self.key)
        early = self.connect(served)
        write_certificate(self.chain, "new.example")
        write_key(self.key, "new.example")
        served.reload()
        late = self.connect(served)
        self.assertEqual(late.server(), certificate("new.example")[1])
        self.assertEqual(early.server(), certificate(NAME)[1])
        self.assertEqual(early.send(b"still here"), b"still here")

    def test_expired_certificate_works_and_has_a_problem(self) -> None:
        """Clients refuse it, and those that do not look still can use it."""
        served = Certificate(self.chain, self.key)
        now = datetime.now(UTC)
        self.assertEqual(served.problem(now), "")
        expired = served.problem(now + timedelta(days=2))
        self.assertRegex(
            expired, r"chain\.pem expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC: renew"
        )
        early = served.problem(now - timedelta(days=2))
        self.assertIn("is valid only from", early)

    def test_certificate_whose_dates_cannot_be_read_works(self) -> None:
        """OpenSSL's own form, with a trust setting."""
        text = self.chain.read_text()
        self.chain.write_text(text.replace(" CERTIFICATE", " TRUSTED CERTIFICATE"))
        served = Certificate(self.chain, self.key)
        self.assertEqual(served.problem(datetime.now(UTC)), "")
        self.assertEqual(self.connect(served).server(), certificate(NAME)[1])

    def test_failed_reload_keeps_the_current_certificate(self) -> None:
        """As when only one of the two files is renewed yet."""
        served = Certificate(self.chain, self.key)
        write_certificate(self.chain, "new.example")
        with self.assertRaises(CertificateError):
            served.reload()
        self.assertEqual(self.connect(served).server(), certificate(NAME)[1])

    def test_tls_before_1_2_is_refused(self) -> None:
        """The handshake fails."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(ssl.TLSVersion.TLSv1_1)
        with self.assertRaises(SSL.Error):
            self.connect(Certificate(self.chain, self.key), context)


class RefusalTests(CertificateTestCase):
    """Files that cannot be used."""

    def refused(self) -> str:
        """The error, which has to be one line."""
        with self.assertRaises(CertificateError) as caught:
            Certificate(self.chain, self.key)
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        return line

    def test_unusable_certificate_file_is_named(self) -> None:
        """Whether it is missing, empty or something else."""
        line = f"{self.chain} does not contain a PEM certificate"
        for content in (b"", b"Dear Alice,", self.key.read_bytes()):
            self.chain.write_bytes(content)
            self.assertEqual(self.refused(), line)
        self.chain.unlink()
        missing = f"cannot read {self.chain}: No such file or directory; create it"
        self.assertTrue(self.refused().startswith(missing))

    def test_unusable_key_file_is_named(self) -> None:
        """Whether it is missing, empty or something else."""
        line = (
            f"{self.key} does not contain a usable PEM private key; if it has a "
            "passphrase, remove it: openssl pkey -in OLD -out NEW"
        )
        for content in (b"", b"Dear Alice,", self.chain.read_bytes()):
            self.key.write_bytes(content)
            self.assertEqual(self.refused(), line)
        self.key.unlink()
        missing = f"cannot read {self.key}: No such file or directory; create it"
        self.assertTrue(self.refused().startswith(missing))

    def test_named_pipe_is_refused(self) -> None:
        """Nothing waits for its other end."""
        pipe = self.directory / "pipe"
        os.mkfifo(pipe)
        for chain, key in ((pipe, self.key), (self.chain, pipe)):
            with self.assertRaisesRegex(CertificateError, "not a regular file"):
                Certificate(chain, key)

    def test_key_with_a_passphrase_is_refused(self) -> None:
        """A server cannot ask for it."""
        write_key(self.key, passphrase="secret")
        self.assertIn("if it has a passphrase, remove it", self.refused())

    def test_key_of_a_type_that_tls_cannot_use_is_refused(self) -> None:
        """As one that belongs to another certificate."""
        write_pem(self.key, x25519.X25519PrivateKey.generate())
        self.assertIn("is not the key of the certificate", self.refused())

    def test_key_of_another_certificate_is_refused(self) -> None:
        """Both files are named."""
        write_key(self.key, "other.example")
        self.assertEqual(
            self.refused(),
            f"{self.key} is not the key of the certificate in {self.chain}",
        )
