"""Rights that are changed on one server, and members of another that have not read it.

Each test lets two servers store one after the other, before either reads the stream.
"""

from __future__ import annotations

from tests.support.moderation import is_oscar
from tests.support.redis import LIVE
from tests.support.servers import ServersCase, cut_off
from twisted_chat.core.replies import Request
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.testing import FailingJournal, FakeClient

MUTED = "error: you are muted"
NO_RANK = "error: only room operators of #tea may do that"


class RightsCase(ServersCase):
    """Alice has opened #tea on server one; carol is in it, and bob, from server two."""

    def setUp(self) -> None:
        super().setUp()
        self.carol = self.connect(self.one, "carol")
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\join tea")

    def discard(self) -> None:
        """Let both servers read the stream, and all clients what they are shown."""
        self.settle()
        for client in (self.alice, self.bob, self.carol):
            client.sees()

    def does(self, client: FakeClient, *lines: str) -> None:
        client.types(*lines)
        self.discard()

    def both(self, change: str, *lines: str) -> list[str]:
        """What bob sees of a change by alice, and of his own lines right behind it.

        Carol sees no more than alice.
        """
        self.discard()
        self.alice.types(change)
        with self.two.together():
            self.bob.types(*lines)
        seen = self.seen_by(self.bob)
        self.assertEqual(self.carol.sees(), self.alice.sees())
        return seen


class TalkingTests(RightsCase):
    """Nothing is said behind what forbids it."""

    def test_muted_member_says_nothing(self) -> None:
        """Neither a message, an action, a correction nor a topic."""
        self.does(self.bob, "hello")
        for line in ("more", r"\me waves", r"\edit other", r"\topic other"):
            seen = self.both(r"\mute bob", line)
            self.assertEqual(seen, ["alice: muted bob", MUTED], line)
            self.does(self.alice, r"\unmute bob")

    def test_all_that_a_muted_member_says_at_once_is_refused(self) -> None:
        """Each of its messages."""
        seen = self.both(r"\mute bob", "one", "two", "three")
        self.assertEqual(seen, ["alice: muted bob", MUTED, MUTED, MUTED])

    def test_quiet_room_stays_quiet(self) -> None:
        """The refusal names whom to ask."""
        self.assertEqual(
            self.both(r"\room quiet", "hello"),
            ["alice: made #tea quiet", "error: #tea is quiet: ask alice for a voice"],
        )

    def test_kicked_member_says_nothing(self) -> None:
        """It is not in the room any more."""
        seen = self.both(r"\kick bob", "hello")
        self.assertEqual(seen[-1], r"error: you are not in #tea: \join tea first")

    def test_topic_that_only_operators_set_stays(self) -> None:
        """From the setting on."""
        (_, refused) = self.both(r"\room topic operators", r"\topic other")
        self.assertIn("only operators set the topic of #tea", refused)

    def test_member_muted_everywhere_sends_nothing(self) -> None:
        """Neither a direct message nor a text of being away."""
        for server in self.servers:
            server.chat.moderation.is_operator = is_oscar
        oscar = self.connect(self.one, "oscar")
        self.does(oscar, r"\join tea")
        for line in (r"\dm carol psst", r"\away for a text"):
            self.discard()
            oscar.types(r"\mute bob")
            self.bob.types(line)
            self.assertEqual(self.seen_by(self.bob), ["oscar: muted bob", MUTED], line)
            self.does(oscar, r"\unmute bob")

    def test_nobody_takes_a_banned_nickname(self) -> None:
        """Its client is disconnected as if the ban were there before."""
        for server in self.servers:
            server.chat.moderation.is_operator = is_oscar
        oscar = self.connect(self.one, "oscar")
        self.discard()
        oscar.types(r"\ban zoe")
        self.bob.types(r"\nick zoe")
        (why,) = self.seen_by(self.bob)
        self.assertTrue(why.startswith("error: you are banned"), why)
        self.assertEqual(self.bob.nick, "bob")
        self.assertEqual(self.bob.closed, "banned")

    def test_what_is_still_allowed_is_shown_once(self) -> None:
        """In the order in which it was said."""
        self.does(self.alice, r"\voice bob")
        seen = self.both(r"\room quiet", "one", "two")
        self.assertEqual(seen, ["alice: made #tea quiet", "bob: one", "bob: two"])

    def test_order_of_an_author_stays_over_rooms(self) -> None:
        """What does not depend on the change waits for what does."""
        for client in (self.bob, self.carol):
            self.does(client, r"\join den", r"\join tea")
        self.does(self.alice, r"\voice bob")
        self.alice.types(r"\room quiet")
        with self.two.together():
            self.bob.asks(Request("", "one"), Request("", "two", "den"))
            self.bob.leaves()
        self.assertEqual(
            self.seen_by(self.carol),
            [
                "alice: made #tea quiet",
                "bob: one",
                "[#den] bob: two",
                "bob: left the chat",
            ],
        )

    def test_change_of_another_room_delays_nothing(self) -> None:
        """The batch is stored as it is."""
        self.does(self.bob, r"\join den")
        batches = self.two.journal.batches
        batches.clear()
        self.both(r"\room quiet", "hello")
        self.assertEqual(len(batches), 1)


class ActingTests(RightsCase):
    """Nobody acts behind the loss of the right to do so."""

    def setUp(self) -> None:
        super().setUp()
        self.does(self.carol, "hello")
        self.does(self.alice, r"\op bob")

    def test_removed_room_operator_does_nothing(self) -> None:
        """Neither to members, to messages nor to the room."""
        acts = (
            r"\kick carol",
            r"\mute carol",
            r"\room ban carol",
            r"\room quiet",
            r"\op carol",
            r"\delete carol",
        )
        for act in acts:
            seen = self.both(r"\deop bob", act)
            removed = "alice: removed bob as a room operator"
            self.assertEqual(seen, [removed, NO_RANK], act)
            self.does(self.alice, r"\op bob")
        self.assertIn("tea", self.carol.client.rooms)

    def test_act_that_is_refused_is_not_in_the_audit_log(self) -> None:
        """That of whoever removed the room operator is."""
        self.both(r"\deop bob", r"\delete carol")
        lines = self.redis.commands.hash("chat:values:audit").values()
        self.assertEqual(
            {" ".join(line.split()[2:]) for line in lines},
            {"alice op bob #tea", "alice deop bob #tea"},
        )

    def test_removed_room_operator_invites_nobody_to_a_private_room(self) -> None:
        """The guest reads nothing."""
        self.does(self.alice, r"\room private")
        dave = self.connect(self.one, "dave")
        dave.sees()
        seen = self.both(r"\deop bob", r"\invite dave")
        self.assertEqual(seen[1:], [NO_RANK])
        self.assertEqual(dave.sees(), [])


class JoiningTests(RightsCase):
    """Nobody enters a room behind what forbids it."""

    def setUp(self) -> None:
        super().setUp()
        self.does(self.bob, r"\leave tea")

    def test_client_does_not_join_a_room_that_it_is_banned_from(self) -> None:
        """Nor that is made private, nor with a former key."""
        for change, undo, why in (
            (r"\room ban bob", r"\room unban bob", "you are banned from #tea"),
            (r"\room private", r"\room public", "#tea is private"),
            (r"\room key new", r"\room key -", "#tea needs a key"),
        ):
            (refused,) = self.both(change, r"\join tea")
            self.assertIn(why, refused)
            self.assertNotIn("tea", self.bob.client.rooms)
            self.does(self.alice, undo)

    def test_last_place_is_taken_once(self) -> None:
        """By the first in the order, whichever its server."""
        self.does(self.carol, r"\leave tea")
        self.does(self.alice, r"\room limit 2")
        self.carol.types(r"\join tea")
        self.bob.types(r"\join tea")
        self.assertEqual(self.seen_by(self.bob), ["error: #tea is full"])
        self.assertIn("tea", self.carol.client.rooms)


class OperatorTests(ServersCase):
    """Alice and bob are operators, on two servers."""

    def setUp(self) -> None:
        super().setUp()
        for client in (self.alice, self.bob):
            client.types(r"\register correct horse")
            self.seen_by(client)
        self.alice.types(f"\\operator {self.one.chat.operators.code}")
        self.settle()
        self.alice.types(r"\operator bob")
        self.settle()
        self.alice.sees()
        self.bob.sees()

    def assert_same(self, *operators: FakeClient) -> None:
        """Just these are operators, on all servers and in the store."""
        self.settle()
        ids = {each.client.member_id for each in operators}
        for server in (*self.servers, self.server("late")):
            self.settle()
            self.assertEqual(server.chat.operators.ids, ids, server)

    def test_removed_operator_removes_no_other(self) -> None:
        """The other one stays, also after a restart."""
        carol = self.connect(self.one, "carol")
        carol.types(r"\register correct horse")
        self.seen_by(self.bob)
        self.alice.types(r"\operator carol")
        self.settle()
        self.alice.types(r"\operator bob off")
        self.bob.types(r"\operator carol off")
        self.assertEqual(self.seen_by(self.bob), ["error: only operators may do that"])
        self.assert_same(self.alice, carol)

    def test_removed_operator_adds_no_account_and_sets_no_password(self) -> None:
        """The store refuses what is written in its name."""
        carol = self.connect(self.one, "carol")
        carol.types(r"\register correct horse")
        self.seen_by(self.bob)
        for line in (r"\register dave new-password", r"\setpassword carol other"):
            self.alice.types(r"\operator bob off")
            self.bob.types(line)
            seen = self.seen_by(self.bob)
            self.assertEqual(seen, ["error: only operators may do that"], line)
            self.alice.types(r"\operator bob")
            self.settle()
        accounts = self.redis.commands.hash("chat:values:account")
        self.assertEqual(set(accounts), {"alice", "bob", "carol"})

    def test_removed_operator_bans_nobody(self) -> None:
        """Its rights end at that place in the order."""
        self.alice.types(r"\operator bob off")
        self.bob.types(r"\ban 192.0.2.1")
        self.assertEqual(self.seen_by(self.bob), ["error: only operators may do that"])
        for server in self.servers:
            self.assertFalse(server.chat.moderation.bans, server)

    def test_one_of_two_that_remove_each_other_stays(self) -> None:
        """The same one on both servers."""
        self.alice.types(r"\operator bob off")
        self.bob.types(r"\operator alice off")
        self.assert_same(self.alice)


class CutOffTests(RightsCase):
    """Server two was cut off, and the stream has not all that it missed."""

    def setUp(self) -> None:
        super().setUp()
        journal = self.two.journal._inner
        assert isinstance(journal, RedisJournal)
        self.following = journal._following
        self.following._connect = cut_off
        assert self.following._connection is not None
        self.following._connection.abort("cut off")
        self.does(self.alice, r"\mute bob", "more")
        del self.redis.commands.stream(LIVE).entries[:-1]
        self.following._connect = self.redis.connect

    def test_nothing_is_said_before_it_is_known_again_who_may(self) -> None:
        """What was said meanwhile is checked then."""
        self.two.journal.hold(FailingJournal.VALUES)
        self.settle(2)
        self.assertEqual(self.bob.sees(), ["alice: more"])
        self.bob.types("hello")
        self.assertEqual(self.seen_by(self.bob), [])
        self.two.journal.release(FailingJournal.VALUES)
        self.assertEqual(self.seen_by(self.bob), [MUTED])
        self.does(self.alice, r"\unmute bob")
        self.bob.types("hello")
        self.assertEqual(self.seen_by(self.bob), ["bob: hello"])

    def test_what_is_said_is_refused_if_that_cannot_be_found_out(self) -> None:
        """It is tried again every second."""
        self.two.journal.hold(FailingJournal.VALUES)
        self.settle(2)
        self.assertEqual(self.bob.sees(), ["alice: more"])
        self.bob.types("hello")
        self.two.journal.fail(what=FailingJournal.VALUES)
        self.two.journal.release(FailingJournal.VALUES)
        self.assertEqual(
            self.seen_by(self.bob), ["error: not stored: the disk is full"]
        )
        self.settle(2)
        self.bob.types("hello")
        self.assertEqual(self.seen_by(self.bob), [MUTED])
