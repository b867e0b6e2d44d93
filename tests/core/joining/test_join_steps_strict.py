"""Clients that want no other nickname than the one that they ask for."""

from __future__ import annotations

from tests.support.joining import JoiningCase
from twisted_chat.core.client import ClientState
from twisted_chat.core.replies import Refused
from twisted_chat.testing import FakeClient


class NickRefusedTests(JoiningCase):
    """Their adapter is told why they cannot have it."""

    def setUp(self) -> None:
        super().setUp()
        self.refused: list[Refused] = []

    def ask(self, nick: str) -> FakeClient:
        return self.connect(nick, nick_refused=self.refused.append)

    def test_nickname_that_is_free_is_assigned(self) -> None:
        """As to others."""
        self.assertEqual(self.ask("bob").nick, "bob")
        self.assertEqual(self.refused, [])

    def test_client_with_a_refused_nickname_is_gone(self) -> None:
        """It is sent nothing, and its connection stays open."""
        for nick, code in (
            ("alice", "nick_taken"),
            ("ALICE", "nick_taken"),
            ("a:b", "nick_invalid"),
            ("guest_1", "nick_reserved"),
        ):
            with self.subTest(nick=nick):
                client = self.ask(nick)
                self.assertEqual(self.refused.pop().code, code)
                self.assertEqual(client.sees(), [])
                self.assertIsNone(client.closed)
                self.assertIs(client.client.state, ClientState.GONE)
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(len(self.chat.pool), 1)

    def test_registered_nickname_is_refused(self) -> None:
        """Its owner may log in, and ask again."""
        self.connect("carl").types(r"\register secret password")
        self.chat.advance(1)
        self.ask("carl")
        self.assertEqual(self.refused[0].code, "nick_registered")

    def test_client_of_an_account_has_the_nickname_that_it_asks_for(self) -> None:
        """Its own name or any that is free; not that of another account."""
        dora = self.connect("dora")
        dora.types(r"\register secret password")
        dora.leaves()
        for nick, wanted in (("carl", "carl"), ("charles", "charles"), ("dora", "")):
            with self.subTest(nick=nick):
                client = self.connect(
                    nick, account="carl", nick_refused=self.refused.append
                )
                self.assertEqual(client.nick, wanted)
                client.leaves()
        self.assertEqual([why.code for why in self.refused], ["nick_registered"])

    def test_nickname_is_still_free_after_its_client_left_early(self) -> None:
        """The adapter is told nothing, as it has left itself."""
        self.names.hold()
        client = self.ask("alice")
        client.leaves()
        self.names.answer()
        self.chat.settle()
        self.assertEqual(self.refused, [])
        self.assertEqual(len(self.chat.pool), 1)
