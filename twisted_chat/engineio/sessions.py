"""The Engine.IO sessions of one server, and what they share.

Invariant: only this module counts sessions against the limits, from ``create`` to
``session_ended``.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_urlsafe

from twisted.internet.interfaces import IAddress, IReactorTime

from twisted_chat.net.admission import Admission
from twisted_chat.net.peer_limits import PeerLimits
from twisted_chat.net.timers import CLOSING_TIMEOUT, Deadlines, Keepalive

from .draining import Draining
from .session import EngineIOPeer, Session
from .upgrade import UPGRADE_TIMEOUT, Upgrade


def random_id() -> str:
    """An id of 120 random bits, which is hard to guess."""
    return token_urlsafe(15)


class Sessions:
    """Creates sessions and finds them by id.

    :param new_id: makes session ids.
    :param admission: limits the sessions.
    :param ping_interval: seconds between heartbeats; fractions are allowed.
    :param ping_timeout: seconds in which a heartbeat has to be answered.
    :param max_payload: bytes of one POST or WebSocket message.
    :param limits: for both transports.
    :ivar connection_keepalive: for the WebSockets; it only limits their closing
        handshake, as Engine.IO has heartbeats of its own.
    """

    def __init__(
        self,
        clock: IReactorTime,
        new_id: Callable[[], str],
        admission: Admission,
        *,
        ping_interval: float,
        ping_timeout: float,
        max_payload: int,
        limits: PeerLimits,
    ) -> None:
        self.clock = clock
        self.ping_interval = ping_interval
        self.ping_timeout = ping_timeout
        self.max_payload = max_payload
        self.limits = limits
        self.heartbeat = Keepalive(clock, ping_interval, ping_timeout)
        self.connection_keepalive = Keepalive(clock, 0, CLOSING_TIMEOUT, limits)
        self.draining = Draining(clock)
        self._new_id = new_id
        self._admission = admission
        self._by_id: dict[str, Session] = {}
        self._upgrades: Deadlines[Upgrade] = Deadlines(
            clock, UPGRADE_TIMEOUT, Upgrade.cancel
        )

    def __len__(self) -> int:
        return len(self._by_id)

    def create(
        self, peer: EngineIOPeer, address: IAddress, *, is_encrypted: bool = False
    ) -> Session | None:
        """A session that a transport has yet to open; ``None`` over a limit.

        Close it if no transport opens it.
        """
        if self._admission.enter(address) is not None:
            return None
        session = Session(self, self._new_id(), peer, address)
        session.is_encrypted = is_encrypted
        self._by_id[session.id] = session
        return session

    def get(self, sid: str) -> Session | None:
        """The session with this id; ``None`` if there is none or it has ended."""
        return self._by_id.get(sid)

    def upgrade(self, session: Session) -> Upgrade:
        """The peer of a WebSocket that is opened to upgrade a session."""
        return Upgrade(session, self.clock, self._upgrades)

    def close(self, reason: str) -> None:
        """Close all sessions."""
        for session in list(self._by_id.values()):
            session.close(reason)

    def session_ended(
        self, sid: str, address: IAddress, records: tuple[bytes, ...]
    ) -> None:
        """A session ended; its client has yet to fetch these records."""
        del self._by_id[sid]
        self._admission.leave(address)
        self.draining.add(sid, records)
