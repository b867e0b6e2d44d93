"""Tests of twisted_chat.core.joining.missed: what one is told at a login."""

from __future__ import annotations

from unittest.mock import AsyncMock, patch

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.joining import missed as missed_module
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.testing import TestChat
from twisted_chat.testing.chat import FakeClient

SECRET = "correct horse"


class MissedTests(SynchronousTestCase):
    """Bob has an account, and is away while alice talks."""

    def setUp(self) -> None:
        self.room = TestChat(history=0)
        self.alice, self.bob = self.room.people("alice", "bob")
        self.bob.types(f"\\register {SECRET}")
        self.bob.leaves()
        self.alice.sees()

    def returns(self) -> FakeClient:
        return self.room.client(credentials=Credentials("bob", SECRET))

    def told(self, client: FakeClient) -> list[str]:
        seen = client.sees()
        return [line for line in seen if "joined the chat" not in line][1:]

    def test_direct_messages_are_kept_for_an_account(self) -> None:
        """Their sender sees the usual line."""
        self.alice.types("\\dm Bob psst", "\\dm bob again")
        self.assertEqual(
            self.alice.sees(),
            ["alice (private to bob): psst", "alice (private to bob): again"],
        )
        self.assertEqual(
            self.told(self.returns()),
            [
                "2 private messages came while you were away",
                "alice (private): psst",
                "alice (private): again",
            ],
        )

    def test_direct_messages_of_someone_ignored_are_not_shown(self) -> None:
        """Nor counted; those of others are."""
        bob = self.returns()
        bob.types("\\ignore alice")
        bob.leaves()
        (carol,) = self.room.people("carol")
        self.alice.types("\\dm bob psst")
        carol.types("\\dm bob hi")
        told = ["1 private message came while you were away", "carol (private): hi"]
        self.assertEqual(self.told(self.returns()), told)

    def test_someone_ignored_does_not_hide_the_messages_of_others(self) -> None:
        """By more than are shown; beyond what is read, it is told that some came."""
        self.patch(missed_module, "MAX_DIRECT", 2)
        self.patch(missed_module, "MAX_READ", 4)
        (carol,) = self.room.people("carol")
        shown = ["1 private message came while you were away", "carol (private): hi"]
        more = "more private messages came while you were away than can be shown"
        bob = self.returns()
        bob.types("\\ignore alice")
        for sent, told in (
            (3, shown),
            (4, ["more than " + shown[0], shown[1]]),
            (5, [more]),
        ):
            bob.leaves()
            carol.types("\\dm bob hi")
            self.alice.types(*["\\dm bob psst"] * sent)
            bob = self.returns()
            self.assertEqual(self.told(bob), told)

    def test_messages_of_the_rooms_are_counted(self) -> None:
        """In all the rooms that the member was in."""
        self.alice.types("one", "\\me waves", "\\join tea", "not for bob")
        bob = self.returns()
        self.assertEqual(self.told(bob), ["2 messages since you left (\\history)"])

    def test_own_messages_are_not_missed(self) -> None:
        """Not the last one before it left, nor what the server did not see it leave."""
        bob = self.returns()
        bob.types("\\quit bye")
        bob = self.returns()
        self.assertEqual(self.told(bob), [])
        self.alice.types("seen")
        bob.types("own")
        self.alice.types("missed")
        absences = self.room.chat.account_logins.absences
        with patch.object(absences, "leave", new=AsyncMock()):
            bob.leaves()
        self.assertEqual(
            self.told(self.returns()), ["1 message since you left (\\history)"]
        )

    def test_what_was_shown_before_a_logout_is_not_missed(self) -> None:
        """What came since is, though the guest has seen it."""
        bob = self.returns()
        self.alice.types("seen")
        bob.types("\\logout")
        self.alice.types("one", "two")
        bob.sees()
        bob.types(f"\\login bob {SECRET}")
        self.assertIn("2 messages since you left (\\history)", bob.sees())

    def test_one_of_each_is_in_the_singular(self) -> None:
        """As one says it."""
        self.alice.types("one", "\\dm bob psst")
        self.assertEqual(
            self.told(self.returns()),
            [
                "1 private message came while you were away",
                "alice (private): psst",
                "1 message since you left (\\history)",
            ],
        )

    def test_who_has_missed_nothing_is_told_nothing(self) -> None:
        """Nor is one more device."""
        bob = self.returns()
        self.assertEqual(self.told(bob), [])
        self.alice.types("one", "\\dm bob psst")
        self.assertEqual(self.told(self.returns()), [])

    def test_guest_that_logs_in_is_told_as_well(self) -> None:
        """After its login."""
        self.alice.types("\\dm bob psst")
        guest = self.room.client()
        guest.sees()
        guest.types(f"\\login bob {SECRET}")
        self.assertEqual(
            guest.sees()[1:],
            [
                "logged in as bob",
                "1 private message came while you were away",
                "alice (private): psst",
            ],
        )

    def test_what_was_shown_once_is_not_told_again(self) -> None:
        """Nor is what the account itself has said."""
        self.alice.types("\\dm bob psst")
        bob = self.returns()
        bob.types("hi", "\\dm alice hello")
        bob.leaves()
        self.assertEqual(self.told(self.returns()), [])

    def test_number_of_messages_that_are_shown_is_bounded(self) -> None:
        """The last ones; the rest is counted."""
        self.patch(missed_module, "MAX_DIRECT", 2)
        self.patch(missed_module, "MAX_COUNTED", 3)
        self.alice.types(*"12345", *(f"\\dm bob {n}" for n in "abc"))
        self.assertEqual(
            self.told(self.returns()),
            [
                "more than 2 private messages came while you were away",
                "alice (private): b",
                "alice (private): c",
                "3 messages since you left (\\history)",
            ],
        )

    def test_size_of_messages_that_are_shown_is_bounded(self) -> None:
        """The last ones that fit."""
        self.patch(missed_module, "MAX_CHARACTERS", 20)
        self.alice.types(*(f"\\dm bob {letter * 8}" for letter in "abc"))
        self.assertEqual(
            self.told(self.returns()),
            [
                "more than 2 private messages came while you were away",
                "alice (private): bbbbbbbb",
                "alice (private): cccccccc",
            ],
        )

    def test_store_that_fails_keeps_nobody_out(self) -> None:
        """The operator reads why nothing was told."""
        self.alice.types("\\dm bob psst")
        journal = self.room.journal
        guest = self.room.client()
        guest.sees()
        journal.fail(what=journal.READ, times=None)
        guest.types(f"\\login bob {SECRET}")
        self.assertEqual(guest.sees()[-1], "logged in as bob")
        self.assertIn("cannot read what an account has missed", self.room.log[-1])

    def test_name_of_nobody_is_still_refused(self) -> None:
        """There is no such member, and no such account."""
        self.alice.types("\\dm rob psst")
        self.assertEqual(
            self.alice.sees(), ["error: nobody here is called rob (try \\who)"]
        )
