"""The codec of Socket.IO clients, which use one of two dialects.

- *messages*: ``join`` NAME and ``messages`` TEXT; the client receives ``messages``
  "nick: text", ``add chatter`` and ``remove chatter`` NAME.
- *chat*: ``chat`` VALUE; the client receives messages as ``chat`` "nick: text".

A client receives both until its first event shows which it uses, and if it uses both.
A ``chat`` value is sent to every client, unchanged, whatever its dialect.

Stock clients resume from the last string of the last event.  To make that a position,
each event is followed by a *marker*: an event without arguments whose name is a
position, so that ``messages`` still has exactly one argument.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from enum import Flag
from functools import lru_cache
from hashlib import blake2b

from twisted_chat.core.events import (
    LOBBY,
    Action,
    BulkPresence,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    Stored,
)
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.moderation_events import Kicked, RoomBanned
from twisted_chat.core.names.nicknames import fold
from twisted_chat.core.replies import (
    NOTHING,
    Done,
    ErrorReply,
    Missed,
    Notice,
    Refused,
    Reply,
    Request,
    RoomSnapshot,
    TurnedAway,
    Welcome,
    refusal,
)
from twisted_chat.core.texts.texts import accepted_label, accepted_text, cut_text
from twisted_chat.socketio.packets import Packet, dump_json, raw_argument

from .answers import MAX_ANSWER, newest_that_fit
from .irc.raw import is_irc
from .json import BULK_NAMES, BULK_THRESHOLD
from .text import check_has_no_password
from .text_lines import direct_message_text, event_text, reply_lines

MAX_VALUE = 64 * 1024
"""Bytes of the JSON of one ``chat`` value."""


_REST = 1024
"""Bytes of an answer beside its messages and its members."""


class Dialect(Flag):
    """Which events a client uses."""

    UNKNOWN = 0
    MESSAGES = 1
    CHAT = 2
    BOTH = MESSAGES | CHAT


CHOICES = {
    "messages": Dialect.MESSAGES,
    "chat": Dialect.CHAT,
    "both": Dialect.BOTH,
}
"""The dialects that a client may ask for when it connects."""

_DIALECTS = {
    "join": Dialect.MESSAGES,
    "messages": Dialect.MESSAGES,
    "chat": Dialect.CHAT,
}


class SocketIOCodec:
    """Encodes packets in one dialect; see ``interfaces.Codec``.

    :param encode: puts a packet into the form of the transport; the results can be
        joined.
    :param position: returns the position up to which everything was announced.
    """

    # A page adds a name at every ``add chatter``.  Its own comes with the list of
    # members when it joins, and must not come twice.
    hidden_from_author: frozenset[type] = frozenset({Joined, Renamed})
    replies_with_events = False
    shows_invitations = False

    def __init__(
        self,
        encode: Callable[[bytes], bytes],
        position: Callable[[], str],
        dialect: Dialect = Dialect.BOTH,
    ) -> None:
        self._encode = encode
        self._position = position
        self.use(dialect)
        # A client that joins is sent every member, mostly the same as the last one.
        self._added = lru_cache(maxsize=4096)(self._add)
        # Clients that join together see the same history: it is encoded once.
        self._history: tuple[Sequence[Stored], bytes] = ((), b"")

    def use(self, dialect: Dialect) -> None:
        """Encode in this dialect."""
        self._messages = Dialect.MESSAGES in dialect
        self._chat = Dialect.CHAT in dialect

    # Events.

    def event(self, stored: Stored, room: str | None) -> bytes:
        """The packets for an event, and its marker."""
        event = stored.event
        where = "" if room is None else f"[#{room}] "
        match event:
            case Message(raw=raw):
                value = None if is_irc(raw) else raw
                shown = self._message(f"{where}{event_text(event)}", value)
            case Action() | Deleted() | Edited():
                shown = self._text(f"{where}{event_text(event)}")
            case CustomEvent(raw=raw):
                shown = self._event("chat", raw)
            case Joined(room=name, nick=nick) if name == LOBBY and self._messages:
                shown = self._added(nick)
            case Left(room=name, nick=nick) if name == LOBBY and self._messages:
                shown = self._remove(nick)
            case (
                Kicked(room=name, target=nick) | RoomBanned(room=name, target=nick)
            ) if name == LOBBY and self._messages:
                shown = self._remove(nick)
            case Quit(nick=nick) if self._messages:
                shown = self._remove(nick)
            case Renamed(old=old, new=new) if self._messages:
                shown = self._remove(old) + self._added(new)
            case _:
                return b""
        return shown + self._marker(stored.position)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """A direct message, as text in the client's dialect."""
        line = direct_message_text(event, sent=sent)
        return self._text(line) + self._marker(stored.position)

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        """One packet for each client that joined or left the lobby.

        If that were too much, the first few clients only.
        """
        if bulk.room != LOBBY or not self._messages:
            return b""
        names = bulk.names
        if len(names) * bulk.audience > BULK_THRESHOLD:
            names = names[:BULK_NAMES]
        shown = map(self._added if bulk.arrived else self._remove, names)
        return b"".join(shown) + self._latest_marker()

    # Replies.

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """A reply; if there is a ``ref``, which is an ack id, an acknowledgement."""
        match reply:
            case Welcome():
                return self._welcome(reply, viewer.member_id)
            case TurnedAway(text=text):
                return self._encode(f'4{{"message":{dump_json(text)}}}'.encode())
            case Done(id=id):
                return self._ack(ref, f'{{"ok":true,"id":{dump_json(id)}}}')
            case ErrorReply(text=text) if ref is not None:
                return self._ack(ref, f'{{"ok":false,"error":{dump_json(text)}}}')
            case ErrorReply(text=text):
                return self._text(f"error: {text}") + self._latest_marker()
            case RoomSnapshot(room=room, members=members, history=history):
                shown = b""
                # A client that has connected asks for it by ``join``.
                if room == LOBBY and not reply.with_welcome:
                    shown = self._lines(history)
                    shown += self._members(members, viewer.nick, len(shown))
            case Notice(lines=words):
                shown = b"".join(map(self._text, words))
            case Missed():
                shown = b"".join(map(self._text, reply_lines(reply)))
            case _:
                shown = b""
        if shown:
            shown += self._latest_marker()
        return shown + self._ack(ref, '{"ok":true,"id":null}')

    def pid(self, welcome: Welcome) -> str:
        """What the client resumes with: the secret of its session, and a digit."""
        return welcome.session + "0"

    def _welcome(self, welcome: Welcome, member_id: str) -> bytes:
        """The packet that completes the connection, then what the client missed."""
        fields = (
            f'{{"sid":"{sid(welcome.session)}","pid":{dump_json(self.pid(welcome))}}}'
        )
        missed = b"".join(
            self.direct_message(one, one.event, sent=one.event.sender_id == member_id)
            if isinstance(one.event, DirectMessage)
            else self.event(one, _other_room(one, welcome.room))
            for one in welcome.missed
        )
        marker = self._marker(welcome.position)
        return self._encode(b"0" + fields.encode()) + missed + marker

    def _lines(self, history: Sequence[Stored]) -> bytes:
        """The last messages that fit, for a client that joins."""
        if self._history[0] is not history:
            newest_first = (
                self._event("messages", dump_json(line))
                for stored in reversed(history)
                if (line := event_text(stored.event)) is not None
            )
            fitting = newest_that_fit(newest_first, len)
            self._history = (history, b"".join(fitting))
        return self._history[1]

    def _members(self, members: Sequence[str], own: str, taken: int) -> bytes:
        """The names of the members: of the newest if there are too many, and its own.

        :param taken: the bytes of the answer before them.
        """
        left = MAX_ANSWER - taken - _REST
        added = [self._added(nick) for nick in members]
        if sum(map(len, added)) <= left:
            return b"".join(added)
        newest_first = (one for one in reversed(added) if one != self._added(own))
        shown = newest_that_fit(newest_first, len, left)
        shown.append(self._added(own))
        rest = self._text(f"and {len(members) - len(shown)} more are here")
        return b"".join(shown) + rest

    # Packets.

    def _message(self, line: str, raw: str | None) -> bytes:
        value = dump_json(line)
        shown = self._event("messages", value) if self._messages else b""
        if raw is not None:
            shown += self._event("chat", raw)
        elif self._chat:
            shown += self._event("chat", value)
        return shown

    def _text(self, text: str) -> bytes:
        return self._message(text, None)

    def _add(self, nick: str) -> bytes:
        return self._event("add chatter", dump_json(nick))

    def _remove(self, nick: str) -> bytes:
        return self._event("remove chatter", dump_json(nick))

    def _event(self, name: str, value: str) -> bytes:
        return self._encode(f'2["{name}",{value}]'.encode())

    def _ack(self, ref: str | None, value: str) -> bytes:
        return b"" if ref is None else self._encode(f"3{ref}[{value}]".encode())

    def _marker(self, position: str) -> bytes:
        return self._encode(f"2[{dump_json(position)}]".encode())

    def _latest_marker(self) -> bytes:
        return self._marker(self._position())


def _other_room(stored: Stored, current: str) -> str | None:
    """The room of an event, if it is not the current one."""
    room = getattr(stored.event, "room", current)
    return None if room == current else str(room)


def sid(session: str) -> str:
    """The public id of a client: always the same, and never reveals the secret."""
    digest = blake2b(session.encode(), digest_size=15, person=b"socket.io sid").digest()
    return urlsafe_b64encode(digest).decode()


def dialect_of(packet: Packet) -> Dialect:
    """The dialect that an event shows; malformed ones show none."""
    name, *values = packet.data
    if not values or packet.binary:
        return Dialect.UNKNOWN
    return _DIALECTS.get(name, Dialect.UNKNOWN)


def decode_event(packet: Packet, *, was_shown_history: bool = False) -> list[Request]:
    """The requests in an event: ``NOTHING`` if it is unknown and wants no answer.

    :param was_shown_history: ``join`` does not show it again.
    """
    name, *values = packet.data
    ref = None if packet.id is None else str(packet.id)
    try:
        if name not in _DIALECTS:
            if ref is None:
                return [NOTHING]
            raise Refused("no_such_event", f"no such event: {str(name)[:64]!r}")
        if not values:
            raise Refused("bad_request", f"{name} needs a value")
        if packet.binary:
            raise Refused("bad_request", "binary data is not supported")
        if name == "chat":
            return [_chat_value(packet, values[0], ref)]
        if not isinstance(values[0], str):
            raise Refused("bad_request", f"{name} needs a string")
        if name == "messages":
            text = _posted(accepted_text(values[0]))
            return [Request("", text, room=LOBBY, ref=ref)]
        shown = "presence" if was_shown_history else "snapshot"
        return [
            _taken_nick(values[0], ref),
            Request(shown, "", room=LOBBY, internal=True),
        ]
    except Refused as refused:
        return [refusal(refused, ref)]


def _taken_nick(nick: str, ref: str | None) -> Request:
    """The request to take a nickname, or its refusal."""
    try:
        text = accepted_label(nick)
        fold(text)  # refuses what would be several arguments of the route
    except Refused as refused:
        return refusal(refused, ref)
    return Request("take_nick", text, ref=ref, internal=True)


def event_too_long() -> Refused:
    """The refusal of an event that is so long that it was not decoded."""
    return Refused("too_long", f"the value is longer than {MAX_VALUE} bytes: not sent")


def _chat_value(packet: Packet, value: object, ref: str | None) -> Request:
    raw = raw_argument(packet)
    if len(raw.encode()) > MAX_VALUE:
        raise event_too_long()
    if not isinstance(value, str):
        return Request("custom_event", "", room=LOBBY, raw=raw, ref=ref, internal=True)
    return Request("", _posted(cut_text(value)), room=LOBBY, raw=raw, ref=ref)


def _posted(text: str) -> str:
    """A text that is posted: nobody can log in by it.

    :raises Refused: ``has_password``.
    """
    check_has_no_password(text, "log in as you connect: auth")
    return text
