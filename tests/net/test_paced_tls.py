"""Decrypting is paced, whatever the size of the records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.protocol import Factory, Protocol

from tests.support.certificates import write_certificate, write_key
from tests.support.memory import Wire
from tests.support.paced_peers import PacingCase
from tests.support.tls_client import TlsClient
from twisted_chat.net.paced_tls import PacedTLSFactory
from twisted_chat.net.pacing import PORTION
from twisted_chat.net.tls import Certificate

PER_RECORD = 5e-6
"""Seconds that decrypting a record takes."""


class PacedTlsTests(PacingCase):
    """A client that sends a byte in each record."""

    def setUp(self) -> None:
        super().setUp()
        directory = Path(self.mktemp())
        directory.mkdir(parents=True)
        certificate = Certificate(
            write_certificate(directory / "chain.pem"), write_key(directory / "key.pem")
        )
        self.received: list[bytes] = []
        self.turns: list[float] = []
        self.lost: list[int] = []
        self.protocols: list[Protocol] = []
        case = self

        class Slow(Protocol):
            """What is within TLS; it takes the time of its record."""

            def connectionMade(self) -> None:
                case.protocols.append(self)

            def dataReceived(self, data: bytes) -> None:
                case.received.append(data)
                case.clock.rightNow += PER_RECORD

            def connectionLost(self, reason: object = None) -> None:
                case.lost.append(len(b"".join(case.received)))

        inner = Factory.forProtocol(Slow)
        factory = PacedTLSFactory(certificate, inner, self.clock, self.pacing)
        self.wire = Wire().accept(factory)
        self.client = TlsClient(self.wire, self.clock)
        self.client.exchange()

    @property
    def data(self) -> bytes:
        return b"".join(self.received)

    def test_records_of_one_byte_are_decrypted_in_portions(self) -> None:
        """In order, and with turns of others in between."""
        sent = bytes(range(256)) * 8
        self.wire.send(self.client.records(sent))
        portion = len(self.received)
        self.assertGreater(portion, 50)
        self.assertLess(portion * PER_RECORD, 2 * PORTION)
        self.assertEqual(self.wire.producerState, "paused")
        self.wait(1)
        self.assertEqual(self.data, sent)
        self.assertEqual(self.wire.producerState, "producing")

    def test_pause_of_the_protocol_outlasts_the_pace(self) -> None:
        """And no pause of the pace is ended by the protocol."""
        (protocol,) = self.protocols
        transport: Any = protocol.transport
        self.wire.send(self.client.records(bytes(2048)))
        transport.resumeProducing()
        self.assertEqual(self.wire.producerState, "paused")
        transport.pauseProducing()
        self.wait(1)
        self.assertEqual(self.wire.producerState, "paused")
        transport.resumeProducing()
        self.assertEqual(self.wire.producerState, "producing")

    def test_lost_connection_is_reported_when_all_is_decrypted(self) -> None:
        """A message that was received counts."""
        self.wire.send(self.client.records(bytes(2048)))
        self.wire.disconnect()
        self.assertEqual(self.lost, [])
        self.wait(1)
        self.assertEqual(self.lost, [2048])
