"""The guards of the command table."""

from __future__ import annotations

from tests.support.account_case import AccountCase
from tests.support.moderation import ModerationCase
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.commands import Guard
from twisted_chat.core.moderation_events import Rank
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.routes.guards import (
    check_readable,
    logged_in,
    logged_in_for_operator,
    logged_out,
    may_register,
    may_send_password,
    may_talk,
    operator,
    rank_in_room,
    room_operator,
)
from twisted_chat.testing import FakeClient
from twisted_chat.testing.chat import CHEAP


class GuardTests(ModerationCase):
    """Each raises why it refuses, or does nothing."""

    def context(self, client: FakeClient, room: str | None = None) -> CommandContext:
        """A request of a client."""
        request = Request("kick", "", room=room)
        return CommandContext(self.chat.chat, client.client, request, ())

    def test_operator_is_one_of_the_server(self) -> None:
        """A room operator is none."""
        operator(self.context(self.oscar))
        refused = self.assertRaises(Refused, operator, self.context(self.alice))
        self.assertEqual(refused.text, r"only operators may use \kick")

    def test_room_operator_is_one_of_that_room(self) -> None:
        """Operators have every right in every room that they are in."""
        room_operator(self.context(self.alice, "tea"))
        room_operator(self.context(self.oscar, "lobby"))
        self.assertRaises(Refused, room_operator, self.context(self.alice, "lobby"))
        refused = self.assertRaises(
            Refused, room_operator, self.context(self.oscar, "tea")
        )
        self.assertEqual(refused.code, "not_in_room")

    def test_higher_right_counts(self) -> None:
        """Of an operator who has opened the room."""
        self.does(self.oscar, r"\join den")
        self.assertIs(rank_in_room(self.context(self.oscar)), Rank.OPERATOR)
        self.assertIs(rank_in_room(self.context(self.alice)), Rank.ROOM_OPERATOR)

    def test_who_is_muted_may_not_talk(self) -> None:
        """In that room."""
        self.does(self.alice, r"\mute bob")
        may_talk(self.context(self.bob, "lobby"))
        self.assertRaises(Refused, may_talk, self.context(self.bob, "tea"))

    def test_who_is_outside_may_not_read(self) -> None:
        """If the room is private."""
        self.does(self.alice, r"\room private")
        check_readable(self.context(self.bob), "tea")
        self.does(self.carol, r"\leave")
        outside = self.context(self.carol)
        self.assertRaises(Refused, check_readable, outside, "tea")


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
