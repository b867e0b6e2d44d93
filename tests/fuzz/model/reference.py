"""The reference: what each client must be shown, in order, and who must be present.

It knows nothing of the server.  A client that is shown something appends it to its list
``expected``, in the form of its wire; ``machine`` compares that with what was received.
"""

from __future__ import annotations

from typing import Any

from .samples import is_visible
from .showing import Person, Showing
from .shown import (
    JSON,
    LINE,
    LINES,
    LOBBY,
    SOCKETIO,
    Happening,
    as_events,
    as_object,
    dm_on_lines,
    on_lines,
)


class Reference(Showing):
    """What follows from what each client does."""

    # Arriving and leaving.

    def arrive(self, person: Person) -> None:
        """A new client is welcomed in the lobby, and everyone there is shown it."""
        self.people[person.number] = person
        history = self.history(person, LOBBY)
        topic = self.topics.get(LOBBY, "")
        if person.wire in LINES:
            person.expected.append(f"Welcome, {person.nick}!")
            if topic:
                person.expected.append(f"topic of #{LOBBY}: {topic}")
            person.expected += [line for one in history for line in on_lines(one)]
        elif person.wire == JSON:
            shown = [as_object(one) for one in history]
            person.expected.append(
                self._welcome(person, recovered=False, history=shown)
            )
        self._show("joined", person, rooms=[LOBBY])
        if person.wire == LINE:
            person.expected.append("\\help lists what you can type")

    def leave_chat(self, person: Person) -> None:
        """A client is gone."""
        rooms = person.rooms
        del self.people[person.number]
        self._show("quit", person, rooms=rooms)

    def come_back(self, person: Person, since: int) -> None:
        """A client that was gone resumes, and is shown what it missed.

        :param since: the place of the last that it was shown.
        """
        rooms = person.rooms or [LOBBY]
        away, person.away, person.rooms = person.away, "", []
        self.people[person.number] = person
        for room in rooms:
            person.rooms.append(room)
            if room != rooms[-1]:
                self._show("joined", person, rooms=[room], but=person)
        own = len(person.expected)
        self._show("joined", person, rooms=[rooms[-1]])
        del person.expected[own:]
        self.resume(person, since, joined=rooms[-1])
        if away:
            self.set_away(person, away)

    def resume(self, person: Person, since: int, joined: str = "") -> None:
        """A client is welcomed again, with what it missed.

        :param joined: the room that it has joined just now, if it was gone.
        """
        person.last_seq = self.seq
        person.expected.append(self._welcome(person, recovered=True, history=[]))
        person.expected += [as_object(one) for one in self.missed(person, since)]
        for room in person.rooms[:-1]:
            # The history of another room is in what was missed.
            person.expected += self._snapshot(person, room, [], more=False)
        if joined:
            who = {"nick": person.nick, "account": None}
            person.expected.append({"type": "joined", "room": joined, **who})

    def missed(self, person: Person, since: int) -> list[Happening]:
        """What happened since, and is replayed to a client."""
        return [
            one
            for one in self.past
            if one.seq > since
            and (
                person.number in (one.author, one.recipient)
                if one.kind == "dm"
                else one.room in person.rooms
            )
            and (one.kind == "topic" or one.author not in person.ignored)
        ]

    def _welcome(
        self, person: Person, *, recovered: bool, history: list[dict[str, Any]]
    ) -> dict[str, Any]:
        room = person.room or LOBBY
        return {
            "type": "welcome",
            "account": None,
            "nick": person.nick,
            "room": room,
            "rooms": list(person.rooms),
            "topic": self.topics.get(room, ""),
            "recovered": recovered,
            "may_register": True,
            "password_min": 8,
            "history": history,
            **self._members(room),
        }

    # Talking.

    def say(self, person: Person, text: str, *, answered: bool = False) -> None:
        """A message in the client's current room; one of nothing is not posted.

        :param answered: the client is told that its message was posted, or why not.
        """
        if person.room is None or (answered and not is_visible(text)):
            self.refuse(person)
        elif is_visible(text):
            self._show("message", person, rooms=[person.room], text=text)
            if answered:
                person.expected.append({"type": "ok"})

    def act(self, person: Person, text: str) -> None:
        """An action in the client's current room."""
        if person.room is None or not is_visible(text):
            self.refuse(person)
        else:
            self._show("action", person, rooms=[person.room], text=text)

    def whisper(self, person: Person, nick: str, text: str) -> None:
        """A direct message."""
        found = self.named(nick)
        if found is None:
            self.refuse(person)
            return
        if found.away:
            self.notice(person, f"{found.nick} is away: {found.away}")
        if not text:
            self.refuse(person)
            return
        what = self._happen(
            Happening(
                "dm",
                person.number,
                person.nick,
                text=text,
                other=found.nick,
                recipient=found.number,
            )
        )
        if person.number not in found.ignored:
            self._show_dm(found, what, sent=False)
        if found is not person or person.wire != JSON:
            self._show_dm(person, what, sent=True)

    def _show_dm(self, person: Person, what: Happening, *, sent: bool) -> None:
        if person.wire in LINES:
            person.expected += dm_on_lines(what, sent=sent)
        elif person.wire == JSON:
            person.expected.append(as_object(what))
            person.last_seq = what.seq
        else:
            person.expected += as_events(what, sent=sent)

    # What a client sets.

    def rename(self, person: Person, nick: str) -> None:
        """A client asks for another nickname; Socket.IO clients do when they join."""
        joins = person.wire == SOCKETIO
        if nick == person.nick:
            if not joins:
                self.refuse(person)
        elif not self.is_free(nick, person):
            self.refuse(person)
        else:
            old, person.nick = person.nick, nick
            self._show_renamed(person, old)
        if joins:
            self._show_members(person)

    def _show_renamed(self, person: Person, old: str) -> None:
        what = self._happen(Happening("renamed", person.number, old, other=person.nick))
        rooms = list(person.rooms)
        if not rooms:
            self._expect(person, what, "")
        for viewer in self.people.values():
            if viewer is not person or person.wire != SOCKETIO:
                self._show_to(viewer, what, rooms)

    def _show_members(self, person: Person) -> None:
        """What a Socket.IO client is shown when it joins."""
        if person.is_new:
            for one in self.history(person, LOBBY):
                person.expected += as_events(one)
        person.is_new = False
        nicks = [one.nick for one in self.people.values() if LOBBY in one.rooms]
        person.expected += [["add chatter", nick] for nick in sorted(nicks)]

    def set_away(self, person: Person, text: str) -> None:
        """A client is away, or back if the text is empty."""
        person.away = text
        self._show("away", person, rooms=list(person.rooms), text=text)

    def set_topic(self, person: Person, text: str) -> None:
        """A client sets the topic of its current room."""
        room = person.room
        if room is None or not text:
            self.refuse(person)
            return
        self.topics[room] = text
        self._show("topic", person, rooms=[room], text=text)

    def ignore(self, person: Person, other: Person) -> None:
        """A client ignores another one from now on."""
        if other is person:
            self.refuse(person)
            return
        person.ignored.setdefault(other.number, other.nick)
        nick = other.nick
        self.notice(person, f"you now ignore {nick} (\\unignore {nick} ends it)")

    def unignore(self, person: Person, other: Person) -> None:
        """A client ignores another one no longer."""
        nick = person.ignored.pop(other.number)
        self.notice(person, f"you no longer ignore {nick}")

    # Rooms.

    def join(self, person: Person, typed: str) -> None:
        """A client joins a room, or talks again in one that it is in."""
        room = typed.lower()
        if room in person.rooms:
            person.rooms.remove(room)
            person.rooms.append(room)
            self.notice(person, f"now talking in #{room}")
            return
        history = self.history(person, room)
        person.rooms.append(room)
        person.expected += self._snapshot(person, room, history, more=bool(history))
        self._show("joined", person, rooms=[room])
        self._talks_in(person)

    def _snapshot(
        self, person: Person, room: str, history: list[Happening], *, more: bool
    ) -> list[Any]:
        topic = self.topics.get(room, "")
        if person.wire in LINES:
            lines = [f"topic of #{room}: {topic}"] if topic else []
            mark = "" if person.rooms == [room] else f"[#{room}] "
            return lines + [line for one in history for line in on_lines(one, mark)]
        return [
            {"type": "topic", "room": room, "text": topic},
            {"type": "who", "room": room, **self._members(room)},
            {
                "type": "history",
                "room": room,
                "messages": [as_object(one) for one in history],
                "more": more,
            },
        ]

    def leave(self, person: Person) -> None:
        """A client leaves its current room."""
        room = person.room
        if room is None:
            self.refuse(person)
            return
        what = self._happen(Happening("left", person.number, person.nick, room))
        self._expect(person, what, f"[#{room}] ")
        for viewer in self.people.values():
            if viewer is not person:
                self._show_to(viewer, what, [room])
        person.rooms.remove(room)
        self._talks_in(person)

    def _talks_in(self, person: Person) -> None:
        if person.wire in LINES:
            line = f"now talking in #{person.room}"
            person.expected.append(
                line if person.rooms else "you are in no room (\\join ROOM)"
            )

    def who(self, person: Person) -> None:
        """A client asks who is in its current room."""
        room = person.room
        if room is None:
            self.refuse(person)
            return
        members = self._members(room)
        if person.wire == JSON:
            person.expected.append({"type": "who", "room": room, **members})
            return
        named = sorted(
            f"{nick} (away)" if nick in members["away"] else nick
            for nick in members["members"]
        )
        person.expected.append(f"here ({len(named)}): {', '.join(named)}")

    def ask_history(self, person: Person, count: int) -> None:
        """A client asks for the last messages of its current room."""
        room = person.room
        if room is None:
            self.refuse(person)
            return
        kept = self._messages(room)
        shown = kept[-count:]
        if person.wire == JSON:
            messages = list(map(as_object, shown))
            more = len(kept) > count
            answer = {
                "type": "history",
                "room": room,
                "messages": messages,
                "more": more,
            }
            person.expected.append(answer)
            return
        lines = [line for one in shown for line in on_lines(one)]
        person.expected += lines or ["no earlier messages"]
