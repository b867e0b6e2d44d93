"""The interfaces of a session: to its transport, its upgrade, and its owner.

Invariant: a session does not know which transport it has, and a transport does not know
what its packets mean.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IAddress, IReactorTime

from twisted_chat.net.timers import Keepalive

from .framing import Framing
from .packets import Packet


class Transport(Protocol):
    """Carries the packets of one session: ``PollingTransport``, ``WebSocketTransport``.

    :ivar framing: how packets have to be encoded for ``write``.
    :ivar upgrades: the names of the transports that may replace this one.
    """

    @property
    def framing(self) -> Framing:
        """See the class."""

    @property
    def upgrades(self) -> tuple[str, ...]:
        """See the class."""

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""

    def write(self, data: bytes) -> None:
        """Send encoded packets, one or several joined; discards them after the end.

        It may be replaced: read it again when the session is upgraded.
        """

    def hold_writes(self) -> None:
        """Let the client read what was written so far before anything else arrives."""

    def pause(self) -> None:
        """Stop reading; packets that were read already may still be delivered."""

    def resume(self) -> None:
        """Read again."""

    def close(
        self, code: int, reason: str, *, by_client: bool = False
    ) -> tuple[bytes, ...]:
        """Close behind everything that was written.

        :param code: a WebSocket close code; 1000 unless the session failed.
        :param by_client: the client closed the session, and knows it.
        :return: the records that the client has yet to fetch, for one GET each.
        """


class TransportUser(Protocol):
    """A session, as its transport sees it.

    :ivar address: the client's address.
    """

    address: IAddress

    def open(self, transport: Transport) -> None:
        """The transport is ready to be written to."""

    def packet_received(self, packet: Packet) -> None:
        """A packet was received; may raise ``PacketError``."""

    def fail(self, reason: str) -> None:
        """The client violated the protocol or disconnected: end the session."""

    def too_slow(self) -> None:
        """The client reads too slowly; perhaps called within ``write``."""


class PendingUpgrade(Protocol):
    """An attempt to replace the transport of a session; see ``upgrade.Upgrade``."""

    def cancel(self) -> None:
        """Give it up."""


class SessionOwner(Protocol):
    """What the sessions of one server share; see ``sessions.Sessions``.

    :ivar ping_interval: seconds between heartbeats.
    :ivar ping_timeout: seconds in which a heartbeat has to be answered.
    :ivar max_payload: bytes of one POST or WebSocket message.
    """

    clock: IReactorTime
    heartbeat: Keepalive
    ping_interval: float
    ping_timeout: float
    max_payload: int

    def session_ended(
        self, sid: str, address: IAddress, records: tuple[bytes, ...]
    ) -> None:
        """A session ended; its client has yet to fetch these records."""
