"""The guards for accounts."""

from __future__ import annotations

from tests.support.account_case import AccountCase
from twisted_chat.core.account_guards import (
    logged_in,
    logged_in_for_operator,
    logged_out,
    may_register,
    may_send_password,
)
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.commands import Guard
from twisted_chat.core.replies import Refused, Request
from twisted_chat.testing import FakeClient
from twisted_chat.testing.chat import CHEAP


class AccountGuardTests(AccountCase):
    """Each raises why it refuses, or does nothing.  Bob has an account."""

    policy = Policy(mode=Mode.CLOSED, requires_tls=True, costs=CHEAP)

    def setUp(self) -> None:
        super().setUp()
        self.room.log_in(self.bob, "bob")

    def context(self, client: FakeClient) -> CommandContext:
        """A request of a client."""
        request = Request("login", "")
        return CommandContext(self.room.chat, client.client, request, ())

    def code(self, guard: Guard, client: FakeClient) -> str:
        """Why a guard refuses a client."""
        refused: Refused = self.assertRaises(Refused, guard, self.context(client))
        return refused.code

    def test_who_is_logged_in_is_no_guest(self) -> None:
        """And the other way round."""
        logged_in(self.context(self.bob))
        logged_out(self.context(self.alice))
        self.assertEqual(self.code(logged_in, self.alice), "not_logged_in")
        self.assertEqual(self.code(logged_out, self.bob), "logged_in")

    def test_first_operator_needs_an_account(self) -> None:
        """It is told how to get one."""
        logged_in_for_operator(self.context(self.bob))
        guard = logged_in_for_operator
        self.assertEqual(self.code(guard, self.alice), "not_logged_in")

    def test_only_operators_add_accounts_once_there_is_one(self) -> None:
        """Before, whoever registers may become it."""
        may_register(self.context(self.alice))
        self.room.chat.operators.apply({"operator/@bob": "1"})
        self.assertEqual(self.code(may_register, self.alice), "not_operator")

    def test_password_is_not_sent_in_clear_text(self) -> None:
        """If the server requires TLS."""
        self.assertEqual(self.code(may_send_password, self.alice), "tls_required")
