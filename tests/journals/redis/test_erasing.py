"""Tests of twisted_chat.journals.redis.erasing."""

from __future__ import annotations

import random
from typing import Any

from twisted.internet.defer import Deferred

from tests.journals.corrections_contract import deleted, edited
from tests.support.journals import said, texts
from tests.support.logs import Log
from tests.support.redis import FakeRedisTestCase
from twisted_chat.core.events import Stored
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.journals.redis import erasing
from twisted_chat.journals.redis.erasing import FINISH_SECONDS, PAUSE, PORTION
from twisted_chat.journals.redis.journal import RedisJournal
from twisted_chat.journals.redis.scripts import ERASE
from twisted_chat.journals.retention import KEEP_ALL, Retention

MANY = 1000
"""Messages, too many to be added again at once."""


class ErasingCase(FakeRedisTestCase):
    """A message is deleted or corrected, and many have come since."""

    retention = KEEP_ALL

    def setUp(self) -> None:
        super().setUp()
        self.redis.commands.persistence = b"aof_enabled:1"
        self.one, self.announced = self.start("one", self.retention)
        self.fill(MANY)

    def fill(self, number: int) -> list[Stored]:
        """Say something, each in words of its own."""
        before = len(self.announced)
        some = (said(f"word-{n}-") for n in range(before, before + number))
        self.store(self.one, *some)
        return self.announced[before:]

    def begin(self) -> None:
        """Delete a message, and do a portion or two."""
        self.store(self.one, deleted(self.announced[1]))
        self.clock.advance(2 * PAUSE)

    def kept(self, word: str) -> bool:
        """Whether a text is in the messages of the room, or what is copied of them."""
        content = b"".join(
            part
            for key in (b"chat:room:lobby", b"chat:copy:lobby")
            if key in self.redis.commands.data
            for node in self.redis.commands.data[key].nodes
            for part in node.content
        )
        return word.encode() in content

    def history(self, journal: RedisJournal | None = None) -> list[str]:
        query = HistoryQuery("lobby", 10 * MANY)
        return texts(self.result((journal or self.one).history.page(query)))

    @property
    def is_done(self) -> bool:
        return not self.redis.commands.hash("chat:erasing")


class ErasingTests(ErasingCase):
    """Everything is kept."""

    def test_message_is_gone_at_once_and_its_bytes_soon(self) -> None:
        """The others keep their ids."""
        expected = [self.announced[0], *self.announced[2:]]
        self.store(self.one, deleted(self.announced[1]))
        self.assertEqual(self.history(), texts(expected))
        self.assertTrue(self.kept("word-1-"))
        self.pass_time(1)
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept("word-1-"))
        page = self.result(self.one.history.page(HistoryQuery("lobby", 2 * MANY)))
        self.assertEqual(
            [(each.position, each.event) for each in page],
            [(each.position, each.event) for each in expected],
        )

    def test_no_step_adds_many_messages(self) -> None:
        """Redis serves others in between."""
        added: list[int] = []
        run, call = self.redis.run, self.redis.commands.call

        def counted_run(text: str, *arguments: bytes) -> Any:
            added.append(0)
            return run(text, *arguments)

        def counted_call(name: bytes, *arguments: bytes) -> Any:
            is_room = arguments and arguments[0] in (
                b"chat:room:lobby",
                b"chat:copy:lobby",
            )
            if name.upper() == b"XADD" and is_room:
                added[-1] += 1
            return call(name, *arguments)

        self.patch(self.redis, "run", counted_run)
        self.patch(self.redis.commands, "call", counted_call)
        self.store(self.one, deleted(self.announced[1]))
        self.store(self.one, edited(self.announced[2], "other"))
        self.pass_time(1)
        self.assertTrue(self.is_done)
        self.assertEqual(max(added), PORTION)

    def test_message_has_its_new_text_at_once_and_its_former_bytes_go_soon(
        self,
    ) -> None:
        """On every way on which it is read; the last correction counts."""
        message, position = self.announced[1], self.announced[0].position
        self.store(self.one, edited(message, "first tea"))
        self.store(self.one, edited(message, "second tea"))
        for seconds in (0, 1):
            self.pass_time(seconds)
            page = self.result(self.one.history.page(HistoryQuery("lobby", 2 * MANY)))
            self.assertEqual(texts(page)[:3], ["word-0-", "second tea", "word-2-"])
            self.assertEqual([s.position for s in page if s.edited], [message.position])
            missed = self.result(
                self.one.history.since(position, ["lobby"], "x", 2 * MANY)
            )
            self.assertEqual(texts(missed.events)[0], "second tea")
            found = self.result(self.one.history.search("lobby", "tea", 5))
            self.assertEqual(texts(found), ["second tea"])
            self.assertEqual(self.kept("word-1-"), seconds == 0)
        self.assertFalse(self.kept("first tea"))
        self.assertNotIn(b"chat:edited:lobby", self.redis.commands.data)

    def test_corrected_message_can_be_deleted_and_a_near_one_corrected(self) -> None:
        """Before the former texts are gone."""
        self.store(self.one, edited(self.announced[1], "other"))
        self.store(self.one, deleted(self.announced[1]))
        self.store(self.one, edited(self.announced[2], "far"))
        self.fill(1)
        near = self.announced[-1]
        self.store(self.one, edited(near, "near"))
        self.store(self.one, edited(near, "nearer"))
        for seconds in (0, 1):
            self.pass_time(seconds)
            history = self.history()
            self.assertEqual(history[:2], ["word-0-", "far"])
            self.assertEqual(history[-1], "nearer")
            self.assertEqual(len(history), MANY)
        self.assertFalse(self.kept("other"))

    def test_few_messages_are_added_again_at_once(self) -> None:
        """Nothing is left to do."""
        self.store(self.one, deleted(self.announced[-2]))
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept(f"word-{MANY - 2}-"))
        self.assertEqual(len(self.history()), MANY - 1)

    def test_another_server_goes_on(self) -> None:
        """Where the one ended that had begun; the other one was there already."""
        two, _ = self.start("two")
        self.begin()
        self.assertIn(b"chat:copy:lobby", self.redis.commands.data)
        for connection in (self.one._writer, self.one._reader, self.one._following):
            self.result(connection.stop())
        self.pass_time(5)
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept("word-1-"))
        self.assertEqual(len(self.history(two)), MANY - 1)

    def test_only_one_server_does_it(self) -> None:
        """Redis has no more to do if there are many."""
        self.patch(erasing, "PORTION", 10)
        for name in ("two", "three"):
            self.start(name)
        servers: list[bytes] = []
        run = self.redis.run

        def noted(text: str, *arguments: bytes) -> Any:
            if text == ERASE.text:
                servers.append(arguments[0])
            result = run(text, *arguments)
            if result == b"BUSY":
                servers.pop()
            return result

        self.patch(self.redis, "run", noted)
        self.begin()
        self.pass_time(6)
        self.assertTrue(self.is_done)
        self.assertEqual(set(servers), {b"one"})

    def test_it_goes_on_after_redis_was_out_of_memory(self) -> None:
        """On the same connection; the log says so once."""
        log = Log(self)
        self.redis.errors["erase"] = "OOM command not allowed"
        self.begin()
        self.pass_time(4)
        self.assertFalse(self.is_done)
        lines = [line for line in log.lines() if "erasing was interrupted" in line]
        self.assertEqual(len(lines), 1, lines)
        self.redis.errors.clear()
        self.pass_time(3)
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept("word-1-"))

    def test_server_that_cannot_finish_it_is_unregistered(self) -> None:
        """Redis is out of memory; the next start goes on."""
        self.redis.errors["erase"] = "OOM command not allowed"
        self.begin()
        self.result(self.one.close())
        self.assertEqual(self.redis.servers, {})
        self.redis.errors.clear()
        two, _ = self.start("two")
        self.pass_time(5)
        self.assertTrue(self.is_done)
        self.assertEqual(len(self.history(two)), MANY - 1)

    def test_server_that_stops_does_not_finish_it_at_any_cost(self) -> None:
        """It is unregistered at once, and makes pauses if others are there."""
        self.start("two")
        self.patch(erasing, "PORTION", 2)
        self.begin()
        closing = Deferred.fromCoroutine(self.one.close())
        self.clock.advance(0)
        self.assertEqual(set(self.redis.servers), {"two"})
        self.pass_time(FINISH_SECONDS / 2)
        self.assertNoResult(closing)
        self.pass_time(FINISH_SECONDS)
        self.successResultOf(closing)
        self.assertEqual(set(self.redis.servers), {"two"})
        self.assertFalse(self.is_done)
        self.pass_time(30)
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept("word-1-"))

    def test_it_goes_on_after_an_outage(self) -> None:
        """Of the same server."""
        self.store(self.one, deleted(self.announced[1]))
        self.clock.advance(2 * PAUSE)
        self.redis.disconnect_all()
        self.pass_time(3)
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept("word-1-"))
        self.assertEqual(len(self.history()), MANY - 1)

    def test_server_that_stops_finishes_it(self) -> None:
        """Then the append-only file is rewritten."""
        self.store(self.one, deleted(self.announced[1]))
        self.assertEqual(self.redis.commands.rewritten, 0)
        self.result(self.one.close())
        self.assertTrue(self.is_done)
        self.assertFalse(self.kept("word-1-"))
        self.assertEqual(self.redis.commands.rewritten, 1)

    def test_append_only_file_is_rewritten_once_the_bytes_are_gone(self) -> None:
        """Before, they would be in the new one."""
        self.store(self.one, deleted(self.announced[1]))
        while not self.is_done:
            self.assertEqual(self.redis.commands.rewritten, 0)
            self.clock.advance(PAUSE)
        self.pass_time(2)
        self.assertEqual(self.redis.commands.rewritten, 1)

    def test_message_that_is_gone_does_not_come_back(self) -> None:
        """Though the copy had it: the room was changed by a server that has none."""
        self.store(self.one, deleted(self.announced[1]))
        self.clock.advance(2 * PAUSE)
        position = self.announced[0].position
        stream_id = f"{int(position[:13])}-{int(position[14:])}".encode()
        self.redis.commands.call(b"XDEL", b"chat:room:lobby", stream_id)
        self.pass_time(2)
        self.assertTrue(self.is_done)
        self.assertEqual(len(self.history()), MANY - 2)

    def test_room_without_messages_is_forgotten(self) -> None:
        """They were trimmed meanwhile."""
        self.store(self.one, deleted(self.announced[1]))
        self.clock.advance(2 * PAUSE)
        self.redis.commands.call(b"DEL", b"chat:room:lobby")
        self.pass_time(1)
        self.assertTrue(self.is_done)
        self.assertEqual(self.history(), [])
        self.assertNotIn(b"chat:copy:lobby", self.redis.commands.data)

    def test_room_whose_messages_are_all_deleted_goes_on(self) -> None:
        """Positions only increase."""
        for at in range(0, MANY, 100):
            self.store(self.one, deleted(*self.announced[at : at + 100]))
        self.pass_time(1)
        self.assertTrue(self.is_done)
        self.assertEqual(self.history(), [])
        self.fill(3)
        self.assertEqual(len(self.history()), 3)

    def test_clients_that_resume_miss_nothing(self) -> None:
        """Before, while and after it is done."""
        start = self.announced[-3].position
        self.store(self.one, deleted(self.announced[1]))
        while True:
            missed = self.result(self.one.history.since(start, ["lobby"], "x", 100))
            self.assertTrue(missed.complete)
            self.assertEqual(texts(missed.events)[:2], texts(self.announced[-3:-1]))
            if self.is_done:
                break
            self.clock.advance(PAUSE)

    def test_deletion_is_no_gap(self) -> None:
        """For a client that has seen no message of the room."""
        start = self.announced[-1].position
        self.store(self.one, *(said(f"{n}", room="den") for n in range(MANY)))
        first = self.announced[MANY]
        self.store(self.one, deleted(first, room="den"))
        for seconds in (0, 1):
            self.pass_time(seconds)
            missed = self.result(self.one.history.since(start, ["den"], "x", 2 * MANY))
            self.assertTrue(missed.complete, seconds)
            self.assertEqual(len(missed.events), MANY - 1)

    def test_whatever_happens_meanwhile_is_kept(self) -> None:
        """New messages, deletions and corrections, of what is copied and what not."""
        rng = random.Random(1)
        messages = list(self.announced)
        expected = dict(enumerate(texts(messages)))
        gone: list[str] = []
        for step in range(60):
            at = rng.choice(sorted(expected))
            match rng.randrange(4):
                case 0:
                    messages += self.fill(5)
                    new = range(len(messages) - 5, len(messages))
                    expected.update(zip(new, texts(messages[-5:]), strict=True))
                case 1:
                    gone.append(expected.pop(at))
                    self.store(self.one, deleted(messages[at]))
                case 2:
                    gone.append(expected[at])
                    expected[at] = f"edit-{step}-"
                    self.store(self.one, edited(messages[at], expected[at]))
                case _:
                    self.clock.advance(PAUSE)
            in_order = [expected[number] for number in sorted(expected)]
            self.assertEqual(self.history(), in_order)
        self.pass_time(2)
        self.assertTrue(self.is_done)
        self.assertEqual(self.history(), in_order)
        self.assertEqual([text for text in gone if self.kept(text)], [])


class KeptTests(ErasingCase):
    """Messages beyond ``--keep`` are dropped."""

    retention = Retention(MANY)

    def test_messages_that_are_dropped_meanwhile_stay_dropped(self) -> None:
        """Also those that were copied before."""
        self.store(self.one, deleted(self.announced[1]))
        self.clock.advance(PAUSE)
        self.fill(2 * PORTION)
        self.pass_time(1)
        self.assertTrue(self.is_done)
        said_now = [text for text in texts(self.announced) if text]
        self.assertEqual(self.history(), said_now[-MANY:])
        self.assertFalse(self.kept("word-1-"))
        start = self.announced[0].position
        missed = self.result(self.one.history.since(start, ["lobby"], "x", 10 * MANY))
        self.assertFalse(missed.complete)
