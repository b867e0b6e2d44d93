"""What the chat does by itself once an hour."""

from __future__ import annotations

from unittest import mock

from tests.support.moderation import ModerationCase
from twisted_chat.core.account_events import AccountChanged
from twisted_chat.core.interfaces import RETRY_DELAY, StoreError
from twisted_chat.core.moderation.upkeep import RETURN_SECONDS, TIDY_SECONDS
from twisted_chat.testing import FakeClient


class TidyTests(ModerationCase):
    """What is over, in the store."""

    def test_closed_history_is_forgotten_with_its_last_message(self) -> None:
        """Until then nobody reads it but operators."""
        self.does(self.alice, r"\room private", "a secret")
        for client in (self.bob, self.carol, self.alice):
            self.does(client, r"\leave")
        ((room, _),) = self.moderation.closed_before()
        self.assertEqual(room, "tea")
        self.chat.advance(RETURN_SECONDS + TIDY_SECONDS)
        self.assertEqual(len(self.moderation.closed_before()), 1)
        self.oscar.types(r"\join tea")
        self.does(self.oscar, r"\delete alice")
        self.chat.advance(TIDY_SECONDS)
        self.assertEqual(self.moderation.closed_before(), [])

    def test_what_is_over_is_deleted_within_the_hour(self) -> None:
        """Addresses as well; what is in force stays."""
        self.does(self.oscar, r"\ban 192.0.2.0/24 1m", r"\ban troll", r"\mute bob 1m")
        self.does(self.alice, r"\room ban x 1m", r"\mute carol 1m")
        self.does(self.alice, r"\room ban y", r"\invite oscar")
        self.chat.advance(2 * TIDY_SECONDS)
        self.assertEqual(self.stored("ban/"), ["ban/=troll"])
        self.assertEqual(self.stored("mute/"), [])
        kept = [key.split("/", 3)[3] for key in self.stored("room/tea/")]
        member_id = self.alice.client.id
        invited = f"invite/{self.oscar.client.id}"
        self.assertEqual(set(kept), {f"op/{member_id}", "ban/=y", invited})
        self.chat.advance(24 * 60 * 60)
        self.assertNotIn("invite", " ".join(self.stored("room/tea/")))

    def test_roles_of_a_guest_end_with_its_session(self) -> None:
        """A day after it has left; others are still in the room."""
        self.does(self.alice, r"\op bob", r"\voice bob")
        self.assertEqual(len(self.roles_of(self.alice, self.bob)), 3)
        for client in (self.alice, self.bob):
            client.leaves()
        self.chat.advance(24 * 60 * 60 - TIDY_SECONDS)
        self.assertEqual(len(self.roles_of(self.alice, self.bob)), 3)
        bob = self.chat.client(session=self.bob.client.session, rooms=("tea",))
        bob.sees()
        self.assert_typed(bob, r"\voice carol", "bob: gave voice to carol")
        self.chat.advance(3 * TIDY_SECONDS)
        self.assertEqual(self.roles_of(self.alice), [])
        self.assertEqual(len(self.roles_of(bob)), 2)

    def test_stranger_with_the_nickname_of_a_guest_has_none_of_its_roles(self) -> None:
        """Neither while that could come back, nor after it."""
        self.alice.leaves()
        alice = self.chat.client("alice", rooms=("tea",))
        refused = r"error: only room operators of #tea may use \kick"
        for _ in range(2):
            alice.sees()
            self.assert_typed(alice, r"\kick bob", refused)
            self.chat.advance(26 * TIDY_SECONDS)

    def roles_of(self, *clients: FakeClient) -> list[str]:
        """The keys of the roles in #tea."""
        found = [self.moderation.role_keys(each.client.id) for each in clients]
        keys = [key for each in found for key in each]
        stored = self.stored("room/tea/")
        self.assertEqual([key for key in keys if key not in stored], [])
        return keys

    def stored(self, area: str) -> list[str]:
        """The keys in the store."""
        found: list[str] = []

        async def read() -> None:
            found.extend(await self.chat.journal.values.load(area))

        self.chat.spawn(read())
        return found


class RemovalTests(ModerationCase):
    """What is left of the removal of accounts."""

    def test_removals_that_fail_are_tried_again_once_a_second(self) -> None:
        """However many have failed, until the store works again."""
        tried: list[None] = []
        upkeep = self.chat.chat._upkeep

        async def fail() -> list[AccountChanged]:
            tried.append(None)
            raise StoreError("the store is away")

        async def succeed() -> list[AccountChanged]:
            tried.append(None)
            return []

        self.patch(upkeep, "_removed", fail)
        for _ in range(3):
            self.chat.advance(RETRY_DELAY / 4)
            self.chat.chat.finish_removals()
        tried.clear()
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(len(tried), 1)
        self.patch(upkeep, "_removed", succeed)
        for _ in range(3):
            self.chat.advance(RETRY_DELAY)
        self.assertEqual(len(tried), 2)


class MissedValuesTests(ModerationCase):
    """The server has missed changes, more than once."""

    def test_only_the_last_reading_counts(self) -> None:
        """What is read for an earlier miss lacks what was missed since."""
        journal, upkeep = self.chat.journal, self.chat.chat._upkeep
        faults, gates = journal._faults[journal.VALUES], []
        for _ in range(2):
            journal.hold(journal.VALUES)
            gates.append(faults._gate)
            upkeep.read_values_again()
        first, second = gates
        assert first is not None
        assert second is not None
        # Only these two wait.
        faults._gate = None
        first.open()
        self.bob.types("hello")
        self.assertEqual(self.bob.sees(), [])
        second.open()
        self.chat.settle()
        self.assertEqual(self.bob.sees(), ["bob: hello"])

    def test_reading_that_fails_is_repeated_once_for_several_misses(self) -> None:
        """Else there would be more attempts a second with each miss of an outage."""
        upkeep = self.chat.chat._upkeep
        tried: list[None] = []

        async def fail(_load: object) -> None:
            tried.append(None)
            raise StoreError("the store is away")

        with mock.patch.object(upkeep._moderation, "load", fail):
            for _ in range(3):
                self.chat.advance(RETRY_DELAY / 4)
                upkeep.read_values_again()
            tried.clear()
            self.chat.advance(RETRY_DELAY)
            self.assertEqual(len(tried), 1)

    def test_reading_that_fails_is_repeated(self) -> None:
        """Whatever failed; what waits is refused meanwhile."""
        upkeep = self.chat.chat._upkeep
        with mock.patch.object(upkeep._moderation, "load", side_effect=KeyError("x")):
            upkeep.read_values_again()
            with self.assertRaises(KeyError):
                self.bob.types("hello")
        self.bob.sees()
        self.chat.advance(RETRY_DELAY)
        self.bob.types("hello again")
        self.assertEqual(self.bob.sees()[-1], "bob: hello again")
