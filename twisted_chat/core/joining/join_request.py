"""What a client asks for when it connects: a nickname, rooms, or to resume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from twisted_chat.core.events import LOBBY
from twisted_chat.core.limits import MAX_ROOMS
from twisted_chat.core.names.nicknames import room_name
from twisted_chat.core.replies import Refused

_LOBBY = (LOBBY,)


@dataclass(frozen=True, slots=True)
class Credentials:
    """With what a client logs in: a name and a password, or a token."""

    nick: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What a client asks for when it connects.

    :ivar nick: the nickname; without one, a client that resumes gets its last one back.
        If there is none, or it is taken or invalid, a guest's is assigned.  A client of
        an account gets that of its member, or the account's name unless
        ``nick_refused`` is given.
    :ivar nick_refused: called with the reason in place of assigning a guest's, for an
        adapter that asks for another nickname: the client is gone then, is sent
        nothing, and its connection may be attached again.
    :ivar since: the last position that it received, if it resumes; later events are
        replayed.
    :ivar session: the secret of its last ``Welcome``, if it resumes.  If that client is
        still connected, this connection takes over its nickname and rooms.  One that
        was not issued, or is void, makes it a new client.
    :ivar rooms: the rooms to join; the last becomes its current room.  None if empty.
    :ivar resumable: it is told its session, with which it may resume.
    :ivar away: its away text; not used if the server remembers that of the session.
    :ivar ignored: the nicknames that it ignores, likewise.
    :ivar ref: comes back on its welcome.
    :ivar account: the account that it is logged in to; empty for a guest.
    :ivar member_id: the id of that account.
    :ivar credentials: with what it logs in, if it does; it is a guest if they are
        refused.
    """

    nick: str | None = None
    since: str | None = None
    session: str | None = None
    rooms: Sequence[str] = _LOBBY
    resumable: bool = True
    away: str = ""
    ignored: Sequence[str] = ()
    ref: str | None = None
    account: str = ""
    member_id: str = ""
    credentials: Credentials | None = None
    nick_refused: Callable[[Refused], None] | None = None

    def valid_rooms(self) -> tuple[str, ...]:
        """The rooms that it asks for, without invalid names; the lobby if none is left.

        If they are too many, the last ones: it wants to talk in the last of all.
        """
        if self.rooms == _LOBBY:
            return _LOBBY
        if not self.rooms:
            return ()
        names: dict[str, None] = {}
        for room in self.rooms:
            with suppress(Refused):
                names[room_name(room)] = None
        return tuple(names)[-MAX_ROOMS:] or _LOBBY


NEW_CLIENT = JoinRequest(resumable=False)
"""What a client asks for that can neither ask for anything nor resume."""
