"""Machines whose clients use a whole chat: its beginning and its end."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from tests.fuzz.target import expect, expect_equal
from tests.fuzz.world import World, no_failure_logged, start_clock
from tests.support.threads import MEMORY, FakeReactorFromThreads, FakeThreads
from twisted_chat.journals.retention import KEEP_ALL
from twisted_chat.journals.sqlite.journal import SqliteJournal


class WorldMachine(RuleBasedStateMachine):
    """The clients of a chat, in which no failure is logged.

    :cvar executions: how many runs of such machines there were.
    :ivar players: the clients that are connected, by number.
    """

    executions = 0

    def __init__(self) -> None:
        super().__init__()
        WorldMachine.executions += 1
        self._log = no_failure_logged()
        self._log.__enter__()
        self.world = self.start()
        self.players: dict[int, Any] = {}

    def start(self) -> World:
        """The server of the chat; by default one that stores in memory."""
        return World()

    def teardown(self) -> None:
        """Everyone leaves, and nothing is left of them."""
        for player in self.players.values():
            player.goes()
        self.world.settle()
        self.world.clock.pump([1.0] * 60)
        self._log.__exit__(None, None, None)
        pool = self.world.chat.pool
        expect_equal(pool.clients, {}, "clients that are still there")
        expect_equal(pool.presence.members, {}, "members that are still there")
        members = [room.members for room in pool.rooms.values()]
        expect(not any(members), "rooms that still have members")

    def nicks_by_room(self) -> dict[str, list[str]]:
        """The nicknames in each room, sorted."""
        return {
            name: sorted(room.nicks())
            for name, room in self.world.chat.pool.rooms.items()
            if room.members
        }


class SqliteWorldMachine(WorldMachine):
    """The same with SQLite: derive a machine whose server may be restarted from both.

    :ivar path: the folder with the file.
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(dir=MEMORY)
        self._clock = start_clock()
        self.path = Path(self._folder.name) / "0"
        self.path.mkdir()
        super().__init__()

    def start(self) -> World:
        """A server on what is in the file."""
        journal = SqliteJournal(
            str(self.path / "chat.sqlite"),
            FakeReactorFromThreads(),
            self._clock.seconds,
            KEEP_ALL,
            FakeThreads(),
        )
        return World(journal, self._clock)

    def teardown(self) -> None:
        super().teardown()
        self.world.close()
        self._folder.cleanup()
