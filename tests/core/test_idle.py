"""Calls that wait until something is idle."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.idle import IdleCalls


class IdleCallsTests(SynchronousTestCase):
    """Each call is made once, in order."""

    def test_calls_are_made_once_in_the_order_of_their_first_addition(self) -> None:
        """However often one is added."""
        idle, calls = IdleCalls(), []

        def call() -> None:
            calls.append(1)

        idle.add(call)
        idle.add(lambda: calls.append(2))
        idle.add(call)
        idle.run()
        self.assertEqual(calls, [1, 2])
        idle.run()
        self.assertEqual(calls, [1, 2])

    def test_idle_calls_are_true_while_any_waits(self) -> None:
        """A run without calls does nothing."""
        idle = IdleCalls()
        idle.run()
        self.assertFalse(idle)
        idle.add(lambda: None)
        self.assertTrue(idle)
        idle.run()
        self.assertFalse(idle)

    def test_bound_method_is_the_same_call_each_time(self) -> None:
        """Python makes a new object for it at each access."""
        idle, calls = IdleCalls(), []

        class Caller:
            def call(self) -> None:
                calls.append(1)

        caller = Caller()
        idle.add(caller.call)
        idle.add(caller.call)
        idle.run()
        self.assertEqual(calls, [1])

    def test_call_added_by_a_call_waits_for_the_next_run(self) -> None:
        """A call that adds itself again does not loop."""
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
