"""Turns: who is next, and what costs are remembered."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import runtime_of
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.client import Client, Identity
from twisted_chat.core.limits import SEARCH_TIME
from twisted_chat.core.turns import (
    CREDIT,
    LAST_TURN,
    MAX_REMEMBERED,
    Costs,
    Turn,
    TurnOver,
    Turns,
)
from twisted_chat.testing.fakes import FakeConnection


class TurnsTests(SynchronousTestCase):
    """Work of several clients, which takes as long as the test says."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.turns = Turns(runtime_of(self, self.clock))
        self.given: list[tuple[str, Turn]] = []
        self.done: list[str] = []
        self.dropped: list[str] = []
        self.gate: Deferred[None] | None = None

    def client(self, name: str, network: int | None = None) -> Client:
        connection = FakeConnection()
        return Client(name, connection, LineCodec(), Identity(network=network))

    def ask(self, client: Client, seconds: float = 0.001) -> None:
        async def work(turn: Turn) -> None:
            self.given.append((client.id, turn))
            if self.gate is not None:
                await self.gate
            self.clock.advance(min(seconds, turn.seconds))
            if seconds > turn.seconds and not turn.is_last:
                raise TurnOver
            self.done.append(client.id)

        def drop(reason: str) -> None:
            self.dropped.append(f"{client.id}: {reason}")

        self.turns.add(client, work, drop)

    def hold(self, client: Client, seconds: float = 0.001) -> None:
        """Begin a piece of work that takes until ``release``."""
        self.gate = Deferred()
        self.ask(client, seconds)

    def release(self) -> list[str]:
        gate, self.gate = self.gate, None
        assert gate is not None
        gate.callback(None)
        return self.done

    def test_network_that_has_cost_least_is_next(self) -> None:
        """However many clients of others wait, and since when."""
        crowd = [self.client(f"c{n}", 1) for n in range(32)]
        alice = self.client("alice", 2)
        self.hold(crowd[0])
        for client in crowd[1:]:
            self.ask(client)
        self.ask(alice)
        self.assertEqual(self.release()[:2], ["c0", "alice"])

    def test_client_of_a_network_that_has_cost_least_is_next(self) -> None:
        """Many people may share one."""
        alice, bob, carol = (self.client(name) for name in ("alice", "bob", "carol"))
        self.hold(alice, 0.02)
        for client in (alice, bob, carol):
            self.ask(client, 0.02)
        self.assertEqual(self.release(), ["alice", "bob", "carol", "alice"])
        self.done.clear()
        self.hold(carol, 0.05)
        for client in (carol, bob, alice):
            self.ask(client)
        self.assertEqual(self.release(), ["carol", "bob", "alice", "carol"])

    def test_new_clients_do_not_keep_out_who_has_cost_something(self) -> None:
        """Or to come with many connections would pay."""
        alice = self.client("alice")
        for _ in range(20):
            self.ask(alice, 10.0)
        crowd = [self.client(f"c{n}") for n in range(32)]
        self.hold(crowd[0], 10.0)
        for client in crowd[1:]:
            self.ask(client, 10.0)
        self.given.clear()
        self.ask(alice)
        self.release()
        before = self.given[: [name for name, _ in self.given].index("alice")]
        self.assertLess(sum(turn.seconds for _, turn in before), 1.0)

    def test_cheap_work_is_done_before_costly_work(self) -> None:
        """Within a second, though all have one address and have cost nothing so far."""
        crowd = [self.client(f"c{n}") for n in range(32)]
        alice = self.client("alice")
        self.hold(crowd[0], 10.0)
        for client in crowd[1:]:
            self.ask(client, 10.0)
        self.ask(alice, 0.001)
        self.release()
        self.assertEqual(self.done[0], "c0")  # which was alone at first
        self.assertEqual(self.done[1], "alice")
        self.assertEqual(len(self.done), 33)
        before = self.given[: [name for name, _ in self.given].index("alice")]
        self.assertLess(sum(turn.seconds for _, turn in before), 1.0)

    def test_all_turns_of_a_piece_of_work_are_bounded(self) -> None:
        """Each is twice as long as the one before; the last one takes the rest."""
        alice, bob = self.client("alice"), self.client("bob")
        self.hold(bob)
        self.ask(alice, 10.0)
        for n in range(29):
            self.ask(self.client(f"c{n}"), 10.0)
        self.release()
        turns = [turn for name, turn in self.given if name == "alice"]
        seconds = [turn.seconds for turn in turns]
        self.assertAlmostEqual(sum(seconds), SEARCH_TIME)
        self.assertEqual([turn.is_last for turn in turns], [False] * 4 + [True])
        for shorter, longer in pairwise(seconds):
            self.assertGreater(longer, 1.99 * shorter)

    def test_work_that_is_alone_has_all_the_time(self) -> None:
        """In one turn."""
        self.ask(self.client("alice"))
        self.assertEqual(self.given, [("alice", LAST_TURN)])

    def test_one_piece_of_work_waits_for_a_client(self) -> None:
        """The last one."""
        alice, bob = self.client("alice"), self.client("bob")
        self.hold(alice)
        self.ask(bob)
        self.ask(bob)
        self.assertEqual(self.release(), ["alice", "bob"])
        self.assertEqual(self.dropped, ["bob: another search followed"])

    def test_close_drops_what_waits(self) -> None:
        """And what follows; the work that runs ends by itself."""
        alice, bob = self.client("alice"), self.client("bob")
        self.hold(alice)
        self.ask(bob)
        self.turns.close("closing")
        self.ask(bob)
        self.assertEqual(self.dropped, ["bob: closing", "bob: closing"])
        self.assertEqual(self.release(), ["alice"])

    def test_failure_of_one_piece_of_work_does_not_stop_the_others(self) -> None:
        """It is logged."""

        async def fail(_turn: Turn) -> None:
            raise ZeroDivisionError

        failures: list[Exception] = []
        runtime = runtime_of(self, self.clock)
        self.turns = Turns(replace(runtime, log_failure=failures.append))
        self.turns.add(self.client("alice"), fail, self.dropped.append)
        self.ask(self.client("bob"))
        self.assertEqual(self.done, ["bob"])
        self.assertEqual([type(one) for one in failures], [ZeroDivisionError])

    def test_dropped_work_gets_no_further_turn(self) -> None:
        """Of a client that was lost, that asked again, or when the server stops."""
        for drop, reason in (
            (lambda alice: self.turns.drop(alice, "lost"), "lost"),
            (self.ask, "another search followed"),
            (lambda _: self.turns.close("closing"), "closing"),
        ):
            self.turns = Turns(runtime_of(self, self.clock))
            alice, bob = self.client("alice"), self.client("bob")
            self.hold(bob)
            self.ask(alice, 10.0)
            for n in range(9):
                self.ask(self.client(f"c{n}"))
            first, self.gate = self.gate, Deferred()
            assert first is not None
            first.callback(None)
            self.assertEqual(self.given[-1][0], "alice")
            drop(alice)
            self.release()
            self.assertEqual(self.dropped[-1], f"alice: {reason}")

    def test_costs_count_from_what_others_have_cost(self) -> None:
        """Who has not waited for a while has a little credit."""
        costs = Costs()
        costs.begin("a")
        costs.add("a", 4.0)
        costs.add("a", 1.0)
        costs.begin("b")
        self.assertAlmostEqual(costs.of("a") - costs.of("b"), 1.0 + CREDIT)
        costs.begin("a")
        self.assertAlmostEqual(costs.of("a") - costs.of("b"), 1.0 + CREDIT)

    def test_costs_do_not_count_once_nobody_waits(self) -> None:
        """They have kept nobody waiting."""
        costs = Costs()
        costs.begin("a")
        costs.add("a", 4.0)
        costs.settle()
        costs.begin("b")
        self.assertAlmostEqual(costs.of("a") - costs.of("b"), CREDIT)

    def test_costs_of_many_causes_are_forgotten(self) -> None:
        """Those of which nothing was noted for the longest time."""
        costs = Costs()
        costs.add("a", 4.0)
        costs.add("b", 4.0)
        for n in range(MAX_REMEMBERED - 1):
            costs.begin(n)
        self.assertEqual(costs.of("a"), costs.of("new"))
        self.assertGreater(costs.of("b"), costs.of("new"))
