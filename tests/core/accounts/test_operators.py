"""Tests of twisted_chat.core.accounts.operators."""

from __future__ import annotations

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.accounts.operators import AREA, Operators, new_code
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.interfaces import Changes
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused

LAST = Refused("last_operator", "last")


class OperatorsTests(AccountsTestCase):
    """Who is an operator, and the code for the first one."""

    def make(self, nick: str) -> Account:
        """An operator."""
        account = self.register(nick)
        self.now(self.values.write({AREA + account.id: account.name}))
        return account

    def load(self) -> str:
        """Load what is stored; return the code."""
        self.now(self.operators.load())
        return self.operators.code

    def test_code_is_the_same_for_all_servers(self) -> None:
        """Until there is an operator."""
        code, other = self.load(), Operators(self.values)
        self.now(other.load())
        self.assertEqual(other.code, code)
        bob = self.make("bob")
        self.assertEqual(self.load(), "")
        self.assertIn(Member(bob.id), self.operators)
        self.assertNotIn(Member("@2"), self.operators)

    def test_code_can_be_used_once(self) -> None:
        """Without its dashes, and in lower case."""
        code = self.load()
        for wrong in ("", "x", new_code(), code[:-1]):
            self.assertFalse(self.now(self.operators.use_code(wrong)))
        typed = code.replace("-", "").lower()
        self.assertTrue(self.now(self.operators.use_code(typed)))
        self.assertFalse(self.now(self.operators.use_code(code)))

    def test_text_of_any_letters_is_no_code(self) -> None:
        """Whatever is typed."""
        self.now(self.operators.load())
        self.assertFalse(self.now(self.operators.use_code("é\ud83d")))

    def test_operators_follow_changed_values(self) -> None:
        """Those of other areas are passed over."""
        self.operators.apply({"operator/@1": "bob", "account/x": "y"})
        self.assertEqual(self.operators.ids, {"@1"})
        self.operators.apply({"operator/@1": None, "operator/@2": None})
        self.assertEqual(self.operators.ids, set())

    def test_change_that_is_announced_while_they_are_read_counts(self) -> None:
        """Whether what is read has it or not."""
        bob, alice = self.make("bob"), self.make("alice")
        load = self.values.load

        async def load_before(prefix: str) -> dict[str, str]:
            found = await load(prefix)
            self.operators.apply({AREA + alice.id: None})
            return found

        self.patch(self.values, "load", load_before)
        self.now(self.operators.load())
        self.assertEqual(self.operators.ids, {bob.id})
        self.operators.apply({AREA + bob.id: None})
        self.patch(self.values, "load", load)
        self.now(self.operators.load())
        self.assertEqual(self.operators.ids, {bob.id, alice.id})

    def test_last_operator_stays(self) -> None:
        """Those before it do not."""
        bob, alice = self.make("bob"), self.make("alice")
        self.now(self.operators.remove(bob.id, "bob"))
        self.assertEqual(
            self.refusal(self.operators.remove(alice.id, "alice")),
            "alice is the last operator",
        )
        self.now(self.operators.remove(bob.id, "bob"))
        self.now(self.operators.load())
        self.assertEqual(self.operators.ids, {alice.id})

    def test_two_operators_do_not_remove_each_other(self) -> None:
        """Both have read that there are two, perhaps on two servers."""
        bob, alice = self.make("bob"), self.make("alice")
        removals = [
            self.now(self.operators.removal(account.id, LAST))
            for account in (bob, alice)
        ]
        written = [
            self.now(self.values.write(each.changes, each.expected))
            for each in removals
        ]
        self.assertEqual(written, [True, False])

    def test_only_operators_remove_others(self) -> None:
        """Also one that has lost the right a moment before, or loses it meanwhile."""
        bob, alice, carol = map(self.make, ("bob", "alice", "carol"))
        removal = self.now(self.operators.removal(carol.id, LAST, bob.id))
        self.now(self.operators.remove(bob.id, "bob", alice.id))
        wrote = self.values.write(removal.changes, removal.expected)
        self.assertFalse(self.now(wrote))
        for other in (alice, carol, bob):
            remove = self.operators.remove(other.id, other.name, bob.id)
            self.assertEqual(self.refusal(remove), "only operators may do that")
        self.now(self.operators.load())
        self.assertEqual(self.operators.ids, {alice.id, carol.id})

    def test_operator_may_remove_itself(self) -> None:
        """Another one stays."""
        bob, alice = self.make("bob"), self.make("alice")
        self.now(self.operators.remove(bob.id, "bob", bob.id))
        self.now(self.operators.load())
        self.assertEqual(self.operators.ids, {alice.id})

    def test_standing_of_an_operator_ends_with_the_right(self) -> None:
        """What was to be written because of it is not."""
        bob, _ = self.make("bob"), self.make("alice")
        standing = self.now(self.operators.standing(bob.id))
        self.assertTrue(self.now(self.values.write({"x/1": "a"}, standing)))
        self.now(self.operators.remove(bob.id, "bob"))
        self.assertFalse(self.now(self.values.write({"x/2": "a"}, standing)))
        self.assertEqual(
            self.refusal(self.operators.standing(bob.id)), "only operators may do that"
        )

    def test_removal_is_decided_again_when_others_change_operators(self) -> None:
        """It is not refused for that."""
        bob, alice, carol = map(self.make, ("bob", "alice", "carol"))
        write, values = self.values.write, self.values

        async def write_after_another(
            changes: Changes, expected: Changes | None = None
        ) -> bool:
            self.patch(values, "write", write)
            await write({AREA + bob.id: None, AREA + carol.id: None})
            await write({AREA + carol.id: "carol"})
            return await write(changes, expected)

        self.patch(values, "write", write_after_another)
        self.now(self.operators.remove(alice.id, "alice"))
        self.now(self.operators.load())
        self.assertEqual(self.operators.ids, {carol.id})

    def test_operator_without_an_account_is_forgotten(self) -> None:
        """So that there is a code again; a later account of the name inherits nothing.

        Earlier versions could leave one behind in a crash.
        """
        self.now(self.values.write({AREA + "@1": "bob", AREA + "@2": "carol"}))
        self.register("bob")
        self.assertRegex(self.load(), "....-....-....")
        self.assertEqual(self.operators.ids, set())
        self.assertEqual(self.now(self.values.load(AREA)), {})
