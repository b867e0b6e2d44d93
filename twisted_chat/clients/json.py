"""How the chat looks to programs: JSON objects in WebSocket frames.

What the codec makes are whole frames, ready for any number of clients.  The
objects are those of docs/protocol.md: each has ``type``; one that was stored
has ``id`` and ``time``; a reply has the ``ref`` that its question had.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twisted_chat.core.events import (
    Action,
    AwaySet,
    BulkPresence,
    CustomEvent,
    DirectMessage,
    Event,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
    TopicSet,
)
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    HistoryPage,
    MemberList,
    Notice,
    Reply,
    RoomList,
    RoomSnapshot,
    Topic,
    Welcome,
)
from twisted_chat.websocket.frames import frame_text

from .text import MAX_NAMES

MAX_CROWD = 200_000
"""Joiner or departures in one batch, times those who are shown them, that are
still told one by one."""

CROWD_NAMES = 20
"""How many are named beyond that."""

MAX_PAST = 512 * 1024
"""Bytes of messages in one reply: half of what may wait for a client."""

Fields = dict[str, Any]


class JsonCodec:
    """One JSON object a frame; see ``interfaces.Codec``."""

    hidden_from_author: frozenset[type] = frozenset()

    def __init__(self) -> None:
        self._history: tuple[tuple[Stored, ...], str] = ((), "[]")

    def event(self, stored: Stored, room: str | None) -> bytes:
        """One object, which always names its room."""
        fields = _event(stored, stored.event)
        return b"" if fields is None else _frame(fields)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """One object, the same for both: ``from`` and ``to`` tell."""
        return _frame(_event(stored, event) or {})

    def bulk_presence(self, crowd: BulkPresence, room: str | None) -> bytes:
        """Each of them, or if that were too much, some names and a number."""
        kind = "joined" if crowd.arrived else "left"
        names = crowd.names
        if len(names) * crowd.audience <= MAX_CROWD:
            one = {"type": kind, "room": crowd.room}
            return b"".join(_frame({**one, "nick": nick}) for nick in names)
        some: Fields = {"type": kind, "room": crowd.room}
        some |= {"nicks": names[:CROWD_NAMES], "count": len(names)}
        return _frame(some)

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """One object or a few."""
        if isinstance(reply, Welcome):
            return self._welcome(reply, ref)
        ask: Fields = {} if ref is None else {"ref": ref}
        return b"".join(_frame({**fields, **ask}) for fields in _reply_objects(reply))

    def _welcome(self, welcome: Welcome, ref: str | None) -> bytes:
        fields: Fields = {
            "type": "welcome",
            "nick": welcome.nick,
            "session": welcome.session,
            "room": welcome.room,
            "rooms": welcome.rooms,
            **_people(welcome.members, welcome.away),
            "topic": welcome.topic,
            "position": welcome.position,
            "recovered": welcome.recovered,
            "motd": welcome.motd,
        }
        if ref is not None:
            fields["ref"] = ref
        # When many come at once they are all shown the same history.
        if self._history[0] is not welcome.history:
            self._history = (welcome.history, _json(_messages(welcome.history)))
        whole = f'{_json(fields)[:-1]},"history":{self._history[1]}}}'
        missed = (_event(stored, stored.event) for stored in welcome.missed)
        return frame_text(_utf8(whole)) + b"".join(
            _frame(fields) for fields in missed if fields is not None
        )


def _event(stored: Stored, event: Event) -> Fields | None:
    """Something that happened; ``None`` if WebSocket does not show it."""
    kept: Fields = {"id": stored.position, "time": rfc3339(stored.time)}
    match event:
        case Message(room=room, nick=nick, text=text):
            said: Fields = {"from": nick, "room": room, "text": text}
            return {"type": "message", **kept, **said}
        case Action(room=room, nick=nick, text=text):
            return {"type": "action", **kept, "from": nick, "room": room, "text": text}
        case DirectMessage(nick=nick, recipient=to, text=text):
            return {"type": "dm", **kept, "from": nick, "to": to, "text": text}
        case Joined(room=room, nick=nick):
            return {"type": "joined", **kept, "room": room, "nick": nick}
        case Left(room=room, nick=nick):
            return {"type": "left", **kept, "room": room, "nick": nick}
        case Quit(nick=nick):
            return {"type": "left", **kept, "room": None, "nick": nick}
        case Renamed(old=old, new=new):
            return {"type": "renamed", **kept, "from": old, "to": new}
        case TopicSet(room=room, nick=nick, text=text):
            return {"type": "topic", **kept, "from": nick, "room": room, "text": text}
        case AwaySet(nick=nick, text=text):
            return {"type": "away", **kept, "nick": nick, "text": text}
        case CustomEvent():
            return None


def _reply_objects(reply: Reply) -> Iterable[Fields]:
    match reply:
        case RoomSnapshot(room=room, members=members, away=away):
            yield {"type": "topic", "room": room, "text": reply.topic}
            yield {"type": "who", "room": room, **_people(members, away)}
            yield _past(room, reply.history, more=bool(reply.history))
        case MemberList(room=room, members=members, away=away):
            yield {"type": "who", "room": room, **_people(members, away)}
        case HistoryPage(room=room, messages=messages, more=more, words=None):
            yield _past(room, messages, more=more)
        case HistoryPage(room=room, messages=messages, more=more, words=words):
            yield {**_past(room, messages, more=more), "words": words}
        case RoomList(rooms=rooms):
            listed = [{"name": name, "count": count} for name, count in rooms]
            yield {"type": "rooms", "rooms": listed}
        case Topic(room=room, text=text):
            yield {"type": "topic", "room": room, "text": text}
        case Notice(lines=lines):
            yield {"type": "notice", "text": "\n".join(lines)}
        case Done(id=None):
            yield {"type": "ok"}
        case Done(id=position):
            yield {"type": "ok", "id": position}
        case ErrorReply(code=code, text=text):
            yield {"type": "error", "code": code, "text": text}


def _people(members: Sequence[str], away: Mapping[str, str]) -> Fields:
    named = members[:MAX_NAMES]
    return {
        "members": named,
        "count": len(members),
        "away": {nick: away[nick] for nick in named if nick in away} if away else {},
    }


def _past(room: str, messages: Sequence[Stored], *, more: bool) -> Fields:
    shown = _messages(messages)
    size = 0
    for index in range(len(shown) - 1, -1, -1):
        size += len(_utf8(_json(shown[index])))
        if size > MAX_PAST:
            # The client asks on from the oldest that it was given.
            shown, more = shown[index + 1 :], True
            break
    return {"type": "history", "room": room, "messages": shown, "more": more}


def _messages(history: Iterable[Stored]) -> list[Fields]:
    objects = (_event(stored, stored.event) for stored in history)
    return [fields for fields in objects if fields is not None]


def rfc3339(milliseconds: int) -> str:
    """A time in UTC, to the millisecond (RFC 3339)."""
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _frame(fields: Fields) -> bytes:
    return frame_text(_utf8(_json(fields)))
