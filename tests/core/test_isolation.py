"""What goes wrong in one part stays there."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.isolation import as_store_error, encoded, report


class MistakesTests(SynchronousTestCase):
    """An operator reads of it in the log, and nobody else notices."""

    def setUp(self) -> None:
        self.logged: list[Exception] = []

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            coroutine.send(None)
        except Exception as error:  # noqa: BLE001
            self.logged.append(error)

    def test_report(self) -> None:
        """The exception itself is in the log."""
        mistake = KeyError("x")
        report(self.spawn, mistake)
        self.assertEqual(self.logged, [mistake])

    def test_encoded(self) -> None:
        """What a wire makes of something is shown as it is."""

        def encode(text: str, *, times: int) -> bytes:
            return text.encode() * times

        self.assertEqual(encoded(self.spawn, encode, "hi", times=2), b"hihi")
        self.assertEqual(self.logged, [])

    def test_a_wire_that_raises(self) -> None:
        """What cannot be encoded is not shown."""

        def encode(text: str) -> bytes:
            raise RuntimeError(text)

        self.assertEqual(encoded(self.spawn, encode, "hi"), b"")
        self.assertEqual(list(map(str, self.logged)), ["hi"])

    def test_a_reason_that_a_store_gave(self) -> None:
        """A sender reads why the store refused, and the log is left in peace."""
        error = StoreError("the disk is full")
        self.assertIs(as_store_error(self.spawn, error), error)
        self.assertEqual(self.logged, [])

    def test_a_store_with_a_mistake(self) -> None:
        """A sender is told where to look, and not what broke inside."""
        error = as_store_error(self.spawn, ZeroDivisionError("secret"))
        self.assertEqual(str(error), "the store failed; the server's log says how")
        self.assertEqual(list(map(str, self.logged)), ["secret"])
