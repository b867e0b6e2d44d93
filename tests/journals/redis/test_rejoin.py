"""Tests of twisted_chat.journals.redis.rejoin."""

from __future__ import annotations

from tests.support.redis import FakeRedisTestCase
from twisted_chat.core.events import AwaySet, Entry, Joined, Quit
from twisted_chat.core.names.nicknames import Name
from twisted_chat.journals.redis.errors import unreachable


class RejoinTests(FakeRedisTestCase):
    """Members of a server that the others took for dead."""

    def test_members_join_again_under_their_nicknames(self) -> None:
        """All servers announce it, with their rooms and away texts."""
        one, first = self.start("me")
        _, second = self.start("two")
        self.result(one.names.claim(Name.of("alice").keys, "a"))
        self.store(one, Joined("lobby", "alice", "a"), AwaySet("alice", "lunch", "a"))
        self.redis.expire_server("me")
        self.pass_time(3)
        events = [stored.event for stored in first[2:]]
        self.assertEqual(
            events,
            [
                Quit("alice", "a"),
                Joined("lobby", "alice", "a"),
                AwaySet("alice", "lunch", "a"),
            ],
        )
        self.assertEqual(first, second)
        self.assertTrue(first[-1].key.startswith("me-"))
        self.assertEqual(self.redis.names["=alice"], ("me", "a"))

    def test_member_whose_name_was_claimed_joins_as_a_guest(self) -> None:
        """The name stays with the one that claimed it."""
        one, first = self.start("me")
        self.result(one.names.claim(Name.of("alice").keys, "a"))
        self.store(one, Joined("lobby", "alice", "a"))
        self.redis.expire_server("me")
        for key in Name.of("alice").keys:
            self.redis.set_name(key, "two", "b")
        self.pass_time(3)
        event = first[-1].event
        assert isinstance(event, Joined)
        self.assertTrue(event.nick.startswith("guest_"))
        self.assertIn(event.nick, self.redis.members("me")["a"])

    def test_member_that_quit_meanwhile_does_not_join_again(self) -> None:
        """No stale member is left in Redis."""
        one, first = self.start("me")
        self.store(one, Joined("lobby", "alice", "a"))
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        self.error(one.append([Entry("me-77", Quit("alice", "a"))]))
        self.redis.expire_server("me")
        self.redis.down = None
        self.pass_time(3)
        self.assertEqual(first[-1].event, Quit("alice", "a"))
        self.assertEqual(self.redis.members("me"), {})

    def test_rejoining_is_retried_until_it_succeeds(self) -> None:
        """Redis may refuse it for a while."""
        one, first = self.start("me")
        self.store(one, Joined("lobby", "alice", "a"))
        self.redis.errors["append"] = "OOM no"
        self.redis.expire_server("me")
        self.pass_time(3)
        self.assertEqual(first[-1].event, Quit("alice", "a"))
        del self.redis.errors["append"]
        self.pass_time(3)
        self.assertEqual(first[-1].event, Joined("lobby", "alice", "a"))
        self.flushLoggedErrors()
