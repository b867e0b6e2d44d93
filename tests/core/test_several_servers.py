"""Tests of the chat as several servers see it, on one Redis within the test."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.redis import FakeRedis
from twisted_chat.core.events import HistoryGap, Stored
from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.journals.redis.errors import unreachable
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.testing import FakeClient, TestChat


class SeveralServersTests(SynchronousTestCase):
    """Two servers, one conversation."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.redis = FakeRedis(self.clock)
        self.chats: list[TestChat] = []
        self.journals: list[RedisJournal] = []
        self.one, self.two = self.server("one"), self.server("two")

    def server(self, name: str) -> TestChat:
        address = RedisAddress((("fake", 1),))
        journal = RedisJournal(address, self.clock, name, connect=self.redis.connect)
        chat = TestChat(journal=journal, names=journal.names)
        # Keys tell which server an entry comes from.
        chat.committer._key_prefix = f"{name}-"
        self.chats.append(chat)
        self.journals.append(journal)
        return chat

    def settle(self, seconds: float = 0.2) -> None:
        for _ in range(round(seconds * 20)):
            self.clock.advance(0.05)
            for chat in self.chats:
                chat.advance(0.05)

    def person(self, chat: TestChat, nick: str) -> FakeClient:
        found = chat.client(nick)
        self.settle()
        return found

    def sees(self, one: FakeClient) -> list[str]:
        self.settle()
        return list(one.sees())

    def everyone(self, chat: TestChat) -> list[str]:
        return sorted(person.nick for person in chat.pool.presence.members.values())

    def test_one_conversation(self) -> None:
        """Everyone sees everyone, wherever they are."""
        alice = self.person(self.one, "alice")
        bob = self.person(self.two, "bob")
        alice.types("hi")
        self.settle()
        bob.types("\\dm alice psst", "\\nick bert")
        self.assertEqual(
            self.sees(alice)[-4:],
            [
                "bob: joined the chat",
                "alice: hi",
                "bob (private): psst",
                "bob: is now known as bert",
            ],
        )
        self.assertIn("alice: hi", self.sees(bob))
        self.assertEqual(self.everyone(self.one), ["alice", "bert"])
        bob.leaves()
        self.assertEqual(self.sees(alice), ["bert: left the chat"])
        self.assertEqual(self.everyone(self.two), ["alice"])

    def test_moved(self) -> None:
        """Who resumes on another server while its first connection hangs."""
        alice = self.person(self.one, "alice")
        carol = self.person(self.one, "carol")
        self.sees(carol)
        again = self.two.client(session=alice.client.id, since=self.one.pool.position)
        self.settle()
        self.assertEqual(again.nick, "alice")
        self.assertEqual(
            self.sees(carol), ["alice: left the chat", "alice: joined the chat"]
        )
        self.assertIn("taken its place", str(alice.closed))
        self.settle()
        for chat in self.chats:
            self.assertEqual(self.everyone(chat), ["alice", "carol"])
        again.types("here")
        self.assertEqual(self.sees(carol), ["alice: here"])
        self.assertEqual(self.redis.names["=alice"][0], "two")

    def test_moved_with_another_name(self) -> None:
        """Who resumes may ask for another name; a guest keeps its own."""
        guest = self.one.client()
        self.settle()
        again = self.two.client(session=guest.client.id)
        self.settle()
        self.assertEqual(again.nick, guest.nick)
        third = self.one.client("dora", session=guest.client.id)
        self.settle()
        self.assertEqual(third.nick, "dora")

    def test_taken_for_dead(self) -> None:
        """A server that was cut off: its people are back, and miss nothing."""
        alice = self.person(self.one, "alice")
        carol = self.person(self.one, "carol")
        bob = self.person(self.two, "bob")
        for one in (alice, carol, bob):
            self.sees(one)
        self.redis.expire_server("one")
        for key in ("=carol", "~carol"):
            self.redis.set_name(key, "two", "somebody")
        self.settle(3)
        told = self.sees(bob)
        self.assertEqual(told[:2], ["alice: left the chat", "carol: left the chat"])
        self.assertIn("alice: joined the chat", told)
        self.assertTrue(carol.nick.startswith("guest_"), carol.nick)
        self.assertIn(f"carol: is now known as {carol.nick}", self.sees(carol))
        for chat in self.chats:
            self.assertEqual(self.everyone(chat), ["alice", "bob", carol.nick])
        bob.types("all there?")
        self.assertIn("bob: all there?", self.sees(alice))
        alice.types("yes")
        self.assertEqual(self.sees(bob), ["bob: all there?", "alice: yes"])

    def test_an_answer_is_lost(self) -> None:
        """The sender is told that nobody knows; nothing is said or done twice."""
        alice = self.person(self.one, "alice")
        bob = self.person(self.two, "bob")
        self.sees(alice)
        self.sees(bob)
        self.redis.lose_replies = 1
        alice.types("hello?")
        told = self.sees(alice)
        self.assertEqual(
            next(line for line in told if line.startswith("error"))[:40],
            "error: it is not known whether this was ",
        )
        self.assertIn("alice: hello?", told)
        self.assertEqual(self.sees(bob), ["alice: hello?"])
        self.redis.lose_replies = 1
        alice.leaves()
        self.settle(3)
        self.assertEqual(self.sees(bob), ["alice: left the chat"])
        self.assertEqual(self.one.committer._in_flight, {})
        self.assertEqual(list(self.one.committer._waiting), [])

    def test_a_rename_of_which_nobody_knows(self) -> None:
        """It is announced after all, or it can be asked again."""
        alice = self.person(self.one, "alice")
        bob = self.person(self.two, "bob")
        self.sees(bob)
        self.redis.errors["claim_names"] = "BUSY no"
        alice.types("\\nick anna")
        self.assertIn("error: Redis is busy with a script", self.sees(alice))
        self.redis.errors.clear()
        alice.types("\\nick anna")
        self.assertEqual(self.sees(bob), ["alice: is now known as anna"])

    def test_redis_is_away(self) -> None:
        """Refused at once; who comes then waits; then all goes on."""
        alice = self.person(self.one, "alice")
        bob = self.person(self.two, "bob")
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        self.sees(alice)
        alice.types("lost")
        self.assertIn("error: not stored: Redis cannot be reached", self.sees(alice)[0])
        dora = self.one.client("dora")
        self.assertIn("cannot join yet", self.sees(dora)[0])
        self.redis.down = None
        self.settle(5)
        self.sees(bob)
        self.assertIn("dora: joined the chat", self.sees(dora))
        alice.types("found")
        self.assertEqual(self.sees(bob), ["alice: found"])

    def test_missing(self) -> None:
        """What a server cannot show any more is said to be missing."""
        alice = self.person(self.one, "alice")
        self.person(self.two, "bob")
        self.sees(alice)
        place = self.one.pool.position
        for room in ("lobby", "nowhere"):
            gap: object = HistoryGap(room)
            self.one.chat.announce([Stored(place, 0, gap)])  # type: ignore[arg-type]
        (line,) = self.sees(alice)
        self.assertIn("some messages in #lobby are missing here", line)
