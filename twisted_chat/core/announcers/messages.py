"""The announcer of what is said: messages, direct messages, corrections, topics.

A part of the announcer, see ``announcer``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted_chat.core.client import Client
from twisted_chat.core.events import (
    LISTENERS,
    Action,
    Correction,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    HistoryGap,
    Message,
    Relayed,
    RoomMessage,
    Stored,
    TopicSet,
)
from twisted_chat.core.ignoring.ignoring import is_ignored
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Notice
from twisted_chat.core.runtime import Runtime

from .announcement import Announcement
from .presence import with_nick

_GAP = (
    "some messages in #{room} are missing here: this server was disconnected from "
    "the store"
)


class MessageAnnouncer:
    """Shows what is said, with the nickname that its author has now.

    :ivar batch: what is being announced.
    """

    def __init__(self, pool: ClientPool, runtime: Runtime, batch: Announcement) -> None:
        self._pool = pool
        self._runtime = runtime
        self.batch = batch

    def methods(self) -> dict[type, Callable[[Any, Stored], None]]:
        """What to call with each kind of event."""
        return {
            Message: self._message,
            Action: self._message,
            CustomEvent: self._custom_event,
            Relayed: self._relayed,
            DirectMessage: self._direct_message,
            TopicSet: self._topic_set,
            Deleted: self._correction,
            Edited: self._correction,
            HistoryGap: self._history_gap,
        }

    def _message(self, event: RoomMessage, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if room is not None:
            if event.account:
                stored = self._with_nick(event, stored)
            room.append(stored)
            self.batch.show(stored, (event.room,))

    def _correction(self, event: Correction, stored: Stored) -> None:
        self._pool.correct(event, stored.position)
        self.batch.show(stored, (event.room,))

    def _custom_event(self, event: CustomEvent, stored: Stored) -> None:
        if event.account:
            stored = self._with_nick(event, stored)
        self.batch.show(stored, (event.room,))

    def _relayed(self, event: Relayed, stored: Stored) -> None:
        """To a room, both members, those in any room of the author, or who listens."""
        if event.account:
            stored = self._with_nick(event, stored)
        if event.room:
            self.batch.show(stored, (event.room,))
            return
        if event.recipient_id == LISTENERS:
            for client, reply in self._pool.listeners(event):
                self.batch.reply(client, reply)
            return
        if not event.recipient_id:
            author = self._pool.member(event.client_id)
            if author is not None:
                self._pool.relayed(event)
                self.batch.show_change(author, stored)
            return
        recipients = self._clients_of(event.recipient_id)
        for client in dict.fromkeys((*recipients, *self._clients_of(event.client_id))):
            if client not in recipients and self._is_own(stored, client):
                continue
            if not client.ignored or not is_ignored(event, client.ignoring):
                self.batch.show_to(client, stored)

    def _is_own(self, stored: Stored, client: Client) -> bool:
        """Whether a client has caused an event, and is not shown it for that reason."""
        is_author = client.id == stored.event.client_id
        return is_author and self.batch.is_hidden(stored, client)

    def _direct_message(self, event: DirectMessage, stored: Stored) -> None:
        """To all clients of both members."""
        if event.account:
            stored = self._with_nick(event, stored)
            event = stored.event  # type: ignore[assignment]
        recipients = self._clients_of(event.recipient_id)
        senders = self._clients_of(event.client_id)
        for client in dict.fromkeys((*recipients, *senders)):
            shown = b""
            encode = client.codec.direct_message
            if client in recipients and not _ignores(client, event):
                shown = self.batch.encode(encode, stored, event, sent=False)
                self._send_direct(client, shown)
            if client in senders and not self._is_own(stored, client):
                sent = self.batch.encode(encode, stored, event, sent=True)
                # A message to oneself is shown twice only where the two look different.
                if sent != shown:
                    self._send_direct(client, sent)

    def _send_direct(self, client: Client, data: bytes) -> None:
        self.batch.fanout.send_to(client, data)
        self._runtime.counters.deliveries += 1

    def _topic_set(self, event: TopicSet, stored: Stored) -> None:
        room = self._pool.rooms.get(event.room)
        if room is not None:
            stored = self._with_nick(event, stored)
            room.topic, room.topic_set = event.text, stored
            self.batch.show(stored, (event.room,))

    def _history_gap(self, event: HistoryGap, _stored: Stored) -> None:
        text = _GAP.format(room=event.room)
        notice = Notice((text,), "(\\history shows what is stored)")
        for client in self._pool.clients.values():
            if event.room in client.rooms:
                self.batch.reply(client, notice)

    def _clients_of(self, an_id: str) -> list[Client]:
        """The clients of a member that are connected to this server."""
        return self._pool.clients_of(self._pool.member(an_id))

    def _with_nick(
        self,
        event: Message | Action | CustomEvent | Relayed | DirectMessage | TopicSet,
        stored: Stored,
    ) -> Stored:
        """An event with the nickname that its author has now."""
        member = self._pool.member(event.client_id)
        return stored if member is None else with_nick(member, stored)


def _ignores(client: Client, event: DirectMessage) -> bool:
    """Whether a client ignores the sender."""
    return bool(client.ignored) and is_ignored(event, client.ignoring)
