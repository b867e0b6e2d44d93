"""The garbage collector of the server's process."""

from __future__ import annotations

import gc
import weakref

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.garbage import collect_less_often, exempt_the_program


class ThresholdTests(SynchronousTestCase):
    """How often garbage is collected."""

    def setUp(self) -> None:
        """Other tests go on with the default."""
        self.addCleanup(gc.set_threshold, *gc.get_threshold())

    def test_garbage_is_collected_less_often(self) -> None:
        """Than once for each 700 objects, which is once for a few clients."""
        gc.set_threshold(700, 10, 10)
        collect_less_often()
        youngest, middle, oldest = gc.get_threshold()
        self.assertGreater(youngest, 5000)
        # What connections leave behind is collected about as often as by default.
        self.assertLessEqual(youngest * middle * oldest, 100_000)
        self.assertTrue(gc.isenabled())


class _Cycle:
    """Refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


class ExemptionTests(SynchronousTestCase):
    """What a collection of all generations examines."""

    def setUp(self) -> None:
        """Other tests go on with everything."""
        self.addCleanup(gc.unfreeze)

    def test_what_exists_is_not_examined_again(self) -> None:
        """So how long a collection takes depends on the clients alone."""
        kept = [_Cycle()]
        exempt_the_program()
        self.assertGreater(gc.get_freeze_count(), 1000)
        examined = {id(each) for each in gc.get_objects()}
        self.assertNotIn(id(kept[0]), examined)

    def test_what_was_garbage_is_freed(self) -> None:
        """It would be kept for ever otherwise."""
        garbage = weakref.ref(_Cycle())
        exempt_the_program()
        self.assertIsNone(garbage())

    def test_what_is_garbage_later_is_collected(self) -> None:
        """As connections that end leave some."""
        exempt_the_program()
        garbage = weakref.ref(_Cycle())
        gc.collect()
        self.assertIsNone(garbage())
