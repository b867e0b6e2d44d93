"""Replies as the lines that show them."""

from __future__ import annotations

from collections.abc import Iterable

from twisted_chat.core.events import Action, DirectMessage, Joined, Relayed, Stored
from twisted_chat.core.events import Message as Post
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.moderation_events import Invited
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    MemberList,
    Missed,
    Native,
    Notice,
    Reply,
    RoomSnapshot,
    Topic,
    TurnedAway,
    Welcome,
)

from .batches import Batch, Item
from .errors import error_lines
from .event_lines import EventLines
from .isupport import EXTENDED
from .message import Message
from .numerics import RPL_INVITING
from .raw import SETNAME, WALLOPS, unpack
from .reference import Reference
from .room_lines import RoomLines
from .server import IrcServer
from .welcome_lines import welcome_lines

_SHOWN_TO_ALL = (SETNAME, WALLOPS)
"""What is relayed and is no message: its author is shown it, too."""

ANONYMOUS = "*"
"""Stands for the nickname of a client that has none yet."""


class ReplyLines:
    """The lines of replies, for clients that have the same capabilities.

    :param capabilities: those that they have.
    """

    def __init__(
        self,
        server: IrcServer,
        capabilities: frozenset[str],
        events: EventLines,
        rooms: RoomLines,
    ) -> None:
        self._server = server
        self._has = capabilities.__contains__
        self._events = events
        self._rooms = rooms

    def of(self, reply: Reply, viewer: Viewer, reference: Reference) -> Iterable[Item]:
        """The lines of a reply to what was asked.

        :param viewer: the client.
        """
        match reply:
            case Welcome():
                return self._welcome(reply, viewer)
            case RoomSnapshot(room=room, topic=topic, history=history):
                return self._rooms.entered(room, topic, history, viewer.member_id)
            case MemberList(room=room):
                return self._rooms.names(room, viewer.nick)
            case Topic(room=room, text=text):
                return self._rooms.topic(room, text)
            case Done(stored=stored):
                # A command may have caused several events, and is answered once.
                is_silent = stored is None or not reference.command
                return () if is_silent or stored is None else self._own(stored)
            case Native(content=content) if isinstance(content, tuple):
                return content
            case ErrorReply():
                return error_lines(reply, reference, viewer.nick or ANONYMOUS)
            case TurnedAway(code=code, text=text):
                error = ErrorReply(code, text)
                return error_lines(error, reference, viewer.nick or ANONYMOUS)
            case Notice():
                return _notices(reply, viewer.nick or ANONYMOUS)
            case Missed():
                return self._missed(reply, viewer.nick)
            case _:
                return ()

    def _welcome(self, welcome: Welcome, viewer: Viewer) -> Iterable[Item]:
        member = self._server.chat.pool.member(viewer.member_id)
        source = self._server.sources.of(viewer.nick, viewer.member_id)
        extended = self._has(EXTENDED)
        yield from welcome_lines(self._server, source, welcome.motd, batched=extended)
        if member is not None and welcome.room in member.rooms:
            yield from self._rooms.entered(
                welcome.room, welcome.topic, welcome.history, viewer.member_id
            )

    def is_known(self, stored: Stored | None) -> bool:
        """Whether a client is shown nothing of what it has posted, as it knows that."""
        if stored is None:
            return True
        is_message = isinstance(stored.event, Post | Action)
        return is_message and not self._has("echo-message")

    def _own(self, stored: Stored) -> list[Item]:
        """What a client is shown of what it has asked for itself."""
        event = stored.event
        if isinstance(event, Joined):
            return []
        if isinstance(event, Invited):
            return [RPL_INVITING(event.target, f"#{event.room}")]
        is_message = isinstance(event, Post | Action | DirectMessage) or (
            isinstance(event, Relayed)
            and unpack(event.raw).command not in _SHOWN_TO_ALL
        )
        if is_message and not self._has("echo-message"):
            shown: list[Item] = []
        else:
            shown = self._events.of(stored)
        if isinstance(event, DirectMessage):
            shown += self._events.away(event)
        return shown

    def _missed(self, missed: Missed, nick: str) -> Iterable[Item]:
        if missed.notice is not None:
            yield from _notices(missed.notice, nick)
        items = [item for each in missed.direct for item in self._events.of(each)]
        if items:
            yield Batch("chathistory", (nick,), tuple(items))


def _notices(notice: Notice, nick: str) -> list[Item]:
    """The texts of a notice; what it advises to type cannot be typed here."""
    return [Message("NOTICE", (nick, text)) for text in notice.texts]
