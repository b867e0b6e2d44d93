"""The bounded queue of bytes that wait to be sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.net.send_queue import SendQueue


class SendQueueTests(unittest.SynchronousTestCase):
    """First in, first out, up to a limit."""

    def test_exactly_the_limit_may_wait(self) -> None:
        """A chunk that exceeds it is not appended."""
        queue = SendQueue(5)
        self.assertTrue(queue.push(b"abc"))
        self.assertFalse(queue.push(b"def"))
        self.assertTrue(queue.push(memoryview(b"de")))
        self.assertFalse(queue.push(b"f"))
        self.assertEqual((queue.size, queue.pop_all()), (5, b"abcde"))
        self.assertTrue(queue.push(b"fghij"))

    def test_pop_removes_whole_chunks(self) -> None:
        """As many as have the given number of bytes, if there are that many."""
        queue = SendQueue(100)
        for chunk in (b"ab", b"cd", b"ef"):
            queue.push(chunk)
        self.assertEqual((queue.pop(3), queue.size), (b"abcd", 2))
        self.assertEqual((queue.pop(100), queue.size), (b"ef", 0))
        self.assertEqual(queue.pop(1), b"")

    def test_queue_is_true_while_something_waits(self) -> None:
        """``clear`` discards it."""
        queue = SendQueue(5)
        self.assertFalse(queue)
        queue.push(b"abc")
        self.assertTrue(queue)
        queue.clear()
        self.assertFalse(queue)
        self.assertEqual(queue.size, 0)

    @given(st.lists(st.one_of(st.binary(max_size=9), st.integers(1, 20))))
    def test_bytes_keep_their_order(self, steps: list[bytes | int]) -> None:
        """Whatever is pushed and popped."""
        queue = SendQueue(1000)
        pushed = popped = b""
        for step in steps:
            if isinstance(step, bytes):
                queue.push(step)
                pushed += step
            else:
                popped += queue.pop(step)
            self.assertEqual(queue.size, len(pushed) - len(popped))
        self.assertEqual(popped + queue.pop_all(), pushed)
