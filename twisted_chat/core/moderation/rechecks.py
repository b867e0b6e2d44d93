"""Rechecks: what was allowed when it was received is checked at its place in the order.

Between the guard of a request and the place of its event in the journal, another event
may change the rights that the guard has found: a ban, a mute, a setting of the room.
The committer therefore lets an event that depends on such a change wait until the
change is announced, and asks here whether the event is still allowed.  The journal
finds the changes that another server has stored.  All other events cost one look at
their class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.accounts.operators import Operators, is_operator, not_operator
from twisted_chat.core.client import Client
from twisted_chat.core.events import (
    AWAY,
    LISTENERS,
    Action,
    AwaySet,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    Joined,
    Message,
    Relayed,
    Renamed,
    TopicSet,
)
from twisted_chat.core.joining.room_entry import RoomEntry
from twisted_chat.core.moderation_events import (
    Banned,
    Invited,
    Kicked,
    Muted,
    Rank,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomExcepted,
    RoomOpened,
    RoomUnbanned,
    SanctionExtended,
    Unbanned,
    Unmuted,
)
from twisted_chat.core.names.nicknames import fold, is_guest
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused
from twisted_chat.core.submission import ANYWHERE, EVERYWHERE

from .ban_checks import BanChecks
from .moderation import ROOMS, Moderation
from .permissions import Permissions, not_in, not_room_operator

_PLACES = "/places/"
"""What makes a scope of the name of a room, of which only the free places change."""


class Rechecks:
    """Decides which events depend on each other, and whether one is still allowed."""

    def __init__(
        self,
        pool: ClientPool,
        moderation: Moderation,
        permissions: Permissions,
        bans: BanChecks,
        operators: Operators,
        entry: RoomEntry,
    ) -> None:
        self._pool = pool
        self._moderation = moderation
        self._permissions = permissions
        self._bans = bans
        self._operators = operators
        self._entry = entry
        in_room: Callable[[Any], str] = _room_of
        self._scopes: dict[type, Callable[[Any], str | None]] = {
            **dict.fromkeys((Kicked, RoomBanned, RoomChanged, RoleChanged), in_room),
            RoomExcepted: in_room,
            Muted: lambda event: EVERYWHERE if event.everywhere else event.room,
            Banned: lambda _event: EVERYWHERE,
            SanctionExtended: _extended_scope,
            AccountChanged: _account_scope,
            Joined: self._joined_scope,
        }
        acts = (Kicked, Muted, Unmuted, RoomBanned, RoomUnbanned, RoomExcepted)
        talk = (Message, Action, CustomEvent, Edited)
        self._checks: dict[type, Callable[[Any, Client], Refused | None]] = {
            **dict.fromkeys(talk, self._may_talk),
            **dict.fromkeys((*acts, RoomChanged, RoleChanged), self._may_act),
            **dict.fromkeys((Banned, Unbanned), self._is_operator),
            Relayed: self._may_relay,
            TopicSet: self._may_set_topic,
            DirectMessage: self._may_send,
            AwaySet: self._may_show,
            Renamed: self._may_rename,
            **dict.fromkeys((RoomOpened, Joined), entry.still_refused),
            Deleted: self._may_delete,
            Invited: self._may_invite,
            AccountChanged: self._may_make_operator,
        }

    def scope(self, event: Event) -> str | None:
        """What an event changes the rights in; ``None`` if it changes none."""
        find = self._scopes.get(type(event))
        return None if find is None else find(event)

    def depends_on(self, event: Event) -> tuple[str, ...]:
        """The scopes of the changes that an event depends on."""
        if type(event) not in self._checks or _is_written(event):
            return ()
        if isinstance(event, AwaySet | Renamed) or _is_of_author(event):
            # The rights in each room of its author concern it.
            return (ANYWHERE,)
        room: str = getattr(event, "room", "")
        if not room:
            return (EVERYWHERE,)
        if isinstance(event, RoomOpened | Joined):
            return (EVERYWHERE, room, _PLACES + room)
        return (EVERYWHERE, room)

    def refusal(self, event: Event, client: Client | None) -> Refused | None:
        """Why an event is not allowed any more, or ``None``.

        :param client: the one that asked for it; without it, the one that it names.
        """
        check = self._checks.get(type(event))
        if check is None or _is_written(event):
            return None
        client = client or self._pool.clients.get(event.client_id)
        if client is None:
            return None
        return self._permissions.may_stay(client) or check(event, client)

    # What an event changes.

    def _joined_scope(self, event: Joined) -> str | None:
        limited = self._moderation.settings(event.room).limit
        return _PLACES + event.room if limited else None

    # What is checked.

    def _may_talk(
        self, event: Message | Action | CustomEvent | Relayed | Edited, client: Client
    ) -> Refused | None:
        return self._not_in(event.room, client) or self._permissions.may_talk(
            client, event.room
        )

    def _may_relay(self, event: Relayed, client: Client) -> Refused | None:
        if event.room:
            return self._may_talk(event, client)
        if event.recipient_id == LISTENERS:
            return self._is_operator(event, client)
        if event.recipient_id:
            return self._may_send(event, client)
        return self._permissions.may_show(client)

    def _not_in(self, room: str, client: Client) -> Refused | None:
        """Why a client may not talk in a room that it is not in."""
        if room in client.rooms:
            return None
        if self._moderation.settings(room).outside:
            return self._permissions.may_read(client, room)
        return not_in(room)

    def _may_set_topic(self, event: TopicSet, client: Client) -> Refused | None:
        return self._permissions.may_set_topic(client, event.room)

    def _may_send(
        self, event: DirectMessage | Relayed, client: Client
    ) -> Refused | None:
        recipient = self._pool.member(event.recipient_id) or Member(event.recipient_id)
        return self._permissions.may_send(client, recipient)

    def _may_show(self, event: AwaySet, client: Client) -> Refused | None:
        if event.text in ("", AWAY):
            return None
        return self._permissions.may_show(client)

    def _may_rename(self, event: Renamed, client: Client) -> Refused | None:
        banned = self._bans.at_renaming(client, event.new)
        if banned is not None or is_guest(fold(event.new)):
            # The server assigns a guest's name to whoever loses a nickname.
            return banned
        return self._permissions.may_rename(client)

    def _may_act(self, event: Any, client: Client) -> Refused | None:
        """Whether the author may still moderate the room."""
        rank = self._moderation.rank(client.member, event.room)
        if rank is None or (event.rank == Rank.OPERATOR and rank != Rank.OPERATOR):
            return not_room_operator(event.room, "do that")
        if isinstance(event, Kicked | RoomBanned | Muted):
            target_id = getattr(event, "target_id", "")
            target = self._pool.member(target_id) if target_id else None
            if target is not None and self._moderation.is_operator(target):
                return is_operator(target.nick)
        return None

    def _is_operator(self, _event: object, client: Client) -> Refused | None:
        if self._moderation.is_operator(client.member):
            return None
        return not_operator()

    def _may_delete(self, event: Deleted, client: Client) -> Refused | None:
        if not event.author:
            return None
        if self._moderation.rank(client.member, event.room) is None:
            return not_room_operator(event.room, "do that")
        return None

    def _may_invite(self, event: Invited, client: Client) -> Refused | None:
        is_private = self._moderation.settings(event.room).private
        if is_private and self._moderation.rank(client.member, event.room) is None:
            return not_room_operator(event.room, "do that")
        return None

    def _may_make_operator(
        self, _event: AccountChanged, client: Client
    ) -> Refused | None:
        # Without an operator, the client has used the code.
        if not self._operators.ids or client.member in self._operators:
            return None
        return not_operator()


def _room_of(event: Any) -> str:
    room: str = event.room
    return room


def _is_of_author(event: Event) -> bool:
    """Whether an event is relayed to all who are in a room with its author."""
    return type(event) is Relayed and not (event.room or event.recipient_id)


def _is_written(event: Event) -> bool:
    """Whether an event only tells all servers what is written already."""
    return type(event) is AccountChanged and event.is_written


def _extended_scope(event: SanctionExtended) -> str:
    if not event.key.startswith(ROOMS):
        return EVERYWHERE
    return event.key.removeprefix(ROOMS).partition("/")[0]


def _account_scope(event: AccountChanged) -> str | None:
    return EVERYWHERE if event.change in _OF_OPERATORS else None


_OF_OPERATORS = (Change.OPERATOR, Change.NO_OPERATOR, Change.UNREGISTERED)
"""What may change who is an operator."""
