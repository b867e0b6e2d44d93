"""Events as the lines that show them; those of what is said are in ``talk_lines``.

The lines have all tags that there are; the codec leaves out those that its clients do
not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from twisted_chat.clients.text_lines import event_text
from twisted_chat.core.account_events import ReadUpTo
from twisted_chat.core.events import (
    Action,
    AwaySet,
    BulkPresence,
    DirectMessage,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Relayed,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.events import Message as Post
from twisted_chat.core.moderation.masks import USER
from twisted_chat.core.moderation_events import (
    Invited,
    Kicked,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomUnbanned,
)
from twisted_chat.core.read_markers import DIRECT

from . import read_lines
from .batches import Item
from .event_tags import Tags, tags_of, without_id
from .message import Message
from .modes import mode_of
from .numerics import RPL_AWAY
from .raw import BOT
from .server import IrcServer
from .talk_lines import TalkLines

EVERYONE = "*"
"""The target of a notice that concerns no room: whoever it is sent to."""

_WITH_RAW = (Post, Action, DirectMessage, Relayed)
"""Kinds of events that have a raw text."""


_Method = Callable[["EventLines", Any, Tags], Iterator[Item]]


class EventLines:
    """The lines of events, for clients that have the same capabilities.

    :param capabilities: those that they have.
    """

    def __init__(self, server: IrcServer, capabilities: frozenset[str]) -> None:
        self._server = server
        self._source = server.source_of
        self._has = capabilities.__contains__
        self._talk = TalkLines(server, capabilities)

    def of(self, stored: Stored) -> list[Item]:
        """The lines of an event; none if these clients are not shown it."""
        return list(self._of(stored, tags_of(stored)))

    def earlier(self, stored: Stored) -> list[Item]:
        """The lines of an event that is read from a history.

        They tell nothing of how its author is now.
        """
        tags = tags_of(stored, earlier=True)
        if isinstance(stored.event, Joined):
            return [self._join(stored.event, tags)]
        return list(self._of(stored, tags))

    def _of(self, stored: Stored, tags: dict[str, str]) -> Iterator[Item]:
        event = stored.event
        # A message has the tag in its raw text: it is shown later, and elsewhere, too.
        is_kept = isinstance(event, _WITH_RAW)
        if not is_kept and self._server.is_bot_client(event.client_id):
            tags[BOT] = ""
        lines = self._talk.of(event, tags)
        if lines is not None:
            return lines
        return self._METHODS.get(type(event), EventLines._notice)(self, event, tags)

    def joined(self, event: Joined) -> Iterator[Item]:
        """The lines of a member that joins a room now."""
        return self._joined(event, {"account": event.account} if event.account else {})

    def away(self, event: DirectMessage) -> Iterator[Item]:
        """What the sender of a direct message is told of its recipient."""
        member = self._server.chat.pool.member(event.recipient_id)
        if member is not None and member.away:
            yield RPL_AWAY(member.nick, member.away)

    def of_bulk(self, bulk: BulkPresence) -> Iterator[Item]:
        """The lines for many members that joined a room, or left it."""
        pool = self._server.chat.pool
        for nick in bulk.names:
            member = pool.named_as(nick)
            member_id = member.id if member else nick
            if bulk.arrived:
                account = member.account if member else ""
                yield from self.joined(Joined(bulk.room, nick, member_id, "", account))
            else:
                yield from self._left(Left(bulk.room, nick, member_id), {})

    def _read(self, event: ReadUpTo, _tags: Tags) -> Iterator[Item]:
        """How far another connection of the account has read."""
        if self._has(read_lines.CAPABILITY):
            name, pool = event.room, self._server.chat.pool
            if name.startswith(DIRECT):
                member = pool.named(name.removeprefix(DIRECT))
                target = member.nick if member else name.removeprefix(DIRECT)
            else:
                target = f"#{name}"
            yield read_lines.markread(target, event.marker)

    # Presence.

    def _joined(self, event: Joined, tags: Tags) -> Iterator[Item]:
        yield self._join(event, tags)
        member = self._server.chat.pool.member(event.client_id)
        if member is not None and member.away and self._has("away-notify"):
            yield Message("AWAY", (member.away,), self._source(event), tags)

    def _join(self, event: Joined, tags: Tags) -> Message:
        params: tuple[str, ...] = (f"#{event.room}",)
        if self._has("extended-join"):
            params += (event.account or "*", self._server.realname(event.client_id))
        return Message("JOIN", params, self._source(event), tags)

    def _left(self, event: Left, tags: Tags) -> Iterator[Item]:
        params = (f"#{event.room}", event.text) if event.text else (f"#{event.room}",)
        yield Message("PART", params, self._source(event), tags)

    def _quit(self, event: Quit, tags: Tags) -> Iterator[Item]:
        yield Message("QUIT", (event.text,), self._source(event), tags)

    def _renamed(self, event: Renamed, tags: Tags) -> Iterator[Item]:
        source = self._server.sources.of(event.old, event.client_id)
        yield Message("NICK", (event.new,), source, tags)

    def _logged_in(self, event: LoggedIn, tags: Tags) -> Iterator[Item]:
        return self._account(event, event.account, tags)

    def _logged_out(self, event: LoggedOut, tags: Tags) -> Iterator[Item]:
        return self._account(event, "*", tags)

    def _account(
        self, event: LoggedIn | LoggedOut, account: str, tags: Tags
    ) -> Iterator[Item]:
        sources = self._server.sources
        if self._has("chghost"):
            former = f"{event.nick}!{USER}@{sources.former_host(event.client_id)}"
            host = sources.host(event.client_id)
            yield Message("CHGHOST", (USER, host), former, tags)
        if self._has("account-notify"):
            yield Message("ACCOUNT", (account,), self._source(event), tags)

    def _away_set(self, event: AwaySet, tags: Tags) -> Iterator[Item]:
        if self._has("away-notify"):
            params = (event.text,) if event.text else ()
            yield Message("AWAY", params, self._source(event), tags)

    # Rooms.

    def _topic_set(self, event: TopicSet, tags: Tags) -> Iterator[Item]:
        params = (f"#{event.room}", event.text)
        yield Message("TOPIC", params, self._source(event), tags)

    def _kicked(self, event: Kicked, tags: Tags) -> Iterator[Item]:
        params = (f"#{event.room}", event.target, event.text or event.nick)
        yield Message("KICK", params, self._source(event), tags)

    def _mode(self, event: Any, tags: Tags) -> Iterator[Item]:
        """A setting of a room that is a mode."""
        words = mode_of(event)
        if words is None:
            yield from self._notice(event, tags)
        else:
            params = (f"#{event.room}", *words)
            yield Message("MODE", params, self._source(event), tags)

    def _room_banned(self, event: RoomBanned, tags: Tags) -> Iterator[Item]:
        yield from self._mode(event, tags)
        if event.target_id:
            params = (f"#{event.room}", event.target, "Banned")
            yield Message("KICK", params, self._source(event), without_id(tags))

    def _invited(self, event: Invited, tags: Tags) -> Iterator[Item]:
        params = (event.target, f"#{event.room}")
        yield Message("INVITE", params, self._source(event), tags)

    def _notice(self, event: Any, tags: Tags) -> Iterator[Item]:
        """What IRC has no command for, in the words of the line chat.

        A ban by an operator concerns no room, and is shown in several.
        """
        text = event_text(event)
        room: str = getattr(event, "room", "")
        if text is not None:
            target = f"#{room}" if room else EVERYONE
            yield Message("NOTICE", (target, text), tags=tags)

    _METHODS: ClassVar[Mapping[type[Any], _Method]] = {
        Joined: _joined,
        Left: _left,
        Quit: _quit,
        Renamed: _renamed,
        LoggedIn: _logged_in,
        LoggedOut: _logged_out,
        TopicSet: _topic_set,
        AwaySet: _away_set,
        Kicked: _kicked,
        RoomBanned: _room_banned,
        RoomUnbanned: _mode,
        RoomExcepted: _mode,
        RoomChanged: _mode,
        RoleChanged: _mode,
        ReadUpTo: _read,
        Invited: _invited,
    }
    """What makes the lines of each kind of event; others are notices."""
