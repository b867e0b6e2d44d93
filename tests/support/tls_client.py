"""A TLS client in memory, over a ``Wire``."""

from __future__ import annotations

import contextlib

from cryptography import x509
from OpenSSL import SSL
from twisted.internet.task import Clock

from .memory import Wire


class TlsClient:
    """A TLS client over a ``Wire``.

    :param clock: the server's; it is advanced by 0 whenever something is sent.
    """

    def __init__(self, wire: Wire, clock: Clock, context: SSL.Context | None = None):
        self.wire = wire
        self._clock = clock
        self._tls = SSL.Connection(context or SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        self._tls.set_connect_state()

    def hello(self) -> None:
        """Send the first flight of a handshake, and ignore the answer."""
        with contextlib.suppress(SSL.WantReadError):
            self._tls.do_handshake()
        self.wire.send(self._tls.bio_read(65536))

    def send(self, data: bytes, *, bytewise: bool = False) -> bytes:
        """Send data after the handshake; what the server sent back."""
        self._tls.send(data)
        return self.exchange(bytewise=bytewise)

    def exchange(self, *, bytewise: bool = False) -> bytes:
        """Exchange bytes until neither side sends any more.

        :raises SSL.Error: the handshake failed.
        """
        seen = b""
        answer = self.wire.take()
        while True:
            if answer:
                self._tls.bio_write(answer)
            with contextlib.suppress(SSL.WantReadError, SSL.ZeroReturnError):
                self._tls.do_handshake()
                seen += self._tls.recv(65536)
            with contextlib.suppress(SSL.WantReadError):
                self.wire.send(self._tls.bio_read(65536), bytewise=bytewise)
            self._clock.advance(0)
            answer = self.wire.take()
            if not answer:
                return seen

    def records(self, data: bytes) -> bytes:
        """Data after the handshake, each byte in a record, as it goes over the wire."""
        for byte in data:
            self._tls.send(bytes((byte,)))
        return self._tls.bio_read(1 << 20)

    def end(self) -> None:
        """Send the alert that ends TLS, and close the connection."""
        self._tls.shutdown()
        self.wire.send(self._tls.bio_read(65536))
        self.wire.disconnect()

    def server(self) -> x509.Certificate | None:
        """The certificate that the server presented."""
        return self._tls.get_peer_certificate(as_cryptography=True)
