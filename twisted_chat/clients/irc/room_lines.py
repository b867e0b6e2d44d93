"""What a client is shown of a room: its topic, its members, its last messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from twisted_chat.clients.answers import MAX_HISTORY_BYTES
from twisted_chat.core.events import Joined, Stored
from twisted_chat.core.names.nicknames import MAX_NAME

from .answers import MAX_NAMES_BYTES, lines_that_fit, messages_that_fit
from .batches import Batch, Item
from .event_lines import EventLines
from .message import MAX_BODY, Message
from .name_lines import NameLines
from .numerics import (
    RPL_ENDOFNAMES,
    RPL_NAMREPLY,
    RPL_NOTOPIC,
    RPL_TOPIC,
    RPL_TOPICWHOTIME,
)
from .read_lines import CAPABILITY, markread
from .server import IrcServer


class RoomLines:
    """The lines about rooms, for clients that have the same capabilities.

    :param capabilities: those that they have.
    """

    def __init__(
        self,
        server: IrcServer,
        capabilities: frozenset[str],
        events: EventLines,
        names: NameLines,
    ) -> None:
        self._server = server
        self._names = names
        self._has = capabilities.__contains__
        self._events = events

    def entered(
        self, room: str, topic: str, history: Iterable[Stored], member_id: str
    ) -> Iterator[Item]:
        """What a client is shown whose member has joined a room.

        :param member_id: of that member.
        """
        member = self._server.chat.pool.member(member_id)
        if member is None:
            return
        joined = Joined(room, member.nick, member.id, account=member.account)
        yield from self._events.joined(joined)
        if topic:
            yield from self.topic(room, topic)
        if self._has(CAPABILITY):
            yield markread(f"#{room}", (member.read or {}).get(room))
        if not self._has("draft/no-implicit-names"):
            yield from self.names(room, member.nick)
        if not self._has("draft/chathistory"):
            shown = messages_that_fit(tuple(history), limit=MAX_HISTORY_BYTES)
            yield from self.history(f"#{room}", shown)

    def history(self, target: str, history: Iterable[Stored]) -> Iterator[Item]:
        """Earlier messages, as a batch; nothing if there are none."""
        batch = self.history_batch(target, history)
        if batch.items:
            yield batch

    def history_batch(self, target: str, history: Iterable[Stored]) -> Batch:
        """The same; it may be empty."""
        items = [item for stored in history for item in self._events.earlier(stored)]
        return Batch("chathistory", (target,), tuple(items))

    def topic(self, room: str, text: str) -> Iterator[Message]:
        """The topic of a room."""
        target = f"#{room}"
        if not text:
            yield RPL_NOTOPIC(target)
            return
        yield RPL_TOPIC(target, text)
        known = self._server.chat.pool.rooms.get(room)
        if known is not None and known.topic_set is not None:
            stored = known.topic_set
            event: Any = stored.event
            source = event.nick
            if event.client_id:
                source = self._server.sources.of(source, event.client_id)
            yield RPL_TOPICWHOTIME(target, source, str(stored.time // 1000))

    def names(self, room: str, nick: str) -> Iterator[Message]:
        """The members of a room.

        :param nick: of the client, to which the length of the lines is fitted.
        """
        target = f"#{room}"
        mark = "@" if self._server.chat.moderation.settings(room).hidden else "="
        # Of the same length for most clients, so that they share the lines.
        head = f":{self._server.name} 353 {nick:<{MAX_NAME}} {mark} {target} :"
        lines = self._names.of(
            room,
            MAX_BODY - len(head.encode()),
            with_hosts=self._has("userhost-in-names"),
            with_all_prefixes=self._has("multi-prefix"),
        )
        names = (RPL_NAMREPLY(mark, target, each) for each in lines)
        yield from lines_that_fit(names, MAX_NAMES_BYTES)
        yield RPL_ENDOFNAMES(target)
