"""Tests of twisted_chat.journals.redis.scripts.

What the scripts do is tested with the journal, in memory and with a real Redis.
"""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import said
from tests.support.redis import LIVE, FakeRedisTestCase
from twisted_chat.core.events import DirectMessage, Entry, Joined, Quit, TopicSet
from twisted_chat.journals.redis.scripts import APPEND, FOLDER, SCRIPTS


class ScriptsTests(SynchronousTestCase):
    """Each script is loaded from its file."""

    def test_every_lua_file_is_a_script(self) -> None:
        """No file is unused."""
        shared = {"common", "corrections", "members", "rechecks"}
        names = {script.name for script in SCRIPTS} | shared
        self.assertEqual(names, {path.stem for path in FOLDER.glob("*.lua")})

    def test_every_script_has_a_digest_and_flags(self) -> None:
        """Redis knows it by its digest, and what it may do by its flags."""
        self.assertEqual(len({script.sha for script in SCRIPTS}), len(SCRIPTS))
        for script in SCRIPTS:
            self.assertTrue(script.text.startswith("#!lua"), script.name)

    def test_append_is_refused_when_redis_is_out_of_memory(self) -> None:
        """Before its first step, so that no batch is stored in part."""
        self.assertTrue(APPEND.text.startswith("#!lua\n"))


class CommonTests(FakeRedisTestCase):
    """What the scripts store, where the journal cannot show it."""

    def setUp(self) -> None:
        super().setUp()
        self.server, self.announced = self.start()

    def call(self, *command: str) -> Any:
        return self.redis.commands.call(*(word.encode() for word in command))

    def test_cleared_topic_is_deleted(self) -> None:
        """A room without a topic takes no space for one."""
        self.store(self.server, TopicSet("one", "a", "t", "a"))
        self.store(self.server, TopicSet("one", "a", "", "a"))
        self.assertIsNone(self.call("HGET", "chat:topics", "one"))

    def test_old_batches_are_trimmed_from_the_stream(self) -> None:
        """After ten minutes no server needs them."""
        self.store(self.server, said("old"))
        self.pass_time(11 * 60)
        self.store(self.server, said("new"))
        self.assertEqual(len(self.redis.commands.stream(LIVE).entries), 1)

    def test_direct_messages_expire_after_a_day(self) -> None:
        """A client may resume within a day."""
        self.store(self.server, DirectMessage("a", "b", "hi", "id-a", "id-b"))
        position = self.announced[-1].position
        self.assertEqual(self.call("EXISTS", "chat:whispers:id-b"), 1)
        self.clock.advance(24 * 60 * 60)
        self.assertEqual(self.call("EXISTS", "chat:whispers:id-b"), 0)
        self.pass_time(3)
        missed = self.result(self.server.history.since(position, [], "id-b", 10))
        self.assertFalse(missed.complete)

    def test_events_of_a_member_that_moved_away_are_ignored(self) -> None:
        """The server that it moved to publishes its events."""
        other, _ = self.start("two")
        self.store(self.server, Joined("lobby", "alice", "a"))
        self.result(other.append([Entry("two-1", Joined("lobby", "alice", "a"))]))
        self.announced.clear()
        self.store(self.server, Quit("alice", "a"))
        self.assertEqual(self.announced, [])
        self.assertEqual(set(self.redis.members("two")), {"a"})
