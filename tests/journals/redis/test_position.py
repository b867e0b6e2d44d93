"""Tests of twisted_chat.journals.redis.position."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.journals.redis.position import StreamPosition


class StreamPositionTests(SynchronousTestCase):
    """Positions are ids that sort as text."""

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 9_999_999_999_999), st.integers(0, 999_999_999_999_999)
            )
        )
    )
    def test_positions_sort_as_text(self, found: list[tuple[int, int]]) -> None:
        """In the order of arrival, whatever the numbers."""
        positions = sorted(StreamPosition(*each) for each in found)
        shown = [position.text for position in positions]
        self.assertEqual(shown, sorted(shown))
        for position in positions:
            self.assertEqual(StreamPosition.parse(position.text), position)
            self.assertEqual(StreamPosition.from_id(position.id.encode()), position)

    def test_invalid_position_is_recognized(self) -> None:
        """Clients may send any text."""
        valid = StreamPosition(1, 2).text
        for text in ("", "1-2", valid + "\n", valid + "0", valid.replace("2", "٢")):
            self.assertIsNone(StreamPosition.parse(text), text)
