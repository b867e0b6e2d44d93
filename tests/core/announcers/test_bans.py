"""Whom bans disconnect, and who is shown that."""

from __future__ import annotations

from tests.support.remote_moderation import RemoteModerationCase
from twisted_chat.core.client import ClientState
from twisted_chat.core.moderation.sanctions import Sanction, name_identities
from twisted_chat.core.moderation_events import (
    Expelled,
)


class BanTests(RemoteModerationCase):
    """Bans of this server, and of others."""

    def test_ban_by_another_server_disconnects_clients_here(self) -> None:
        """Its rooms see it once, also if several servers find the member."""
        self.announce(self.banned(self.bob.client.id))
        self.assert_sees(self.bob, "error: you are banned until further notice")
        self.assertIs(self.bob.client.state, ClientState.GONE)
        self.assert_sees(self.alice, "olga: banned bob", "bob: left the chat")

    def test_second_server_that_expels_a_member_is_not_shown(self) -> None:
        """An account may be connected to several."""
        self.log_in(self.bob)
        expelled = Expelled("olga", "dora", "", "", "O", "@1")
        self.announce(expelled, expelled)
        self.assert_sees(self.alice, "olga: banned dora")
        self.bob.leaves()
        self.announce(expelled)
        self.assert_sees(self.alice, "dora: left the chat")

    def test_account_under_another_nickname_is_removed_by_that(self) -> None:
        """Its rooms know it by the nickname, whatever the operator types."""
        self.does(self.bob, r"\register correct horse", r"\nick robert")
        self.alice.types(r"\room ban bob")
        self.assert_sees(self.carol, "alice: banned robert from #tea")
        self.oscar.types(r"\ban bob")
        self.assert_sees(self.oscar, "oscar: banned robert", "robert: left the chat")

    def test_second_ban_of_one_who_is_still_there_is_shown(self) -> None:
        """The first concerned the network of one of its devices."""
        phone = self.connect_from("192.0.2.7", "dave")
        self.log_in(self.bob, phone)
        self.does(self.oscar, r"\ban 192.0.2.7")
        self.assertEqual((self.bob.closed, phone.closed), (None, "banned"))
        self.oscar.types(r"\ban dora")
        self.assert_sees(self.alice, "oscar: banned dora", "dora: left the chat")

    def test_all_clients_of_a_banned_account_are_disconnected(self) -> None:
        """The rooms see it once."""
        self.log_in(self.bob, self.carol)
        self.does(self.oscar, r"\ban dora")
        self.assertEqual((self.bob.closed, self.carol.closed), ("banned", "banned"))

    def test_addresses_of_a_banned_account_are_banned(self) -> None:
        """Of each of its devices, unless others are connected from there."""
        laptop = self.connect_from("192.0.2.7", "dave")
        phone = self.connect_from("192.0.2.8", "dan")
        self.connect_from("192.0.2.8", "eve")
        self.log_in(laptop, phone)
        self.does(self.oscar, r"\ban dora")
        self.assertEqual(self.connect_from("192.0.2.7").closed, "banned")
        self.assertIsNone(self.connect_from("192.0.2.8").closed)

    def test_client_banned_while_it_joins_is_disconnected(self) -> None:
        """As soon as it is present."""
        self.chat.journal.hold()
        dave = self.chat.client("dave")
        self.moderation.apply({"ban/=dave": self.ban_of_dave()})
        self.chat.journal.release()
        self.assertIn("error: you are banned until further notice", dave.sees())
        self.assertEqual(dave.closed, "banned")

    def ban_of_dave(self) -> str:
        """As it is stored."""
        return Sanction("dave", "x", identities=name_identities("dave")).to_json()
