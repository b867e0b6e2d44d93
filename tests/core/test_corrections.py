"""Tests of twisted_chat.core.corrections."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.corrections import (
    REMEMBERED,
    Author,
    Corrections,
    replayed,
    with_text,
)
from twisted_chat.core.events import (
    Action,
    Deleted,
    Edited,
    Event,
    Joined,
    Message,
    Stored,
    TopicSet,
)
from twisted_chat.core.presence import Member


def stored(position: str, event: Event | None = None) -> Stored:
    """A message whose text is its position, or another event."""
    return Stored(position, 0, event or Message("r", "bob", position, "B"))


def deleted(positions: str) -> Deleted:
    """Bob deletes messages of his."""
    return Deleted("r", "bob", "", positions, "B")


def edited(position: str, text: str) -> Edited:
    """Bob corrects a message."""
    return Edited("r", "bob", position, text, "B")


class AuthorTests(SynchronousTestCase):
    """Whose messages are whose."""

    def test_guest_wrote_what_its_client_sent_as_a_guest(self) -> None:
        """Under whatever nickname; not what the client sent for an account."""
        author = Author.of(Member("B", "bob"))
        self.assertTrue(author.wrote(Message("r", "bobby", "hi", "B")))
        self.assertTrue(author.wrote(Action("r", "bob", "waves", "B")))
        for event in (
            Message("r", "bob", "hi", "C"),
            Message("r", "bob", "hi", "B", account="bob", account_id="@1"),
            TopicSet("r", "bob", "tea", "B"),
            Joined("r", "bob", "B"),
        ):
            self.assertFalse(author.wrote(event), event)

    def test_account_wrote_what_its_clients_sent(self) -> None:
        """From any device, and as guests before they logged in."""
        member = Member("@1", "bob", account="bob", clients=("B", "C"))
        author = Author.of(member)
        self.assertTrue(author.wrote(Action("r", "x", "hi", "D", "bob", "@1")))
        self.assertTrue(author.wrote(Message("r", "guest_1", "hi", "C")))
        self.assertFalse(author.wrote(Action("r", "bob", "hi", "B", "al", "@2")))
        self.assertFalse(author.wrote(Message("r", "bob", "hi", "E")))

    def test_account_did_not_write_what_an_earlier_one_of_its_name_sent(self) -> None:
        """Also if the message is so old that the id of its account is not stored."""
        author = Author.of(Member("@2", "bob", account="bob", clients=("B",)))
        guest = Author.of(Member("C", "guest_1"))
        for an_id in ("@1", ""):
            action = Action("r", "bob", "hi", "B", "bob", an_id)
            self.assertFalse(author.wrote(action), an_id)
            self.assertFalse(guest.wrote(action), an_id)

    def test_spared_accounts_wrote_nothing(self) -> None:
        """Under whatever nickname."""
        author = Author(account_id="@1", nick="bob", spared=frozenset({"@1"}))
        self.assertFalse(author.wrote(Action("r", "bob", "hi", "B", "bob", "@1")))
        self.assertTrue(author.wrote(Action("r", "bob", "hi", "B", "robert", "@2")))
        self.assertTrue(author.wrote(Action("r", "bob", "hi", "B")))

    def test_messages_under_a_nickname_are_found_in_any_case(self) -> None:
        """As names are compared everywhere."""
        author = Author(nick="bob")
        self.assertTrue(author.wrote(Message("r", "Bob", "hi", "E")))
        self.assertFalse(author.wrote(Message("r", "bo", "hi", "E")))
        self.assertFalse(Author().wrote(Message("r", "", "hi", "")))


class CorrectionsTests(SynchronousTestCase):
    """What was read from the store before a correction was announced."""

    def test_messages_are_as_they_are_now(self) -> None:
        """Deleted ones are gone, corrected ones have the last text and a mark."""
        corrections = Corrections()
        corrections.add(edited("2", "two"), "5")
        corrections.add(deleted("1 3"), "6")
        corrections.add(edited("2", "II"), "7")
        found = corrections.apply([stored(p) for p in "1234"])
        self.assertEqual(found, (with_text(stored("2"), "II"), stored("4")))
        self.assertTrue(found[0].edited)

    def test_message_that_was_corrected_and_deleted_is_gone(self) -> None:
        """The last one counts."""
        corrections = Corrections()
        corrections.add(edited("2", "two"), "3")
        corrections.add(deleted("2"), "4")
        self.assertEqual(corrections.apply([stored("2")]), ())

    def test_corrected_message_has_no_value_of_a_page(self) -> None:
        """Which has the former text."""
        said = Message("r", "bob", "old", "B", '"old"')
        found = with_text(stored("1", said), "new")
        self.assertEqual(found.event, Message("r", "bob", "new", "B"))

    def test_last_ones_are_remembered(self) -> None:
        """So many as can be announced while one reads; memory is bounded."""
        corrections = Corrections()
        corrections.add(deleted(" ".join(map(str, range(REMEMBERED + 1)))), "999")
        found = corrections.apply([stored(p) for p in ("0", "1", "200", "201")])
        self.assertEqual([each.position for each in found], ["0", "201"])

    def test_corrections_of_a_message_are_known(self) -> None:
        """The last one, the last before another, and what each is of."""
        corrections = Corrections()
        for at, position in (("4", "1"), ("5", "2"), ("6", "1")):
            corrections.add(edited(position, "new"), at)
        self.assertEqual(corrections.last_of("1"), "6")
        self.assertEqual(corrections.last_of("1", before="6"), "4")
        self.assertEqual(corrections.last_of("1", before="4"), "")
        self.assertEqual(corrections.last_of("3"), "")
        self.assertEqual([corrections.corrected(at) for at in "456"], ["1", "2", "1"])
        self.assertEqual(corrections.corrected("3"), "3")

    def test_last_corrections_are_known(self) -> None:
        """So many; memory is bounded."""
        corrections = Corrections()
        for number in range(REMEMBERED + 1):
            corrections.add(edited("1", "new"), f"{number:03}")
        self.assertEqual(corrections.corrected("000"), "000")
        self.assertEqual(corrections.corrected("001"), "1")


class ReplayTests(SynchronousTestCase):
    """What a client is shown that resumes."""

    def test_correction_of_a_message_that_the_client_has_is_shown(self) -> None:
        """The last one of each, with the text that the message has now."""
        missed = [
            stored("4", edited("1", "now")),
            stored("5", edited("2", "gone")),
            stored("6"),
            stored("7", edited("1", "now")),
            stored("8", deleted("2 6")),
        ]
        self.assertEqual(
            replayed(missed, "3"), (missed[1], missed[2], missed[3], missed[4])
        )

    def test_correction_of_what_is_shown_as_it_is_now_is_not(self) -> None:
        """Nor a deletion of messages that the client never had."""
        missed = [
            stored("4"),
            stored("5", edited("4", "new")),
            stored("6", deleted("4 5")),
        ]
        self.assertEqual(replayed(missed, "3"), (missed[0],))

    def test_correction_without_a_message_is_not_shown(self) -> None:
        """It was deleted since."""
        self.assertEqual(replayed([stored("4", edited("1", ""))], "3"), ())
