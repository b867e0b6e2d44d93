"""Corrections in Redis, beside the contract of all journals."""

from __future__ import annotations

from tests.journals.corrections_contract import deleted, edited
from tests.support.journals import said, texts
from tests.support.redis import FakeRedisTestCase
from twisted_chat.core.events import Deleted, Edited, Message, Removed, Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.journals.redis.entries import decode_batch


class LiveTests(FakeRedisTestCase):
    """The stream of batches, which servers read that were away for a moment."""

    def setUp(self) -> None:
        super().setUp()
        self.one, self.announced = self.start("one")

    def read_late(self) -> list[Stored]:
        """What another server reads that has read nothing yet."""
        found = self.redis.live_after(b"0-0")
        entries = found[0][1] if found else []
        return [
            stored
            for stream_id, (_, data) in entries
            for stored in decode_batch(stream_id, data)[1]
        ]

    def test_server_that_reads_late_does_not_get_the_former_text(self) -> None:
        """Each event has its number and its key; only its author has to know them."""
        batches = [
            *([said("one"), said("two")], [said("three")], [said("four")]),
        ]
        for batch in batches:
            self.store(self.one, *batch)
        one, two, three, four = self.announced
        self.store(self.one, edited(one, "first"), edited(three, "3"))
        self.store(self.one, deleted(two, three), edited(one, "I"), said("five"))
        late = self.read_late()
        self.assertEqual(
            [(each.position, each.key) for each in late],
            [(each.position, each.key) for each in self.announced],
        )
        self.assertEqual(
            [type(each.event) for each in late],
            [
                *(Message, Removed, Removed, Message),
                *(Removed, Removed, Deleted, Edited, Message),
            ],
        )
        seen = ["I", "?", "?", "four", "?", "?", "", "I", "five"]
        self.assertEqual(texts(late), seen)
        self.assertNotIn(b"three", self.redis.commands.content())
        self.assertEqual(four.event, said("four"))

    def test_batches_go_on_after_a_correction(self) -> None:
        """Servers that follow the stream announce each event once."""
        _, second = self.start("two")
        for n in range(30):
            (message,) = self.store(self.one, said(str(n)))
            stored = self.announced[-1]
            self.assertEqual(stored.key, message.key)
            self.store(self.one, edited(stored, f"new {n}"))
            if n % 3 == 0:
                self.store(self.one, deleted(stored))
        self.assertEqual(second, self.announced)
        self.assertEqual(len(second), 70)

    def test_last_server_that_stops_leaves_no_batches(self) -> None:
        """Nobody follows them; the history is in its indexes."""
        two, _ = self.start("two")
        self.store(self.one, said("hi"))
        self.result(self.one.close())
        self.assertEqual(len(self.read_late()), 1)
        self.result(two.close())
        self.assertEqual(self.read_late(), [])
        three, announced = self.start("three")
        page = self.result(three.history.page(HistoryQuery("lobby", 9)))
        self.assertEqual(texts(page), ["hi"])
        self.store(three, said("again"))
        self.assertEqual(texts(announced), ["again"])
