"""How the chat looks to a Socket.IO client, in either of its two dialects.

- ``messages`` "nick: text", ``add chatter`` and ``remove chatter`` NAME: spoken by
  those who ``join`` and say ``messages``.
- ``chat`` VALUE: spoken by those who say ``chat``; what others say reaches them
  as "nick: text".

Both are spoken to a client until it shows which it uses, and to one that uses
both.  A ``chat`` value goes to everyone, unchanged, whatever they use.

Behind whatever a client could mistake for its place stands a *mark*: an event
without arguments whose name is a position.  A stock client that resumes gives the
last string of the last event as its offset; so it gives a position, and yet
``messages`` has exactly one argument.

Rules of this file: encodes only; each method gives packets that are ready to be
sent, made so by what the transport brings.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import blake2b

from twisted_chat.core.events import (
    LOBBY,
    Action,
    BulkPresence,
    CustomEvent,
    DirectMessage,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    Notice,
    Reply,
    RoomSnapshot,
    Welcome,
)
from twisted_chat.socketio.packets import dump_json

MAX_CROWD = 200_000
"""Names shown in all, to all together, of one crowd; of a larger one each client
is shown the first ``CROWD_SAMPLE``."""

CROWD_SAMPLE = 20

MAX_PID = 64
"""Characters of a ``pid`` that can be one of ours, and of an offset."""


class SocketIOCodec:
    """One dialect over one transport.

    :param encode: makes a packet ready for the transport; what it returns can be
        joined.
    :param position: up to where everything was announced.
    :param messages: speaks ``messages`` and the chatters.
    :param chat: speaks ``chat``.
    """

    # A page adds a name for every ``add chatter``: its own comes with the list of
    # those present when it joins, and must not come twice.
    hidden_from_author: frozenset[type] = frozenset({Joined, Renamed})

    def __init__(
        self,
        encode: Callable[[bytes], bytes],
        position: Callable[[], str],
        *,
        messages: bool = True,
        chat: bool = True,
    ) -> None:
        self._encode = encode
        self._position = position
        self._messages = messages
        self._chat = chat
        # A newcomer is shown everyone, and mostly the same as the last one.
        self._added = lru_cache(maxsize=4096)(self._add)

    # What happened.

    def event(self, stored: Stored, room: str | None) -> bytes:
        """Something that happened, with its mark."""
        event = stored.event
        where = "" if room is None else f"[#{room}] "
        match event:
            case Message(nick=nick, text=text, raw=raw):
                shown = self._said(f"{where}{nick}: {text}", raw)
            case Action(nick=nick, text=text):
                shown = self._text(f"{where}* {nick} {text}")
            case CustomEvent(raw=raw):
                shown = self._event("chat", raw)
            case Joined(room=place, nick=nick) if place == LOBBY and self._messages:
                shown = self._added(nick)
            case Left(room=place, nick=nick) if place == LOBBY and self._messages:
                shown = self._remove(nick)
            case Quit(nick=nick) if self._messages:
                shown = self._remove(nick)
            case Renamed(old=old, new=new) if self._messages:
                shown = self._remove(old) + self._added(new)
            case _:
                return b""
        return shown + self._mark(stored.position)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """A private message, as text in the client's dialect."""
        to = f" to {event.recipient}" if sent else ""
        line = f"{event.nick} (private{to}): {event.text}"
        return self._text(line) + self._mark(stored.position)

    def bulk_presence(self, crowd: BulkPresence, room: str | None) -> bytes:
        """Many arrivals or departures in the lobby, one by one."""
        if crowd.room != LOBBY or not self._messages:
            return b""
        names = crowd.names
        if len(names) * crowd.audience > MAX_CROWD:
            names = names[:CROWD_SAMPLE]
        shown = map(self._added if crowd.arrived else self._remove, names)
        return b"".join(shown) + self._here()

    # Answers.

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """A reply; with a ``ref``, which is an ack id, as acknowledgement."""
        match reply:
            case Welcome():
                return self._welcome(reply)
            case Done(id=id):
                return self._ack(ref, f'{{"ok":true,"id":{dump_json(id)}}}')
            case ErrorReply(text=text) if ref is not None:
                return self._ack(ref, f'{{"ok":false,"error":{dump_json(text)}}}')
            case ErrorReply(text=text):
                return self._text(f"error: {text}") + self._here()
            case RoomSnapshot(room=room, members=members, history=history):
                lines = self._lines(history) if room == LOBBY else b""
                names = b"".join(map(self._added, members)) if room == LOBBY else b""
                shown = lines + names
            case Notice(lines=words):
                shown = b"".join(map(self._text, words))
            case _:
                shown = b""
        if shown:
            shown += self._here()
        return shown + self._ack(ref, '{"ok":true,"id":null}')

    def pid(self, welcome: Welcome) -> str:
        """What the client resumes with: its session, and a turn.

        A stock client takes the same pid for a sign that nothing is missing.
        """
        return welcome.session + "0"

    def _welcome(self, welcome: Welcome) -> bytes:
        """Let in: the packet that a client waits for, then what it missed."""
        fields = (
            f'{{"sid":"{sid(welcome.session)}","pid":{dump_json(self.pid(welcome))}}}'
        )
        missed = b"".join(
            self.direct_message(
                one, one.event, sent=one.event.client_id == welcome.session
            )
            if isinstance(one.event, DirectMessage)
            else self.event(one, self._elsewhere(one, welcome.room))
            for one in welcome.missed
        )
        mark = self._mark(welcome.position)
        return self._encode(b"0" + fields.encode()) + missed + mark

    @staticmethod
    def _elsewhere(stored: Stored, here: str) -> str | None:
        room = getattr(stored.event, "room", here)
        return None if room == here else str(room)

    def _lines(self, history: Iterable[Stored]) -> bytes:
        """What was last said, for one who joins."""
        lines = []
        for stored in history:
            match stored.event:
                case Message(nick=nick, text=text):
                    lines.append(self._event("messages", dump_json(f"{nick}: {text}")))
                case Action(nick=nick, text=text):
                    lines.append(self._event("messages", dump_json(f"* {nick} {text}")))
        return b"".join(lines)

    # Packets.

    def _said(self, line: str, raw: str | None) -> bytes:
        value = dump_json(line)
        shown = self._event("messages", value) if self._messages else b""
        if raw is not None:
            shown += self._event("chat", raw)
        elif self._chat:
            shown += self._event("chat", value)
        return shown

    def _text(self, text: str) -> bytes:
        return self._said(text, None)

    def _add(self, nick: str) -> bytes:
        return self._event("add chatter", dump_json(nick))

    def _remove(self, nick: str) -> bytes:
        return self._event("remove chatter", dump_json(nick))

    def _event(self, name: str, value: str) -> bytes:
        return self._encode(f'2["{name}",{value}]'.encode())

    def _ack(self, ref: str | None, value: str) -> bytes:
        return b"" if ref is None else self._encode(f"3{ref}[{value}]".encode())

    def _mark(self, position: str) -> bytes:
        return self._encode(f"2[{dump_json(position)}]".encode())

    def _here(self) -> bytes:
        return self._mark(self._position())


class ResumingCodec(SocketIOCodec):
    """For one client that resumes, until it was welcomed.

    :param presented: the pid that it came with.
    :param welcomed: called once it is let in.
    """

    def __init__(
        self,
        encode: Callable[[bytes], bytes],
        position: Callable[[], str],
        presented: str,
        welcomed: Callable[[], object],
    ) -> None:
        super().__init__(encode, position)
        self._presented = presented
        self._welcomed = welcomed

    def pid(self, welcome: Welcome) -> str:
        """The same as before only if nothing is missing."""
        self._welcomed()
        if welcome.recovered:
            return self._presented
        return welcome.session + ("1" if self._presented.endswith("0") else "0")


def session_of(pid: object) -> str | None:
    """The session that a client resumes with its pid, if it can be one."""
    if isinstance(pid, str) and 1 < len(pid) <= MAX_PID and pid[-1] in "01":
        return pid[:-1]
    return None


def sid(session: str) -> str:
    """The public id of a client: always the same, and no way back to its secret."""
    digest = blake2b(session.encode(), digest_size=15, person=b"socket.io sid").digest()
    return urlsafe_b64encode(digest).decode()
