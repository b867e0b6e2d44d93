"""The line chat's wire: one line of UTF-8 an event, CRLF at its end.

Pure functions between lines, requests and what is shown; WebSocket's plain
text and Socket.IO's messages are these same lines in another frame.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable

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
from twisted_chat.core.limits import MAX_LINE
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    HistoryPage,
    MemberList,
    Notice,
    Refused,
    Reply,
    Request,
    RoomList,
    RoomSnapshot,
    Topic,
    Welcome,
)

MAX_NAMES = 1000
"""Names in one list; a longer one counts the rest."""

CROWD_NAMES = 3
"""How many are named when many come or go at once."""


def decode(line: str, known: Container[str]) -> Request:
    """What a line asks.

    :param known: the routes, which may also be typed with ``/``.
    """
    if line.startswith("\\"):
        if line.startswith("\\\\"):
            return Request("", line[1:])
        route, _, text = line[1:].partition(" ")
        # A route has a name; a lone backslash is answered like an unknown one.
        return Request(route or " ", text.strip(" "))
    if line.startswith("/"):
        route, _, text = line[1:].partition(" ")
        if route in known:
            return Request(route, text.strip(" "))
    return Request("", line)


def decode_bytes(line: bytes, known: Container[str]) -> Request:
    """The same for bytes as received, without the line's end.

    What is no UTF-8 is shown as U+FFFD; more than 4096 bytes are refused.
    """
    if len(line) > MAX_LINE:
        return Request("", "", refusal=too_long())
    return decode(line.decode("utf-8", "replace"), known)


def too_long() -> Refused:
    """Why a line is refused that is longer than 4096 bytes."""
    return Refused(
        "too_long", f"that line is too long: {MAX_LINE} bytes at most, nothing was sent"
    )


def event_line(event: Event) -> str | None:
    """How something that happened reads; ``None`` if a line does not show it."""
    match event:
        case Message(nick=nick, text=text):
            return f"{nick}: {text}"
        case Action(nick=nick, text=text):
            return f"* {nick} {text}"
        case Joined(nick=nick):
            return f"{nick}: joined the chat"
        case Left(nick=nick) | Quit(nick=nick):
            return f"{nick}: left the chat"
        case Renamed(old=old, new=new):
            return f"{old}: is now known as {new}"
        case TopicSet(nick=nick, text=""):
            return f"{nick}: cleared the topic"
        case TopicSet(nick=nick, text=text):
            return f"{nick}: set the topic to: {text}"
        case AwaySet(nick=nick, text=""):
            return f"{nick}: is back"
        case AwaySet(nick=nick, text=text):
            return f"{nick}: is away ({text})"
        case CustomEvent() | DirectMessage():
            return None


def direct_message_line(event: DirectMessage, *, sent: bool) -> str:
    """How a private message reads to its sender or its receiver."""
    if sent:
        return f"{event.nick} (private to {event.recipient}): {event.text}"
    return f"{event.nick} (private): {event.text}"


def bulk_presence_line(crowd: BulkPresence) -> str:
    """One line for many who came or went."""
    named = ", ".join(crowd.names[:CROWD_NAMES])
    if (rest := len(crowd.names) - CROWD_NAMES) > 0:
        named += f" and {rest} more"
    return f"{named} {'joined' if crowd.arrived else 'left'} the chat"


def reply_lines(reply: Reply) -> Iterable[str]:
    """How a reply reads."""
    match reply:
        case Welcome():
            return _welcome(reply)
        case RoomSnapshot(room=room, topic=topic, history=history):
            lines = [f"[#{room}] {line}" for line in history_lines(history)]
            return [*_topic(room, topic), *lines]
        case MemberList(room=room, members=members, away=away):
            names = [
                f"{nick} (away)" if nick in away else nick
                for nick in members[:MAX_NAMES]
            ]
            if len(members) > MAX_NAMES:
                names.append(f"and {len(members) - MAX_NAMES} more")
            return [f"here ({len(members)}): {', '.join(names)}".rstrip()]
        case HistoryPage(messages=messages, words=None):
            return history_lines(messages) or ["nothing was said here before that"]
        case HistoryPage(messages=messages, more=more, words=words):
            count = f"the last {len(messages)} of more" if more else len(messages)
            return [
                f"found ({count}): {words}",
                *(f"{_day(stored)} {line}" for stored, line in _readable(messages)),
            ]
        case RoomList(rooms=rooms):
            listed = ", ".join(f"{name} ({count})" for name, count in rooms)
            return [f"rooms ({len(rooms)}): {listed}".rstrip()]
        case Topic(room=room, text=text):
            return _topic(room, text) or [f"#{room} has no topic"]
        case Notice(lines=lines):
            return lines
        case ErrorReply(text=text):
            return [f"error: {text}"]
        case Done():
            return []


def _welcome(welcome: Welcome) -> list[str]:
    lines = [f"Welcome, {welcome.nick}!", *welcome.motd]
    if welcome.resumed and not welcome.recovered:
        lines.append("Some of what was said while you were away may be missing here.")
    if welcome.recovered:
        return lines + [
            line if room in (None, welcome.room) else f"[#{room}] {line}"
            for room, line in _missed(welcome.missed, welcome.session)
        ]
    return lines + _topic(welcome.room, welcome.topic) + history_lines(welcome.history)


def _missed(missed: Iterable[Stored], who: str) -> Iterable[tuple[str | None, str]]:
    for stored in missed:
        event = stored.event
        if isinstance(event, DirectMessage):
            yield None, direct_message_line(event, sent=event.client_id == who)
        elif (line := event_line(event)) is not None:
            yield getattr(event, "room", None), line


def _topic(room: str, text: str) -> list[str]:
    return [f"topic of #{room}: {text}"] if text else []


def history_lines(history: Iterable[Stored]) -> list[str]:
    """What was said, as it read then."""
    return [line for _, line in _readable(history)]


def _readable(history: Iterable[Stored]) -> Iterable[tuple[Stored, str]]:
    for stored in history:
        line = event_line(stored.event)
        if line is not None:
            yield stored, line


def _day(stored: Stored) -> str:
    """Date and time, UTC: a search reaches back further than a clock's face."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(stored.time / 1000))


def _crlf(line: bytes) -> bytes:
    return line + b"\r\n"


class LineCodec:
    """How telnet and nc see the chat; see ``interfaces.Codec``.

    :param frame: what makes a line one of its wire.
    """

    hidden_from_author: frozenset[type] = frozenset()

    def __init__(self, frame: Callable[[bytes], bytes] = _crlf) -> None:
        self._frame = frame
        self._history: tuple[tuple[Stored, ...], bytes] = ((), b"")

    def event(self, stored: Stored, room: str | None) -> bytes:
        """One line, with its room before it if that is another."""
        return self._line(event_line(stored.event), room)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """One line."""
        return self._line(direct_message_line(event, sent=sent), None)

    def bulk_presence(self, crowd: BulkPresence, room: str | None) -> bytes:
        """One line for all of them."""
        return self._line(bulk_presence_line(crowd), room)

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """As many lines as it takes; a line has no place for a ``ref``."""
        if isinstance(reply, Welcome) and not reply.resumed and not reply.topic:
            head = [f"Welcome, {reply.nick}!", *reply.motd]
            return self._lines(head) + self._shown_history(reply.history)
        return self._lines(reply_lines(reply))

    def _shown_history(self, history: tuple[Stored, ...]) -> bytes:
        # When many come at once they are all shown the same.
        if self._history[0] is not history:
            self._history = (history, self._lines(history_lines(history)))
        return self._history[1]

    def _line(self, line: str | None, room: str | None) -> bytes:
        if line is None:
            return b""
        if room is not None:
            line = f"[#{room}] {line}"
        return self._frame(line.encode("utf-8", "replace"))

    def _lines(self, lines: Iterable[str]) -> bytes:
        return b"".join(self._line(line, None) for line in lines)
