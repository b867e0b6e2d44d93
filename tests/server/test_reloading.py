"""What is read again on SIGHUP."""

from __future__ import annotations

from unittest import mock

from tests.support.certificates import write_certificate, write_key
from tests.support.service import ServiceCase
from twisted_chat.net.tls import Certificate, CertificateError
from twisted_chat.server.reloading import Reloader


class ReloaderTests(ServiceCase):
    """The word list and the certificate; ``test_service`` sends the signal."""

    def test_failed_reload_changes_nothing(self) -> None:
        """And the log says so."""
        words = self.directory / "words"
        words.write_text("darn\n")
        service = self.started(filter_words=words)
        words.unlink()
        service.reload()
        self.assertIn("reload failed; the previous", " ".join(self.log.lines()))
        self.assertEqual(service.chat.texts.mask("darn"), "****")

    def test_word_list_stays_if_the_certificate_cannot_be_reloaded(self) -> None:
        """Both are replaced, or neither."""
        words = self.directory / "words"
        words.write_text("darn\n")
        service = self.started(filter_words=words)
        words.write_text("tea\n")
        certificate = mock.Mock()
        certificate.reload.side_effect = CertificateError("expired")
        Reloader(service.settings, certificate, service.chat, mock.Mock()).reload()
        self.assertEqual(service.chat.texts.mask("darn tea"), "**** tea")

    def test_expired_certificate_is_a_warning(self) -> None:
        """At the start, and after a reload; the server runs."""
        chain, key = self.directory / "chain.pem", self.directory / "key.pem"
        write_certificate(chain)
        write_key(key)
        self.patch(Certificate, "problem", lambda *_: "the certificate expired")
        service = self.started(tls_cert=chain, tls_key=key)
        self.assertEqual(self.log.lines().count("the certificate expired"), 1)
        self.assertIn("chat running on port 3000", self.log.lines())
        service.reload()
        self.assertEqual(self.log.lines().count("the certificate expired"), 2)
