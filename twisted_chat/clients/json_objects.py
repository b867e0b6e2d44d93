"""JSON objects for events and replies, as docs/protocol.md defines them.

Each has ``type``; one for a stored event has ``id`` and ``time`` too.  Pure functions:
the codec makes frames of what they return.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twisted_chat.core.account_events import AccountChanged, IgnoreChanged, ReadUpTo
from twisted_chat.core.events import (
    Action,
    AwaySet,
    Correction,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Relayed,
    Renamed,
    Stored,
    Switched,
    TopicSet,
)
from twisted_chat.core.moderation_events import ModerationEvent
from twisted_chat.core.read_markers import DIRECT, ReadMarker
from twisted_chat.core.replies import (
    CurrentRoom,
    Done,
    ErrorReply,
    HelpHint,
    HistoryPage,
    MemberList,
    Missed,
    Native,
    Notice,
    Prompt,
    Reply,
    RoomList,
    RoomSnapshot,
    RouteInfo,
    SettingList,
    Topic,
    TurnedAway,
    Welcome,
)

from .answers import (
    MAX_NAMES,
    accounts_that_fit,
    away_that_fits,
    names_that_fit,
    newest_that_fit,
)
from .json_moderation import moderation_fields, setting_object

Fields = dict[str, Any]

_MESSAGE = {"type": "message"}
_ACTION = {"type": "action"}


_UNSEEN = (CustomEvent, Relayed, Switched, AccountChanged)
"""Kinds of events that JSON clients are not shown."""


def event_object(stored: Stored) -> Fields | None:
    """The object for an event; ``None`` if JSON clients do not see it."""
    kept: Fields = {"id": stored.position, "time": rfc3339(stored.time)}
    if stored.edited:
        kept["edited"] = True
    match stored.event:
        case Message(room=room, text=text) | Action(room=room, text=text) as event:
            said = {**_author(event), "room": room, "text": text}
            kind = _MESSAGE if isinstance(event, Message) else _ACTION
            return {**kind, **kept, **said}
        case DirectMessage(recipient=to, text=text) as event:
            return {"type": "dm", **kept, **_author(event), "to": to, "text": text}
        case TopicSet(room=room, nick=nick, text=text):
            return {"type": "topic", **kept, "from": nick, "room": room, "text": text}
        case Deleted() | Edited() as event:
            return {**kept, **_correction(event, stored.position)}
        case IgnoreChanged() | ReadUpTo() as event:
            return _of_devices(event)
        case event if isinstance(event, _UNSEEN):
            return None
        case _:
            fields = _fields_of(stored.event)
            return fields and {**kept, **fields}


def _author(event: Message | Action | DirectMessage) -> Fields:
    """Whose message it is; guests have no account."""
    if not event.account:
        return {"from": event.nick, "account": None}
    return {
        "from": event.nick,
        "account": event.account,
        "account_id": event.account_id or None,
    }


def _fields_of(event: Event) -> Fields | None:
    """The fields for an event of presence or moderation, but for those of every one."""
    match event:
        case Joined(room=room, nick=nick, account=account):
            who = {"nick": nick, "account": account or None}
            return {"type": "joined", "room": room, **who}
        case Left(nick=nick) | Quit(nick=nick):
            left = event.room if isinstance(event, Left) else None
            return {"type": "left", "room": left, "nick": nick}
        case Renamed(old=old, new=new):
            return {"type": "renamed", "from": old, "to": new}
        case AwaySet(nick=nick, text=text):
            return {"type": "away", "nick": nick, "text": text}
        case LoggedIn(nick=nick) | LoggedOut(nick=nick):
            now = event.account if isinstance(event, LoggedIn) else None
            return {"type": "account", "nick": nick, "account": now}
        case _:
            if isinstance(event, ModerationEvent):
                return moderation_fields(event)
            return None


def _of_devices(event: IgnoreChanged | ReadUpTo) -> Fields | None:
    """What another device of the account has changed."""
    if isinstance(event, ReadUpTo):
        if not event.position:
            return None
        what: Fields = {"room": event.room}
        if event.room.startswith(DIRECT):
            what = {"nick": event.room.removeprefix(DIRECT)}
        return {"type": "read", **what, "id": event.position}
    return {"type": "ignored", "nick": event.nick, "ignored": bool(event.value)}


def _correction(event: Correction, position: str) -> Fields:
    if isinstance(event, Deleted):
        return {
            "type": "deleted",
            "room": event.room,
            "ids": event.ids,
            "by": event.nick,
        }
    # The id is that of the message.
    return {
        "type": "edited",
        "id": event.position,
        "position": position,
        "from": event.nick,
        "room": event.room,
        "text": event.text,
    }


def event_objects(events: Iterable[Stored]) -> list[Fields]:
    """The objects for those events that JSON clients see."""
    objects = map(event_object, events)
    return [fields for fields in objects if fields is not None]


def welcome_object(welcome: Welcome) -> Fields:
    """The object for a welcome, without its members, its history and its routes."""
    return {
        "type": "welcome",
        "nick": welcome.nick,
        "account": welcome.account or None,
        **_of_login(welcome),
        "session": welcome.session,
        "room": welcome.room,
        "rooms": welcome.rooms,
        "topic": welcome.topic,
        "position": welcome.position,
        "recovered": welcome.recovered,
        "may_register": welcome.may_register,
        "password_min": welcome.shortest_password,
        "motd": welcome.motd,
    }


def members_object(
    members: Sequence[str],
    away: Mapping[str, str],
    accounts: Mapping[str, str],
    unlisted: int = 0,
) -> Fields:
    """The fields that list the members of a room, as many as fit.

    :param unlisted: how many more there are.
    """
    named = names_that_fit(members)
    return {
        "members": named,
        "count": len(members) + unlisted,
        "away": away_that_fits(named, away, _text_size),
        "accounts": accounts_that_fit(named, accounts),
    }


def _of_login(welcome: Welcome) -> Fields:
    """What only those are told who are logged in."""
    if not welcome.account:
        return {}
    token: Fields = {"token": welcome.token} if welcome.token else {}
    return {**token, **_read(welcome.read), "ignored": welcome.ignored}


def _read(markers: Mapping[str, ReadMarker]) -> Fields:
    """How far rooms are read, and direct messages."""
    known = {name: each.position for name, each in markers.items() if each.position}
    rooms = {name: at for name, at in known.items() if not name.startswith(DIRECT)}
    direct = {
        name.removeprefix(DIRECT): at
        for name, at in known.items()
        if name.startswith(DIRECT)
    }
    return {"read": rooms, "read_direct": direct}


def route_objects(routes: Iterable[RouteInfo]) -> list[Fields]:
    """The routes that a person may type, for completion."""
    return [
        {
            "name": route.name,
            "usage": route.usage,
            "summary": route.summary,
            "aliases": route.aliases,
        }
        for route in routes
    ]


def reply_objects(reply: Reply) -> Iterable[Fields]:
    """The objects for a reply other than ``Welcome``."""
    match reply:
        case RoomSnapshot(room=room, members=members, away=away):
            yield {"type": "topic", "room": room, "text": reply.topic}
            listed = members_object(members, away, reply.accounts, reply.unlisted)
            yield {"type": "who", "room": room, **listed}
            more = reply.is_cut or bool(reply.history)
            yield _history(room, reply.history, more=more)
        case MemberList(room=room, members=members, away=away, accounts=accounts):
            yield {
                "type": "who",
                "room": room,
                **members_object(members, away, accounts),
            }
        case HistoryPage(room=room, messages=messages, more=more, words=None):
            yield _history(room, messages, more=more)
        case HistoryPage(room=room, messages=messages, more=more, words=words):
            yield {**_history(room, messages, more=more), "words": words}
        case RoomList(rooms=rooms):
            named = [{"name": name, "count": n} for name, n in rooms[:MAX_NAMES]]
            yield {"type": "rooms", "rooms": named, "count": len(rooms)}
        case Topic(room=room, text=text):
            yield {"type": "topic", "room": room, "text": text}
        case SettingList():
            yield setting_object(reply)
        case Missed():
            yield from _missed(reply)
        case CurrentRoom() | HelpHint() | Native() | Prompt():
            # Its client chooses the room of each message, has its own help, and its own
            # forms for passwords.
            return
        case _:
            yield _outcome(reply)


def _outcome(reply: Reply) -> Fields:
    """The object for a reply that says how a request ended."""
    match reply:
        case Done(id=None):
            return {"type": "ok"}
        case Done(id=position):
            return {"type": "ok", "id": position}
        case ErrorReply(advice=advice) if advice:
            # For programs with forms and buttons, where nobody types routes.
            return {
                "type": "error",
                "code": reply.code,
                "text": reply.text,
                "reason": reply.reason,
            }
        case ErrorReply(code=code, text=text) | TurnedAway(code=code, text=text):
            return {"type": "error", "code": code, "text": text}
        case Notice(lines=lines):
            return {"type": "notice", "text": "\n".join(lines)}
        case _:
            raise TypeError(f"{type(reply).__name__} has no object of its own")


def _missed(missed: Missed) -> Iterable[Fields]:
    yield from event_objects(missed.direct)
    if (notice := missed.notice) is not None:
        yield _outcome(notice)


def _text_size(text: str) -> int:
    """The bytes of a text in JSON, without the quotes."""
    return len(utf8(dump_json(text))) - 2


def newest_objects(messages: Sequence[Stored]) -> list[Fields]:
    """The objects for the last messages, as many as fit into one reply."""
    newest_first = filter(None, map(event_object, reversed(messages)))
    return newest_that_fit(newest_first, lambda one: len(utf8(dump_json(one))))


def _history(room: str, messages: Sequence[Stored], *, more: bool) -> Fields:
    shown = newest_objects(messages)
    # The client requests the rest with ``before`` the oldest of these.
    more = more or len(shown) < len(messages)
    return {"type": "history", "room": room, "messages": shown, "more": more}


def rfc3339(milliseconds: int) -> str:
    """A time in UTC, to the millisecond (RFC 3339)."""
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def dump_json(value: object) -> str:
    """The shortest JSON text for a value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def utf8(text: str) -> bytes:
    """UTF-8, with ``?`` for a lone surrogate."""
    return text.encode("utf-8", "replace")
