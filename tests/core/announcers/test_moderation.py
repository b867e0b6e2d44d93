"""To whom events of moderation are shown, and what else they do."""

from __future__ import annotations

from tests.support.moderation import ModerationCase
from twisted_chat.core.client import ClientState
from twisted_chat.core.events import Joined, LoggedIn, Quit, Stored
from twisted_chat.core.moderation.sanctions import Sanction, name_identities
from twisted_chat.core.moderation_events import (
    Banned,
    Expelled,
    Kicked,
    Rank,
    RoomClosed,
    RoomOpened,
    SanctionExtended,
)


class AnnouncerTests(ModerationCase):
    """Events, also of other servers."""

    def announce(self, *events: object, key: str = "other-1") -> None:
        """Announce what another server has stored."""
        batch = [Stored(f"z{n}", 0, event, key) for n, event in enumerate(events)]  # type: ignore[arg-type]
        self.chat.chat.announce(batch)
        self.chat.settle()

    def log_in(self, *clients: object) -> None:
        """Several clients log in to one account."""
        for client in clients:
            inner = client.client  # type: ignore[attr-defined]
            self.announce(LoggedIn(inner.nick, "dora", inner.id, "@1", "dora"))
        self.discard()

    def banned(self, *identities: str, networks: str = "") -> Banned:
        """An event of another server."""
        return Banned(
            "olga", "bob", "", "", "O", "=bob", " ".join(identities), networks, 0, 5
        )

    def test_all_clients_of_a_member_are_removed_from_a_room(self) -> None:
        """Each is told."""
        self.log_in(self.bob, self.carol)
        self.alice.types(r"\kick dora")
        for client in (self.bob, self.carol):
            self.assert_sees(
                client,
                "alice: kicked dora",
                "error: you were kicked from #tea by alice",
                "now talking in #lobby",
            )

    def test_member_that_left_meanwhile_is_not_shown_as_kicked(self) -> None:
        """Another server may have kicked it first."""
        bob = self.bob.client.id
        self.does(self.bob, r"\leave")
        self.announce(Kicked("tea", "olga", "bob", "", "O", bob, Rank.OPERATOR, 5))
        self.assert_sees(self.alice)
        self.assert_sees(self.bob)

    def test_member_kicked_from_another_room_still_talks_in_its_own(self) -> None:
        """It sees from which room it was removed."""
        self.does(self.bob, r"\join lobby")
        self.alice.types(r"\kick bob")
        self.assert_sees(
            self.bob,
            "[#tea] alice: kicked bob",
            "error: you were kicked from #tea by alice",
        )

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

    def test_ban_of_an_account_from_a_room_spares_its_address(self) -> None:
        """If it is by that, rather than by a name."""
        laptop = self.connect_from("192.0.2.7", "dave")
        laptop.types(r"\register correct horse", r"\join tea")
        self.does(self.alice, r"\room ban $a:dave")
        other = self.connect_from("192.0.2.7", "eve")
        other.types(r"\join tea")
        self.assertIn("tea", other.client.rooms)

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

    def test_extension_is_shown_to_nobody(self) -> None:
        """It takes effect."""
        self.announce(self.banned("X"), SanctionExtended("bob", "B", "ban/=bob+Y", 5))
        self.assertIsNot(self.moderation.ban_of(("Y",), ""), None)
        self.assert_sees(self.alice)

    def test_room_of_a_dead_server_is_closed_by_the_others(self) -> None:
        """Redis has found its departures."""
        self.announce(
            RoomOpened("den", "zoe", "Z", "Z", False, 5), Joined("den", "zoe", "Z")
        )
        self.announce(Quit("zoe", "Z"), key="expired")
        self.assertEqual(self.moderation.vacant(), [])
        self.assertIsInstance(self.chat.journal.batches[-1][0], RoomClosed)

    def test_room_of_a_client_of_another_server_is_closed_by_that(self) -> None:
        """Only one server submits it."""
        self.announce(Joined("den", "zoe", "Z"))
        batches = len(self.chat.journal.batches)
        self.announce(Kicked("den", "olga", "zoe", "", "O", "Z", Rank.OPERATOR, 5))
        self.assertEqual(len(self.chat.journal.batches), batches)
