"""What follows from the values in the store and from the events announced since."""

from __future__ import annotations

from collections.abc import Mapping

from twisted.trial.unittest import SynchronousTestCase

from tests.support.moderation import ModerationCase
from twisted_chat.core.announcers.moderation import ModerationAnnouncer
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.room_settings import OPEN_ROOM
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.moderation.upkeep import RETURN_SECONDS
from twisted_chat.core.moderation_events import Rank
from twisted_chat.core.pool import ClientPool
from twisted_chat.journals.memory import MemoryJournal
from twisted_chat.testing import FakeClock, Gate, TestChat

BAN = Sanction("bob", "alice", identities=("B",)).to_json()


async def nothing(_prefix: str) -> Mapping[str, str]:
    """An empty store."""
    return {}


class LoadTests(SynchronousTestCase):
    """A server that starts."""

    def setUp(self) -> None:
        self.pool = ClientPool()
        self.moderation = Moderation(self.pool, lambda: 1_000)

    def run_until_it_waits(self, coroutine: object) -> None:
        with self.assertRaises(StopIteration):
            coroutine.send(None)  # type: ignore[attr-defined]

    def test_stored_values_are_taken_over(self) -> None:
        """In place of what was known before."""
        self.moderation.apply({"mute/=rob": BAN})
        stored = {"ban/=bob": BAN, "room/tea/5/owner": "@1", "room/tea/5/quiet": "1"}

        async def read(prefix: str) -> Mapping[str, str]:
            return {key: stored[key] for key in stored if key.startswith(prefix)}

        self.run_until_it_waits(self.moderation.load(read))
        self.assertIsNot(self.moderation.ban_of(("B",), ""), None)
        self.assertTrue(self.moderation.settings("tea").quiet)
        self.assertFalse(self.moderation.mutes)

    def test_what_is_announced_meanwhile_is_not_lost(self) -> None:
        """It may be missing in what is read."""
        gate = Gate()

        async def read(_prefix: str) -> Mapping[str, str]:
            await gate
            return {}

        loading = self.moderation.load(read)
        loading.send(None)
        self.moderation.apply({"ban/=bob": BAN})
        gate.open()
        with self.assertRaises(StopIteration):
            while True:
                loading.send(None)
        self.assertIsNot(self.moderation.ban_of(("B",), ""), None)

    def test_failing_store_changes_nothing(self) -> None:
        """The server does not start, or goes on with what it knows."""
        self.moderation.apply({"ban/=bob": BAN})

        async def read(_prefix: str) -> Mapping[str, str]:
            raise StoreError("down")

        with self.assertRaises(StoreError):
            self.moderation.load(read).send(None)
        self.assertIsNot(self.moderation.ban_of(("B",), ""), None)

    def test_values_of_other_versions_are_passed_over(self) -> None:
        """And those of other areas."""
        self.moderation.apply(
            {
                "ban/=bob": "?",
                "mute/=bob": "[]",
                "room/tea/x/quiet": "1",
                "room/tea/5/op/A": "",
                "account/bob": "{}",
                "ban/=rob": BAN,
            }
        )
        self.assertEqual([key for key, _ in self.moderation.bans], ["=rob"])

    def test_stamps_are_different(self) -> None:
        """Also while the clock stands still: by them rooms are told apart."""
        stamps = [self.moderation.stamp() for _ in range(3)]
        self.assertEqual(stamps, [1_000, 1_001, 1_002])

    def test_account_owns_a_limited_number_of_rooms(self) -> None:
        """Others that it creates are as those of a guest."""
        for number in range(50):
            self.assertTrue(self.moderation.may_own("@1"))
            self.moderation.apply({f"room/r{number}/5/owner": "@1"})
        self.assertFalse(self.moderation.may_own("@1"))
        self.assertTrue(self.moderation.may_own("@2"))


class RoomTests(ModerationCase):
    """Who opens a room, and who decides in it."""

    def test_room_of_an_account_keeps_its_settings(self) -> None:
        """Also while nobody is in it; nobody else opens it."""
        key = f"room/den/{self.moderation.stamp()}"
        self.moderation.apply({f"{key}/owner": "@1", f"{key}/op/@1": "5 dora"})
        self.moderation.apply({f"{key}/private": "1"})
        self.assertFalse(self.moderation.is_vacant("den"))
        self.assert_typed(
            self.bob,
            r"\join den",
            "error: #den is private: ask dora for an invitation",
        )

    def test_room_that_was_opened_last_counts(self) -> None:
        """What was set for an earlier one has no effect, if it is still stored."""
        self.moderation.apply({"room/tea/3/private": "1", "room/tea/3/op/X": "3 x"})
        self.assertFalse(self.moderation.settings("tea").private)
        bob, alice = self.bob.client.member, self.alice.client.member
        self.assertIs(self.moderation.rank(bob, "tea"), None)
        self.assertIs(self.moderation.rank(alice, "tea"), Rank.ROOM_OPERATOR)
        self.assertIs(self.moderation.rank(alice, "lobby"), None)

    def test_nothing_is_left_of_rooms_of_guests(self) -> None:
        """Neither in memory nor in the store."""
        self.does(self.alice, r"\room quiet", r"\voice bob", r"\mute carol")
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\leave")
        self.assertEqual(self.moderation.vacant(), [])
        self.assertIs(self.moderation.settings("tea"), OPEN_ROOM)
        stored = self.read_values("room/")
        self.assertEqual(stored, {})

    def read_values(self, prefix: str) -> dict[str, str]:
        """What is in the store."""
        found: list[dict[str, str]] = []

        async def read() -> None:
            found.append(await self.chat.journal.values.load(prefix))

        self.chat.spawn(read())
        return found[0]

    def test_operator_reads_what_a_closed_room_kept(self) -> None:
        """Nobody else does."""
        self.does(self.alice, "old", r"\room private")
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\leave")
        self.does(self.bob, r"\join tea")
        self.assert_typed(self.bob, r"\history", "no earlier messages")
        self.does(self.oscar, r"\join tea")
        self.assert_typed(self.oscar, r"\history", "alice: old")

    def test_nobody_is_quick_enough_to_read_it(self) -> None:
        """Whoever joins before it is stored that the room was closed."""
        self.does(self.alice, "old", r"\room private")
        self.patch(ModerationAnnouncer, "close_rooms", lambda *_: None)
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\leave")
        self.chat.advance(1)
        self.assert_typed(
            self.carol, r"\join tea", "carol: joined the chat", "now talking in #tea"
        )
        self.does(self.carol, "new")
        self.assert_typed(self.carol, r"\history", "carol: new")

    def test_client_that_resumes_is_not_shown_it_either(self) -> None:
        """Though it was there before."""
        since = self.chat.pool.position
        self.does(self.alice, r"\room private", "secret")
        for client in (self.alice, self.bob, self.carol):
            self.does(client, r"\leave")
        again = self.chat.client(since=since, rooms=("tea",))
        self.assertNotIn("secret", " ".join(again.sees()))


class RestartTests(SynchronousTestCase):
    """A server on the store of one that was stopped or killed."""

    def setUp(self) -> None:
        self.journal = MemoryJournal(FakeClock().seconds)
        self.first = TestChat(journal=self.journal)
        (self.alice,) = self.first.people("alice")
        self.alice.types(r"\join tea", r"\room private")

    def restart(self) -> TestChat:
        """Another server; the first one takes no leave."""
        return TestChat(journal=self.journal)

    def test_those_who_come_back_find_their_rooms(self) -> None:
        """The one who opened a room still decides in it."""
        second = self.restart()
        stranger = second.client("eve", rooms=("tea",))
        self.assertEqual(stranger.client.rooms, ("lobby",))
        session = self.alice.client.session
        again = second.client(session=session, rooms=("tea",))
        again.sees()
        again.types(r"\room public")
        self.assertEqual(again.sees(), ["alice: made #tea public"])

    def test_room_is_closed_if_nobody_comes_back(self) -> None:
        """Whoever joins it then opens it."""
        second = self.restart()
        second.advance(RETURN_SECONDS)
        eve = second.client("eve", rooms=("tea",))
        eve.sees()
        eve.types(r"\room quiet")
        self.assertEqual(eve.sees(), ["eve: made #tea quiet"])

    def test_room_of_a_guest_that_cannot_come_back_is_opened_by_the_next(self) -> None:
        """By telnet there is no session, and with the guest's role nothing is set."""
        bob = self.first.client("bob", resumable=False)
        bob.types(r"\join den")
        self.assertTrue(self.first.stop())
        eve = self.restart().client("eve", rooms=("den",))
        eve.sees()
        eve.types(r"\room quiet")
        self.assertEqual(eve.sees(), ["eve: made #den quiet"])

    def test_bans_and_mutes_hold(self) -> None:
        """As they are in the store."""
        self.first.chat.moderation.is_operator = lambda m: m.nick == "alice"
        self.first.client("bob")
        self.alice.types(r"\ban carol", r"\mute bob")
        second = self.restart()
        self.assertEqual(second.client("carol").closed, "banned")
        bob = second.client("bob")
        bob.sees()
        bob.types("hi")
        self.assertEqual(bob.sees(), ["error: you are muted"])
