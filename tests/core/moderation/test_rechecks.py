"""What was allowed when it was received is checked again at its place in the order."""

from __future__ import annotations

from unittest.mock import patch

from tests.support.account_case import AccountCase
from tests.support.moderation import ModerationCase
from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.events import Event, Renamed
from twisted_chat.core.moderation import permissions
from twisted_chat.core.moderation_events import SanctionExtended
from twisted_chat.core.submission import EVERYWHERE
from twisted_chat.testing import FakeClient


class OrderTests(ModerationCase):
    """Two requests are in one batch: the second depends on what the first changes."""

    def both(
        self, first: FakeClient, change: str, second: FakeClient, *lines: str
    ) -> list[str]:
        """What the second client sees of a change and of its own lines behind it."""
        self.discard()
        with self.chat.together():
            first.types(change)
            second.types(*lines)
        return second.sees()

    def assert_outside(self, client: FakeClient) -> None:
        self.assertNotIn("tea", client.client.rooms)

    def test_client_does_not_join_behind_its_ban(self) -> None:
        """It is refused as if the ban were there before."""
        self.does(self.bob, r"\leave tea")
        seen = self.both(self.alice, r"\room ban bob", self.bob, r"\join tea")
        self.assertEqual(seen, ["error: you are banned from #tea"])
        self.assert_outside(self.bob)

    def test_client_does_not_open_a_room_behind_its_ban(self) -> None:
        """It does not own the room; whoever joins it then opens it."""
        self.chat.log_in(self.bob, "bob")
        self.both(self.oscar, r"\ban bob", self.bob, r"\join den")
        self.assertEqual(self.moderation.owned_by("@bob"), [])
        self.does(self.carol, r"\join den", r"\room quiet")
        self.assertTrue(self.moderation.settings("den").quiet)

    def test_client_does_not_join_a_room_that_is_made_private(self) -> None:
        """Nor is it shown the history."""
        self.does(self.bob, r"\leave tea")
        seen = self.both(self.alice, r"\room private", self.bob, r"\join tea")
        self.assertEqual(seen, ["error: #tea is private: ask alice for an invitation"])

    def test_key_given_at_joining_is_compared_with_the_new_one(self) -> None:
        """The right one opens the room, another one does not."""
        self.does(self.bob, r"\leave tea")
        self.does(self.carol, r"\leave tea")
        self.discard()
        with self.chat.together():
            self.alice.types(r"\room key new")
            self.bob.types(r"\join tea old")
            self.carol.types(r"\join tea new")
        self.assertEqual(self.bob.sees(), [r"error: #tea needs a key: \join tea KEY"])
        self.assertIn("tea", self.carol.client.rooms)

    def test_limit_holds_for_those_who_join_at_once(self) -> None:
        """The first takes the last place."""
        for client in (self.bob, self.carol):
            self.does(client, r"\leave tea")
        self.does(self.alice, r"\room limit 2")
        with self.chat.together():
            self.bob.types(r"\join tea")
            self.carol.types(r"\join tea")
        self.assertIn("tea", self.bob.client.rooms)
        self.assert_sees(self.carol, "error: #tea is full")

    def test_joining_after_a_refusal_works(self) -> None:
        """Nothing is left of it."""
        self.does(self.bob, r"\leave tea")
        self.both(self.alice, r"\room ban bob", self.bob, r"\join tea")
        self.does(self.alice, r"\room unban bob")
        self.does(self.bob, r"\join tea")
        self.assertIn("tea", self.bob.client.rooms)

    def test_muted_member_says_nothing_behind_its_mute(self) -> None:
        """Neither a message, an action, a correction nor a topic."""
        self.does(self.bob, "hello")
        for line in ("more", r"\me waves", r"\edit other", r"\topic other"):
            seen = self.both(self.alice, r"\mute bob", self.bob, line)
            self.assertEqual(seen, ["alice: muted bob", "error: you are muted"], line)
            self.does(self.alice, r"\unmute bob")

    def test_member_muted_everywhere_sends_nothing_behind_it(self) -> None:
        """Neither a direct message nor a text of being away."""
        self.does(self.oscar, r"\join tea")
        for line in (r"\dm carol psst", r"\away for a text"):
            seen = self.both(self.oscar, r"\mute bob", self.bob, line)
            self.assertEqual(seen, ["oscar: muted bob", "error: you are muted"], line)
            self.does(self.oscar, r"\unmute bob")

    def test_nobody_takes_a_banned_nickname_behind_its_ban(self) -> None:
        """Nor one that looks like it; whoever asks for it is disconnected."""
        for client, nick in ((self.bob, "zoe"), (self.carol, "z0e")):
            (why,) = self.both(self.oscar, r"\ban zoe", client, rf"\nick {nick}")
            self.assertTrue(why.startswith("error: you are banned"), why)
            self.assertEqual(client.closed, "banned")
            self.assertIsNone(self.chat.pool.named(nick))
            self.does(self.oscar, r"\unban zoe")
        self.does(self.alice, r"\nick zoe")
        self.assertEqual(self.alice.nick, "zoe")

    def test_muted_guest_with_many_nicknames_takes_none_behind_its_mute(self) -> None:
        """The server may assign it a guest's name all the same."""
        with patch.object(permissions, "MAX_RENAMED", 0):
            lines = self.both(self.alice, r"\mute bob", self.bob, r"\nick zoe")
            self.assertIn("keep your nickname", lines[-1])
            event = Renamed("bob", "guest_1234", self.bob.client.id)
            order = self.chat.committer.order
            self.assertIsNone(order.refusal(event, self.bob.client))

    def test_banned_member_says_nothing_behind_its_ban(self) -> None:
        """It is disconnected; nobody sees what it said last."""
        self.both(self.oscar, r"\ban bob", self.bob, "hello", r"\dm carol psst")
        self.assertEqual(self.bob.closed, "banned")
        self.assert_sees(self.carol, "oscar: banned bob", "bob: left the chat")

    def test_nothing_is_said_behind_a_room_that_becomes_quiet(self) -> None:
        """The refusal names whom to ask."""
        seen = self.both(self.alice, r"\room quiet", self.bob, "hello")
        self.assertEqual(
            seen,
            ["alice: made #tea quiet", "error: #tea is quiet: ask alice for a voice"],
        )

    def test_removed_room_operator_does_nothing_behind_it(self) -> None:
        """Its acts are refused."""
        self.does(self.alice, r"\op bob")
        seen = self.both(self.alice, r"\deop bob", self.bob, r"\kick carol")
        self.assertEqual(
            seen,
            [
                "alice: removed bob as a room operator",
                "error: only room operators of #tea may do that",
            ],
        )
        self.assertIn("tea", self.carol.client.rooms)

    def test_kicked_member_says_nothing_behind_it(self) -> None:
        """It is not in the room any more."""
        seen = self.both(self.alice, r"\kick bob", self.bob, "hello")
        self.assertEqual(seen[-1], r"error: you are not in #tea: \join tea first")

    def test_what_depends_on_nothing_stays_in_its_batch(self) -> None:
        """Only who is concerned waits."""
        self.chat.journal.batches.clear()
        with self.chat.together():
            self.alice.types(r"\room quiet")
            self.bob.types("refused")
            self.oscar.types("hello")
        self.assertEqual(len(self.chat.journal.batches), 1)

    def test_order_of_an_author_stays(self) -> None:
        """What it does after an event that waits waits, too."""
        self.does(self.bob, r"\join lobby")
        self.does(self.alice, r"\voice bob")
        self.does(self.bob, r"\join tea")
        with self.chat.together():
            self.alice.types(r"\room quiet")
            self.bob.types("first")
            self.bob.leaves()
        self.assertEqual(
            self.carol.sees(),
            ["alice: made #tea quiet", "bob: first", "bob: left the chat"],
        )

    def test_member_that_connects_to_a_room_behind_its_ban_is_removed(self) -> None:
        """It arrives, as it is there, and leaves the room at once."""
        with self.chat.together():
            self.alice.types(r"\room ban dave")
            dave = self.chat.client("dave", rooms=("tea",))
        self.assert_outside(dave)
        self.assertIn("error: you are banned from #tea", dave.sees())


class ScopesTests(ModerationCase):
    """In what an event changes rights."""

    def scope(self, event: Event) -> str | None:
        return self.chat.committer.order.scope(event)

    def test_sanction_that_concerns_more_changes_rights_where_it_holds(self) -> None:
        """In its room, or everywhere."""
        for key, scope in (
            ("room/tea/5/mute/=bob+@id", "tea"),
            ("mute/=bob+@id", EVERYWHERE),
            ("ban/=bob+/192.0.2.0_24", EVERYWHERE),
        ):
            event = SanctionExtended("bob", "id-bob", key, 5)
            self.assertEqual(self.scope(event), scope, key)

    def test_accounts_change_rights_as_far_as_operators_are_concerned(self) -> None:
        """Whoever removes an account may remove an operator."""
        for change, scope in (
            (Change.REGISTERED, None),
            (Change.UNREGISTERED, EVERYWHERE),
            (Change.OPERATOR, EVERYWHERE),
            (Change.NO_OPERATOR, EVERYWHERE),
        ):
            event = AccountChanged("bob", "@bob", change, "id-bob")
            self.assertEqual(self.scope(event), scope, change)


class OperatorOrderTests(AccountCase):
    """Alice and bob are operators."""

    def setUp(self) -> None:
        super().setUp()
        for client in (self.alice, self.bob):
            self.register(client)
        self.alice.types(f"\\operator {self.room.chat.operators.code}")
        self.alice.types(r"\operator bob")
        self.alice.sees()
        self.bob.sees()

    def test_two_operators_do_not_remove_each_other(self) -> None:
        """The second to ask is refused: the other one is the last by then."""
        with self.room.together():
            self.alice.types(r"\operator bob off")
            self.bob.types(r"\operator alice off")
        self.assertEqual(self.bob.sees(), ["error: alice is the last operator"])
        self.assertIn(self.alice.client.member, self.room.chat.operators)

    def test_removed_operator_bans_nobody_behind_it(self) -> None:
        """Its rights end at that place in the order."""
        with self.room.together():
            self.alice.types(r"\operator bob off")
            self.bob.types(r"\ban 192.0.2.1")
        self.assertEqual(self.bob.sees(), ["error: only operators may do that"])
        self.assertFalse(self.room.chat.moderation.bans)
