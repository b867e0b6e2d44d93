"""Operators, and how the first one is made."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

from tests.support.account_case import SECRET, OperatorCase
from twisted_chat.core.events import Entry
from twisted_chat.core.interfaces import RETRY_DELAY, OutcomeUnknown, Unstored
from twisted_chat.journals.records import changes_in
from twisted_chat.testing import TestChat


class OperatorTests(OperatorCase):
    r"""``\operator`` and what operators may do."""

    def test_code_makes_the_first_operator_once(self) -> None:
        """Typed in whatever case."""
        self.assertRegex(self.code, r"\A[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\Z")
        self.code = self.code.lower()
        self.make_operator()
        self.assertIn(self.bob.client.member, self.room.chat.operators)
        self.register(self.alice)
        self.assertEqual(
            self.replies(self.alice, f"\\operator {self.code}"),
            ["error: wrong operator code"],
        )
        self.assertEqual(
            self.replies(self.alice, "\\operator bob"),
            ["error: only operators may use \\operator NAME"],
        )

    def test_code_makes_an_operator_though_the_store_failed(self) -> None:
        """It is used up, and nobody else could be the first one."""
        self.register()
        self.room.journal.fail(times=1)
        self.assertEqual(self.replies(self.bob, f"\\operator {self.code}"), [])
        self.assertEqual(self.room.chat.operators.ids, set())
        self.room.advance(RETRY_DELAY)
        self.assertEqual(self.bob.sees(), ["you are an operator now"])
        self.assertEqual(self.bob.client.pending, 0)
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertEqual(again.chat.operators.ids, {self.bob.client.member_id})

    def test_operator_is_not_made_while_the_store_fails(self) -> None:
        """Nothing was written, so whoever asked for it is told."""
        self.make_operator()
        self.register(self.alice)
        self.room.journal.fail(times=1)
        told = self.replies(self.bob, "\\operator alice")
        self.assertEqual(told, ["error: not stored: the disk is full"])
        self.room.advance(RETRY_DELAY)
        self.assertNotIn(self.alice.client.member, self.room.chat.operators)

    def test_code_is_for_accounts_only(self) -> None:
        """A guest could not be an operator tomorrow, and is told what to do."""
        (line,) = self.replies(self.bob, f"\\operator {self.code}")
        self.assertEqual(
            line,
            "error: an operator needs an account: \\register PASSWORD first, "
            "or \\login NAME",
        )

    def test_code_may_be_typed_with_blanks(self) -> None:
        """Instead of dashes, or with nothing between."""
        for former, typed in (("-", " "), (" ", "")):
            self.code = self.code.replace(former, typed)
        self.make_operator()

    def test_wrong_code_is_called_that(self) -> None:
        """However it was typed; it counts as an attempt."""
        self.register()
        for typed in ("ABCD-EFGH-JKLM", "abcd efgh jklm", "ABCDEFGHJKLM"):
            self.assertEqual(
                self.replies(self.bob, f"\\operator {typed}"),
                ["error: wrong operator code"],
            )
        self.replies(self.bob, *["\\operator ABCD EFGH JKLM"] * 2)
        (line,) = self.replies(self.bob, f"\\operator {self.code}")
        self.assertIn("too many attempts", line)

    def test_code_is_not_shown_to_others(self) -> None:
        """Whatever it is typed as; once there is an operator it is any text."""
        plain = self.code.replace("-", " ").lower()
        refused = (
            "error: not shown: this is the operator code (\\operator CODE uses it)"
        )
        for line in (
            *(self.code, plain, f"operator {self.code}", f"\\me {self.code}"),
            *(f"\\dm alice {self.code}", f"\\topic {self.code}"),
        ):
            self.assertEqual(self.replies(self.bob, line), [refused], line)
        self.make_operator()
        self.bob.types(plain)
        self.assertEqual(self.both(), [f"bob: {plain}"])

    def test_attempts_to_guess_the_code_are_limited(self) -> None:
        """As passwords."""
        self.register()
        self.replies(self.bob, *["\\operator AAAA-AAAA-AAAA"] * 5)
        (line,) = self.replies(self.bob, f"\\operator {self.code}")
        self.assertIn("too many attempts", line)

    def test_operators_make_and_remove_operators(self) -> None:
        """But for the last one."""
        self.make_operator()
        self.register(self.alice)
        self.assertEqual(
            self.replies(self.bob, "\\operator bob off"),
            ["error: bob is the last operator"],
        )
        self.assertEqual(
            self.replies(self.bob, "\\operator ALICE"), ["alice is an operator now"]
        )
        self.assertEqual(
            self.replies(self.alice, "\\operator bob off"),
            ["bob is no longer an operator"],
        )
        self.assertNotIn(self.bob.client.member, self.room.chat.operators)
        self.assertEqual(
            self.replies(self.alice, f"\\unregister {SECRET}"),
            ["error: you are the last operator: \\operator NAME first"],
        )
        (line,) = self.replies(self.alice, "\\operator nobody")
        self.assertEqual(line, "error: no account is called nobody")

    def test_operator_adds_an_account_for_someone_else(self) -> None:
        """A guest who has the name gets a guest's."""
        self.make_operator()
        carol = self.newcomer("caro1")
        self.bob.types("\\register Carol first-password")
        self.assertRegex(carol.nick, "guest_")
        shown = f"caro1: is now known as {carol.nick}"
        self.assertEqual(self.alice.sees(), [shown])
        self.assertEqual(self.bob.sees(), ["registered: Carol", shown])
        carol.sees()
        carol.types("\\login carol first-password")
        self.assertEqual(carol.sees()[-1], "logged in as Carol")
        self.assertEqual(
            self.replies(self.bob, "\\register dave"),
            ["error: PASSWORD is missing (usage: \\register NAME PASSWORD)"],
        )

    def test_messages_of_operators_are_deleted_by_nobody_else(self) -> None:
        """Also those under another name, and while the operator is away."""
        self.make_operator()
        self.bob.types("\\nick robert", "under another name", "\\nick bob", "mine")
        self.alice.types("\\nick robert", "by a guest", "\\join tea", "first", "third")
        self.bob.types("\\join tea", "\\nick robbie", "second")
        self.assertIn("robbie: second", self.alice.sees())
        # Alice has opened the room.
        refused = ["error: robbie is an operator"]
        self.assertEqual(self.replies(self.alice, "\\delete robbie"), refused)
        self.bob.types("\\nick bob", "\\leave")
        self.alice.sees()
        refused = ["error: robbie has said nothing here lately"]
        self.assertEqual(self.replies(self.alice, "\\delete robbie 5"), refused)
        self.bob.types("\\quit")
        refused = ["error: bob is an operator"]
        self.assertEqual(self.replies(self.alice, "\\delete bob"), refused)
        self.alice.types("\\delete robert 5")
        self.assertEqual(self.alice.sees(), ["robert: deleted 2 messages of robert"])

    def test_operator_sets_a_password_that_was_lost(self) -> None:
        """The former one and all tokens are void; the audit log has it."""
        self.make_operator()
        self.alice.types(f"\\register {SECRET}")
        self.bob.sees()
        asked = self.replies(self.bob, "\\setpassword ALICE", "new-password")
        self.assertEqual(asked, ["password: password of alice changed"])
        carol = self.newcomer()
        refused = "error: wrong name or password"
        self.assertEqual(self.replies(carol, f"\\login alice {SECRET}"), [refused])
        carol.types("\\login alice new-password")
        self.assertIn("logged in as alice", carol.sees())
        self.assertRegex(
            self.replies(self.bob, "\\audit 1")[0], "bob setpassword alice$"
        )

    def test_password_is_not_set_without_its_line_in_the_audit_log(self) -> None:
        """Both are written together: while no event can be stored, or not at all."""
        self.make_operator()
        self.register(self.alice)
        self.room.journal.fail(times=None)
        told = self.replies(self.bob, "\\setpassword alice other-password")
        self.assertEqual(told, ["password of alice changed"])
        self.room.journal.recover()
        lines = self.replies(self.bob, "\\audit")
        self.assertRegex(lines[-1], "bob setpassword alice$")
        (refused,) = self.replies(self.bob, "\\setpassword alice short")
        self.assertIn("a password has at least 8 characters", refused)
        self.assertEqual(self.replies(self.bob, "\\audit"), lines)

    def test_some_passwords_are_set_by_nobody_else(self) -> None:
        """Operators', and one's own, which must be known; others set none."""
        self.make_operator()
        self.alice.types(f"\\register {SECRET}")
        for client, typed, refused in (
            (self.alice, "bob new-password", "only operators may use \\setpassword"),
            (
                self.bob,
                "bob new-password",
                "this is your own account: \\password",
            ),
            (self.bob, "alice short", "a password has at least 8 characters"),
            (self.bob, "eve new-password", "no account is called eve"),
        ):
            (line,) = self.replies(client, f"\\setpassword {typed}")
            self.assertIn(f"error: {refused}", line)
        self.bob.types("\\operator alice")
        (line,) = self.replies(self.bob, "\\setpassword alice new-password")
        self.assertEqual(line, "error: alice is an operator")

    def test_acts_are_in_the_audit_log(self) -> None:
        """Those that were refused are not, and passwords never."""
        self.make_operator()
        self.register(self.alice)
        self.replies(
            self.bob,
            "\\operator bob off",
            "\\operator alice",
            "\\operator alice off",
            "\\register carol first-password",
        )
        lines = self.replies(self.bob, "\\audit")
        self.assertEqual(
            [line.split(" bob ")[1] for line in lines],
            ["operator bob", "operator alice", "operator off alice", "register carol"],
        )

    def test_others_cannot_add_accounts(self) -> None:
        """They have one."""
        self.make_operator()
        self.register(self.alice)
        (line,) = self.replies(self.alice, "\\register carol first-password")
        self.assertIn("only operators add other accounts", line)

    def test_two_operators_do_not_remove_each_other(self) -> None:
        """Whoever is first stays one."""
        self.make_two_operators()
        with self.room.together():
            self.bob.types("\\operator alice off")
            self.alice.types("\\operator bob off")
        told = [*self.bob.sees(), *self.alice.sees()]
        self.assertEqual(
            told,
            ["alice is no longer an operator", "error: bob is the last operator"],
        )
        self.assertEqual(self.room.chat.operators.ids, {self.bob.client.member_id})

    def test_removed_operator_has_no_rights_though_the_store_failed(self) -> None:
        """Neither at once nor when it is stored; the audit log has the removal once."""
        self.make_two_operators()
        self.room.journal.fail(times=2)
        with self.room.together():
            self.bob.types("\\operator alice off")
            self.alice.types("\\ban 192.0.2.1")
        self.assertEqual(self.alice.sees(), ["error: only operators may do that"])
        refused = ["error: only operators may use \\ban"]
        self.assertEqual(self.replies(self.alice, "\\ban 192.0.2.1"), refused)
        self.room.advance(RETRY_DELAY)
        self.room.advance(RETRY_DELAY)
        self.assertEqual(self.bob.sees(), ["alice is no longer an operator"])
        self.assertEqual(self.bob.client.pending, 0)
        self.assertEqual(self.replies(self.alice, "\\ban 192.0.2.1"), refused)
        lines = self.replies(self.bob, "\\audit")
        self.assertEqual(
            [line.split(" bob ")[1] for line in lines],
            ["operator bob", "operator alice", "operator off alice"],
        )

    def test_act_whose_outcome_was_unknown_is_in_the_audit_log_once(self) -> None:
        """It was stored, is submitted again, and stored once more."""
        self.make_two_operators()
        journal = self.room.journal
        append, batches = journal.append, list[Sequence[Entry]]()

        async def store_and_fail(batch: Sequence[Entry]) -> Unstored | None:
            batches.append(batch)
            if len(batches) > 1:
                return await append(batch)
            await journal.values.write(changes_in(batch))
            raise OutcomeUnknown("the connection is lost")

        with patch.object(journal, "append", store_and_fail):
            self.bob.types("\\operator alice off")
            self.room.advance(RETRY_DELAY)
        self.assertEqual(self.bob.sees(), ["alice is no longer an operator"])
        self.assertEqual(len(batches), 2)
        lines = self.replies(self.bob, "\\audit")
        self.assertEqual(len([line for line in lines if "off alice" in line]), 1)

    def test_added_account_frees_its_name_though_the_store_failed(self) -> None:
        """A guest who has the name gets another one later."""
        self.make_operator()
        carol = self.newcomer("carol")
        self.room.journal.fail(times=1)
        self.assertEqual(self.replies(self.bob, "\\register carol a-password"), [])
        self.room.advance(RETRY_DELAY)
        self.assertIn("registered: carol", self.bob.sees())
        self.assertRegex(carol.nick, "guest_")

    def test_operators_are_known_after_a_restart(self) -> None:
        """And there is no code any more."""
        self.make_operator()
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertEqual(again.chat.operators.code, "")
        self.assertEqual(again.chat.operators.ids, {self.bob.client.member_id})

    def test_code_is_the_same_until_it_is_used(self) -> None:
        """Also for several servers."""
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertEqual(again.chat.operators.code, self.code)
