"""Who is where on all servers, as far as one of them has heard.

It is kept beside the pool for what only several servers need: to find what changed
while this one was cut off, and whom of ours the others took for gone.

Rules of this file: plain values and events; it changes as events are announced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from twisted_chat.core.events import AwaySet, Event, Joined, Left, Quit, Renamed, Stored

from .entries import to_text


@dataclass(slots=True)
class Resident:
    """Someone in the conversation.

    :ivar home: connected to this server.
    """

    nick: str
    rooms: tuple[str, ...] = ()
    away: str = ""
    home: bool = False


class Roster:
    """Everyone, by client id.

    :param mine: how the keys of this server's own entries begin.
    :ivar exiled: whom of ours the others took for gone, as they were then.
    """

    def __init__(self, mine: str) -> None:
        self._mine = mine
        self.people: dict[str, Resident] = {}
        self.exiled: dict[str, Resident] = {}
        self._leaving: set[str] = set()

    def leaves(self, who: str) -> None:
        """One of ours is on its way out, and is not to be brought back."""
        self.exiled.pop(who, None)
        if who in self.people:
            self._leaving.add(who)

    def heard(self, batch: Iterable[Stored]) -> None:
        """What is being announced."""
        for stored in batch:
            event = stored.event
            match event:
                case Joined(room=room, nick=nick, client_id=who):
                    self._joined(who, nick, room, stored.key.startswith(self._mine))
                case Quit(client_id=who):
                    self._gone(who, stored.key.startswith(self._mine))
                case (
                    Left(client_id=who)
                    | Renamed(client_id=who)
                    | AwaySet(client_id=who)
                ):
                    if (person := self.people.get(who)) is not None:
                        _change(person, event)
                case _:
                    pass

    def home(self) -> tuple[list[str], list[str]]:
        """The ids of our own people, and the rooms that any of them is in."""
        mine = [who for who, person in self.people.items() if person.home]
        rooms = {room for who in mine for room in self.people[who].rooms}
        return mine, sorted(rooms)

    def changes(self, found: Mapping[str, Resident]) -> list[Event]:
        """What must have happened, if this is how it is now."""
        events: list[Event] = [
            Quit(person.nick, who)
            for who, person in self.people.items()
            if who not in found
        ]
        for who, now in found.items():
            before = self.people.get(who) or Resident(now.nick)
            if before.nick != now.nick:
                events.append(Renamed(before.nick, now.nick, who))
            events += (
                Left(room, now.nick, who)
                for room in before.rooms
                if room not in now.rooms
            )
            events += (
                Joined(room, now.nick, who)
                for room in now.rooms
                if room not in before.rooms
            )
            if before.away != now.away:
                events.append(AwaySet(now.nick, now.away, who))
        return events

    def _joined(self, who: str, nick: str, room: str, home: bool) -> None:
        person = self.people.get(who)
        if person is None:
            person = self.people[who] = Resident(nick)
        person.nick = nick
        person.home = home
        if room not in person.rooms:
            person.rooms += (room,)
        self.exiled.pop(who, None)

    def _gone(self, who: str, by_us: bool) -> None:
        person = self.people.pop(who, None)
        leaving = who in self._leaving
        self._leaving.discard(who)
        if person is not None and person.home and not by_us and not leaving:
            self.exiled[who] = person


def residents(found: Sequence[bytes], here: str) -> dict[str, Resident]:
    """Who is where, from what ``people.lua`` found.

    :param here: the name of this server.
    """
    people = {}
    for at in range(0, len(found), 3):
        server, who, data = found[at : at + 3]
        person = json.loads(to_text(data))
        people[to_text(who)] = Resident(
            person["nick"],
            tuple(person["rooms"].split()),
            person["away"],
            to_text(server) == here,
        )
    return people


def _change(person: Resident, event: Event) -> None:
    match event:
        case Left(room=room):
            person.rooms = tuple(name for name in person.rooms if name != room)
        case Renamed(new=new):
            person.nick = new
        case AwaySet(text=text):
            person.away = text
        case _:
            pass
