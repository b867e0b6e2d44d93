"""IRC over WebSocket: one line in each message, without its end.

The subprotocols are those of https://ircv3.net/specs/extensions/websocket; a client
that asks for none of them has text messages.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted_chat.clients.attach import Attachment, identity_of
from twisted_chat.core.interfaces import BANNED, SHUTTING_DOWN, TAKEN_OVER
from twisted_chat.core.runtime import ScheduledCall
from twisted_chat.websocket.connection import WebSocketConnection
from twisted_chat.websocket.frames import frame_binary, frame_text

from .connection import (
    NOT_REGISTERED,
    REGISTRATION_TIMEOUT,
    IrcConnection,
)
from .message import MAX_LINE
from .shared import IrcShared

TEXT = "text.ircv3.net"
BINARY = "binary.ircv3.net"

SUBPROTOCOLS = (TEXT, BINARY)

MAX_MESSAGE = MAX_LINE + 2
"""Bytes of one message from a client: a line that has an end after all."""

_NORMAL = 1000
_ABNORMAL = 1006
_CODES = {SHUTTING_DOWN: 1001, TAKEN_OVER: 4000, BANNED: 4003}
"""As those of other WebSocket clients; see docs/protocol.md."""


def text_frame(line: bytes) -> bytes:
    """A line as a text message."""
    return frame_text(line.removesuffix(b"\r\n"))


def binary_frame(line: bytes) -> bytes:
    """A line as a binary message."""
    return frame_binary(line.removesuffix(b"\r\n"))


class IrcWebSocket(IrcConnection):
    """One client: a ``WebSocketPeer``.

    :param encrypted: the handshake was sent over TLS.
    :ivar write: sends frames that the codec has encoded.
    """

    _connection: WebSocketConnection
    write: Callable[[bytes], None]

    def __init__(self, shared: IrcShared, *, encrypted: bool) -> None:
        self._shared = shared
        self._encrypted = encrypted
        self._timer: ScheduledCall | None = None

    # What WebSocket calls.

    def opened(self, connection: WebSocketConnection) -> None:
        """The handshake is done."""
        self._connection = connection
        self.write = connection.write_frames
        identity = identity_of("irc", connection.address, is_encrypted=self._encrypted)
        frame = binary_frame if connection.subprotocol == BINARY else text_frame
        self._begin(self._shared, frame, identity, connection.transport)
        self._registers()

    def text_received(self, text: str) -> None:
        """A line."""
        self.binary_received(text.encode())

    def binary_received(self, data: bytes) -> None:
        """The same, whichever messages the client is sent."""
        for line in data.replace(b"\r", b"\n").split(b"\n"):
            if line:
                self._line_received(line)

    def closed(self, code: int, reason: str) -> None:
        """The connection is lost, or a close frame was received."""
        self._stop_waiting()
        if code == _ABNORMAL:
            self._ended(reason or "connection lost")
        else:
            self._ended(reason if reason == "too slow" else "")

    # For ``IrcConnection`` and the chat.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        return self._connection.waiting

    def _registers(self) -> None:
        runtime = self._shared.chat.runtime
        self._timer = runtime.call_later(REGISTRATION_TIMEOUT, self._too_late)

    def _joined(self, attachment: Attachment) -> None:
        self._stop_waiting()

    def _too_late(self) -> None:
        self._timer = None
        self.close(NOT_REGISTERED)

    def _stop_waiting(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _pause(self) -> None:
        self._connection.pause()

    def _resume(self) -> None:
        self._connection.resume()

    def _finish(self, reason: str) -> None:
        self._connection.close(_CODES.get(reason, _NORMAL), self.reason)
