"""Moderation by members of one server of members of another."""

from __future__ import annotations

from typing import Any

from tests.support.moderation import is_oscar
from tests.support.redis import LIVE
from tests.support.servers import ServersCase, cut_off
from twisted_chat.testing import FakeClient, TestChat


class ModerationTests(ServersCase):
    """Alice opens #tea on server one; bob comes from server two, oscar is operator."""

    def setUp(self) -> None:
        super().setUp()
        for server in self.servers:
            server.chat.moderation.is_operator = is_oscar
        self.oscar = self.connect(self.one, "oscar")
        for client in (self.alice, self.bob):
            self.types(client, r"\join tea")

    def types(self, client: FakeClient, *lines: str) -> None:
        """Type lines; discard what all were shown."""
        client.types(*lines)
        self.settle()
        for each in (self.alice, self.bob, self.oscar):
            each.sees()

    def assert_typed(self, client: FakeClient, line: str, *shown: str) -> None:
        """A client types a line and then sees just these lines."""
        client.types(line)
        self.assertEqual(self.seen_by(client), list(shown), line)

    def assert_rooms(self, nick: str, *rooms: str) -> None:
        """A member is in these rooms on both servers, and on one that starts now."""
        for server in (*self.servers, self.server(f"late{len(self.servers)}")):
            self.settle()
            member = server.pool.named_as(nick)
            assert member is not None
            self.assertEqual(member.rooms, rooms, server)

    def test_member_of_another_server_is_kicked(self) -> None:
        """It is out of the room on all servers, and may come back."""
        self.alice.types(r"\kick bob spam")
        self.assertEqual(self.seen_by(self.alice), ["alice: kicked bob (spam)"])
        self.assertEqual(
            self.seen_by(self.bob),
            [
                "alice: kicked bob (spam)",
                "error: you were kicked from #tea by alice (spam)",
                "now talking in #lobby",
            ],
        )
        self.assert_rooms("bob", "lobby")

    def test_account_with_clients_on_both_servers_is_kicked(self) -> None:
        """All of them are told."""
        first, second = self.device(self.one), self.device(self.two)
        self.types(first, r"\join tea")
        second.sees()
        self.types(self.alice, r"\kick carl")
        for client in (first, second):
            self.assertIn("error: you were kicked from #tea by alice", client.sees())
        self.assert_rooms("carl", "lobby")

    def test_settings_are_the_same_on_all_servers(self) -> None:
        """Also on one that starts later, and while it does."""
        self.types(self.alice, r"\room private", r"\op bob", r"\room limit 5")
        self.assert_typed(self.bob, r"\room limit -", "bob: removed the limit of #tea")
        late = self.server("late")
        carol = self.connect(late, "carol")
        carol.sees()
        self.assert_typed(
            carol,
            r"\join tea",
            "error: #tea is private: ask alice for an invitation",
        )
        self.types(self.bob, r"\invite carol")
        self.assertEqual(self.seen_by(carol), [r"bob invites you to #tea (\join tea)"])

    def test_member_of_another_server_is_muted(self) -> None:
        """Everywhere, by an operator; also once it is connected to a third one."""
        self.types(self.oscar, r"\mute bob")
        self.assert_typed(self.bob, "hi", "error: you are muted")
        again = self.resume(self.server("late"), self.bob)
        again.sees()
        self.assert_typed(again, "hi", "error: you are muted")

    def test_member_of_another_server_is_banned(self) -> None:
        """Its rooms see it once; it can come back by no server."""
        self.oscar.types(r"\ban bob")
        self.assertEqual(
            self.seen_by(self.bob), ["error: you are banned until further notice"]
        )
        self.assertEqual(
            self.seen_by(self.alice), ["oscar: banned bob", "bob: left the chat"]
        )
        for server in (*self.servers, self.server("late")):
            self.assertEqual(self.connect(server, "bob").closed, "banned")
        self.assert_members("alice", "oscar")

    def test_account_that_two_servers_expel_is_shown_once(self) -> None:
        """All its clients are disconnected."""
        devices = [self.device(server) for server in (self.one, self.two)]
        self.types(self.alice, r"\join lobby")
        self.oscar.types(r"\ban carl")
        self.assertEqual(
            self.seen_by(self.alice), ["oscar: banned carl", "carl: left the chat"]
        )
        self.assertEqual([each.closed for each in devices], ["banned", "banned"])

    def test_room_is_closed_once_by_the_server_of_its_last_member(self) -> None:
        """Whoever joins it then on any server opens it."""
        self.types(self.alice, r"\room quiet", r"\leave")
        self.types(self.bob, r"\leave")
        for server in self.servers:
            self.assertEqual(server.chat.moderation.vacant(), [], server)
        self.types(self.bob, r"\join tea")
        self.assert_typed(self.bob, r"\room quiet", "bob: made #tea quiet")

    def test_server_that_was_cut_off_learns_what_it_missed(self) -> None:
        """Bans and settings are in no index of what it reads then."""
        journal: Any = self.two.journal
        following = journal._inner._following
        following._connect = cut_off
        following._connection.abort("cut off")
        self.types(self.alice, r"\room private", "more")
        del self.redis.commands.stream(LIVE).entries[:-1]
        self.assertFalse(self.two.chat.moderation.settings("tea").private)
        following._connect = self.redis.connect
        self.settle(5)
        self.assertTrue(self.two.chat.moderation.settings("tea").private)

    def test_both_that_open_a_room_at_the_same_time_come_to_the_same(self) -> None:
        """All servers have the same room operators; two at most."""
        with self.one.together(), self.two.together():
            self.alice.types(r"\join den")
            self.bob.types(r"\join den")
        self.settle()
        servers = (*self.servers, self.server("late"))
        (operators,) = {self.operators(server) for server in servers}
        self.assertIn(len(operators), (1, 2))

    def operators(self, server: TestChat) -> frozenset[str]:
        """Who decides in #den, as a server has it."""
        return frozenset(server.chat.moderation.settings("den").roles["op"])
