"""One chat on two servers that share a Redis in memory."""

from __future__ import annotations

from tests.support.servers import ServersCase
from twisted_chat.core.client import ClientState
from twisted_chat.core.events import HistoryGap, Stored
from twisted_chat.journals.redis.errors import unreachable


class OneChatTests(ServersCase):
    """Members on both servers see each other."""

    def test_arrivals_messages_and_departures_are_shown_on_both_servers(self) -> None:
        """In order."""
        carol = self.connect(self.two, "carol")
        self.alice.types("hi")
        self.settle()
        carol.types(r"\dm alice psst", r"\nick cora")
        self.settle()
        carol.leaves()
        self.assertEqual(
            self.seen_by(self.alice),
            [
                "carol: joined the chat",
                "alice: hi",
                "carol (private): psst",
                "carol: is now known as cora",
                "cora: left the chat",
            ],
        )
        self.assertIn("alice: hi", self.seen_by(self.bob))

    def test_both_servers_have_the_same_members(self) -> None:
        """Under their present nicknames."""
        self.bob.types(r"\nick bert")
        self.assert_members("alice", "bert")
        self.bob.leaves()
        self.assert_members("alice")

    def test_nickname_taken_on_the_other_server_is_refused(self) -> None:
        """They share one registry."""
        self.bob.types(r"\nick Alice")
        error = "error: Alice, or a name that looks like it, is in use: choose another"
        self.assertEqual(self.seen_by(self.bob), [error])


class MovedClientTests(ServersCase):
    """A client that resumes on the other server."""

    def test_client_moves_while_its_first_connection_is_open(self) -> None:
        """It keeps its nickname; the others see it leave and join."""
        carol = self.connect(self.one, "carol")
        self.seen_by(carol)
        again = self.resume(self.two, self.alice)
        self.assertEqual(again.nick, "alice")
        self.assertEqual(
            self.seen_by(carol), ["alice: left the chat", "alice: joined the chat"]
        )
        self.assertIn("taken its place", str(self.alice.closed))
        self.assertIs(self.alice.client.state, ClientState.GONE)
        self.assert_members("alice", "bob", "carol")

    def test_moved_client_talks_and_owns_its_nickname(self) -> None:
        """The end of its first connection releases nothing."""
        again = self.resume(self.two, self.alice)
        self.alice.leaves()
        self.seen_by(self.bob)
        again.types("here")
        self.assertEqual(self.seen_by(self.bob), ["alice: here"])
        self.bob.types(r"\nick alice")
        self.assertIn("in use", self.seen_by(self.bob)[0])

    def test_guest_that_moves_keeps_its_nickname(self) -> None:
        """It need not ask for it."""
        guest = self.connect(self.one)
        self.assertEqual(self.resume(self.two, guest).nick, guest.nick)

    def test_client_that_moves_may_ask_for_another_nickname(self) -> None:
        """It is the same member."""
        guest = self.connect(self.one)
        self.assertEqual(self.resume(self.two, guest, "dora").nick, "dora")
        self.assert_members("alice", "bob", "dora")

    def test_client_that_leaves_and_resumes_elsewhere_at_once_is_present(self) -> None:
        """Whichever of its departure and its arrival is stored first."""
        for departure_first in (True, False):
            with self.subTest(departure_first=departure_first):
                carol = self.connect(self.one, "carol")
                with self.one.together():
                    carol.leaves()
                    if departure_first:
                        self.one.clock.advance(0)
                    again = self.two.client("carol", session=carol.client.session)
                    self.two.advance(0)
                self.settle(3)
                self.assertEqual(again.nick, "carol")
                self.assertIsNone(again.closed)
                self.assertIs(again.client.state, ClientState.PRESENT)
                self.assert_members("alice", "bob", "carol")
                again.leaves()
                self.assert_members("alice", "bob")


class DeclaredGoneTests(ServersCase):
    """Server one is declared gone while it is disconnected, and comes back."""

    def setUp(self) -> None:
        super().setUp()
        self.carol = self.connect(self.one, "carol")
        for client in (self.alice, self.bob, self.carol):
            self.seen_by(client)
        self.redis.expire_server("one")
        for key in ("=carol", "~carol"):
            self.redis.set_name(key, "two", "another-client")
        self.settle(3)

    def test_its_clients_are_shown_leaving_and_joining_again(self) -> None:
        """They were connected to it all the time."""
        seen = self.seen_by(self.bob)
        self.assertEqual(seen[:2], ["alice: left the chat", "carol: left the chat"])
        self.assertIn("alice: joined the chat", seen)
        self.assertIs(self.alice.client.state, ClientState.PRESENT)

    def test_client_whose_nickname_was_taken_meanwhile_is_a_guest(self) -> None:
        """It sees its new nickname."""
        self.assertTrue(self.carol.nick.startswith("guest_"), self.carol.nick)
        self.assertIn(
            f"carol: is now known as {self.carol.nick}", self.seen_by(self.carol)
        )
        self.assert_members("alice", "bob", self.carol.nick)

    def test_its_clients_see_and_send_messages(self) -> None:
        """In both directions."""
        self.seen_by(self.bob)
        self.bob.types("all there?")
        self.assertIn("bob: all there?", self.seen_by(self.alice))
        self.alice.types("yes")
        self.assertEqual(self.seen_by(self.bob), ["bob: all there?", "alice: yes"])


class RedisFailureTests(ServersCase):
    """Redis fails, or its replies are lost."""

    def disconnect(self) -> None:
        """Close all connections to Redis, and refuse new ones."""
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        self.settle()

    def test_author_of_a_message_with_an_unknown_outcome_is_sent_that(self) -> None:
        """The message was stored, and is shown once."""
        self.redis.lose_replies = 1
        self.alice.types("hello?")
        seen = self.seen_by(self.alice)
        (error,) = [line for line in seen if line.startswith("error")]
        self.assertTrue(error.startswith("error: it is not known whether this was "))
        self.assertIn("alice: hello?", seen)
        self.assertEqual(self.seen_by(self.bob), ["alice: hello?"])

    def test_rename_that_was_lost_takes_no_nickname(self) -> None:
        """As soon as its server is connected again."""
        self.redis.lose_scripts.add("append")
        self.alice.types(r"\nick zoe")
        self.assertIn("not known whether", self.seen_by(self.alice)[0])
        self.settle(1)
        self.bob.types(r"\nick zoe")
        self.assertIn("bob: is now known as zoe", self.seen_by(self.bob))
        self.alice.types(r"\nick anna")
        self.assertIn("alice: is now known as anna", self.seen_by(self.bob))

    def test_room_that_was_not_joined_is_not_kept(self) -> None:
        """A name that looks like its own can be used."""
        self.redis.lose_scripts.add("append")
        self.alice.types(r"\join den")
        self.assertIn("not known whether", self.seen_by(self.alice)[0])
        self.settle(1)
        self.assertEqual(list(self.one.pool.rooms), ["lobby"])

    def test_key_of_a_room_is_forgotten_if_the_reply_is_lost(self) -> None:
        """The client has joined the room."""
        carol = self.connect(self.two, "carol")
        carol.types(r"\join tea", r"\room key secret")
        self.settle()
        self.redis.lose_replies = 1
        self.bob.types(r"\join tea secret")
        self.settle(1)
        self.assertIn("tea", self.bob.client.rooms)
        self.assertEqual(self.two.chat.entry._let_in, {})

    def test_login_that_was_lost_takes_no_nickname(self) -> None:
        """Nor does the guest lose its own; also if it has left meanwhile."""
        for leaves in (False, True):
            guest = self.connect(self.one, "carl")
            self.redis.lose_scripts.add("append")
            self.one.log_in(guest, "carl")
            if leaves:
                guest.leaves()
            self.settle(3)
            owners = {owner for _, owner in self.redis.names.values()}
            self.assertNotIn("@carl", owners)
            self.assertEqual(guest.client.id in owners, not leaves)
            guest.leaves()
            self.settle()

    def test_departure_with_an_unknown_outcome_is_shown_once(self) -> None:
        """It is submitted again with the same key."""
        self.redis.lose_replies = 1
        self.alice.leaves()
        self.settle(3)
        self.assertEqual(self.seen_by(self.bob), ["alice: left the chat"])
        self.assertEqual(self.one.committer.queue_length, 0)

    def test_rename_that_failed_can_be_requested_again(self) -> None:
        """The nickname is still free."""
        self.redis.errors["claim_names"] = "BUSY no"
        self.alice.types(r"\nick anna")
        error = "error: Redis is busy with a script (wait, or use SCRIPT KILL)"
        self.assertIn(error, self.seen_by(self.alice))
        self.redis.errors.clear()
        self.alice.types(r"\nick anna")
        self.assertEqual(self.seen_by(self.bob), ["alice: is now known as anna"])

    def test_message_is_refused_while_redis_is_unreachable(self) -> None:
        """At once; later ones are stored."""
        self.disconnect()
        self.alice.types("lost")
        error = "error: not stored: Redis cannot be reached"
        self.assertIn(error, self.seen_by(self.alice)[0])
        self.redis.down = None
        self.settle(5)
        self.alice.types("found")
        self.assertEqual(self.seen_by(self.bob), ["alice: found"])

    def test_client_that_joins_while_redis_is_unreachable_waits(self) -> None:
        """It is welcomed once Redis is back."""
        self.disconnect()
        dora = self.one.client("dora")
        self.assertIn("cannot join yet", self.seen_by(dora)[0])
        self.redis.down = None
        self.settle(5)
        self.assertIn("dora: joined the chat", self.seen_by(dora))
        self.assertIn("dora: joined the chat", self.seen_by(self.bob))

    def test_members_see_that_messages_are_missing(self) -> None:
        """After a gap that the server cannot fill."""
        position = self.one.pool.position
        for room in ("lobby", "nowhere"):
            gap: object = HistoryGap(room)
            self.one.chat.announce([Stored(position, 0, gap)])  # type: ignore[arg-type]
        (line,) = self.seen_by(self.alice)
        self.assertIn("some messages in #lobby are missing here", line)
