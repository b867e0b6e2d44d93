"""The backlog: what a client has sent, as it was received."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.trial.unittest import SynchronousTestCase

from tests.support.memory_use import bytes_used
from twisted_chat.core.backlog import MAX_BACKLOG, REQUEST_SIZE, Backlog, size_of
from twisted_chat.core.limits import TOKEN_BYTES
from twisted_chat.core.replies import Request

FIRST = Request("", "first")


def decode(unit: str | bytes) -> Iterator[Request]:
    """A request for each word."""
    for word in unit.split():
        yield Request("", word if isinstance(word, str) else word.decode())


def shout(unit: str) -> Iterator[Request]:
    return decode(unit.upper())


def backlog() -> Backlog:
    return Backlog(FIRST, iter(()), 0)


class BacklogTests(SynchronousTestCase):
    """Units go in, and requests come out."""

    def rest(self, waiting: Backlog) -> list[str]:
        """The texts of what is left, in order."""
        texts = []
        while waiting.next is not None:
            texts.append(waiting.next.text)
            waiting.advance()
        self.assertEqual((len(waiting), waiting.size), (0, 0))
        return texts

    def test_requests_come_out_in_order(self) -> None:
        """Whatever they are made of, and by what."""
        waiting = Backlog(FIRST, decode("a b"), 0)
        self.assertTrue(waiting.push("c d", decode))
        self.assertTrue(waiting.push(b"e", decode))
        self.assertTrue(waiting.push_request(Request("", "f")))
        self.assertTrue(waiting.push("g", shout))
        self.assertTrue(waiting.push("h", shout))
        self.assertEqual(len(waiting), 6)
        self.assertEqual(self.rest(waiting), ["first", *"abcdef", "G", "H"])

    def test_unit_of_any_length_comes_out_whole(self) -> None:
        """Its length is written in one byte or in five."""
        for size in (1, 2, 253, 254, 255, 256, 257, 65_000):
            waiting = backlog()
            waiting.push("x" * size, decode)
            waiting.push("\u00e9" * (size // 2), decode)
            texts = self.rest(waiting)
            self.assertEqual(texts[:2], ["first", "x" * size])
            self.assertEqual(texts[2:], ["\u00e9" * (size // 2)] * (size > 1))

    def test_unit_that_makes_no_request_is_passed_over(self) -> None:
        """An empty one, too."""
        waiting = backlog()
        for unit in ("", " ", "a", ""):
            waiting.push(unit, decode)
        self.assertEqual(self.rest(waiting), ["first", "a"])

    def test_unit_is_decoded_when_it_is_next(self) -> None:
        """And its later requests only after the first."""
        decoded = []

        def record(unit: str) -> Iterator[Request]:
            for word in unit.split():
                decoded.append(word)
                yield Request("", word)

        waiting = backlog()
        waiting.push("a b", record)
        self.assertEqual(decoded, [])
        waiting.advance()
        self.assertEqual(decoded, ["a"])

    def test_first_request_of_a_unit_costs_its_bytes(self) -> None:
        """Characters count as their bytes."""
        waiting = Backlog(FIRST, iter(()), 3)
        self.assertEqual(waiting.tokens, 3)
        for unit in ("a b" + " " * 2 * TOKEN_BYTES, "c", "\u00e9" * TOKEN_BYTES):
            waiting.push(unit, decode)
        tokens = []
        while waiting.next is not None:
            tokens.append(waiting.tokens)
            waiting.advance()
        self.assertEqual(tokens, [3, 2, 0, 0, 2])
        self.assertEqual(size_of("\u00e9" * TOKEN_BYTES), 2 * TOKEN_BYTES)

    def test_size_is_bounded(self) -> None:
        """A unit or a request beyond it is not taken, and changes nothing."""
        waiting = backlog()
        line = b"x" * 99
        while waiting.push(line, decode):
            pass
        self.assertEqual(waiting.size, MAX_BACKLOG // 100 * 100)
        self.assertEqual(len(waiting), 1 + MAX_BACKLOG // 100)
        self.assertFalse(waiting.push_request(FIRST))
        texts = self.rest(waiting)
        self.assertEqual(len(texts), 1 + MAX_BACKLOG // 100)
        requests = backlog()
        while requests.push_request(FIRST):
            pass
        self.assertEqual(requests.size, MAX_BACKLOG)
        self.assertEqual(len(requests), 1 + MAX_BACKLOG // REQUEST_SIZE)

    def test_units_take_little_more_than_their_bytes(self) -> None:
        """However small they are."""
        waiting = backlog()

        def fill() -> None:
            while waiting.push(b"", decode):
                pass

        self.assertLess(bytes_used(fill), 1.2 * MAX_BACKLOG)
        self.assertEqual(len(waiting), 1 + MAX_BACKLOG)

    def test_units_that_are_taken_take_no_memory(self) -> None:
        """Though others follow them all the time."""
        waiting = backlog()
        waiting.push("x" * 1000, decode)

        def go_on() -> None:
            for _ in range(10_000):
                waiting.push("x" * 1000, decode)
                waiting.advance()

        self.assertLess(bytes_used(go_on), 10_000)


class FormerConnectionTests(SynchronousTestCase):
    """What a former connection received."""

    @staticmethod
    def ends(request: Request) -> bool:
        return request.text == "quit"

    def drop(self, waiting: Backlog) -> list[str]:
        texts = []
        waiting.drop_former(self.ends)
        while waiting.next is not None:
            texts.append(waiting.next.text)
            waiting.advance()
            waiting.drop_former(self.ends)
        self.assertEqual((len(waiting), waiting.size), (0, 0))
        return texts

    def test_end_is_dropped_with_what_follows_it(self) -> None:
        """But not what the present connection received, which may end, too."""
        waiting = backlog()
        waiting.push("a quit b", decode)
        waiting.push_request(Request("", "c"))
        waiting.push("d", decode)
        waiting.become_former()
        waiting.push("e quit", decode)
        self.assertEqual(self.drop(waiting), ["first", "a", "e", "quit"])

    def test_end_may_be_the_first_request(self) -> None:
        """Nothing may be left then."""
        waiting = Backlog(Request("", "quit"), decode("a"), 0)
        waiting.push("b", decode)
        waiting.become_former()
        self.assertEqual(self.drop(waiting), [])
