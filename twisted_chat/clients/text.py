"""The codec of line clients: each event is one line of UTF-8.

Telnet and nc send and receive lines that end in CRLF; plain-text WebSocket has the same
lines, one in a frame.  Of a message of several lines, each is shown with its author.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

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
    CurrentRoom,
    Done,
    ErrorReply,
    HelpHint,
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
from twisted_chat.core.sanitize import IGNORABLE, sanitize_text

from .erase import erase
from .newest import newest_that_fit
from .quotes import reads_as_event

MAX_NAMES = 1000
"""Names shown of one list of members; the rest is counted."""

BULK_NAMES = 3
"""Names shown when many clients join or leave at once; the rest is counted."""

_END_SIZE = 4
"""Bytes of a line end, or of the header of a frame, at most."""

T = TypeVar("T", Message | Action, DirectMessage)

_LINE_END = re.compile(r"\r\n|\r|\n")


# What may precede a route unseen: white space, control characters and invisible ones,
# which a terminal or an editor adds.
_UNSEEN = rf"\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2800{IGNORABLE}"
# Beside the slash stand what input methods and keyboards of East Asia have instead of
# it and of the backslash: the full-width forms, and the yen and won signs.
_ROUTE = re.compile(
    rf"[{_UNSEEN}]*([\\/\uff0f\uff3c\ufe68\xa5\uffe5\u20a9\uffe6])"
    r"([^\s\ufeff]*)[\s\ufeff]*(.*)",
    re.DOTALL,
)
_TEXT_WORD = re.compile(r".*[\\/\uff0f{}]|[\W\d_]*\Z")
"""A first word that is not a mistyped route has one of these, or no letter at all."""


def decode_line(line: str, routes: Container[str]) -> Request:
    """The request in a line, whatever its length.

    White space of any script around a route and its parts is ignored.  A first word
    that begins with a backslash and is not a route is refused, as it may be mistyped,
    unless it can only be text: a path, LaTeX, a face.

    :param routes: the known routes, which may also begin with ``/``.
    """
    match = _ROUTE.match(line)
    if match is None and "\x1b" in line:
        # A key such as an arrow, pressed before the route, is not part of the line.
        match = _ROUTE.match(sanitize_text(line))
    if match is None:
        return Request("", line)
    mark, word, text = match.groups()
    route = word if word.isascii() else unicodedata.normalize("NFKC", word)
    if route in routes:
        return Request(route, text.rstrip())
    if mark != "\\":
        return Request("", line)
    if word.startswith("\\") and "\\" not in word[1:]:
        return Request("", line.replace("\\", "", 1))
    if _TEXT_WORD.match(word) is not None:
        return Request("", line)
    return Request(word, text.rstrip())


def line_too_long() -> Refused:
    """The refusal of a line longer than ``MAX_LINE``."""
    return Refused("too_long", f"the line is longer than {MAX_LINE} bytes: not sent")


def event_line(event: Event) -> str | None:
    """The line that shows an event, or lines for a message of several.

    ``None`` if line clients do not see it.
    """
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


def shown_line(event: Event) -> str | None:
    """As ``event_line``, for clients that know an event by its words alone."""
    if isinstance(event, Message) and reads_as_event(event.text):
        return f'{event.nick}: "{event.text}"'
    return event_line(event)


def shown_lines(event: Event) -> list[str]:
    """The lines that show an event to such clients, each with its author."""
    if isinstance(event, Message | Action) and "\n" in event.text:
        lines = map(shown_line, _each_line(event))
    else:
        lines = map(shown_line, (event,))
    return [line.rstrip() for line in lines if line is not None]


def direct_message_line(event: DirectMessage, *, sent: bool) -> str:
    """The text that shows a direct message to its sender or its recipient."""
    if sent:
        return f"{event.nick} (private to {event.recipient}): {event.text}"
    return f"{event.nick} (private): {event.text}"


def direct_message_lines(event: DirectMessage, *, sent: bool) -> list[str]:
    """The lines that show it, each with its author."""
    lines = (direct_message_line(each, sent=sent) for each in _each_line(event))
    return [line.rstrip() for line in lines]


def _each_line(event: T) -> list[T]:
    """A message of several lines as one message for each."""
    return [replace(event, text=line) for line in event.text.split("\n")]


def bulk_presence_line(bulk: BulkPresence) -> str:
    """One line for many clients that joined or left."""
    named = ", ".join(bulk.names[:BULK_NAMES])
    if (rest := len(bulk.names) - BULK_NAMES) > 0:
        named += f" and {rest} more"
    return f"{named} {'joined' if bulk.arrived else 'left'} the chat"


def reply_lines(reply: Reply) -> Iterable[str]:
    """The lines that show a reply."""
    match reply:
        case Welcome():
            return _welcome(reply)
        case RoomSnapshot(room=room, topic=topic, history=history):
            lines = _history_lines(history, lambda _: f"[#{room}] ")
            return [*_topic(room, topic), *chain(*lines)]
        case MemberList(room=room, members=members, away=away):
            names = [
                f"{nick} (away)" if nick in away else nick
                for nick in members[:MAX_NAMES]
            ]
            if len(members) > MAX_NAMES:
                names.append(f"and {len(members) - MAX_NAMES} more")
            return [f"here ({len(members)}): {', '.join(names)}".rstrip()]
        case HistoryPage(messages=messages, words=None):
            return [*chain(*_history_lines(messages))] or ["no earlier messages"]
        case HistoryPage(messages=messages, more=more, words=words):
            found = _history_lines(messages, _day)
            is_cut = more or len(found) < len(messages)
            count = f"last {len(found)}" if is_cut else len(found)
            return [f"found ({count}): {words}", *chain(*found)]
        case RoomList(rooms=rooms):
            listed = ", ".join(f"{name} ({count})" for name, count in rooms)
            return [f"rooms ({len(rooms)}): {listed}".rstrip()]
        case Topic(room=room, text=text):
            return _topic(room, text) or [f"#{room} has no topic"]
        case _:
            return _note_lines(reply)


def _note_lines(
    reply: CurrentRoom | HelpHint | Notice | ErrorReply | Done,
) -> Iterable[str]:
    match reply:
        case CurrentRoom(room=None):
            return ["you are in no room (\\join ROOM)"]
        case CurrentRoom(room=room):
            return [f"now talking in #{room}"]
        case HelpHint():
            return ["\\help lists what you can type"]
        case Notice(lines=lines):
            return lines
        case ErrorReply(text=text):
            return [f"error: {text}"]
        case Done():
            return []


def _welcome(welcome: Welcome) -> list[str]:
    lines = [f"Welcome, {welcome.nick}!", *welcome.motd]
    if welcome.resumed and not welcome.recovered:
        lines.append("Some messages sent while you were away may be missing.")
    if welcome.recovered:
        return lines + [
            line if room in (None, welcome.room) else f"[#{room}] {line}"
            for room, line in _missed(welcome.missed, welcome.session)
        ]
    history = chain(*_history_lines(welcome.history))
    return [*lines, *_topic(welcome.room, welcome.topic), *history]


def _missed(missed: Iterable[Stored], viewer: str) -> Iterable[tuple[str | None, str]]:
    for stored in missed:
        event = stored.event
        if isinstance(event, DirectMessage):
            sent = event.client_id == viewer
            for line in direct_message_lines(event, sent=sent):
                yield None, line
        else:
            for line in shown_lines(event):
                yield getattr(event, "room", None), line


def _topic(room: str, text: str) -> list[str]:
    return [f"topic of #{room}: {text}"] if text else []


def _history_lines(
    history: Sequence[Stored], start: Callable[[Stored], str] = lambda _: ""
) -> list[list[str]]:
    """The lines of each message of a history, of the last ones if not all fit.

    :param start: what stands before each line of a message.
    """
    newest_first = (
        [start(stored) + line for line in shown_lines(stored.event)]
        for stored in reversed(history)
    )
    return newest_that_fit(
        newest_first,
        lambda lines: sum(
            len(line.encode("utf-8", "replace")) + _END_SIZE for line in lines
        ),
    )


def _day(stored: Stored) -> str:
    """Date and time in UTC: a search may find messages of other days."""
    return time.strftime("%Y-%m-%d %H:%M ", time.gmtime(stored.time / 1000))


def _crlf(line: bytes) -> bytes:
    return line + b"\r\n"


class LineCodec:
    """Decodes and encodes lines; see ``interfaces.Codec``.

    :param frame: puts an encoded line into the form of its wire.
    :param help_hint: show newcomers the route that lists all routes.
    """

    hidden_from_author: frozenset[type] = frozenset()

    def __init__(
        self, frame: Callable[[bytes], bytes] = _crlf, *, help_hint: bool = False
    ) -> None:
        self._frame = frame
        self._hint = self._lines(reply_lines(HelpHint())) if help_hint else b""
        self._history: tuple[tuple[Stored, ...], bytes] = ((), b"")

    # From the client.

    def decode(self, line: bytes, routes: Container[str]) -> Request:
        """The request in one line, without its end.

        Bytes that are not UTF-8 become U+FFFD; more than ``MAX_LINE`` are refused.
        The keys that erase are applied.
        """
        if len(line) > MAX_LINE:
            return Request("", "", refusal=line_too_long())
        return decode_line(erase(line.decode("utf-8", "replace")), routes)

    def decode_frame(self, text: str, routes: Container[str]) -> list[Request]:
        """The requests in one WebSocket frame, which may have several lines."""
        lines = _LINE_END.split(text)
        return [self.decode(line.encode(), routes) for line in lines if line]

    # To the client.

    def event(self, stored: Stored, room: str | None) -> bytes:
        """Its lines; each begins with the room if that is not the current one."""
        event = stored.event
        if "\n" in getattr(event, "text", ""):
            return self._lines(shown_lines(event), room)
        return self._line(shown_line(event), room)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """Its lines."""
        return self._lines(direct_message_lines(event, sent=sent))

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        """One line for all of them."""
        return self._line(bulk_presence_line(bulk), room)

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """Any number of lines; a line has no place for a ``ref``."""
        if isinstance(reply, HelpHint):
            return self._hint
        if isinstance(reply, Welcome) and not reply.resumed and not reply.topic:
            head = [f"Welcome, {reply.nick}!", *reply.motd]
            return self._lines(head) + self._encoded_history(reply.history)
        return self._lines(reply_lines(reply))

    def _encoded_history(self, history: tuple[Stored, ...]) -> bytes:
        # Clients that join together see the same history: encode it once.
        if self._history[0] is not history:
            lines = chain(*_history_lines(history))
            self._history = (history, self._lines(lines))
        return self._history[1]

    def _line(self, line: str | None, room: str | None) -> bytes:
        if line is None:
            return b""
        if room is not None:
            line = f"[#{room}] {line}"
        return self._frame(line.encode("utf-8", "replace"))

    def _lines(self, lines: Iterable[str], room: str | None = None) -> bytes:
        return b"".join(self._line(line, room) for line in lines)
