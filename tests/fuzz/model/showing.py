"""Who is present, what happened, and what each client is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .samples import LOOKS
from .shown import (
    JSON,
    LINES,
    LOBBY,
    SOCKETIO,
    Happening,
    as_events,
    as_object,
    on_lines,
)

HISTORY = 10
"""Messages that a client is shown when it joins."""

ERROR = "error"
"""Stands for any refusal."""


@dataclass
class Person:
    """One client.

    :ivar number: stays the same if it resumes.
    :ivar rooms: in the order of joining; it talks in the last.
    :ivar ignored: the numbers of those that it ignores, with their nicknames when it
        began to.
    :ivar expected: what it must be shown that was not compared yet.
    :ivar is_new: on Socket.IO, it has not joined yet.
    :ivar last_seq: the place of the last that it was shown.
    """

    number: int
    wire: str
    nick: str
    rooms: list[str] = field(default_factory=lambda: [LOBBY])
    away: str = ""
    ignored: dict[int, str] = field(default_factory=dict)
    expected: list[Any] = field(default_factory=list)
    is_new: bool = True
    last_seq: int = 0

    @property
    def room(self) -> str | None:
        """The room that it talks in."""
        return self.rooms[-1] if self.rooms else None


class Showing:
    """The state of a chat, and to whom each event is shown.

    :ivar people: who is present, by number.
    :ivar past: everything that a client which resumes may have missed.
    """

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.past: list[Happening] = []
        self.topics: dict[str, str] = {}
        self.seq = 0

    # Showing.

    def refuse(self, person: Person) -> None:
        """A client is told that it cannot have what it asked for."""
        person.expected.append(ERROR)

    def notice(self, person: Person, text: str) -> None:
        """A client is told something that nobody else is."""
        if person.wire == JSON:
            person.expected.append({"type": "notice", "text": text})
        else:
            person.expected.append(text)

    def _happen(self, what: Happening) -> Happening:
        self.seq += 1
        what = replace(what, seq=self.seq)
        if what.kind in ("message", "action", "topic", "dm"):
            self.past.append(what)
        return what

    def _show(
        self,
        kind: str,
        person: Person,
        *,
        rooms: list[str],
        text: str = "",
        but: Person | None = None,
    ) -> None:
        """Something happens, and everyone in these rooms is shown it.

        :param but: except this client.
        """
        room = rooms[0] if rooms and kind not in ("quit", "away") else ""
        what = self._happen(Happening(kind, person.number, person.nick, room, text))
        for viewer in self.people.values():
            hidden = kind == "joined" and viewer.wire == SOCKETIO and viewer is person
            if viewer is not but and not hidden:
                self._show_to(viewer, what, rooms)

    def _show_to(self, viewer: Person, what: Happening, rooms: list[str]) -> None:
        shared = [room for room in rooms if room in viewer.rooms]
        is_text = what.kind in ("message", "action")
        if not shared or (is_text and what.author in viewer.ignored):
            return
        room = viewer.room if viewer.room in shared else shared[0]
        self._expect(viewer, what, "" if room == viewer.room else f"[#{room}] ")

    def _expect(self, viewer: Person, what: Happening, prefix: str) -> None:
        if viewer.wire in LINES:
            viewer.expected += on_lines(what, prefix)
        elif viewer.wire == JSON:
            viewer.expected.append(as_object(what))
            viewer.last_seq = what.seq
        else:
            viewer.expected += as_events(what, prefix)

    # Looking up.

    def is_free(self, nick: str, person: Person) -> bool:
        """Whether a client may have this nickname."""
        look = LOOKS.get(nick)
        return look is not None and all(
            LOOKS.get(other.nick) != look
            for other in self.people.values()
            if other is not person
        )

    def named(self, nick: str) -> Person | None:
        """Who has this nickname, in whatever case."""
        return next(
            (one for one in self.people.values() if _same(one.nick, nick)), None
        )

    def _members(self, room: str) -> dict[str, Any]:
        inside = [one for one in self.people.values() if room in one.rooms]
        return {
            "members": sorted(one.nick for one in inside),
            "count": len(inside),
            "away": {one.nick: one.away for one in inside if one.away},
            "accounts": {},
        }

    def _messages(self, room: str) -> list[Happening]:
        kinds = ("message", "action")
        return [one for one in self.past if one.room == room and one.kind in kinds]

    def history(self, person: Person, room: str) -> list[Happening]:
        """The last messages of a room."""
        shown = self._messages(room)[-HISTORY:]
        return [one for one in shown if one.author not in person.ignored]


def _same(nick: str, other: str) -> bool:
    """Whether both are the same name, by case and composition."""
    if nick == other:
        return True
    spellings = (
        {"alice", "Alice", "ALICE"},
        {"bob", "\uff42\uff4f\uff42"},
        {"J\u00fcrgen", "Ju\u0308rgen"},
    )
    return any(nick in one and other in one for one in spellings)
