"""What clients do while they are there: they talk, set things, and change rooms."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .machine import Machine
from .samples import LOOKS, ROOMS, is_visible, line_texts, nicknames, texts, typed_texts
from .showing import Person
from .shown import JSON, LINES, SOCKETIO, TEXT

_LABELS = st.sampled_from(("lunch", "back soon", "gr\u00fc\u00df \U0001f44b"))

Texts = tuple[str, str]
"""A text as it is sent, and what is left of it."""


class Talking(Machine):
    """Clients that talk."""

    def say(self, person: Person, text: Texts) -> None:
        """Send a message, without waiting for it."""
        raw, clean = text
        player = self.players[person.number]
        if person.wire in LINES and "\n" in clean:
            # Each line is a message of its own.
            raw = clean = clean.partition("\n")[0]
        player.says(raw)
        self.reference.say(person, clean, answered=person.wire == JSON)

    @rule(data=st.data(), text=texts())
    def talk(self, data: st.DataObject, text: Texts) -> None:
        """Somebody says something."""
        self.say(self.person(data), text)

    @rule(data=st.data(), words=st.lists(texts(), min_size=2, max_size=5))
    def talk_together(self, data: st.DataObject, words: list[Texts]) -> None:
        """Several messages arrive in one turn of the reactor."""
        for text in words:
            person = self.person(data)
            # What is refused is answered before the others' messages are stored.
            if person.rooms and is_visible(text[1]):
                self.say(person, text)

    @rule(data=st.data(), words=st.lists(line_texts(), min_size=2, max_size=3))
    @precondition(lambda self: self.has(TEXT))
    def talk_in_one_frame(self, data: st.DataObject, words: list[Texts]) -> None:
        """A frame of plain text with several lines is several messages."""
        person = self.person(data, TEXT)
        self.players[person.number].types("\n".join(raw for raw, _ in words))
        for _, clean in words:
            self.reference.say(person, clean)

    @rule(data=st.data(), text=typed_texts())
    @precondition(lambda self: self.has(*LINES, JSON))
    def act(self, data: st.DataObject, text: Texts) -> None:
        """Somebody does something."""
        raw, clean = text
        person = self.person(data, *LINES, JSON)
        self.players[person.number].types(f"\\me {raw}")
        self.reference.act(person, clean)

    @rule(data=st.data(), text=typed_texts().filter(lambda pair: pair[1].isprintable()))
    @precondition(lambda self: self.has(*LINES, JSON))
    def whisper(self, data: st.DataObject, text: Texts) -> None:
        """Somebody sends a direct message, perhaps to nobody."""
        raw, clean = text
        if not clean:
            return
        person = self.person(data, *LINES, JSON)
        present = [one.nick for one in self.reference.people.values()]
        nick = data.draw(st.sampled_from((*present, *present, *LOOKS)))
        self.players[person.number].whispers(nick, raw)
        self.reference.whisper(person, nick, clean)

    @rule(data=st.data())
    @precondition(lambda self: bool(self.ignored_by()))
    def talk_to_who_ignores(self, data: st.DataObject) -> None:
        """Somebody who is ignored says something, to all and to that one."""
        other, person = data.draw(st.sampled_from(self.ignored_by()))
        self.say(person, ("hi", "hi"))
        if person.wire != SOCKETIO:
            self.players[person.number].whispers(other.nick, "hi")
            self.reference.whisper(person, other.nick, "hi")

    def ignored_by(self) -> list[tuple[Person, Person]]:
        """Who ignores whom."""
        people = self.reference.people
        return [
            (one, people[number]) for one in people.values() for number in one.ignored
        ]


class Setting(Talking):
    """Clients that set nicknames and the like, and change rooms."""

    @rule(data=st.data(), nick=nicknames())
    def rename(self, data: st.DataObject, nick: str) -> None:
        """Somebody asks for another nickname, or joins by Socket.IO."""
        person = self.person(data)
        if person.wire == SOCKETIO and "\u202e" in nick:
            return  # It is a label there, and becomes a valid name.
        self.players[person.number].renames(nick)
        self.reference.rename(person, nick)

    @rule(data=st.data(), text=_LABELS | st.just(""))
    @precondition(lambda self: self.has(*LINES, JSON))
    def go_away(self, data: st.DataObject, text: str) -> None:
        """Somebody is away, or back."""
        person = self.person(data, *LINES, JSON)
        self.players[person.number].types(f"\\away {text}")
        self.reference.set_away(person, text or ("" if person.away else "away"))

    @rule(data=st.data(), text=_LABELS)
    @precondition(lambda self: self.has(*LINES, JSON))
    def set_topic(self, data: st.DataObject, text: str) -> None:
        """Somebody sets the topic."""
        person = self.person(data, *LINES, JSON)
        self.players[person.number].types(f"\\topic {text}")
        self.reference.set_topic(person, text)

    @rule(data=st.data())
    @precondition(lambda self: self.has(*LINES, JSON))
    def ignore(self, data: st.DataObject) -> None:
        """Somebody ignores someone."""
        person, other = self.person(data, *LINES, JSON), self.person(data)
        self.players[person.number].types(f"\\ignore {other.nick}")
        self.reference.ignore(person, other)

    @rule(data=st.data())
    @precondition(
        lambda self: any(one.ignored for one in self.reference.people.values())
    )
    def unignore(self, data: st.DataObject) -> None:
        """Somebody ignores someone no longer."""
        ignoring = [one for one in self.reference.people.values() if one.ignored]
        person = data.draw(st.sampled_from(ignoring))
        number = data.draw(st.sampled_from(sorted(person.ignored)))
        self._unignore(person, self.reference.people[number])

    def _unignore(self, person: Person, other: Person) -> None:
        self.players[person.number].types(f"\\unignore {other.nick}")
        self.reference.unignore(person, other)

    # Rooms.

    @rule(data=st.data(), room=st.sampled_from((*ROOMS, "lobby", "#DEN")))
    @precondition(lambda self: self.has(*LINES, JSON))
    def join(self, data: st.DataObject, room: str) -> None:
        """Somebody joins a room."""
        person = self.person(data, *LINES, JSON)
        if not person.ignored:
            self.players[person.number].types(f"\\join {room}")
            self.reference.join(person, room.removeprefix("#"))

    @rule(data=st.data())
    @precondition(lambda self: self.has(*LINES, JSON))
    def leave_room(self, data: st.DataObject) -> None:
        """Somebody leaves the room that it talks in."""
        person = self.person(data, *LINES, JSON)
        self.players[person.number].types("\\leave")
        self.reference.leave(person)

    @rule(data=st.data())
    @precondition(lambda self: self.has(*LINES, JSON))
    def ask_who(self, data: st.DataObject) -> None:
        """Somebody asks who is there."""
        person = self.person(data, *LINES, JSON)
        self.players[person.number].types("\\who")
        self.reference.who(person)

    @rule(data=st.data(), count=st.integers(1, 5))
    @precondition(lambda self: self.has(*LINES, JSON))
    def ask_history(self, data: st.DataObject, count: int) -> None:
        """Somebody asks what was said."""
        person = self.person(data, *LINES, JSON)
        if not person.ignored:
            self.players[person.number].types(f"\\history {count}")
            self.reference.ask_history(person, count)
