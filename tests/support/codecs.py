"""Codecs that count, record, fail or hide events, for tests of the core."""

from __future__ import annotations

from collections import Counter

from twisted_chat.clients.text import LineCodec
from twisted_chat.core.events import (
    Action,
    BulkPresence,
    DirectMessage,
    Joined,
    Message,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.replies import ErrorReply, Reply, Welcome
from twisted_chat.testing import FakeWire, line_wire


def wire_with(codec: LineCodec) -> FakeWire:
    """The wire format of the line chat, encoded by this codec."""
    line = line_wire()
    return FakeWire(codec, line.decode, line.read)


class CountingCodec(LineCodec):
    """Counts the calls of each of its methods."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def event(self, stored: Stored, room: str | None) -> bytes:
        self.calls["event"] += 1
        return super().event(stored, room)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        self.calls["direct_message"] += 1
        return super().direct_message(stored, event, sent=sent)

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        self.calls["bulk_presence"] += 1
        return super().bulk_presence(bulk, room)

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        self.calls["reply"] += 1
        return super().reply(reply, viewer, ref)


class NoEchoCodec(CountingCodec):
    """Does not show a client its own messages, as an IRC client expects."""

    hidden_from_author = frozenset({Message, Action, DirectMessage})


class QuietCodec(LineCodec):
    """Does not show a client its own arrivals and nicknames."""

    hidden_from_author = frozenset({Joined, Renamed})


class ListCodec(LineCodec):
    """Does not show a client its own arrivals and departures, as it keeps lists."""

    hidden_from_author = frozenset({Joined, Quit})


class BrokenCodec(LineCodec):
    """Raises an exception for every event."""

    def event(self, stored: Stored, room: str | None) -> bytes:
        raise RuntimeError("this codec is broken")


class RefCodec(LineCodec):
    """Encodes a reply that has a ``ref`` as that and the kind of the reply.

    :ivar replies: those replies.
    """

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        if ref is None:
            return super().reply(reply, viewer, ref)
        self.replies.append(reply)
        kind = reply.code if isinstance(reply, ErrorReply) else type(reply).__name__
        return f"{ref}: {kind}\r\n".encode()


class EventReplyCodec(RefCodec):
    """A ``RefCodec`` whose clients are shown their own events in the replies."""

    replies_with_events = True


class WelcomeCodec(LineCodec):
    """Records each welcome.

    :ivar welcomes: in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.welcomes: list[Welcome] = []

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        if isinstance(reply, Welcome):
            self.welcomes.append(reply)
        return super().reply(reply, viewer, ref)
