"""The garbage collector of the server's process."""

from __future__ import annotations

import gc

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.garbage import collect_less_often


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
