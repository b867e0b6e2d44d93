"""Lines for events and replies, as docs/protocol.md defines them.

Pure functions: the codec encodes what they return.  Of a message of several lines, each
is shown with its author.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from twisted_chat.core.account_events import AccountChanged, IgnoreChanged, ReadUpTo
from twisted_chat.core.events import (
    Action,
    AwaySet,
    BulkPresence,
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
    SettingList,
    Topic,
    TurnedAway,
    Welcome,
)

from .answers import MAX_NAMES, names_that_fit, newest_that_fit
from .moderation_lines import moderation_text, setting_lines
from .quotes import reads_as_event

BULK_NAMES = 3
"""Names shown when many clients join or leave at once; the rest is counted."""

_END_SIZE = 4
"""Bytes of a line end, or of the header of a frame, at most."""

T = TypeVar("T", Message | Action | Edited, DirectMessage)


def event_text(event: Event) -> str | None:
    """The text that shows an event: one line, or those of a message.

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
        case Deleted() | Edited():
            return _correction_text(event)
        case (
            CustomEvent()
            | Relayed()
            | DirectMessage()
            | Switched()
            | LoggedIn()
            | LoggedOut()
            | (AccountChanged() | IgnoreChanged() | ReadUpTo())
        ):
            return None
        case _:
            return moderation_text(event)


def _correction_text(event: Correction) -> str:
    if isinstance(event, Edited):
        return f"{event.nick}: corrected: {event.text}"
    count = len(event.ids)
    what = "a message" if count == 1 else f"{count} messages"
    author = f" of {event.author}" if event.author else ""
    return f"{event.nick}: deleted {what}{author}"


def shown_line(event: Event) -> str | None:
    """As ``event_text``, for clients that know an event by its words alone."""
    if isinstance(event, Message) and reads_as_event(event.text):
        return f'{event.nick}: "{event.text}"'
    return event_text(event)


def shown_lines(event: Event) -> list[str]:
    """The lines that show an event to such clients, each with its author."""
    if isinstance(event, Message | Action | Edited) and "\n" in event.text:
        lines = map(shown_line, _each_line(event))
    else:
        lines = map(shown_line, (event,))
    return [line.rstrip() for line in lines if line is not None]


def direct_message_text(event: DirectMessage, *, sent: bool) -> str:
    """The text that shows a direct message to its sender or its recipient."""
    if sent:
        return f"{event.nick} (private to {event.recipient}): {event.text}"
    return f"{event.nick} (private): {event.text}"


def direct_message_lines(event: DirectMessage, *, sent: bool) -> list[str]:
    """The lines that show it, each with its author."""
    lines = (direct_message_text(each, sent=sent) for each in _each_line(event))
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


def reply_lines(reply: Reply, member_id: str = "") -> Iterable[str]:
    """The lines that show a reply.

    :param member_id: of the viewer, who may be the sender of a direct message.
    """
    match reply:
        case Welcome():
            return _welcome(reply, member_id)
        case RoomSnapshot(room=room, topic=topic, history=history, is_only=is_only):
            mark = "" if is_only else f"[#{room}] "
            return [*_topic(room, topic), *newest_lines(history, lambda _: mark)]
        case MemberList(room=room, members=members, away=away):
            named = [
                f"{nick} (away)" if nick in away else nick
                for nick in names_that_fit(members)
            ]
            return [_listed("here", named, len(members))]
        case HistoryPage(messages=messages, words=None):
            return newest_lines(messages) or ["no earlier messages"]
        case HistoryPage(messages=messages, more=more, words=words):
            found = history_lines(messages, _day)
            is_cut = more or len(found) < len(messages)
            count = f"last {len(found)}" if is_cut else len(found)
            return [f"found ({count}): {words}", *chain(*found)]
        case RoomList(rooms=rooms):
            named = [f"{name} ({count})" for name, count in rooms[:MAX_NAMES]]
            return [_listed("rooms", named, len(rooms))]
        case Topic(room=room, text=text):
            return _topic(room, text) or [f"#{room} has no topic"]
        case SettingList():
            return setting_lines(reply)
        case Missed(direct=direct):
            return [*reply.direct_lines, *_received(direct), *reply.room_lines]
        case _:
            return _note_lines(reply)


def _received(messages: Iterable[Stored]) -> Iterator[str]:
    """The lines of direct messages that came while their recipient was away."""
    for stored in messages:
        if isinstance(stored.event, DirectMessage):
            yield from direct_message_lines(stored.event, sent=False)


def _listed(what: str, named: list[str], count: int) -> str:
    """A list that names as many as are shown, and counts the rest."""
    if count > len(named):
        named = [*named, f"and {count - len(named)} more"]
    return f"{what} ({count}): {', '.join(named)}".rstrip()


def _note_lines(
    reply: (
        CurrentRoom
        | HelpHint
        | Notice
        | Prompt
        | ErrorReply
        | TurnedAway
        | Done
        | Native
    ),
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
        case ErrorReply(text=text) | TurnedAway(text=text):
            return [f"error: {text}"]
        case Done() | Native() | Prompt():
            # A prompt is not a line: the codec shows it.
            return []


def _welcome(welcome: Welcome, member_id: str) -> list[str]:
    lines = [f"Welcome, {welcome.nick}!", *welcome.motd]
    if welcome.resumed and not welcome.recovered:
        lines.append("Some messages sent while you were away may be missing.")
    if welcome.recovered:
        return lines + [
            line if room in (None, welcome.room) else f"[#{room}] {line}"
            for room, line in _missed(welcome.missed, member_id)
        ]
    history = newest_lines(welcome.history)
    return [*lines, *_topic(welcome.room, welcome.topic), *history]


def _missed(missed: Iterable[Stored], viewer: str) -> Iterable[tuple[str | None, str]]:
    for stored in missed:
        event = stored.event
        if isinstance(event, DirectMessage):
            sent = event.sender_id == viewer
            for line in direct_message_lines(event, sent=sent):
                yield None, line
        else:
            for line in shown_lines(event):
                yield getattr(event, "room", None), line


def _topic(room: str, text: str) -> list[str]:
    return [f"topic of #{room}: {text}"] if text else []


def newest_lines(
    history: Sequence[Stored], start: Callable[[Stored], str] = lambda _: ""
) -> list[str]:
    """The lines of a history; if not all fit, the first one says how to get the rest.

    :param start: what stands before each line.
    """
    shown = history_lines(history, start)
    lines = [*chain(*shown)]
    if shown and len(shown) < len(history):
        oldest, left = history[-len(shown)], len(history) - len(shown)
        rest = f"older messages: \\history {left} before {oldest.position}"
        lines.insert(0, start(oldest) + rest)
    return lines


def history_lines(
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
