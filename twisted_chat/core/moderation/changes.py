"""What each event of moderation changes in the store, as values by key.

Pure functions of the event alone.  Each journal makes the changes in the transaction
that stores the event; each server applies the same to its ``Moderation`` when the event
is announced, and when it starts it loads the values.  So all have the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted_chat.core.interfaces import Changes
from twisted_chat.core.moderation_events import (
    Audited,
    Banned,
    Cleared,
    Expelled,
    Invited,
    Kicked,
    Muted,
    Rank,
    Role,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomClosed,
    RoomExcepted,
    RoomOpened,
    RoomUnbanned,
    SanctionExtended,
    Unbanned,
    Unmuted,
)

from .audit import audit_changes, audit_line
from .networks import network_in, network_text
from .room_settings import (
    BAN,
    EXCEPTION,
    INVITATION,
    INVITE_EXCEPTION,
    MUTE,
    OWNER,
    past_key,
    setting_key,
)
from .sanctions import Sanction

BANS = "ban/"
"""How the keys of bans begin."""

MUTES = "mute/"
"""How the keys of mutes begin that hold everywhere."""


def _kicked(event: Kicked) -> Changes:
    line = audit_line(
        event.time, event.nick, "kick", event.target, event.room, text=event.text
    )
    return audit_changes(event.time, event.rank, line)


def _muted(event: Muted) -> Changes:
    mute = Sanction(
        event.target,
        event.nick,
        end=event.end,
        began=event.time,
        identities=tuple(event.identities.split()),
    )
    room = "" if event.everywhere else event.room
    line = audit_line(
        event.time, event.nick, "mute", event.target, room, event.duration
    )
    key = (
        setting_key(room, event.opened, MUTE, event.key) if room else MUTES + event.key
    )
    return {key: mute.to_json(), **audit_changes(event.time, event.rank, line)}


def _unmuted(event: Unmuted) -> Changes:
    room = "" if event.everywhere else event.room
    line = audit_line(event.time, event.nick, "unmute", event.target, room)
    audit = audit_changes(event.time, event.rank, line)
    return {**dict.fromkeys(event.keys.split()), **audit}


def _banned(event: Banned) -> Changes:
    ban = Sanction(
        event.target,
        event.nick,
        event.text,
        event.end,
        event.time,
        tuple(event.identities.split()),
        tuple(event.networks.split()),
    )
    line = audit_line(
        event.time,
        event.nick,
        "ban",
        event.target,
        duration=event.duration,
        text=event.text,
    )
    audit = audit_changes(event.time, Rank.OPERATOR, line)
    return {BANS + event.key: ban.to_json(), **audit}


def _unbanned(event: Unbanned) -> Changes:
    line = audit_line(event.time, event.nick, "unban", event.target)
    audit = audit_changes(event.time, Rank.OPERATOR, line)
    return {**dict.fromkeys(event.keys.split()), **audit}


def _sanction_extended(event: SanctionExtended) -> Changes:
    return {event.key: str(event.began)}


def _shown(networks: str) -> str:
    """Whom a ban by network concerns, as operators read it."""
    network = network_in(networks)
    return networks if network is None else network_text(network)


def _room_banned(event: RoomBanned) -> Changes:
    ban = Sanction(
        _shown(event.networks) if event.networks else event.target,
        event.nick,
        end=event.end,
        began=event.time,
        identities=tuple(event.identities.split()),
        networks=tuple(event.networks.split()),
        masks=tuple(event.masks.split()),
    )
    line = audit_line(
        event.time, event.nick, "room ban", event.target, event.room, event.duration
    )
    audit = audit_changes(event.time, event.rank, line)
    return {
        setting_key(event.room, event.opened, BAN, event.key): ban.to_json(),
        **audit,
    }


def _room_unbanned(event: RoomUnbanned) -> Changes:
    line = audit_line(event.time, event.nick, "room unban", event.target, event.room)
    audit = audit_changes(event.time, event.rank, line)
    return {**dict.fromkeys(event.keys.split()), **audit}


def _room_excepted(event: RoomExcepted) -> Changes:
    what = "room " + (event.area if event.granted else UNTYPED[event.area])
    line = audit_line(event.time, event.nick, what, event.target, event.room)
    audit = audit_changes(event.time, event.rank, line)
    if not event.granted:
        return {**dict.fromkeys(event.keys.split()), **audit}
    exception = Sanction(
        _shown(event.networks) if event.networks else event.target,
        event.nick,
        began=event.time,
        identities=tuple(event.identities.split()),
        networks=tuple(event.networks.split()),
        masks=tuple(event.masks.split()),
    )
    return {event.keys: exception.to_json(), **audit}


def _room_opened(event: RoomOpened) -> Changes:
    operator = setting_key(event.room, event.opened, Role.OPERATOR, event.member_id)
    changes: dict[str, str | None] = {operator: f"{event.opened} {event.nick}"}
    if event.client_id != event.member_id:
        # It may have been a guest until now.
        guest = setting_key(event.room, event.opened, Role.OPERATOR, event.client_id)
        changes[guest] = None
    if event.account:
        changes[setting_key(event.room, event.opened, OWNER)] = event.member_id
    return changes


def _room_closed(event: RoomClosed) -> Changes:
    past = {past_key(event.room): event.past} if event.past else {}
    return {**dict.fromkeys(event.keys.split()), **past}


UNTYPED = {EXCEPTION: "unexcept", INVITE_EXCEPTION: "invite-unexcept"}
"""How the end of an exception is typed."""

_TYPED = {
    "private": ("private", "public"),
    "quiet": ("quiet", "open"),
    "hidden": ("hidden", "listed"),
    "outside": ("outside", "inside"),
    "key": ("key", "key -"),
    "limit": ("limit {}", "limit -"),
    "topic": ("topic operators", "topic all"),
}
"""How a setting is typed that is on, and one that is off."""


def _room_changed(event: RoomChanged) -> Changes:
    # The key of a room is a secret of those who may enter.
    what = []
    for setting, value in event.changes:
        on, off = _TYPED.get(setting, (setting, setting))
        what.append(f"room {on.format(value) if value else off}")
    line = audit_line(event.time, event.nick, ", ".join(what), room=event.room)
    audit = audit_changes(event.time, event.rank, line)
    changed = {
        setting_key(event.room, event.opened, setting): value or None
        for setting, value in event.changes
    }
    return {**changed, **audit}


def _role_changed(event: RoleChanged) -> Changes:
    what = event.role if event.granted else f"de{event.role}"
    line = audit_line(event.time, event.nick, what, event.target, event.room)
    audit = audit_changes(event.time, event.rank, line)
    holder = f"{event.time} {event.target}" if event.granted else None
    return {
        setting_key(event.room, event.opened, event.role, event.target_id): holder,
        **audit,
    }


def _invited(event: Invited) -> Changes:
    return {
        setting_key(event.room, event.opened, INVITATION, event.target_id): str(
            event.end
        )
    }


def _cleared(event: Cleared) -> Changes:
    return dict.fromkeys(event.keys.split())


def _audited(event: Audited) -> Changes:
    line = audit_line(event.time, event.nick, event.act, event.target, event.room)
    return audit_changes(event.time, event.rank, line)


def _expelled(_event: Expelled) -> Changes:
    return {}


CHANGES: dict[type, Callable[[Any], Changes]] = {
    Kicked: _kicked,
    Muted: _muted,
    Unmuted: _unmuted,
    Banned: _banned,
    Unbanned: _unbanned,
    Expelled: _expelled,
    SanctionExtended: _sanction_extended,
    RoomBanned: _room_banned,
    RoomUnbanned: _room_unbanned,
    RoomExcepted: _room_excepted,
    RoomOpened: _room_opened,
    RoomClosed: _room_closed,
    RoomChanged: _room_changed,
    RoleChanged: _role_changed,
    Invited: _invited,
    Audited: _audited,
    Cleared: _cleared,
}
"""By kind of event."""
