"""JSON from clients."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.strict_json import MAX_DEPTH, JsonError, parse_json


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


class StrictJsonTests(SynchronousTestCase):
    """A value, or a ``JsonError``."""

    def test_depth_has_a_limit(self) -> None:
        """Of arrays and of objects, wherever the deep part is."""
        for text in (
            nested(MAX_DEPTH),
            '{"a":' * (MAX_DEPTH - 1) + "[]" + "}" * (MAX_DEPTH - 1),
            f"[{nested(MAX_DEPTH - 1)},{nested(MAX_DEPTH - 1)}]",
            json.dumps("[" * 5000),
        ):
            self.assertEqual(parse_json(text), json.loads(text))
        for text in (
            nested(MAX_DEPTH + 1),
            '{"a":' * MAX_DEPTH + "[]" + "}" * MAX_DEPTH,
            f'[1,{{"a":{nested(MAX_DEPTH - 1)}}},2]',
            nested(100_000),
            "[" * 100_000,
        ):
            with self.assertRaisesRegex(JsonError, f"more than {MAX_DEPTH} levels"):
                parse_json(text)

    def test_values_that_json_has_not_are_refused(self) -> None:
        """Python's reader accepts some of them."""
        for text in (
            "NaN",
            "[Infinity]",
            "-Infinity",
            "",
            "\ufeff1",
            "1 2",
            "9" * 5000,
        ):
            with self.assertRaisesRegex(JsonError, "invalid JSON", msg=text[:9]):
                parse_json(text)

    @given(st.text() | st.from_regex(r'\A[\[\]{}",:0-9.eE+\-truefalsn\\ ]{0,40}\Z'))
    def test_any_text_is_a_value_or_a_json_error(self, text: str) -> None:
        """Nothing else is raised, and a value is the one of Python's reader."""
        try:
            value: Any = parse_json(text)
        except JsonError:
            return
        self.assertEqual(value, json.loads(text))
