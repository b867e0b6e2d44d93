"""Tests of twisted_chat.journals.memory_values, beside the contract of journals."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.memory_values import MemoryValues


class MemoryValuesTests(SynchronousTestCase):
    """Values that last as long as the process."""

    def test_what_was_loaded_is_a_copy(self) -> None:
        """It does not change with the values, nor they with it."""
        values = MemoryValues()
        values.apply({"a/1": "one"})
        found = self.successResultOf(self.start(values))
        found["a/1"] = "two"
        self.assertEqual(self.successResultOf(self.start(values)), {"a/1": "one"})

    def start(self, values: MemoryValues) -> Deferred[dict[str, str]]:
        return Deferred.fromCoroutine(values.load("a/"))
