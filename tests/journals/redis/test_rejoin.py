"""Tests of twisted_chat.journals.redis.rejoin."""

from __future__ import annotations

from twisted_chat.core.events import AwaySet, Entry, Joined, Quit
from twisted_chat.core.nicknames import Name
from twisted_chat.journals.redis.errors import away

from .test_journal import FakeRedisTestCase


class ReturningTests(FakeRedisTestCase):
    """A server that was taken for dead."""

    def test_a_server_that_was_cut_off(self) -> None:
        """It brings its people back, with the names that they had."""
        one, first = self.start("me")
        _, second = self.start("two")
        self.now(one.names.claim(Name.of("alice").keys, "a"))
        self.say(one, Joined("lobby", "alice", "a"), AwaySet("alice", "lunch", "a"))
        self.redis.bury("me")
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

    def test_a_name_taken_meanwhile(self) -> None:
        """Who comes back then is a guest."""
        one, first = self.start("me")
        self.now(one.names.claim(Name.of("alice").keys, "a"))
        self.say(one, Joined("lobby", "alice", "a"))
        self.redis.bury("me")
        for key in Name.of("alice").keys:
            self.redis.names[key] = ("two", "b")
        self.pass_time(3)
        event = first[-1].event
        assert isinstance(event, Joined)
        self.assertTrue(event.nick.startswith("guest_"))
        self.assertEqual(self.redis.people["a"]["nick"], event.nick)

    def test_who_left_meanwhile_is_not_brought_back(self) -> None:
        """Nor a ghost of it."""
        one, first = self.start("me")
        self.say(one, Joined("lobby", "alice", "a"))
        self.redis.down = away("fake:1", "it is gone")
        self.redis.cut()
        self.fails(one.append([Entry("me-77", Quit("alice", "a"))]))
        self.redis.bury("me")
        self.redis.down = None
        self.pass_time(3)
        self.assertEqual(first[-1].event, Quit("alice", "a"))
        self.assertNotIn("a", self.redis.people)

    def test_bringing_back_is_tried_again(self) -> None:
        """Until Redis lets us."""
        one, first = self.start("me")
        self.say(one, Joined("lobby", "alice", "a"))
        self.redis.says["append"] = "OOM no"
        self.redis.bury("me")
        self.pass_time(3)
        self.assertEqual(first[-1].event, Quit("alice", "a"))
        del self.redis.says["append"]
        self.pass_time(3)
        self.assertEqual(first[-1].event, Joined("lobby", "alice", "a"))
        self.flushLoggedErrors()
