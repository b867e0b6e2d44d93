"""What is kept of messages for other IRC clients."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.raw import Raw, is_irc, unpack

TEXTS = st.none() | st.text(st.characters(codec="utf-8"))
TAGS = st.dictionaries(
    st.sampled_from(["+draft/reply", "+typing", "+a.b/c"]),
    st.text(st.characters(codec="utf-8")),
)


class RawTests(SynchronousTestCase):
    """Packed and unpacked."""

    @given(
        st.sampled_from(["PRIVMSG", "NOTICE", "ACTION"]),
        TEXTS,
        TAGS,
        st.sampled_from(["", "@#tea"]),
    )
    def test_what_is_packed_is_unpacked(
        self, command: str, text: str | None, tags: dict[str, str], target: str
    ) -> None:
        """Whatever is in it."""
        raw = Raw(command, text, tags, target)
        packed = raw.pack()
        self.assertEqual(unpack(packed), raw)
        self.assertEqual(is_irc(packed), packed is not None)

    def test_plain_message_needs_nothing(self) -> None:
        """Nearly all are."""
        self.assertIsNone(Raw().pack())
        self.assertEqual(unpack(None), Raw())

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_json_is_not_irc(self, value: object) -> None:
        """A Socket.IO value is never taken for a message of IRC."""
        text = json.dumps(value)
        if text not in {"NaN", "Infinity"}:
            self.assertFalse(is_irc(text), text)
            self.assertEqual(unpack(text), Raw())

    def test_text_is_shown_if_it_differs_in_codes_only(self) -> None:
        """Otherwise words were masked, or it was corrected."""
        raw = Raw(text="\x02bad\x02 word")
        self.assertEqual(raw.shown("bad word"), "\x02bad\x02 word")
        self.assertEqual(raw.shown("*** word"), "*** word")
        self.assertEqual(Raw().shown("hi"), "hi")
