"""Connection state recovery for stock Socket.IO clients (``pid`` and ``offset``).

A stock client that reconnects sends the ``pid`` that it was given and, as ``offset``,
the last string of the last event.  Here a ``pid`` is the secret of the client's session
followed by 0 or 1, which is flipped to signal that recovery failed; the offset is the
position in the codec's last marker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twisted_chat.core.nicknames import is_guest
from twisted_chat.core.replies import Welcome

from .socketio_codec import SocketIOCodec

MAX_PID = 64
"""The most characters in a valid ``pid`` or offset; longer ones are ignored."""

MAX_REMEMBERED = 1000
"""Clients whose nicknames are remembered after they have left."""


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """The resume data in a client's ``auth``.

    :ivar pid: the one that the client received.
    :ivar session: the secret in it.
    :ivar offset: the last position that it received; ``None`` without a valid one.
    """

    pid: str
    session: str
    offset: str | None

    @classmethod
    def of(cls, auth: Mapping[str, Any]) -> ResumeRequest | None:
        """Read the ``auth`` of a connecting client; ``None`` if it does not resume."""
        pid, offset = auth.get("pid"), auth.get("offset")
        if not (isinstance(pid, str) and 1 < len(pid) <= MAX_PID and pid[-1] in "01"):
            return None
        if not (isinstance(offset, str) and len(offset) <= MAX_PID):
            offset = None
        return cls(pid, pid[:-1], offset)


class ResumingCodec(SocketIOCodec):
    """The codec of one client that resumes, until it is welcomed.

    :param presented: the ``pid`` that the client has sent.
    :param welcomed: called once the client is welcomed.
    """

    def __init__(
        self,
        encode: Callable[[bytes], bytes],
        position: Callable[[], str],
        presented: str,
        welcomed: Callable[[], object],
    ) -> None:
        super().__init__(encode, position)
        self._presented = presented
        self._welcomed = welcomed

    def pid(self, welcome: Welcome) -> str:
        """The presented ``pid`` if nothing was missed, else another.

        A stock client takes the same ``pid`` for a sign that it has recovered.
        """
        self._welcomed()
        if welcome.recovered:
            return self._presented
        return welcome.session + ("1" if self._presented.endswith("0") else "0")


class RememberedNames:
    """The nicknames of clients that have left, for when they resume."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def remember(self, session: str, nick: str) -> None:
        """Remember the nickname that a departing client has chosen."""
        if nick and not is_guest(nick):
            self._names.pop(session, None)  # so that it is evicted last
            self._names[session] = nick
            if len(self._names) > MAX_REMEMBERED:
                del self._names[next(iter(self._names))]

    def take(self, session: str) -> str | None:
        """Remove and return a nickname."""
        return self._names.pop(session, None)
