"""Tests of twisted_chat.core.accounts.logins."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.accounts.logins import peer_of
from twisted_chat.core.client import Client, Identity
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.joining.sessions import new_session
from twisted_chat.testing import FakeConnection, TestChat
from twisted_chat.testing.chat import FakeClient, line_wire

T = TypeVar("T")

SECRET = "correct horse"


class PeerTests(SynchronousTestCase):
    """By what failed attempts are counted."""

    def peer(self, network: int | None, client_id: str) -> object:
        identity = Identity(network=network)
        client = Client(client_id, FakeConnection(), line_wire().codec, identity)
        return peer_of(client).cause

    def test_clients_of_a_network_count_together(self) -> None:
        """Those of the same machine count each for itself."""
        self.assertEqual(self.peer(7, "a"), self.peer(7, "b"))
        self.assertNotEqual(self.peer(7, "a"), self.peer(8, "a"))
        self.assertNotEqual(self.peer(None, "a"), self.peer(None, "b"))


class ArrivalTests(SynchronousTestCase):
    """Clients that connect logged in."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")
        self.bob.types(f"\\register {SECRET}")
        self.bob.sees()

    def connect(
        self, credentials: Credentials | None = None, session: str | None = None
    ) -> FakeClient:
        return self.room.client(session=session, credentials=credentials)

    def test_client_with_a_password_is_the_member(self) -> None:
        """Nobody sees a guest."""
        self.bob.leaves()
        self.alice.sees()
        client = self.connect(Credentials("BOB", SECRET))
        self.assertEqual(client.client.account, "bob")
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])
        self.assertEqual(client.sees()[0], "Welcome, bob!")

    def test_one_more_device_joins_silently(self) -> None:
        """There is one member."""
        client = self.connect(Credentials("bob", SECRET))
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(client.nick, "bob")
        client.leaves()
        self.assertEqual(self.alice.sees(), [])

    def test_client_with_a_wrong_password_is_a_guest(self) -> None:
        """And is told why."""
        client = self.connect(Credentials("bob", "wrong"))
        self.assertEqual(client.sees()[0], "error: wrong name or password")
        self.assertRegex(client.nick, "guest_")

    def test_client_that_resumes_is_logged_in(self) -> None:
        """As it was, in the rooms that it was in."""
        self.bob.types("\\join tea")
        session = self.bob.client.session
        self.bob.leaves()
        self.alice.sees()
        back = self.connect(session=session)
        self.assertEqual(back.client.account, "bob")
        self.assertEqual(back.client.rooms, ("lobby", "tea"))
        self.assertEqual(self.alice.sees(), ["bob: joined the chat"])

    def test_client_that_has_logged_out_is_not_logged_in_again(self) -> None:
        """It resumes as the guest that it was."""
        self.bob.types("\\logout")
        nick, session = self.bob.nick, self.bob.client.session
        self.bob.leaves()
        back = self.connect(session=session)
        self.assertEqual((back.client.account, back.nick), ("", nick))

    def test_logout_ends_all_tokens_of_the_device(self) -> None:
        """Also that of an earlier login on the same connection."""

        def now(awaitable: Coroutine[Any, Any, T]) -> T:
            return self.successResultOf(Deferred.fromCoroutine(awaitable))

        chat, client = self.room.chat, self.bob.client
        tokens: list[str] = []
        for _ in range(2):
            account = now(chat.accounts.find("bob"))
            assert account is not None
            login = now(chat.account_logins.begin(client, account))
            tokens.append(login.token)
        self.bob.types("\\logout")
        for token in tokens:
            guest = self.connect(Credentials(token=token))
            self.assertEqual(guest.client.account, "")

    def test_session_ends_with_the_password(self) -> None:
        """Except that of the device on which it was changed."""
        stolen = self.connect(Credentials("bob", SECRET))
        self.bob.types(f"\\password {SECRET.replace(' ', '')} x")
        self.bob.types("\\password", SECRET, "battery staple")
        session, own = stolen.client.session, self.bob.client.session
        stolen.leaves()
        self.bob.leaves()
        self.assertEqual(self.connect(session=session).client.account, "")
        self.assertEqual(self.connect(session=own).client.account, "bob")

    def test_client_waits_while_the_store_is_unavailable(self) -> None:
        """It is not a guest then."""
        journal = self.room.journal
        journal.fail(what=journal.VALUES, times=1)
        client = self.connect(Credentials("bob", SECRET))
        self.assertIn("cannot join yet", client.sees()[0])
        self.room.advance(1)
        self.assertEqual(client.client.account, "bob")

    def test_banned_account_is_turned_away(self) -> None:
        """Nobody is shown it."""
        self.alice.types(f"\\register {SECRET}")
        self.alice.types(f"\\operator {self.room.chat.operators.code}", "\\ban bob")
        self.alice.sees()
        client = self.connect(Credentials("bob", SECRET))
        told = client.sees()
        self.assertEqual(told, ["error: you are banned until further notice"])
        self.assertIsNotNone(client.closed)
        self.assertEqual(self.alice.sees(), [])

    def test_unknown_session_is_that_of_nobody(self) -> None:
        """It makes a guest."""
        client = self.connect(session=new_session())
        self.assertEqual(client.client.account, "")
