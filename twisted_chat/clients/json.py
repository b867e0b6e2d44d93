"""The codec of JSON clients: one JSON object in each frame or packet.

``decode_frame`` never raises: invalid input becomes a ``Request`` with a ``refusal``,
which is answered in order with the other requests.  A reply has the ``ref`` of its
request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from twisted_chat.core.events import (
    BulkPresence,
    DirectMessage,
    LoggedIn,
    LoggedOut,
    Stored,
)
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.names.nicknames import fold, room_name
from twisted_chat.core.read_markers import DIRECT
from twisted_chat.core.replies import Refused, Reply, Request, Welcome, refusal
from twisted_chat.core.texts.sanitize import without_surrogates
from twisted_chat.core.texts.texts import accepted_text, check_line
from twisted_chat.net.strict_json import JsonError, parse_json
from twisted_chat.websocket.frames import frame_text

from .json_objects import (
    Fields,
    dump_json,
    event_object,
    event_objects,
    members_object,
    newest_objects,
    reply_objects,
    route_objects,
    utf8,
    welcome_object,
)
from .text import decode_line

BULK_THRESHOLD = 200_000
"""Objects for one bulk presence, in all: clients that join or leave, times clients that
receive it.  Above that, one object names some of them."""

BULK_NAMES = 20
"""Names in that one object."""

V = TypeVar("V")


class JsonCodec:
    """Decodes and encodes JSON; see ``interfaces.Codec``.

    :param frame: puts a JSON text, in UTF-8, into a frame of the client's protocol.
    """

    # Their author is told by the reply.
    hidden_from_author: frozenset[type] = frozenset({LoggedIn, LoggedOut})
    replies_with_events = False
    shows_invitations = False

    def __init__(self, frame: Callable[[bytes], bytes] = frame_text) -> None:
        self._frame_text = frame
        # Clients that join together see the same history, and all see the same routes.
        self._history = _LastEncoded(newest_objects)
        self._routes = _LastEncoded(route_objects)
        self._members = _LastMembers()

    # From the client.

    def decode_frame(self, text: str, routes: Container[str]) -> list[Request]:
        """The one request in a frame."""
        return [decode_object(text, routes)]

    # To the client.

    def event(self, stored: Stored, room: str | None) -> bytes:
        """One object, which always names its room."""
        fields = event_object(stored)
        return b"" if fields is None else self._frame(fields)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """One object, the same for its sender and its recipient."""
        return self.event(stored, None)

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        """An object for each client, or one with some names and a count."""
        fields: Fields = {
            "type": "joined" if bulk.arrived else "left",
            "room": bulk.room,
        }
        names = bulk.names
        if len(names) * bulk.audience <= BULK_THRESHOLD:
            return b"".join(self._frame({**fields, "nick": nick}) for nick in names)
        return self._frame({**fields, "nicks": names[:BULK_NAMES], "count": len(names)})

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """One object or several."""
        with_ref: Fields = {} if ref is None else {"ref": ref}
        if isinstance(reply, Welcome):
            return self._welcome(reply, with_ref)
        objects = reply_objects(reply)
        return b"".join(self._frame({**fields, **with_ref}) for fields in objects)

    def _welcome(self, welcome: Welcome, with_ref: Fields) -> bytes:
        rest = dump_json({**welcome_object(welcome), **with_ref})
        history, routes = self._history(welcome.history), self._routes(welcome.routes)
        more = dump_json(bool(welcome.history))
        members = self._members(
            welcome.list_members(), welcome.away, welcome.list_accounts()
        )
        whole = (
            f'{rest[:-1]},{members[1:-1]},"routes":{routes},"history":{history},'
            f'"more":{more}}}'
        )
        missed = map(self._frame, event_objects(welcome.missed))
        return self._frame_text(utf8(whole)) + b"".join(missed)

    def _frame(self, fields: Fields) -> bytes:
        return self._frame_text(utf8(dump_json(fields)))


class _LastEncoded(Generic[V]):
    """The JSON of a value, which is encoded again only if another one comes."""

    def __init__(self, objects: Callable[[V], list[Fields]]) -> None:
        self._objects = objects
        self._last: tuple[V | None, str] = (None, "[]")

    def __call__(self, value: V) -> str:
        if self._last[0] is not value:
            self._last = (value, dump_json(self._objects(value)))
        return self._last[1]


class _LastMembers:
    """The JSON of the members of a room, for as long as they are the same."""

    def __init__(self) -> None:
        self._members: Sequence[str] | None = None
        self._away: Mapping[str, str] = {}
        self._accounts: Mapping[str, str] = {}
        self._encoded = ""

    def __call__(
        self,
        members: Sequence[str],
        away: Mapping[str, str],
        accounts: Mapping[str, str],
    ) -> str:
        is_last = members is self._members and accounts is self._accounts
        if not is_last or away != self._away:
            self._members, self._away, self._accounts = members, away, accounts
            self._encoded = dump_json(members_object(members, away, accounts))
        return self._encoded


def decode_object(text: str, routes: Container[str]) -> Request:
    """The request in a JSON text.  Unknown keys are ignored.

    :param routes: the known routes; see ``text.decode_line``.
    """
    ref: str | None = None
    try:
        fields = _object(text)
        ref = _optional(fields, "ref")
        request = _decoder(fields)(fields, routes)
    except Refused as refused:
        return refusal(refused, ref)
    return request if ref is None else replace(request, ref=ref)


def _object(text: str) -> Fields:
    try:
        value = parse_json(text)
    except JsonError:
        raise Refused("bad_json", "invalid JSON") from None
    if not isinstance(value, dict):
        raise Refused("bad_json", 'not a JSON object such as {"type": "who"}')
    return value


def _message(fields: Fields, _routes: Container[str]) -> Request:
    return Request("", accepted_text(_text(fields)), room=_optional(fields, "room"))


def _dm(fields: Fields, _routes: Container[str]) -> Request:
    to = _required(fields, "to")
    if not to or re.search(r"\s", to):
        raise Refused("no_such_nick", '"to" is not a nickname', "(try \\who)")
    text = accepted_text(_text(fields))
    # Typed, blanks between the two have no meaning; here they indent the text.
    words = (to, text) if text[:1].isspace() else None
    return Request("dm", f"{to} {text}", words=words)


def _edit(fields: Fields, _routes: Container[str]) -> Request:
    text = accepted_text(_text(fields))
    room = _optional(fields, "room")
    # A line would lose the blanks with which the text begins.
    return Request("edit", text, room=room, words=(text,) if text else None)


def _delete(fields: Fields, _routes: Container[str]) -> Request:
    words, room = (_required(fields, "id"),), _optional(fields, "room")
    return Request("delete_one", "", internal=True, room=room, words=words)


def _nick(fields: Fields, _routes: Container[str]) -> Request:
    name = _required(fields, "nick")
    fold(name)  # refuses what would be several arguments of the route
    return Request("nick", name)


def _join(fields: Fields, _routes: Container[str]) -> Request:
    room, key = room_name(_required(fields, "room")), _optional(fields, "key")
    return Request("join", room, words=(room, key) if key else None)


def _leave(fields: Fields, _routes: Container[str]) -> Request:
    return Request("leave", "", room=_required(fields, "room"))


def _who(fields: Fields, _routes: Container[str]) -> Request:
    return Request("who", "", room=_optional(fields, "room"))


def _history(fields: Fields, _routes: Container[str]) -> Request:
    return Request(
        "history",
        "",
        room=_optional(fields, "room"),
        before=_optional(fields, "before"),
        limit=_limit(fields),
    )


def _command(fields: Fields, routes: Container[str]) -> Request:
    line = _text(fields)
    request = decode_line(line, routes)
    if not request.route:
        request = replace(request, text=accepted_text(request.text))
    return replace(request, room=_optional(fields, "room"), limit=_limit(fields))


@dataclass(frozen=True, slots=True)
class Resume:
    """What a frame that resumes a session has; see ``JoinRequest``."""

    session: str
    since: str | None
    ref: str | None


def resume_in(text: str) -> Resume | None:
    """The frame, if it is a valid one that resumes a session."""
    if "resume" not in text and "\\u" not in text:
        # Most first frames do not, and are parsed again as what they are.
        return None
    try:
        fields = _object(text)
        return _resume_of(fields) if fields.get("type") == "resume" else None
    except Refused:
        return None


def _resume_of(fields: Fields) -> Resume:
    session, since = _required(fields, "session"), _optional(fields, "since")
    return Resume(session, since, _optional(fields, "ref"))


def _log_in(fields: Fields, _routes: Container[str]) -> Request:
    one = _credentials_of(fields)
    words = (one.nick, one.password, one.token)
    return Request("log_in", "", internal=True, words=words)


def _register(fields: Fields, _routes: Container[str]) -> Request:
    return Request("register", "", words=(_required(fields, "password"),))


def _password(fields: Fields, _routes: Container[str]) -> Request:
    words = (_required(fields, "old"), _required(fields, "new"))
    return Request("password", "", words=words)


def _read(fields: Fields, _routes: Container[str]) -> Request:
    """Of a room, or of the direct messages with someone."""
    if "nick" in fields:
        what = DIRECT + _required(fields, "nick")
    else:
        what = room_name(_required(fields, "room"))
    words = (what, _required(fields, "id"))
    return Request("read_up_to", "", internal=True, words=words)


def _enter(fields: Fields, _routes: Container[str]) -> Request:
    """After the connection has entered, or where no password is needed."""
    _required(fields, "password")
    return Request("enter_server", "", internal=True, words=())


@dataclass(frozen=True, slots=True)
class LogIn:
    """What a frame that logs in has."""

    credentials: Credentials
    ref: str | None


def login_in(text: str) -> LogIn | None:
    """The frame, if it is a valid one that logs in."""
    try:
        fields = _object(text)
        if fields.get("type") != "login":
            return None
        return LogIn(_credentials_of(fields), _optional(fields, "ref"))
    except Refused:
        return None


def entry_in(text: str) -> tuple[str | None, str | None]:
    """The password of the server in a frame, and its ``ref``; ``None`` for either."""
    try:
        fields = _object(text)
        is_entry = fields.get("type") == "enter"
        password = _optional(fields, "password") if is_entry else None
        return password, _optional(fields, "ref")
    except Refused:
        return None, None


def _credentials_of(fields: Fields) -> Credentials:
    token = _optional(fields, "token")
    if token is not None:
        return Credentials(token=token)
    return Credentials(_required(fields, "nick"), _required(fields, "password"))


def _late_resume(fields: Fields, _routes: Container[str]) -> Request:
    _resume_of(fields)  # refuses invalid fields
    raise Refused("bad_request", '"resume" must be the first frame of a connection')


_DECODERS: dict[str, Callable[[Fields, Container[str]], Request]] = {
    "message": _message,
    "dm": _dm,
    "edit": _edit,
    "delete": _delete,
    "nick": _nick,
    "join": _join,
    "leave": _leave,
    "who": _who,
    "history": _history,
    "command": _command,
    "login": _log_in,
    "register": _register,
    "password": _password,
    "read": _read,
    "enter": _enter,
    "resume": _late_resume,
}


def _decoder(fields: Fields) -> Callable[[Fields, Container[str]], Request]:
    kind = fields.get("type")
    decoder = _DECODERS.get(kind) if isinstance(kind, str) else None
    if decoder is None:
        known = ", ".join(_DECODERS)
        raise Refused("unknown_type", f'"type" must be one of {known}')
    return decoder


def _text(fields: Fields) -> str:
    """The text of a message, which may be longer than other strings."""
    return _present("text", _string(fields, "text"))


def _required(fields: Fields, name: str) -> str:
    return _present(name, _optional(fields, name))


def _present(name: str, value: str | None) -> str:
    if value is None:
        raise Refused("bad_field", f'"{name}" is missing')
    return value


def _optional(fields: Fields, name: str) -> str | None:
    value = _string(fields, name)
    if value is not None:
        check_line(value)
    return value


def _string(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("bad_field", f'"{name}" must be a string')
    return without_surrogates(value)


def _limit(fields: Fields) -> int | None:
    limit = fields.get("limit")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise Refused("bad_field", '"limit" must be a positive whole number')
    return limit
