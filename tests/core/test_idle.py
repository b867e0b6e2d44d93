"""Calls that wait until something is idle."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.idle import IdleCalls


class IdleCallsTests(SynchronousTestCase):
    """Each call is made once, in order."""

    def test_call_added_twice_is_made_once(self) -> None:
        """Calls are made in the order in which they were first added."""
        idle, calls = IdleCalls(), []

        def call() -> None:
            calls.append(1)

        idle.run()
        idle.add(call)
        idle.add(call)
        idle.add(lambda: calls.append(2))
        self.assertTrue(idle)
        idle.run()
        self.assertFalse(idle)
        idle.run()
        self.assertEqual(calls, [1, 2])

    def test_call_added_by_a_call_waits_for_the_next_run(self) -> None:
        """A call may ask to be made again without an endless loop."""
        idle = IdleCalls()
        calls: list[int] = []

        def call() -> None:
            calls.append(len(calls))
            idle.add(call)

        idle.add(call)
        idle.run()
        self.assertEqual(calls, [0])
        idle.run()
        self.assertEqual(calls, [0, 1])
