"""The reactor and the log, as the core uses them."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.logs import Log
from twisted_chat.server.runtime import make_runtime, spawn


class RuntimeTests(SynchronousTestCase):
    """The runtime of a reactor."""

    def test_time_and_delayed_calls_are_the_reactors(self) -> None:
        clock = Clock()
        runtime = make_runtime(clock, log_addresses=True)
        called: list[float] = []
        runtime.call_later(2, lambda: called.append(runtime.seconds()))
        clock.advance(3)
        self.assertEqual(called, [3.0])

    def test_line_is_logged_as_it_is(self) -> None:
        """Braces are no fields of the log's format."""
        log = Log(self)
        make_runtime(Clock(), log_addresses=True).log_line("{nick} quit")
        self.assertEqual(log.lines(), ["{nick} quit"])


class SpawnTests(SynchronousTestCase):
    """Coroutines that nobody waits for."""

    def test_exception_in_a_coroutine_is_logged(self) -> None:
        """Nothing is lost silently."""

        async def broken() -> None:
            raise ZeroDivisionError

        async def broken_later(awaited: Deferred[None]) -> None:
            await awaited
            raise ZeroDivisionError

        spawn(broken())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        first: Deferred[None] = Deferred()
        spawn(broken_later(first))
        first.callback(None)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_coroutine_gets_what_it_waits_for(self) -> None:
        """Results and exceptions, in order."""
        got: list[object] = []
        waits: list[Deferred[str]] = [Deferred() for _ in range(4)]

        async def waiting() -> None:
            for one in waits:
                try:
                    got.append(await one)
                except ValueError as error:
                    got.append(error)

        spawn(waiting())
        failed = ValueError("no")
        waits[1].errback(failed)
        self.assertEqual(got, [])
        waits[0].callback("a")
        waits[2].callback("b")
        self.assertEqual(got, ["a", failed, "b"])
        waits[3].callback("c")
        self.assertEqual(got, ["a", failed, "b", "c"])
