r"""``\unregister``, and what becomes of it if the store fails meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from twisted.internet.defer import Deferred

from tests.support.account_case import OTHER, SECRET, OperatorCase
from twisted_chat.core.accounts.accounts import Peer
from twisted_chat.core.accounts.store import REMOVED
from twisted_chat.core.interfaces import (
    RETRY_DELAY,
    Changes,
    OutcomeUnknown,
    StoreError,
)
from twisted_chat.testing import FailingJournal, TestChat


class UnregisterTests(OperatorCase):
    """Of operators, whose rights end with the account."""

    def test_operator_that_unregisters_is_in_the_audit_log(self) -> None:
        """Others are not: theirs is not an act of moderation."""
        self.make_two_operators()
        carol = self.room.client("carol")
        self.register(carol)
        for client, password in ((carol, SECRET), (self.alice, OTHER)):
            client.types(f"\\unregister {password}")
        self.alice.types(f"\\unregister {SECRET}")
        self.bob.sees()
        lines = self.replies(self.bob, "\\audit")
        self.assertEqual(len(lines), 3, lines)
        self.assertRegex(lines[-1], "alice unregister alice$")

    def test_two_operators_do_not_both_unregister(self) -> None:
        """The second one is the last."""
        self.make_two_operators()
        with self.room.together():
            self.bob.types(f"\\unregister {SECRET}")
            self.alice.types(f"\\unregister {SECRET}")
        self.assertIn("unregistered: bob", self.bob.sees())
        self.assertIn(
            "error: you are the last operator: \\operator NAME first",
            self.alice.sees(),
        )

    def test_removed_account_has_no_rights_though_the_store_failed(self) -> None:
        """Its removal is written: the other servers are told as soon as possible."""
        self.make_two_operators()
        self.room.journal.fail(times=1)
        with self.room.together():
            self.alice.types(f"\\unregister {SECRET}")
            self.alice.types("\\ban 192.0.2.1")
        self.assertEqual(self.alice.sees(), [])
        self.room.advance(RETRY_DELAY)
        seen = self.alice.sees()
        self.assertIn("unregistered: alice", seen)
        self.assertIn("error: only operators may use \\ban", seen)
        self.assertFalse([line for line in seen if "was removed" in line])
        self.assertEqual(
            (self.alice.client.account, self.alice.client.pending), ("", 0)
        )
        self.assertEqual(self.room.chat.operators.ids, {self.bob.client.member_id})

    def test_removal_whose_outcome_is_unknown_is_finished(self) -> None:
        """All servers are told, and the audit log has it once."""
        self.make_two_operators()
        error = OutcomeUnknown("it is not known whether this was stored")
        with self.failing_once_removed(error):
            self.alice.types(f"\\unregister {SECRET}")
        self.assert_removed(f"error: {error}")

    def test_removal_goes_on_though_the_store_failed_once_it_was_written(self) -> None:
        """As soon as the store works again."""
        self.make_two_operators()
        with self.failing_once_removed(None):
            self.alice.types(f"\\unregister {SECRET}")
            self.room.advance(RETRY_DELAY)
            self.assertEqual(self.alice.client.account, "alice")
        self.room.advance(RETRY_DELAY)
        self.assert_removed("error: the disk is full")

    def test_removal_that_was_not_written_is_not_finished(self) -> None:
        """The account stays."""
        self.make_two_operators()
        self.room.journal.fail(what=FailingJournal.VALUES)
        self.alice.types(f"\\unregister {SECRET}")
        self.room.advance(RETRY_DELAY)
        self.assertEqual(self.alice.sees(), ["error: the disk is full"])
        self.assertEqual(self.alice.client.account, "alice")
        self.alice.types(f"\\unregister {SECRET}")
        self.assertIn("unregistered: alice", self.alice.sees())

    def test_removal_that_a_crash_has_interrupted_is_done_by_the_next_start(
        self,
    ) -> None:
        """It is no operator, and its rooms are nobody's."""
        self.make_operator()
        self.register(self.alice)
        self.bob.types("\\operator alice", "\\join tea")
        self.assertEqual(
            self.room.chat.moderation.owned_by(self.bob.client.member_id), ["tea"]
        )
        accounts, operators = self.room.chat.accounts, self.room.chat.operators
        account_id = self.bob.client.member_id

        async def remove() -> None:
            account = await accounts.find("bob")
            assert account is not None
            await accounts.unregister(account, SECRET, Peer(""), operators)

        self.room.spawn(remove())
        self.room.settle()
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertNotIn(account_id, again.chat.operators.ids)
        self.assertEqual(again.chat.moderation.owned_by(account_id), [])
        removed = again.chat.accounts.removed()
        self.assertEqual(self.successResultOf(Deferred.fromCoroutine(removed)), {})

    @contextmanager
    def failing_once_removed(self, error: StoreError | None) -> Iterator[None]:
        """The removal of an account is written, and then the store fails.

        :param error: raised by that write itself; without it, all later calls fail.
        """
        values = self.room.journal.values
        write = values.write

        async def write_and_fail(
            changes: Changes, expected: Changes | None = None
        ) -> bool:
            is_written = await write(changes, expected)
            if any(key.startswith(REMOVED) for key in changes):
                if error is not None:
                    raise error
                self.room.journal.fail(times=None, what=FailingJournal.VALUES)
            return is_written

        with patch.object(values, "write", write_and_fail):
            yield
        self.room.journal.recover()

    def assert_removed(self, error: str) -> None:
        """The account of alice is removed, though she was told of an error."""
        seen = self.alice.sees()
        self.assertEqual(seen[0], error)
        self.assertIn("error: the account alice was removed: you are a guest now", seen)
        self.assertEqual(self.alice.client.account, "")
        self.assertEqual(self.room.chat.operators.ids, {self.bob.client.member_id})
        self.alice.types(f"\\login alice {SECRET}")
        self.assertEqual(self.alice.sees(), ["error: wrong name or password"])
        self.bob.sees()
        lines = self.replies(self.bob, "\\audit")
        self.assertEqual(
            [line for line in lines if "unregister" in line], lines[-1:], lines
        )
