"""Who a line is from."""

from __future__ import annotations

from tests.support.members import MembersCase
from twisted_chat.clients.irc import sources
from twisted_chat.clients.irc.sources import Sources
from twisted_chat.core.moderation.masks import host_of


class SourceTests(MembersCase):
    """The host tells nothing, and is the same everywhere."""

    def setUp(self) -> None:
        super().setUp()
        self.sources = Sources(self.chat.chat.pool)

    def test_host_is_a_digest_of_the_member(self) -> None:
        """The secret id of a guest is not in it."""
        client_id = self.alice.client.id
        source = self.sources.of("alice", client_id)
        self.assertRegex(source, r"\Aalice!~chat@[0-9a-f]{12}\.chat\Z")
        self.assertEqual(source, f"alice!~chat@{host_of(client_id)}")
        self.assertNotIn(client_id[:6], source)

    def test_devices_of_an_account_have_one_source(self) -> None:
        """Also once they have left."""
        ids = [self.laptop.client.id, self.phone.client.id]
        before = [self.sources.of("bob", each) for each in ids]
        self.assertEqual(len(set(before)), 1)
        self.laptop.leaves()
        self.phone.leaves()
        self.assertEqual([self.sources.of("bob", each) for each in ids], before)

    def test_few_of_those_who_left_are_remembered(self) -> None:
        """The last ones."""
        self.patch(sources, "REMEMBERED", 1)
        first, last = self.laptop.client.id, self.phone.client.id
        for each in (first, last):
            self.sources.of("bob", each)
        self.laptop.leaves()
        self.phone.leaves()
        self.assertEqual(self.sources.of("bob", first), f"bob!~chat@{host_of(first)}")
        self.assertNotEqual(self.sources.of("bob", last), f"bob!~chat@{host_of(last)}")
