"""To whom events of moderation are shown, and what else they do."""

from __future__ import annotations

from tests.support.remote_moderation import RemoteModerationCase
from twisted_chat.core.events import Joined, Quit
from twisted_chat.core.moderation_events import (
    Kicked,
    Rank,
    RoomClosed,
    RoomOpened,
    SanctionExtended,
)


class AnnouncerTests(RemoteModerationCase):
    """Events, also of other servers."""

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

    def test_ban_of_an_account_from_a_room_spares_its_address(self) -> None:
        """If it is by that, rather than by a name."""
        laptop = self.connect_from("192.0.2.7", "dave")
        laptop.types(r"\register correct horse", r"\join tea")
        self.does(self.alice, r"\room ban $a:dave")
        other = self.connect_from("192.0.2.7", "eve")
        other.types(r"\join tea")
        self.assertIn("tea", other.client.rooms)

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
