"""How clients leave and come back, and how a server is restarted."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.fuzz.target import expect, expect_equal
from tests.fuzz.world_machine import SqliteWorldMachine

from .machine import MAX_PEOPLE
from .players import JsonPlayer, LinePlayer, Player
from .samples import LOOKS, typed_texts
from .showing import ERROR, Person
from .shown import JSON, LINE, LINES, TEXT
from .talking import Setting, Texts

TAKEN_OVER = 4000
"""The code with which a connection is closed whose client resumed on another one."""


class ChatMachine(Setting):
    """A whole chat in memory."""

    def _forget(self, person: Person) -> None:
        """Nobody ignores somebody who leaves, nor the other way round."""
        for other in list(self.reference.people.values()):
            if person.number in other.ignored:
                self._unignore(other, person)
            if other.number in person.ignored:
                self._unignore(person, other)
        self.compare()

    def _leaves(self, person: Person, how: Callable[[Player], object]) -> None:
        player = self.players.pop(person.number)
        how(player)
        self.reference.leave_chat(person)
        if isinstance(player, JsonPlayer):
            self.gone[person.number] = person, player

    @rule(data=st.data())
    @precondition(lambda self: len(self.players) > 1)
    def disconnect(self, data: st.DataObject) -> None:
        """Somebody's connection is lost."""
        person = self.person(data)
        self._forget(person)
        self._leaves(person, lambda player: player.goes())

    @rule(data=st.data(), half=st.booleans())
    @precondition(lambda self: len(self.players) > 1 and self.has(LINE))
    def disconnect_in_mid_line(self, data: st.DataObject, half: bool) -> None:
        """A line without its end counts only if the client has closed its side."""
        person = self.person(data, LINE)
        self._forget(person)
        player = self.players[person.number]
        assert isinstance(player, LinePlayer)
        player.begins("not complete")
        if half:
            self.reference.say(person, "not complete")
            player.half_closes()
            self.world.settle()
        self._leaves(person, lambda _: player.goes() if half else player.breaks())

    @rule(data=st.data(), text=typed_texts())
    @precondition(lambda self: len(self.players) > 1 and self.has(*LINES, JSON))
    def quit(self, data: st.DataObject, text: Texts) -> None:
        """Somebody leaves with a last message, and cannot resume."""
        raw, clean = text
        person = self.person(data, *LINES, JSON)
        self._forget(person)
        player = self.players[person.number]
        player.types(f"\\quit {raw}")
        if person.rooms:
            self.reference.say(person, clean)
        self.world.settle()
        self._leaves(person, lambda _: player.goes())
        self.gone.pop(person.number, None)

    @rule(data=st.data())
    @precondition(lambda self: self.gone and len(self.players) < MAX_PEOPLE)
    def come_back(self, data: st.DataObject) -> None:
        """Somebody who was gone resumes."""
        number = data.draw(st.sampled_from(sorted(self.gone)))
        person, former = self.gone.pop(number)
        rooms = quote(",".join(person.rooms))
        player = JsonPlayer(self.world, f"&resume=1&rooms={rooms}")
        player.resumes(former.session, former.position)
        self.world.settle()
        self.players[number] = player
        if not self._is_still_free(person):
            if not person.nick.startswith("guest_"):
                person.expected.append(ERROR)
            client = self.world.chat.pool.clients
            person.nick = next(
                one.nick for one in client.values() if one.session == former.session
            )
            expect(person.nick.startswith("guest_"), "a nickname that is in use")
        self.reference.come_back(person, person.last_seq)

    def _is_still_free(self, person: Person) -> bool:
        if person.nick in LOOKS:
            return self.reference.is_free(person.nick, person)
        return self.reference.named(person.nick) is None

    @rule(data=st.data())
    @precondition(lambda self: self.has(JSON))
    def take_over(self, data: st.DataObject) -> None:
        """Somebody resumes whose former connection is still open."""
        person = self.person(data, JSON)
        former = self.players[person.number]
        assert isinstance(former, JsonPlayer)
        position, seq = data.draw(st.sampled_from(self.marks[person.number]))
        player = JsonPlayer(self.world, "&resume=1")
        player.resumes(former.session, position)
        self.world.settle()
        expect_equal(former.reads(), [], "what the former connection is shown")
        expect_equal(former.close_code, TAKEN_OVER, "the end of the former connection")
        former.goes()
        self.players[person.number] = player
        self.reference.resume(person, seq)


class SqliteChatMachine(SqliteWorldMachine, ChatMachine):
    """The same with SQLite, whose server may be restarted."""

    @rule()
    def restart(self) -> None:
        """The server is restarted; who has a session can resume."""
        for person in list(self.reference.people.values()):
            self._forget(person)
        self.world.stop()
        for number, player in list(self.players.items()):
            player.goes()
            person = self.reference.people.pop(number)
            del self.players[number]
            if isinstance(player, JsonPlayer):
                # Away texts are kept in memory.
                person.away = ""
                self.gone[number] = person, player
        for person, _ in self.gone.values():
            person.away = ""
        self.world.close()
        self.world = self.start()
        self.connect(TEXT)
