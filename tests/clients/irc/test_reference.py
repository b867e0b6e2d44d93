"""What a reply knows of the command that it answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.reference import Place, Reference

WORDS = st.text(st.characters(exclude_characters="\r\n\0"), max_size=20)
LABELS = st.text(st.characters(exclude_characters="\0"), max_size=20)


class ReferenceTests(SynchronousTestCase):
    """A reference is a text in between."""

    @given(WORDS, WORDS, LABELS, st.sampled_from(Place))
    def test_text_has_all_of_it(
        self, command: str, target: str, label: str, place: Place
    ) -> None:
        """Whatever a line can have; a label also line ends, by escapes."""
        reference = Reference(command, target, label, place)
        self.assertEqual(Reference.of(str(reference)), reference)
        self.assertEqual(Reference.has_label(str(reference)), bool(label))

    def test_reply_that_answers_nothing_has_an_empty_one(self) -> None:
        """No command and no label."""
        self.assertEqual(Reference.of(None), Reference(""))

    def test_first_and_last_target_are_known(self) -> None:
        """An only one is the whole answer."""
        joins = Reference("JOIN", "#a,#b,#c", "7").for_each(["#a", "#b", "#c"])
        self.assertEqual([each.target for each in joins], ["#a", "#b", "#c"])
        self.assertEqual(
            [each.place for each in joins], [Place.FIRST, Place.MIDDLE, Place.LAST]
        )
        self.assertEqual(
            Reference("JOIN", "#a,", "7").for_each(["#a"]),
            [Reference("JOIN", "#a", "7", Place.WHOLE)],
        )
