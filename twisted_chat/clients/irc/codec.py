"""The codec of IRC clients: events and replies as lines.

There is one for each set of capabilities that matters to it and each wire, so clients
that have the same are sent the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any
from weakref import WeakValueDictionary

from twisted_chat.core.client import Client
from twisted_chat.core.events import (
    BulkPresence,
    Deleted,
    DirectMessage,
    Joined,
    Quit,
    Stored,
)
from twisted_chat.core.events import Message as Post
from twisted_chat.core.history_query import BESIDES_MESSAGES
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.replies import Done, Reply

from .batches import Batch, Item, with_batches, without_batches
from .event_lines import EventLines
from .labels import labelled
from .message import MAX_BODY, Message, format_message, shortened
from .name_lines import NameLines
from .reference import Reference
from .reply_lines import ANONYMOUS, ReplyLines
from .room_lines import RoomLines
from .server import IrcServer
from .talk_lines import REDACTION
from .times import server_time

Frame = Callable[[bytes], bytes]
"""Puts a line, with its end, into the form of its wire."""

_TAGS = {
    "time": "server-time",
    "msgid": "message-tags",
    "account": "account-tag",
    "batch": "batch",
    "bot": "message-tags",
    "draft/multiline-concat": "draft/multiline",
    "label": "labeled-response",
}
"""The capability that permits each tag."""


def _playback(capabilities: frozenset[str]) -> frozenset[type[Any]]:
    if "draft/event-playback" not in capabilities:
        return frozenset()
    if REDACTION not in capabilities:
        return BESIDES_MESSAGES - {Deleted}
    return BESIDES_MESSAGES


class IrcCodec:
    """Encodes lines; see ``interfaces.Codec``.

    :param capabilities: those of its clients.
    :param frame: see ``Frame``.
    :ivar playback: the kinds of events that its clients are shown of a history besides
        messages.
    """

    # A room that its member joins is shown to a client as a whole, see ``RoomLines``.
    # If other servers take it for gone, it is still in its rooms.
    hidden_from_author: frozenset[type] = frozenset({Joined, Quit})
    replies_with_events = True

    def __init__(
        self, codecs: Codecs, capabilities: frozenset[str], frame: Frame
    ) -> None:
        self._codecs = codecs
        self.server = server = codecs.server
        self.capabilities = capabilities
        self._frame = frame
        self._tags = frozenset(
            tag for tag, needed in _TAGS.items() if needed in capabilities
        )
        self._has = capabilities.__contains__
        self.playback = _playback(capabilities)
        self.shows_invitations = "invite-notify" in capabilities
        self._events = EventLines(server, capabilities)
        self._rooms = rooms = RoomLines(
            server, capabilities, self._events, codecs.names
        )
        self._replies = ReplyLines(server, capabilities, self._events, rooms)
        self._batches = count(1)

    # For the core.

    def event(self, stored: Stored, room: str | None) -> bytes:
        """Its lines, in whichever room it happened."""
        event = stored.event
        if isinstance(event, Post) and event.raw is None and "\n" not in event.text:
            line = self._message(stored, event)
            if line is not None:
                return line
        return self.encode(self._events.of(stored))

    def _message(self, stored: Stored, event: Post) -> bytes | None:
        """The line of a plain message: what ``encode`` makes, in a third of the time.

        ``None`` if it is more than one line.
        """
        source = self.server.sources.of(event.nick, event.client_id)
        line = f":{source} PRIVMSG #{event.room} :{event.text}\r\n"
        if len(line) * 4 > MAX_BODY and len(line.encode()) > MAX_BODY + 2:
            return None
        known = self._tags
        tags = []
        # None of these values has a character that would have to be escaped.
        if "time" in known:
            tags.append(f"time={server_time(stored.time)}")
        if "msgid" in known:
            tags.append(f"msgid={stored.position}")
        if event.account and "account" in known:
            tags.append(f"account={event.account}")
        if tags:
            line = f"@{';'.join(tags)} {line}"
        return self._frame(line.encode())

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """Its lines: the same for its sender and for its recipient."""
        return self.encode(self._events.of(stored))

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        """A line for each of them: clients keep lists of names."""
        return self.encode(self._events.of_bulk(bulk))

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """The lines of a reply, with the label of what it answers."""
        if (
            isinstance(reply, Done)
            and not Reference.has_label(ref)
            and self._replies.is_known(reply.stored)
        ):
            return b""
        reference = Reference.of(ref)
        items = list(self._replies.of(reply, viewer, reference))
        # The reply to JOIN is the room, and not that it was joined.
        is_answered = (
            isinstance(reply, Done)
            and reply.stored is not None
            and isinstance(reply.stored.event, Joined)
        )
        if reference.label and self._has("labeled-response") and not is_answered:
            items = labelled(items, reference)
        return self.encode(items, viewer.nick)

    # For the adapter and the commands.

    def names(self, room: str, nick: str) -> Iterable[Message]:
        """The lines that list the members of a room.

        :param nick: of the client.
        """
        return self._rooms.names(room, nick)

    def with_capabilities(self, capabilities: frozenset[str]) -> IrcCodec:
        """The codec of the same wire for clients that have these capabilities."""
        return self._codecs.codec(capabilities, self._frame)

    def history(self, target: str, history: Iterable[Stored]) -> Batch:
        """Earlier messages, as one batch."""
        return self._rooms.history_batch(target, history)

    def encode(self, items: Iterable[Item], nick: str = "") -> bytes:
        """The bytes of lines.

        :param nick: of the client, for numerics.
        """
        lines = (
            with_batches(items, self._new_id)
            if self._has("batch")
            else without_batches(items)
        )
        return b"".join(self._line(line, nick) for line in lines)

    def _line(self, message: Message, nick: str) -> bytes:
        params, source = message.params, message.source
        if not source:
            source = self.server.name
            if message.command.isdecimal():
                params = (nick or ANONYMOUS, *params)
        tags = self._shown(message.tags) if message.tags else message.tags
        line = format_message(Message(message.command, params, source, tags))
        return self._frame(line if len(line) <= MAX_BODY else shortened(line))

    def _shown(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Those of the tags that these clients know."""
        has_all = self._has("message-tags")
        return {
            name: value
            for name, value in tags.items()
            if name in self._tags or (has_all and name.startswith("+"))
        }

    def _new_id(self) -> str:
        return f"b{next(self._batches):x}"


class Codecs:
    """The codecs that the clients of one server have.

    :ivar names: what they have in common.
    """

    def __init__(self, server: IrcServer) -> None:
        self.server = server
        self.names = NameLines(server)
        # Each for as long as a client has it: there are millions of sets.
        self._codecs: WeakValueDictionary[tuple[frozenset[str], Frame], IrcCodec] = (
            WeakValueDictionary()
        )

    def codec(self, capabilities: frozenset[str], frame: Frame) -> IrcCodec:
        """The codec for clients that have these capabilities, on this wire."""
        codec = self._codecs.get((capabilities, frame))
        if codec is None:
            codec = IrcCodec(self, capabilities, frame)
            self._codecs[capabilities, frame] = codec
        return codec


def codec_of(client: Client) -> IrcCodec:
    """The codec of an IRC client."""
    if not isinstance(client.codec, IrcCodec):
        raise TypeError("not an IRC client")
    return client.codec
