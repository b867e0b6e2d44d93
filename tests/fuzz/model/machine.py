"""The machine: clients do at random what people do, and see what the reference says.

After every step all clients are read, and compared with the reference.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.fuzz.target import expect, expect_equal
from tests.fuzz.world_machine import WorldMachine
from twisted_chat.clients.first_frame import GRACE

from .engine_players import make_engine_player
from .players import JsonPlayer, Player, SocketPlayer, make_player
from .reference import Reference
from .showing import Person
from .shown import JSON, TEXT, WIRES

MAX_PEOPLE = 6


class Machine(WorldMachine):
    """Up to six clients of all kinds, and what each of them is shown."""

    players: dict[int, Player]

    def __init__(self) -> None:
        super().__init__()
        self.reference = Reference()
        self.gone: dict[int, tuple[Person, JsonPlayer]] = {}
        self.marks: dict[int, list[tuple[str, int]]] = {}
        self._count = 0

    # Who does what.

    def person(self, data: st.DataObject, *wires: str) -> Person:
        """Somebody who is present."""
        people = [
            one
            for one in self.reference.people.values()
            if one.wire in (wires or WIRES)
        ]
        return data.draw(st.sampled_from(people))

    def has(self, *wires: str) -> bool:
        """Whether anyone of these wires is present."""
        return any(one.wire in wires for one in self.reference.people.values())

    def compare(self) -> None:
        """Everyone was shown what the reference says."""
        self.world.settle()
        for number, person in self.reference.people.items():
            player = self.players[number]
            expect_equal(
                player.reads(), person.expected, f"{person.nick} by {person.wire}"
            )
            person.expected.clear()
            if isinstance(player, JsonPlayer):
                mark = (player.position, person.last_seq)
                marks = self.marks.setdefault(number, [mark])
                if marks[-1] != mark:
                    marks.append(mark)

    # Arriving.

    @initialize()
    def begin(self) -> None:
        """Somebody is there already, who sees what the others do."""
        self.connect(TEXT)

    @rule(wire=st.sampled_from(WIRES))
    @precondition(lambda self: len(self.players) < MAX_PEOPLE)
    def connect(self, wire: str) -> None:
        """Somebody arrives as a guest."""
        self._arrive(wire, lambda: make_player(self.world, wire))

    @rule(polls=st.booleans())
    @precondition(lambda self: len(self.players) < MAX_PEOPLE)
    def connect_by_engineio(self, polls: bool) -> None:
        """Somebody arrives whose network may not pass WebSocket on."""
        self._arrive(JSON, lambda: make_engine_player(self.world, polls=polls))

    def _arrive(self, wire: str, make: Callable[[], Player]) -> None:
        before = set(self.world.chat.pool.clients)
        player = make()
        self.world.settle()
        if wire == JSON:
            self.world.clock.advance(GRACE)
            self.world.settle()
        (own,) = set(self.world.chat.pool.clients) - before
        self._count += 1
        person = Person(self._count, wire, self.world.chat.pool.clients[own].nick)
        expect(person.nick.startswith("guest_"), f"a guest is called {person.nick}")
        self.players[person.number] = player
        self.reference.arrive(person)

    @rule(seconds=st.sampled_from((0.1, 1.0, 30.0)))
    def wait(self, seconds: float) -> None:
        """Time passes; heartbeats are answered."""
        self.world.clock.advance(seconds)

    # What is always true.

    @invariant()
    def everyone_was_shown_what_the_reference_says(self) -> None:
        """And is present where it says."""
        self.compare()
        rooms: dict[str, list[str]] = {}
        for person in self.reference.people.values():
            for room in person.rooms:
                rooms.setdefault(room, []).append(person.nick)
        wanted = {name: sorted(nicks) for name, nicks in rooms.items()}
        expect_equal(self.nicks_by_room(), wanted, "who is present")

    @invariant()
    def every_connection_is_open(self) -> None:
        """No client is disconnected for what it did."""
        for player in self.players.values():
            if isinstance(player, SocketPlayer):
                expect_equal(player.close_code, None, "a connection is closed")
