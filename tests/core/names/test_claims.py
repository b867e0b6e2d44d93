"""Nicknames that are claimed for an event, and given back if it is not stored."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from tests.support.members import MembersCase
from twisted_chat.core.interfaces import RETRY_DELAY, StoreError
from twisted_chat.core.replies import Refused


class ClaimTests(MembersCase):
    """Of clients that log in or out."""

    def setUp(self) -> None:
        super().setUp()
        self.claims = self.chat.chat.claims

    def test_client_that_is_logged_in_cannot_log_in_again(self) -> None:
        """Nor can a guest log out."""
        for call in (
            self.claims.log_in(self.laptop.client, "eve", "@eve", "eve"),
            self.claims.log_out(self.alice.client),
        ):
            with self.assertRaises(Refused):
                call.send(None)

    def test_taken_nickname_is_refused(self) -> None:
        """The client keeps its own."""
        with self.assertRaises(Refused):
            self.claims.log_in(self.alice.client, "bobby", "@bobby", "bob").send(None)
        self.assertEqual(self.alice.nick, "alice")

    def test_login_that_is_not_stored_changes_nothing(self) -> None:
        """The guest keeps its nickname, and that of the account is free."""
        (eve,) = self.chat.people("eve")
        for account in ("adam", "eve"):
            self.chat.journal.fail()
            self.chat.log_in(eve, account)
            self.assertIn("error: not stored", eve.sees()[-1])
        self.assertEqual((eve.nick, eve.client.account), ("eve", ""))
        self.assertEqual(self.chat.client("adam").nick, "adam")
        self.assertIn("guest", self.chat.client("eve").nick)

    def test_nickname_is_given_back_once_the_registry_answers(self) -> None:
        """Whether the client is still there then, or not."""
        for account, stays in (("adam", True), ("abel", False)):
            (eve,) = self.chat.people("eve")
            with self.nothing_given_back():
                self.chat.journal.fail()
                self.chat.log_in(eve, account)
                self.assertIn("error: not stored", eve.sees()[-1])
                self.chat.advance(RETRY_DELAY)
                self.assertIn("guest", self.chat.client(account).nick)
            if not stays:
                eve.leaves()
            self.chat.advance(RETRY_DELAY)
            self.assertEqual(self.chat.client(account).nick, account)
            self.assertEqual("eve" in self.who(), stays)
            eve.leaves()
            again = self.chat.client("eve")
            self.assertEqual(again.nick, "eve")
            again.leaves()

    @contextmanager
    def nothing_given_back(self) -> Iterator[None]:
        """The registry of nicknames is away when a claim is to be undone."""
        names = self.chat.chat.names
        claim = names.claim

        def claim_or_fail(
            keys: Sequence[str], owner: str, former: str = ""
        ) -> Awaitable[bool]:
            if former.startswith("@"):
                raise StoreError("the store is away")
            return claim(keys, owner, former)

        with patch.object(names, "claim", claim_or_fail):
            yield

    def test_logout_that_is_not_stored_changes_nothing(self) -> None:
        """The client stays logged in."""
        self.chat.journal.fail()
        self.chat.log_out(self.phone)
        self.assertIn("error: not stored", self.phone.sees()[-1])
        self.assertEqual(self.phone.client.account, "bob")
