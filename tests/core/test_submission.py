"""Tests of twisted_chat.core.submission: what a batch changes, and depends on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import Client
from twisted_chat.core.events import Entry, Event, Message
from twisted_chat.core.moderation_events import Audited, Rank
from twisted_chat.core.replies import Refused
from twisted_chat.core.submission import ANYWHERE, BatchScopes, Submission


class TextOrder:
    """The texts of messages say it: ``+SCOPE`` changes, ``SCOPE SCOPE`` depends."""

    def scope(self, event: Event) -> str | None:
        text = getattr(event, "text", "")
        return text[1:] if text.startswith("+") else None

    def depends_on(self, event: Event) -> tuple[str, ...]:
        text = getattr(event, "text", "")
        return () if text.startswith("+") else tuple(text.split())

    def refusal(self, _event: Event, _client: Client | None) -> Refused | None:
        return None


class BatchScopesTests(SynchronousTestCase):
    """Submissions by authors a, b, ... are added to a batch, or wait."""

    def setUp(self) -> None:
        self.scopes = BatchScopes(TextOrder())
        self.numbers: Iterator[int] = count(1)

    def takes(self, author: str, text: str, *, must_store: bool = False) -> Submission:
        """The submission of a message, which is added."""
        found = self.offer(author, text, must_store=must_store)
        assert found is not None
        return found

    def offer(
        self, author: str, text: str, *, must_store: bool = False
    ) -> Submission | None:
        """The same; ``None`` if it has to wait."""
        number = next(self.numbers)
        event = Message("room", author, text, author)
        submission = Submission(
            number, f"{number}", event, None, None, must_store, True
        )
        if self.scopes.has_to_wait(submission):
            return None
        self.scopes.add(submission)
        return submission

    def test_entry_says_what_it_changes_and_depends_on(self) -> None:
        """For the journal."""
        change, talk = self.takes("a", "+tea"), self.takes("b", "den lobby")
        self.assertEqual(change.entries, (Entry("1", change.event, True, "tea", ()),))
        depending = Entry("2", talk.event, True, None, ("den", "lobby"))
        self.assertEqual(talk.entries, (depending,))

    def test_line_of_the_audit_log_depends_on_the_same(self) -> None:
        """So it is stored with the event, or not."""
        talk = self.takes("a", "den")
        line = Audited("a", "delete", "b", "den", "a", Rank.OPERATOR, 5)
        talk.audited = line
        audited, event = talk.entries
        self.assertEqual((audited.event, audited.depends_on), (line, ("den",)))
        self.assertEqual((event.key, event.event), (talk.key, talk.event))
        self.assertTrue(audited.key.startswith(f"{talk.key}-"))

    def test_what_depends_on_a_change_in_the_batch_waits(self) -> None:
        """With all that its author does after it."""
        self.takes("a", "+tea")
        self.takes("b", "den")
        self.assertIsNone(self.offer("b", "den tea"))
        self.assertIsNone(self.offer("b", "den"))
        self.assertIsNone(self.offer("b", "", must_store=True))
        self.takes("c", "den")

    def test_what_depends_on_every_change_waits_for_any(self) -> None:
        """It does not, where there is none."""
        self.takes("a", ANYWHERE)
        self.takes("b", "+tea")
        self.assertIsNone(self.offer("c", ANYWHERE))

    def test_entry_depends_on_what_its_author_did_before_it(self) -> None:
        """So it is not stored before that."""
        self.takes("a", "tea den")
        self.takes("b", "lobby")
        self.assertEqual(self.takes("a", "").depends_on, ("tea", "den"))
        self.assertEqual(
            self.takes("a", "lobby tea").depends_on, ("tea", "den", "lobby")
        )
        leaves = self.takes("a", "attic", must_store=True)
        self.assertEqual(leaves.depends_on, ("tea", "den", "lobby"))
        self.assertEqual(self.takes("b", "lobby").depends_on, ("lobby",))

    def test_arrival_depends_on_nothing(self) -> None:
        """It has happened, whatever was changed."""
        self.takes("a", "+tea")
        self.assertEqual(self.takes("b", "tea", must_store=True).depends_on, ())
