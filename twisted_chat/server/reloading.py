"""Reloading: the word list and the certificate are read again on SIGHUP."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from typing import Any

from twisted.logger import Logger

from twisted_chat.core.chat import Chat
from twisted_chat.net.tls import Certificate, CertificateError

from .settings import SettingError, Settings
from .systemd import Systemd

log = Logger()


class Reloader:
    """Reads the files that may change while the server runs.

    :param certificate: the one that the ports use, if there is one.
    """

    def __init__(
        self,
        settings: Settings,
        certificate: Certificate | None,
        chat: Chat,
        systemd: Systemd,
    ) -> None:
        self._settings = settings
        self._certificate = certificate
        self._chat = chat
        self._systemd = systemd

    def start(self, reactor: Any) -> None:
        """Use the word list, and read the files again on SIGHUP.

        :raises SettingError: the word list cannot be read.
        """
        self._chat.texts.mask = self._settings.word_filter().mask
        self._chat.reload = self.reload
        self._check_certificate()

        def on_hangup(*_: object) -> None:
            reactor.callFromThread(self.reload)

        if hasattr(signal, "SIGHUP") and hasattr(reactor, "callFromThread"):
            signal.signal(signal.SIGHUP, on_hangup)

    def reload(self) -> None:
        """Read the files again; one that cannot be used changes nothing."""
        self._systemd.reloading()
        try:
            mask = self._settings.word_filter().mask
            if self._certificate is not None:
                self._certificate.reload()
        except (SettingError, CertificateError) as error:
            log.warn(
                "reload failed; the previous word list and certificate stay in use: "
                "{error}",
                error=error,
            )
        else:
            self._chat.texts.mask = mask
            log.info("reloaded the word list and the certificate")
            self._check_certificate()
        self._systemd.reloaded()

    def _check_certificate(self) -> None:
        """Warn of a certificate that clients refuse; the server works all the same."""
        if self._certificate is not None:
            problem = self._certificate.problem(datetime.now(UTC))
            if problem:
                log.warn("{line}", line=problem)
