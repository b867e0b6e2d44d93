"""Tests of twisted_chat.journals.redis.entries."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.journals.contract import EVERY_EVENT, entry
from twisted_chat.core.events import Entry, Message
from twisted_chat.journals.redis.entries import (
    Place,
    read,
    read_batch,
    read_kept,
    script_arguments,
    to_bytes,
    to_text,
    write,
)


class EntriesTests(SynchronousTestCase):
    """What goes into Redis comes out of it."""

    def test_every_event_comes_back(self) -> None:
        """Nothing is lost of any kind of event."""
        for event in EVERY_EVENT:
            one = entry(event)
            self.assertEqual(read(json.loads(write(one))), (one.key, event))

    @given(st.text(), st.text())
    def test_every_text_comes_back(self, text: str, nick: str) -> None:
        """Whatever people write."""
        said = Message("lobby", nick, text, "id")
        data = to_bytes(to_text(write(Entry("k", said))))
        self.assertEqual(read(json.loads(to_text(data))), ("k", said))

    def test_half_a_character(self) -> None:
        """What no wire lets in does no harm."""
        said = Message("lobby", "x", "\ud83d", "id")
        stored = read_kept(b"5-1", write(Entry("k", said)))
        assert stored is not None
        self.assertEqual(stored.event, said)

    def test_a_later_version(self) -> None:
        """A field or a kind that we do not know is passed over."""
        said = json.loads(write(entry(Message("lobby", "a", "hi", "id"))))
        self.assertEqual(read([*said, "more"]), read(said))
        self.assertIsNone(read(["Sang", "k", "lobby"]))
        self.assertIsNone(read(["Said", "k", "lobby"]))
        self.assertIsNone(read([]))
        self.assertIsNone(read_kept(b"5-1", b'["Sang","k"]'))

    def test_a_batch(self) -> None:
        """Each event of a batch has its number; those we do not know count too."""
        parts = [write(entry(event)) for event in EVERY_EVENT[:2]]
        data = b"[" + b",".join([parts[0], b'["Sang","k"]', parts[1]]) + b"]"
        before, batch = read_batch(b"1700000000123-10", data)
        self.assertEqual(before.number, 7)
        self.assertEqual(
            [one.position for one in batch],
            ["1700000000123-000000000000008", "1700000000123-000000000000010"],
        )
        self.assertEqual(batch[0].time, 1_700_000_000_123)
        self.assertEqual([one.event for one in batch], list(EVERY_EVENT[:2]))

    def test_every_event_has_an_script_arguments(self) -> None:
        """The scripts are told what to do with each."""
        kinds = [script_arguments(event)[0] or "-" for event in EVERY_EVENT]
        self.assertEqual(
            kinds,
            [
                *("room", "room", "room", "-", "direct", "join", "leave", "quit"),
                *("rename", "topic", "away"),
            ],
        )


class PlaceTests(SynchronousTestCase):
    """Positions are ids that sort as text."""

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 9_999_999_999_999), st.integers(0, 999_999_999_999_999)
            )
        )
    )
    def test_positions_sort(self, found: list[tuple[int, int]]) -> None:
        """In the order of arrival, whatever the numbers."""
        places = sorted(Place(*one) for one in found)
        positions = [place.position for place in places]
        self.assertEqual(positions, sorted(positions))
        for place in places:
            self.assertEqual(Place.of_position(place.position), place)
            self.assertEqual(Place.of_id(place.id.encode()), place)

    def test_what_is_none(self) -> None:
        """What a client sends that is no position."""
        good = Place(1, 2).position
        for text in ("", "1-2", good + "\n", good + "0", good.replace("2", "٢")):
            self.assertIsNone(Place.of_position(text), text)
