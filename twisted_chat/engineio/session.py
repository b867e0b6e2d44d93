"""Engine.IO 4 sessions: one client each, whatever transport carries it.

A session begins on polling or on WebSocket (see ``engineio_link``) and may go from
the first to the second.  Its ``EngineIOPeer``, the application's side, need not care.

Rules of this file: knows no HTTP but what the transports do; one client's
mistakes end its session only; ``closed`` is told exactly once, and never before
``close`` or ``write`` has returned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.logger import Logger

from twisted_chat.net.admission import Admission
from twisted_chat.net.timers import CLOSING_TIMEOUT, Deadlines, Keepalive
from twisted_chat.websocket.connection import WebSocketConnection
from twisted_chat.websocket.frames import frame_binary, frame_text

from .frames import frame, polled, reframe
from .packets import (
    CLOSE,
    MESSAGE,
    NOOP,
    PING,
    PONG,
    SEPARATOR,
    Packet,
    PacketError,
    binary_record,
    open_packet,
    record,
)
from .polling import GOODBYE, NOTHING, Polling

UPGRADE_TIMEOUT = 10.0
"""Seconds in which a WebSocket that was opened for an upgrade has to finish it."""

LINGER = 1.0
"""Seconds for which a closed session answers a further GET: the closing POST may
overtake the GET that was sent beside it, and there may be something left to say."""

MAX_LINGERING = 1000
"""Closed sessions that are remembered for that."""

APART = 0.025
"""Seconds in which a client can read something by itself; see ``keep_apart``."""

MAX_HELD = 16
"""Writes that are held back for that; with more they leave at once."""

_PING = PING.encode()
_ENDS = {GOODBYE, NOTHING}


class EngineIOPeer:
    """What an application is told of one session.  Subclass it."""

    def opened(self, session: Session) -> None:
        """The session may be written to."""

    def text_received(self, text: str) -> None:
        """A text message."""

    def binary_received(self, data: bytes) -> None:
        """A binary message."""

    def upgraded(self) -> None:
        """The client changed from polling to WebSocket; ``encode`` changed too."""

    def closed(self, reason: str) -> None:
        """It is over; called exactly once, after ``opened``."""


class Probe(Protocol):
    """A WebSocket that is to carry a session after an upgrade."""

    def give_up(self) -> None:
        """The upgrade does not happen."""


class Sessions:
    """The sessions of one server, and the figures that they share.

    :param admission: counts them; whoever makes a session has entered it there.
    :param ping_interval: seconds between heartbeats; fractions are fine.
    :param ping_timeout: seconds in which one has to be answered.
    :param max_payload: bytes of one POST, or one WebSocket message.
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
    ) -> None:
        self.clock = clock
        self.new_id = new_id
        self.ping_interval = ping_interval
        self.ping_timeout = ping_timeout
        self.max_payload = max_payload
        self.by_id: dict[str, Session] = {}
        self.admission = admission
        self.heartbeat = Keepalive(clock, ping_interval, ping_timeout)
        # Engine.IO has heartbeats of its own; this one only sees to goodbyes.
        self.goodbyes = Keepalive(clock, 0, CLOSING_TIMEOUT)
        self.probes: Deadlines[Probe] = Deadlines(
            clock, UPGRADE_TIMEOUT, lambda probe: probe.give_up()
        )
        self._last_words: dict[str, list[bytes]] = {}
        self._lingering: Deadlines[str] = Deadlines(clock, LINGER, self._forget)
        self._when_told: list[Callable[[], None]] = []

    def linger(self, sid: str, *words: bytes) -> None:
        """Answer further GETs of a session that is over, each with some records."""
        if len(self._last_words) < MAX_LINGERING:
            self._last_words[sid] = list(words)
            self._lingering.set(sid)

    def last_words(self, sid: str) -> bytes | None:
        """What is said next in a session that is over."""
        left = self._last_words.get(sid)
        if left is None:
            return None
        words = left.pop(0)
        if left:
            self._lingering.set(sid)
        else:
            self._lingering.clear(sid)
            self._forget(sid)
        self._look_who_is_told()
        return words

    def _forget(self, sid: str) -> None:
        self._last_words.pop(sid, None)
        self._look_who_is_told()

    def when_told(self, call: Callable[[], None]) -> None:
        """Call back once no session that is over has anything to say but that."""
        self._when_told.append(call)
        self._look_who_is_told()

    def _look_who_is_told(self) -> None:
        if not self._when_told:
            return
        if _ENDS.issuperset(words[0] for words in self._last_words.values()):
            calls, self._when_told = self._when_told, []
            for call in calls:
                call()


class Session:
    """One client.

    :ivar id: secret: whoever knows it can speak as this client.
    :ivar peer: the application's side.
    :ivar read_paused: the application has asked for a pause, so that silence
        proves nothing.
    :ivar socket: the WebSocket, once there is one.
    """

    __slots__ = (
        "_address",
        "_heard_at",
        "_held",
        "_pinged",
        "_probe",
        "_sessions",
        "id",
        "open",
        "peer",
        "polling",
        "read_paused",
        "socket",
    )

    _log = Logger()

    def __init__(
        self, sessions: Sessions, peer: EngineIOPeer, address: IAddress
    ) -> None:
        self.id = sessions.new_id()
        self.peer = peer
        self.read_paused = False
        self.open = True
        self.polling: Polling | None = None
        self.socket: WebSocketConnection | None = None
        self._sessions = sessions
        self._address = address
        self._probe: Probe | None = None
        self._held: list[bytes] | None = None
        self._pinged = False
        self._heard_at = sessions.clock.seconds()
        sessions.by_id[self.id] = self
        sessions.heartbeat.add(self)

    # For the application.

    def send_text(self, text: str | bytes) -> None:
        """Send a text message; bytes must be UTF-8."""
        payload = text.encode() if isinstance(text, str) else text
        self.write(self.encode(payload))

    def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        self.write(self.encode_binary(data))

    def encode(self, text: bytes) -> bytes:
        """A text message made ready for ``write``.

        The same bytes do for every session on the same transport.
        """
        return frame(text) if self.socket else polled(text)

    def encode_binary(self, data: bytes) -> bytes:
        """A binary message made ready for ``write``."""
        return frame_binary(data) if self.socket else binary_record(data)

    def writer(self) -> Callable[[bytes], None]:
        """The shortest way to ``write``, for one who writes a lot; good as long as
        the session is open.
        """
        return self.write if self.socket is None else self.socket.write_frames

    def write(self, data: bytes) -> None:
        """Send what ``encode`` has made, any number of them joined."""
        if self._held is not None:
            self._held.append(data)
            if len(self._held) > MAX_HELD:
                self._release()
        elif self.socket is not None:
            # What was made ready before the upgrade is not in frames yet.  (A
            # frame may have that byte, too, in its head or in binary data.)
            if SEPARATOR in data:
                data = reframe(data)
            self.socket.write_frames(data)
        elif self.polling is not None and self.open:
            self.polling.write(data)

    def keep_apart(self) -> None:
        """Let the client read what was written so far before anything else comes.

        A client made by hand often begins to wait for the next message only when
        it has read one, and misses those that came with it.
        """
        if self.socket is not None and self._held is None:
            self._held = []
            self._sessions.clock.callLater(APART, self._release)

    def _release(self) -> None:
        held, self._held = self._held, None
        for data in held or ():
            self.write(data)

    def pause(self) -> None:
        """Stop reading; what was read already may still be delivered."""
        self.read_paused = True
        if self.socket is not None:
            self.socket.pause()

    def resume(self) -> None:
        """Go on reading."""
        self.read_paused = False
        self._heard()
        if self.socket is not None:
            self.socket.resume()
        elif self.polling is not None:
            self.polling.go_on()

    def close(self, reason: str = "") -> None:
        """End the session once all that was written is sent; idempotent."""
        if self.open:
            self._end(reason, 1000)
            self._sessions.clock.callLater(0, self._closed, reason)

    # For the heartbeat.

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._pinged = True
        self.write(frame_text(_PING) if self.socket else record(_PING))

    def timed_out(self) -> None:
        """There was none."""
        self._fail("ping timeout", 1001)

    def check(self) -> bool:
        """Whether it is still alive, to the millisecond and not to the timer."""
        if self._pinged and not self.read_paused:
            sessions = self._sessions
            patience = sessions.ping_interval + sessions.ping_timeout
            if sessions.clock.seconds() >= self._heard_at + patience:
                self.timed_out()
        return self.open

    def _heard(self) -> None:
        self._pinged = False
        self._heard_at = self._sessions.clock.seconds()
        self._sessions.heartbeat.received(self)

    # For the transports.

    def begin_polling(self) -> bytes:
        """Begin on polling; the record of the handshake."""
        self.polling = Polling(self)
        return self._handshake(("websocket",))

    def begin_websocket(self, socket: WebSocketConnection) -> None:
        """Begin on WebSocket."""
        self.socket = socket
        socket.write_frames(frame_text(self._handshake(())))
        self._tell(lambda: self.peer.opened(self))

    def begin(self) -> None:
        """The handshake is sent by polling: let the application in."""
        self._tell(lambda: self.peer.opened(self))

    def packet_received(self, packet: Packet) -> None:
        """A packet of the client's.

        :raises PacketError: it has no business here.
        """
        if not self.open:
            return
        self._heard()
        kind, data = packet
        if kind == MESSAGE:
            if isinstance(data, str):
                self._tell(lambda: self.peer.text_received(data))
            else:
                self._tell(lambda: self.peer.binary_received(data))
        elif kind == CLOSE:
            self._end("the client closed it", 1000, NOTHING)
            self._closed("the client closed it")
        elif kind not in (PONG, NOOP):
            raise PacketError(f"a packet of type {kind} has no business here")

    def failed(self, reason: str) -> None:
        """The client broke the rules, or went away: end the session."""
        self._fail(reason, 1002)

    def too_slow(self) -> None:
        """More waits for the client than may.  Somebody is writing just now."""
        self._log.info("too slow: Engine.IO session by polling")
        self._sessions.clock.callLater(0, self._fail, "too slow", 1008)

    def socket_lost(self, reason: str) -> None:
        """The WebSocket is gone, and the session with it."""
        self._fail(reason, 1000)

    # The upgrade.

    def probe(self, probe: Probe) -> bool:
        """A WebSocket was opened for this session; whether it may go on."""
        if self.polling is None or self._probe is not None or not self.open:
            return False
        self._probe = probe
        return True

    def probed(self) -> None:
        """The WebSocket works: let the client end its polling."""
        if self.polling is not None:
            self.polling.release()

    def probe_lost(self) -> None:
        """The upgrade failed; polling goes on."""
        self._probe = None
        if self.polling is not None:
            self.polling.upgrading = False

    def upgrade(self, socket: WebSocketConnection) -> bool:
        """Go on over WebSocket; false if it is too early for that."""
        polling = self.polling
        if polling is None or not polling.upgrading or polling.receiving:
            return False
        self._probe = self.polling = None
        self.socket = socket
        polling.end(NOTHING)
        waiting = b"".join(polling.take())
        if waiting:
            socket.write_frames(reframe(waiting))
        if self.read_paused:
            socket.pause()
        self._tell(self.peer.upgraded)
        return True

    # The end.

    def _handshake(self, upgrades: tuple[str, ...]) -> bytes:
        sessions = self._sessions
        return open_packet(
            self.id,
            upgrades=upgrades,
            ping_interval=sessions.ping_interval,
            ping_timeout=sessions.ping_timeout,
            max_payload=sessions.max_payload,
        )

    def _fail(self, reason: str, code: int) -> None:
        if self.open:
            self._end(reason, code)
            self._closed(reason)

    def _end(self, reason: str, code: int, last: bytes = GOODBYE) -> None:
        self._release()
        self.open = False
        sessions = self._sessions
        sessions.by_id.pop(self.id, None)
        sessions.heartbeat.remove(self)
        sessions.admission.leave(self._address)
        if self._probe is not None:
            self._probe.give_up()
        if self.polling is not None:
            # A client that broke the rules has nothing more to ask.
            if not self.polling.end(last) and (code == 1000):
                # Apart: a stock client loses what comes in one answer with the end.
                waiting = b"".join(self.polling.take())
                sessions.linger(self.id, *([waiting, last] if waiting else [last]))
            self.polling = None
        if self.socket is not None:
            self.socket.close(code, reason)

    def _closed(self, reason: str) -> None:
        peer, self.peer = self.peer, EngineIOPeer()
        try:
            peer.closed(reason)
        except Exception:  # noqa: BLE001
            self._log.failure("an Engine.IO application failed")

    def _tell(self, what: Callable[[], None]) -> None:
        """Call the application; its mistakes are logged and end the session."""
        try:
            what()
        except Exception:  # noqa: BLE001
            self._log.failure("an Engine.IO application failed")
            self._fail("the application failed", 1011)
