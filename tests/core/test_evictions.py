"""Clients that the other servers took for gone."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.codecs import ListCodec, wire_with
from tests.support.servers import ServersCase
from twisted_chat.core.announcers.bulk import BULK_THRESHOLD
from twisted_chat.core.events import Joined
from twisted_chat.core.evictions import Evictions
from twisted_chat.core.presence import Member
from twisted_chat.testing import FakeClient


class EvictionTests(SynchronousTestCase):
    """What everyone was shown of a member with the clients A and B."""

    def setUp(self) -> None:
        self.evictions = Evictions()
        rooms = ("lobby", "tea")
        self.bob = Member(
            "@bob", "bob", "bob", rooms, account="bob", clients=("A", "B")
        )

    def rejoins(self, client_id: str, room: str) -> bool:
        event = Joined(room, "bob", client_id, "@bob", "bob")
        return self.evictions.rejoins(self.bob, event)

    def test_member_has_left_once_all_its_clients_are_evicted(self) -> None:
        """Not before."""
        self.assertFalse(self.evictions.is_last(self.bob, "A"))
        self.evictions.add(self.bob, "A")
        self.assertEqual(self.evictions.rooms_shown(self.bob), ("lobby", "tea"))
        self.assertTrue(self.evictions.is_last(self.bob, "B"))
        self.evictions.add(self.bob, "B")
        self.assertEqual(self.evictions.rooms_shown(self.bob), ())

    def test_member_is_shown_to_join_each_room_again_once(self) -> None:
        """Whichever client joins it first."""
        self.evictions.add(self.bob, "A")
        self.evictions.add(self.bob, "B")
        found = [
            self.rejoins(client_id, room)
            for client_id, room in (("A", "lobby"), ("B", "lobby"), ("B", "tea"))
        ]
        self.assertEqual(found, [True, False, True])
        self.assertEqual(self.evictions.rooms_shown(self.bob), ("lobby", "tea"))

    def test_member_that_was_not_shown_to_leave_does_not_join(self) -> None:
        """Its other client was here all the time."""
        self.evictions.add(self.bob, "A")
        self.assertFalse(self.rejoins("A", "lobby"))
        self.assertFalse(self.evictions.is_last(self.bob, "B"))

    def test_guest_has_left_with_its_client(self) -> None:
        """It has no other."""
        guest = Member("G", "guest_1", "guest_1", ("lobby",))
        self.assertTrue(self.evictions.is_last(guest, "G"))
        self.evictions.add(guest, "G")
        self.assertEqual(self.evictions.rooms_shown(guest), ())
        self.assertTrue(self.evictions.rejoins(guest, Joined("lobby", "x", "G")))

    def test_client_that_is_gone_is_forgotten(self) -> None:
        """And its member with the last one."""
        for client_id in "AB":
            self.evictions.add(self.bob, client_id)
        for client_id in "AB":
            self.evictions.forget(self.bob, client_id)
        self.assertEqual(self.evictions.rooms_shown(self.bob), ("lobby", "tea"))
        self.assertFalse(self.rejoins("A", "lobby"))


class ShownTests(ServersCase):
    """What clients of server one are shown that server two took for gone."""

    def clients(self, *nicks: str) -> list[FakeClient]:
        """Clients of server one that keep lists of who is where."""
        wire = wire_with(ListCodec())
        clients = [self.one.client(nick, wire=wire) for nick in nicks]
        for client in (self.alice, self.bob, *clients):
            self.seen_by(client)
        return clients

    def expire(self) -> None:
        self.redis.expire_server("one")
        self.settle(3)

    def test_client_that_keeps_lists_is_not_shown_that_it_left(self) -> None:
        """It is in its rooms all the time; others come back."""
        (dora,) = self.clients("dora")
        self.expire()
        lines = ["alice: left the chat", "alice: joined the chat"]
        self.assertEqual(self.seen_by(dora), lines)
        seen = self.seen_by(self.alice)
        for line in (*lines, "dora: left the chat", "dora: joined the chat"):
            self.assertIn(line, seen)
        self.assertEqual(self.seen_by(self.bob), seen)

    def test_nor_among_many(self) -> None:
        """Each is shown all others."""
        nicks = [f"p{number}" for number in range(BULK_THRESHOLD + 1)]
        clients = self.clients(*nicks)
        self.expire()
        seen = " ".join(self.seen_by(self.alice))
        self.assertIn(f"and {BULK_THRESHOLD - 1} more left the chat", seen)
        for nick, client in zip(nicks, clients, strict=True):
            seen = " ".join(self.seen_by(client))
            self.assertIn(f"and {BULK_THRESHOLD - 2} more left the chat", seen)
            self.assertNotRegex(seen, rf"\b{nick}\b")
