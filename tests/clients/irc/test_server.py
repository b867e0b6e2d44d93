"""The chat as a server of IRC."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.core.events import Message
from twisted_chat.core.moderation.masks import host_of
from twisted_chat.core.moderation_events import Role


class ServerTests(IrcCase):
    """What codecs look up."""

    def test_prefixes_are_the_roles(self) -> None:
        """The higher one first."""
        alice = self.irc("alice", "tea")
        member = self.room.chat.pool.named("alice")
        assert member is not None
        server = self.shared.server
        self.assertEqual(server.prefixes("tea", member), "@")
        self.assertEqual(server.prefixes("lobby", member), "")
        self.eve.types(r"\join tea")
        alice.sends("NAMES #tea")
        settings = self.room.chat.moderation.settings("tea")
        settings.roles[Role.VOICE] = settings.roles[Role.OPERATOR]
        self.assertEqual(server.prefixes("tea", member), "@+")

    def test_only_members_with_a_role_have_a_prefix(self) -> None:
        """As each of them has by itself."""
        self.irc("alice", "tea")
        self.irc("bob", "tea")
        server = self.shared.server
        found = {
            member.nick: prefix for member, prefix in server.prefixed("tea").items()
        }
        self.assertEqual(found, {"alice": "@"})
        for member in server.members("tea"):
            self.assertEqual(server.prefixes("tea", member), found.get(member.nick, ""))
        self.assertEqual(server.prefixed("lobby"), {})

    def test_what_a_history_has_of_guests_has_one_source_host(self) -> None:
        """SQLite does not keep their ids; what an account said names the account."""
        source_of = self.shared.server.source_of
        for nick in ("alice", "bob"):
            source = source_of(Message("tea", nick, "hi", ""))
            self.assertEqual(source, f"{nick}!~chat@{host_of('')}")
        said = Message("tea", "bob", "hi", "", None, "bob", "@1")
        self.assertEqual(source_of(said), f"bob!~chat@{host_of('@1')}")

    def test_members_are_in_the_order_of_joining(self) -> None:
        """None of a room that does not exist."""
        self.irc("alice", "lobby")
        names = [member.nick for member in self.shared.server.members("lobby")]
        self.assertEqual(names, ["eve", "alice"])
        self.assertEqual(self.shared.server.members("none"), ())

    def test_real_name_is_the_one_that_was_given(self) -> None:
        """By IRC clients; others have their nicknames."""
        alice = self.irc("alice")
        server = self.shared.server
        self.assertEqual(server.realname(alice.client.id), "The real alice")
        self.assertEqual(server.realname(self.eve.client.id), "eve")
        self.assertEqual(server.realname("nobody"), "*")

    def test_nickname_is_free_soon_whose_owner_leaves(self) -> None:
        """On this server; or if its owner is not present."""
        alice = self.irc("alice")
        server = self.shared.server
        self.assertFalse(server.is_free_soon(alice.client.id))
        alice.protocol.dataReceived(b"QUIT\r\n")
        self.assertTrue(server.is_free_soon(alice.client.id))
        self.assertTrue(server.is_free_soon("nobody"))
        self.assertTrue(server.is_free_soon(""))

    def test_start_is_shown_in_utc(self) -> None:
        """By the clock of the machine."""
        self.assertEqual(self.shared.server.created, "2023-11-14 22:13:20 UTC")
