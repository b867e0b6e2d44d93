"""Connection state recovery for stock Socket.IO clients (``pid`` and ``offset``).

A stock client that reconnects sends the ``pid`` that it was given and, as ``offset``,
the last string of the last event.  Here a ``pid`` is the secret of the client's session
followed by 0 or 1, which is flipped to signal that recovery failed; the offset is the
position in the codec's last marker.  The core finds the client's nickname by the
session, also after a restart of the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twisted_chat.core.names.nicknames import is_guest
from twisted_chat.core.replies import Welcome

from .socketio_codec import Dialect, SocketIOCodec

MAX_PID = 64
"""The most characters in a valid ``pid`` or offset; longer ones are ignored."""

MAX_REMEMBERED = 1000
"""Clients whose usage is remembered after they have left."""


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


@dataclass(frozen=True, slots=True)
class Usage:
    """How a client uses the chat, as far as it has shown that.

    :ivar dialect: the dialect that it speaks or has asked for.
    :ivar is_fixed: it has asked for that dialect, whatever it emits.
    :ivar has_joined: it was shown the history.
    """

    dialect: Dialect = Dialect.UNKNOWN
    is_fixed: bool = False
    has_joined: bool = False

    def emits(self, dialect: Dialect, *, joins: bool = False) -> Usage:
        """The usage once it has emitted an event of this dialect.

        :param joins: the event is one that shows it the history.
        """
        used = self.dialect
        if not self.is_fixed and dialect not in used:
            used |= dialect
        has_joined = self.has_joined or joins
        if used is self.dialect and has_joined == self.has_joined:
            return self
        return Usage(used, self.is_fixed, has_joined)


NEW_USAGE = Usage()
"""Of a client that has emitted nothing."""


class ResumingCodec(SocketIOCodec):
    """The codec of one client that resumes, until it is welcomed.

    :param presented: the ``pid`` that the client has sent.
    :param usage: how the client used the chat before; ``NEW_USAGE`` if that is unknown.
    :param welcomed: called once the client is welcomed, with its usage.
    """

    def __init__(
        self,
        encode: Callable[[bytes], bytes],
        position: Callable[[], str],
        presented: str,
        usage: Usage,
        welcomed: Callable[[Usage], object],
    ) -> None:
        super().__init__(encode, position, usage.dialect or Dialect.BOTH)
        self._presented = presented
        self._usage = usage
        self._welcomed = welcomed

    def pid(self, welcome: Welcome) -> str:
        """The presented ``pid`` if nothing was missed, else another.

        A stock client takes the same ``pid`` for a sign that it has recovered.
        """
        usage = self._usage
        if not welcome.recovered:
            # Its page starts anew, and is shown the history again.
            self._welcomed(replace(usage, has_joined=False))
            return welcome.session + ("1" if self._presented.endswith("0") else "0")
        if usage == NEW_USAGE and not is_guest(welcome.nick):
            # After a restart the name is all that is known: it was chosen by ``join``.
            usage = Usage(Dialect.MESSAGES, has_joined=True)
            self.use(usage.dialect)
        self._welcomed(usage)
        return self._presented


class Usages:
    """How clients that have left used the chat, for when they resume."""

    def __init__(self) -> None:
        self._usages: dict[str, Usage] = {}

    def remember(self, session: str, usage: Usage) -> None:
        """Remember the usage of a client that leaves."""
        if usage != NEW_USAGE:
            self._usages.pop(session, None)  # so that it is evicted last
            self._usages[session] = usage
            if len(self._usages) > MAX_REMEMBERED:
                del self._usages[next(iter(self._usages))]

    def take(self, session: str) -> Usage:
        """Remove and return a usage; ``NEW_USAGE`` if there is none."""
        return self._usages.pop(session, NEW_USAGE)
