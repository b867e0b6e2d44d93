"""Isolation of faults: exceptions are logged, and reach no client."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.isolation import as_store_error, encoded
from twisted_chat.testing import TestChat


class IsolationTests(SynchronousTestCase):
    """A codec or a journal raises."""

    def setUp(self) -> None:
        self.logged: list[Exception] = []
        chat = TestChat()
        self.runtime = replace(chat.runtime, log_failure=self.logged.append)

    def test_encoded_returns_what_the_codec_returns(self) -> None:
        """With all of its arguments."""

        def encode(text: str, *, times: int) -> bytes:
            return text.encode() * times

        self.assertEqual(encoded(self.runtime, encode, "hi", times=2), b"hihi")
        self.assertEqual(self.logged, [])

    def test_exception_of_a_codec_is_logged(self) -> None:
        """Nothing is shown in its place."""

        def encode(text: str) -> bytes:
            raise RuntimeError(text)

        self.assertEqual(encoded(self.runtime, encode, "hi"), b"")
        self.assertEqual(list(map(str, self.logged)), ["hi"])

    def test_store_error_is_returned_as_it_is(self) -> None:
        """Its text is for clients, and it is not logged."""
        error = StoreError("the disk is full")
        self.assertIs(as_store_error(self.runtime, error), error)
        self.assertEqual(self.logged, [])

    def test_other_exception_of_a_journal_is_logged_and_hidden(self) -> None:
        """The client is referred to the log."""
        error = as_store_error(self.runtime, ZeroDivisionError("secret"))
        self.assertEqual(str(error), "the store failed (see the server log)")
        self.assertEqual(list(map(str, self.logged)), ["secret"])
