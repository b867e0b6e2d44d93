"""An Engine.IO 4 session: one client, whatever transport carries it.

Invariants: a bug of the application, or a violation by the client, ends this session
only.  ``closed`` is called exactly once, and never before ``close`` or ``write`` has
returned.
"""

from __future__ import annotations

from enum import Enum

from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from websockets.frames import CloseCode

from .interfaces import PendingUpgrade, SessionOwner, Transport
from .packets import (
    CLOSE,
    MESSAGE,
    NOOP,
    PING,
    PONG,
    Packet,
    PacketError,
    open_packet,
)

_PING = PING.encode()


class SessionState(Enum):
    """The life of a session."""

    OPENING = "it has no transport yet"
    OPEN = "its transport carries packets"
    UPGRADING = "open, while another transport is being tried"
    CLOSING = "it ended, and ``closed`` is not called yet"
    CLOSED = "it ended, and ``closed`` was called"


# Looking up the member of an enum takes ten times as long in Python 3.11.
_OPEN, _UPGRADING = SessionState.OPEN, SessionState.UPGRADING

_NEXT_STATES = {
    SessionState.OPENING: (SessionState.OPEN, SessionState.CLOSED),
    SessionState.OPEN: (SessionState.UPGRADING, SessionState.CLOSING),
    SessionState.UPGRADING: (SessionState.OPEN, SessionState.CLOSING),
    SessionState.CLOSING: (SessionState.CLOSED,),
    SessionState.CLOSED: (),
}


class EngineIOPeer:
    """The application's side of one session.  Subclass it."""

    def opened(self, session: Session) -> None:
        """The session is open; called once, first."""

    def text_received(self, text: str) -> None:
        """A text message was received."""

    def binary_received(self, data: bytes) -> None:
        """A binary message was received."""

    def upgraded(self) -> None:
        """The session has another transport, with another framing."""

    def closed(self, reason: str) -> None:
        """The session ended; called once, last."""


class Session:
    """One client.

    :ivar id: secret, because anyone who has it can act as this client.
    :ivar address: the client's address.
    :ivar is_encrypted: its first request was sent over TLS.
    :ivar state: see ``SessionState``.
    :ivar transport: carries the session.
    :ivar read_paused: the application paused reading, so that silence proves nothing.
    """

    __slots__ = (
        "_owner",
        "_peer",
        "_pinged",
        "_received_at",
        "_upgrade",
        "address",
        "id",
        "is_encrypted",
        "read_paused",
        "state",
        "transport",
    )

    transport: Transport

    _log = Logger()

    def __init__(
        self, owner: SessionOwner, sid: str, peer: EngineIOPeer, address: IAddress
    ) -> None:
        self.id = sid
        self.address = address
        self.is_encrypted = False
        self.state = SessionState.OPENING
        self.read_paused = False
        self._owner = owner
        self._peer = peer
        self._upgrade: PendingUpgrade | None = None
        self._pinged = False
        self._received_at = owner.clock.seconds()

    # For the application.

    @property
    def is_open(self) -> bool:
        """Whether messages are exchanged."""
        return self.state is _OPEN or self.state is _UPGRADING

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self.transport.waiting

    def send_text(self, text: str | bytes) -> None:
        """Send a text message; bytes must be UTF-8."""
        payload = text.encode() if isinstance(text, str) else text
        self.write(self.transport.framing.text(payload))

    def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        self.write(self.transport.framing.binary(data))

    def write(self, data: bytes) -> None:
        """Send messages encoded by ``transport.framing``, one or several joined."""
        self.transport.write(data)

    def pause(self) -> None:
        """Stop reading; messages that were read already may still be delivered."""
        self.read_paused = True
        self.transport.pause()

    def resume(self) -> None:
        """Read again."""
        self.read_paused = False
        self._received_something()
        self.transport.resume()

    def close(self, reason: str = "") -> None:
        """End the session once all that was written is sent; idempotent."""
        if self.state is SessionState.OPENING:
            self._change_state(SessionState.CLOSED)
            self._owner.session_ended(self.id, self.address, ())
        elif self._end(reason, CloseCode.NORMAL_CLOSURE):
            self._owner.clock.callLater(0, self._notify_closed, reason)

    def fail(self, reason: str) -> None:
        """End the session: the client violated the protocol, or disconnected."""
        self._fail(reason, CloseCode.PROTOCOL_ERROR)

    # For the heartbeat.

    def ping(self) -> None:
        """Send a ping."""
        self._pinged = True
        self.write(self.transport.framing.packet(_PING))

    def timed_out(self) -> None:
        """The client did not answer a ping in time."""
        self._fail("ping timeout", CloseCode.GOING_AWAY)

    def check_alive(self) -> bool:
        """Whether the session is open, after a check that does not wait for the timer.

        A client whose request arrives just after its time is too late.
        """
        if self._pinged and not self.read_paused:
            owner = self._owner
            deadline = self._received_at + owner.ping_interval + owner.ping_timeout
            if owner.clock.seconds() >= deadline:
                self.timed_out()
        return self.is_open

    def _received_something(self) -> None:
        self._pinged = False
        self._received_at = self._owner.clock.seconds()
        self._owner.heartbeat.received(self)

    # For the transport; see ``TransportUser``.

    def open(self, transport: Transport) -> None:
        """Start the session on its first transport."""
        owner = self._owner
        self.transport = transport
        self._change_state(SessionState.OPEN)
        owner.heartbeat.add(self)
        packet = open_packet(
            self.id,
            upgrades=transport.upgrades,
            ping_interval=owner.ping_interval,
            ping_timeout=owner.ping_timeout,
            max_payload=owner.max_payload,
        )
        self.write(transport.framing.packet(packet))
        try:
            self._peer.opened(self)
        except Exception:  # noqa: BLE001
            self._application_failed()

    def packet_received(self, packet: Packet) -> None:
        """Handle a packet of the client.

        :raises PacketError: a client does not send packets of this type.
        """
        if self.state is not _OPEN and self.state is not _UPGRADING:
            return
        self._received_something()
        kind, data = packet
        if kind == MESSAGE:
            try:
                if isinstance(data, str):
                    self._peer.text_received(data)
                else:
                    self._peer.binary_received(data)
            except Exception:  # noqa: BLE001
                self._application_failed()
        elif kind == CLOSE:
            reason = "the client closed it"
            if self._end(reason, CloseCode.NORMAL_CLOSURE, by_client=True):
                self._notify_closed(reason)
        elif kind not in (PONG, NOOP):
            raise PacketError(f"unexpected Engine.IO packet of type {kind}")

    def too_slow(self) -> None:
        """The client does not fetch what waits for it, or not fast enough."""
        self._log.info("too slow: Engine.IO session on polling")
        # Not now: the application may be within a write.
        self._owner.clock.callLater(
            0, self._fail, "too slow", CloseCode.POLICY_VIOLATION
        )

    # For the upgrade.

    def start_upgrade(self, upgrade: PendingUpgrade) -> bool:
        """Enter the state UPGRADING; false if that is not possible now."""
        if not self.transport.upgrades or not self._change_state(_UPGRADING):
            return False
        self._upgrade = upgrade
        return True

    def upgrade_failed(self) -> None:
        """Stay with the current transport."""
        self._upgrade = None
        self._change_state(SessionState.OPEN)

    def replace_transport(self, transport: Transport) -> None:
        """Go on with another transport."""
        self._upgrade = None
        self._change_state(SessionState.OPEN)
        self.transport = transport
        if self.read_paused:
            transport.pause()
        try:
            self._peer.upgraded()
        except Exception:  # noqa: BLE001
            self._application_failed()

    # The end.

    def _change_state(self, state: SessionState) -> bool:
        """Enter a state, if it may follow the current one; nothing else does this."""
        if state not in _NEXT_STATES[self.state]:
            return False
        self.state = state
        return True

    def _fail(self, reason: str, code: int) -> None:
        if self._end(reason, code):
            self._notify_closed(reason)

    def _application_failed(self) -> None:
        self._log.failure("an Engine.IO application failed")
        self._fail("the application failed", CloseCode.INTERNAL_ERROR)

    def _end(self, reason: str, code: int, *, by_client: bool = False) -> bool:
        """Close the transport; false if the session ended already."""
        if not self._change_state(SessionState.CLOSING):
            return False
        if self._upgrade is not None:
            self._upgrade.cancel()
        self._owner.heartbeat.remove(self)
        records = self.transport.close(code, reason, by_client=by_client)
        self._owner.session_ended(self.id, self.address, records)
        return True

    def _notify_closed(self, reason: str) -> None:
        self._change_state(SessionState.CLOSED)
        # Break the reference cycle, so that no garbage collection is needed.
        peer, self._peer = self._peer, _NO_PEER
        try:
            peer.closed(reason)
        except Exception:  # noqa: BLE001
            self._log.failure("an Engine.IO application failed")


_NO_PEER = EngineIOPeer()
"""The application of a session that is over."""
