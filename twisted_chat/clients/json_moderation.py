"""JSON fields for the events of moderation, as docs/protocol.md defines them."""

from __future__ import annotations

from typing import Any

from twisted_chat.core.moderation.room_settings import (
    EXCEPTION,
    INVITE_EXCEPTION,
    LIMIT,
    TOPIC,
)
from twisted_chat.core.moderation_events import (
    Audited,
    Banned,
    Cleared,
    Expelled,
    Invited,
    Kicked,
    ModerationEvent,
    Muted,
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
from twisted_chat.core.replies import SettingList

from .moderation_lines import moderation_text

_ROLES = {Role.OPERATOR: "operator", Role.VOICE: "voice"}


_EXCEPTIONS = {EXCEPTION: "exception", INVITE_EXCEPTION: "invite_exception"}


def moderation_fields(event: ModerationEvent) -> dict[str, Any] | None:
    """The fields that are not those of every event; ``None`` if it is not shown."""
    match event:
        case Kicked(room=room, nick=by, target=nick, text=text):
            return {
                "type": "kicked",
                "room": room,
                "nick": nick,
                "by": by,
                "text": text,
            }
        case Muted(nick=by, target=nick, duration=duration, everywhere=everywhere):
            where = None if everywhere else event.room
            return {"type": "muted", "room": where, **_sanction(nick, by, duration)}
        case Unmuted(nick=by, target=nick, everywhere=everywhere):
            where = None if everywhere else event.room
            return {"type": "unmuted", "room": where, **_sanction(nick, by)}
        case (
            Banned(nick=by, target=nick, duration=duration, text=text)
            | Expelled(nick=by, target=nick, duration=duration, text=text)
        ):
            return {
                "type": "banned",
                "room": None,
                **_sanction(nick, by, duration, text),
            }
        case Unbanned(nick=by, target=nick):
            return {"type": "unbanned", "room": None, **_sanction(nick, by)}
        case RoomBanned(room=room, nick=by, target=nick, duration=duration):
            return {"type": "banned", "room": room, **_sanction(nick, by, duration)}
        case RoomUnbanned(room=room, nick=by, target=nick):
            return {"type": "unbanned", "room": room, **_sanction(nick, by)}
        case RoomChanged() | RoleChanged() | RoomExcepted():
            changed = _changed(event)
            return {"type": "room", "room": event.room, "by": event.nick, **changed}
        case Invited(room=room, nick=by):
            shown = moderation_text(event)
            return {"type": "notice", "text": shown, "room": room, "by": by}
        case RoomOpened() | RoomClosed() | SanctionExtended() | Audited() | Cleared():
            return None


def _changed(event: RoomChanged | RoleChanged | RoomExcepted) -> dict[str, Any]:
    """What has changed in a room."""
    match event:
        case RoomChanged(changes=changes):
            return {name: _setting(name, value) for name, value in changes}
        case RoleChanged(target=nick, role=role, granted=granted):
            return {"nick": nick, _ROLES[Role(role)]: granted}
        case RoomExcepted(target=nick, area=area, granted=granted):
            return {"nick": nick, _EXCEPTIONS[area]: granted}


def setting_object(settings: SettingList) -> dict[str, Any]:
    """The object for what is set for a room; nobody has changed it: ``by`` is null."""
    return {
        "type": "room",
        "room": settings.room,
        "by": None,
        "rank": settings.rank or None,
        "private": settings.private,
        "quiet": settings.quiet,
        "hidden": settings.hidden,
        "outside": settings.outside,
        "key": settings.key or settings.has_key,
        "limit": settings.limit or None,
        "topic": "operators" if settings.topic_for_operators else "all",
        "operators": settings.operators,
        "voices": settings.voices,
        "banned": settings.banned,
        "muted": settings.muted,
        "excepted": settings.excepted,
        "invite_excepted": settings.invite_excepted,
    }


def _sanction(nick: str, by: str, duration: str = "", text: str = "") -> dict[str, Any]:
    return {"nick": nick, "by": by, "for": duration or None, "text": text}


def _setting(name: str, value: str) -> object:
    """The new value of a setting; of the key, only whether there is one."""
    if name == LIMIT:
        return int(value) if value else None
    if name == TOPIC:
        return "operators" if value else "all"
    return bool(value)
