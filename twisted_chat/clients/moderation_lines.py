"""Lines for the events of moderation, as docs/protocol.md defines them."""

from __future__ import annotations

from collections.abc import Iterator

from twisted_chat.core.moderation.room_settings import (
    EXCEPTION,
    HIDDEN,
    INVITE_EXCEPTION,
    KEY,
    LIMIT,
    OUTSIDE,
    PRIVATE,
    QUIET,
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

_CHANGES = {
    PRIVATE: ("made #{room} private", "made #{room} public"),
    QUIET: ("made #{room} quiet", "made #{room} open"),
    HIDDEN: ("made #{room} hidden", "made #{room} listed"),
    OUTSIDE: (
        "let those outside talk in #{room}",
        "let only those inside talk in #{room}",
    ),
    KEY: ("set a key for #{room}", "removed the key of #{room}"),
    LIMIT: ("set the limit of #{room} to {value}", "removed the limit of #{room}"),
    TOPIC: (
        "let only operators set the topic of #{room}",
        "let all set the topic of #{room}",
    ),
}
"""What is shown when a setting is on, and when it is off."""

_ROLES = {
    (Role.OPERATOR, True): "made {name} a room operator",
    (Role.OPERATOR, False): "removed {name} as a room operator",
    (Role.VOICE, True): "gave voice to {name}",
    (Role.VOICE, False): "removed voice from {name}",
}


_EXCEPTIONS = {
    (EXCEPTION, True): "excepted {name} from the bans of #{room}",
    (EXCEPTION, False): "removed the exception for {name} from the bans of #{room}",
    (INVITE_EXCEPTION, True): "let {name} into #{room} without an invitation",
    (INVITE_EXCEPTION, False): "let {name} into #{room} only by invitation",
}


def moderation_text(event: ModerationEvent) -> str | None:
    """The line that shows an event; ``None`` if line clients do not see it."""
    match event:
        case Invited(nick=nick, room=room):
            return f"{nick} invites you to #{room} (\\join {room})"
        case RoomOpened() | RoomClosed() | SanctionExtended() | Audited() | Cleared():
            return None
        case _:
            return f"{event.nick}: {_what(event)}"


def setting_lines(settings: SettingList) -> Iterator[str]:
    r"""What ``\room`` shows, one setting a line."""
    yield f"#{settings.room}"
    yield "private (by invitation)" if settings.private else "public"
    yield "quiet (only those with a voice talk)" if settings.quiet else "open to talk"
    yield "hidden" if settings.hidden else "listed"
    if settings.outside:
        yield "open to talk for those outside"
    if settings.has_key:
        yield f"key: {settings.key}" if settings.key else "has a key"
    if settings.limit:
        yield f"limit: {settings.limit} members"
    who = "room operators" if settings.topic_for_operators else "all"
    yield f"topic set by: {who}"
    for title, names in (
        ("room operators", settings.operators),
        ("voices", settings.voices),
        ("banned", settings.banned),
        ("muted", settings.muted),
        ("excepted from the bans", settings.excepted),
        ("need no invitation", settings.invite_excepted),
    ):
        if names:
            yield f"{title}: {', '.join(names)}"


def _what(event: ModerationEvent) -> str:
    match event:
        case Kicked(target=target, text=text):
            return f"kicked {target}{_reason(text)}"
        case Muted(target=target, duration=duration):
            return f"muted {target}{_length(duration)}"
        case Unmuted(target=target):
            return f"unmuted {target}"
        case (
            Banned(target=target, duration=duration, text=text)
            | Expelled(target=target, duration=duration, text=text)
        ):
            return f"banned {target}{_length(duration)}{_reason(text)}"
        case Unbanned(target=target):
            return f"unbanned {target}"
        case RoomBanned(room=room, target=target, duration=duration):
            return f"banned {target} from #{room}{_length(duration)}"
        case RoomUnbanned(room=room, target=target):
            return f"unbanned {target} from #{room}"
        case RoomExcepted(area=area, granted=granted):
            text = _EXCEPTIONS[area, granted]
            return text.format(name=event.target, room=event.room)
        case RoomChanged():
            return ", ".join(_changed(event))
        case RoleChanged(target=target, role=role, granted=granted):
            return _ROLES[Role(role), granted].format(name=target)
        case _:
            raise AssertionError(event)


def _changed(event: RoomChanged) -> Iterator[str]:
    """What is said of each setting that was changed."""
    for setting, value in event.changes:
        on, off = _CHANGES.get(setting, ("changed #{room}", "changed #{room}"))
        yield (on if value else off).format(room=event.room, value=value)


def _length(duration: str) -> str:
    return f" for {duration}" if duration else ""


def _reason(text: str) -> str:
    return f" ({text})" if text else ""
