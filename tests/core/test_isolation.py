"""What goes wrong in one part stays there."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.isolation import as_store_error, encoded
from twisted_chat.testing import TestChat


class MistakesTests(SynchronousTestCase):
    """An operator reads of it in the log, and nobody else notices."""

    def setUp(self) -> None:
        self.logged: list[Exception] = []
        room = TestChat()
        self.runtime = replace(room.runtime, log_failure=self.logged.append)

    def test_encoded(self) -> None:
        """What a wire makes of something is shown as it is."""

        def encode(text: str, *, times: int) -> bytes:
            return text.encode() * times

        self.assertEqual(encoded(self.runtime, encode, "hi", times=2), b"hihi")
        self.assertEqual(self.logged, [])

    def test_a_wire_that_raises(self) -> None:
        """What cannot be encoded is not shown."""

        def encode(text: str) -> bytes:
            raise RuntimeError(text)

        self.assertEqual(encoded(self.runtime, encode, "hi"), b"")
        self.assertEqual(list(map(str, self.logged)), ["hi"])

    def test_a_reason_that_a_store_gave(self) -> None:
        """A sender reads why the store refused, and the log is left in peace."""
        error = StoreError("the disk is full")
        self.assertIs(as_store_error(self.runtime, error), error)
        self.assertEqual(self.logged, [])

    def test_a_store_with_a_mistake(self) -> None:
        """A sender is told where to look, and not what broke inside."""
        error = as_store_error(self.runtime, ZeroDivisionError("secret"))
        self.assertEqual(str(error), "the store failed (see the server log)")
        self.assertEqual(list(map(str, self.logged)), ["secret"])
