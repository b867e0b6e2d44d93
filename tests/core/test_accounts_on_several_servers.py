"""Accounts whose clients are connected to two servers that share a Redis in memory."""

from __future__ import annotations

from tests.support.servers import ServersCase
from twisted_chat.core.client import ClientState
from twisted_chat.journals.redis.errors import unreachable
from twisted_chat.testing import FakeClient


class AccountsCase(ServersCase):
    """Carl has a device on each server."""

    def setUp(self) -> None:
        super().setUp()
        self.laptop, self.phone = self.device(self.one), self.device(self.two)
        self.clients = [self.alice, self.bob, self.laptop, self.phone]
        self.discard()

    def discard(self) -> None:
        for client in self.clients:
            self.seen_by(client)

    def seen(self) -> list[list[str]]:
        return [self.seen_by(client) for client in self.clients]

    def owners(self, nick: str) -> dict[str, tuple[str, ...]]:
        """Who owns the keys of a nickname, and on which server."""
        names = self.redis.names
        return {key: names[key] for key in names if key[1:] == nick}

    def settled(self, client: FakeClient, *lines: str) -> None:
        client.types(*lines)
        self.settle()


class DevicesTests(AccountsCase):
    """Wherever they are connected, they are one member."""

    def test_member_is_there_once(self) -> None:
        """On both servers."""
        self.assert_members("alice", "bob", "carl")

    def test_login_on_the_other_server_is_shown_as_leaving(self) -> None:
        """As on one server."""
        guest = self.connect(self.two)
        nick = guest.nick
        self.discard()
        self.two.log_in(guest, "carl")
        self.assertEqual(self.seen(), [[f"{nick}: left the chat"]] * 4)

    def test_list_of_whom_one_ignores_is_the_same_on_both(self) -> None:
        """Whichever device changes it."""
        self.settled(self.laptop, r"\ignore bob")
        self.settled(self.bob, "spam")
        self.assertNotIn("bob: spam", self.seen_by(self.phone))
        self.settled(self.phone, r"\unignore bob")
        self.discard()
        self.settled(self.bob, "hi")
        for device in (self.laptop, self.phone):
            self.assertEqual(self.seen_by(device), ["bob: hi"])

    def test_every_device_sees_what_each_says_once(self) -> None:
        """And all direct messages of both."""
        self.settled(self.laptop, "one", r"\dm bob two")
        self.settled(self.bob, r"\dm carl three")
        own = ["carl: one", "carl (private to bob): two", "bob (private): three"]
        self.assertEqual(self.seen_by(self.laptop), own)
        self.assertEqual(self.seen_by(self.phone), own)
        self.assertEqual(self.seen_by(self.alice), ["carl: one"])

    def test_room_that_one_joins_is_shown_to_all_with_its_history(self) -> None:
        """Though no client of the other server was in it before."""
        self.settled(self.alice, r"\join tea", r"\topic Earl Grey", "milk?")
        self.discard()
        self.settled(self.laptop, r"\join tea")
        room = [
            "topic of #tea: Earl Grey",
            "[#tea] alice: milk?",
            "carl: joined the chat",
            "now talking in #tea",
        ]
        self.assertEqual(self.seen_by(self.laptop), room)
        self.assertEqual(self.seen_by(self.phone), room)
        self.settled(self.phone, "yes")
        self.assertEqual(self.seen_by(self.alice)[-1], "carl: yes")

    def test_messages_while_the_history_is_read_follow_it(self) -> None:
        """Nothing is shown twice."""
        self.settled(self.alice, r"\join tea", "first")
        self.discard()
        self.two.journal.hold("read")
        self.settled(self.laptop, r"\join tea")
        self.settled(self.alice, "second")
        self.assertEqual(self.seen_by(self.phone), [])
        self.two.journal.release("read")
        self.assertEqual(
            self.seen_by(self.phone),
            [
                "[#tea] alice: first",
                "carl: joined the chat",
                "now talking in #tea",
                "alice: second",
            ],
        )

    def test_room_that_cannot_be_read_is_joined_all_the_same(self) -> None:
        """With what the server knows of it."""
        self.settled(self.alice, r"\join tea", "hi")
        self.discard()
        self.two.journal.fail(times=None, what="read")
        self.settled(self.laptop, r"\join tea")
        self.assertEqual(
            self.seen_by(self.phone),
            ["[#tea] alice: hi", "carl: joined the chat", "now talking in #tea"],
        )

    def test_changes_hold_on_both_servers(self) -> None:
        """Of rooms, the current room, the nickname and away."""
        self.settled(self.laptop, r"\join tea", r"\join lobby", r"\nick carlo")
        self.settled(self.phone, r"\away lunch")
        for server in self.servers:
            member = server.pool.member("@carl")
            assert member is not None
            self.assertEqual(member.rooms, ("tea", "lobby"))
            self.assertEqual((member.nick, member.away), ("carlo", "lunch"))
        self.settled(self.phone, r"\leave tea", r"\away")
        self.assertEqual(self.laptop.client.rooms, ("lobby",))
        third = self.server("three")
        self.settle(2)
        member = third.pool.member("@carl")
        assert member is not None
        self.assertEqual(member.rooms, ("lobby",))
        self.assertEqual((member.nick, member.away), ("carlo", ""))
        self.assertEqual(len(member.clients), 2)

    def test_nickname_is_owned_while_any_device_is_connected(self) -> None:
        """Then it is free."""
        self.phone.leaves()
        self.settle()
        self.assertEqual(set(self.owners("carl").values()), {("one", "@carl")})
        self.settled(self.bob, r"\nick carl")
        self.assertIn("in use", self.seen_by(self.bob)[-1])
        self.laptop.leaves()
        self.settle()
        self.assertEqual(self.owners("carl"), {})
        self.assertEqual(self.redis.commands.hash("chat:members"), {})

    def test_nicknames_taken_on_both_servers_at_once_leave_one(self) -> None:
        """The last one in the order of the stream."""
        self.laptop.types(r"\nick carla")
        self.phone.types(r"\nick carlo")
        self.settle()
        self.assert_members("alice", "bob", self.laptop.nick)
        self.assertEqual(self.laptop.nick, self.phone.nick)
        for nick in {"carl", "carla", "carlo"} - {self.laptop.nick}:
            self.assertEqual(self.owners(nick), {}, nick)
        self.assertNotEqual(self.owners(self.laptop.nick), {})

    def test_member_leaves_with_its_last_client(self) -> None:
        """On whichever server."""
        self.laptop.leaves()
        self.assertEqual(self.seen_by(self.alice), [])
        self.phone.leaves()
        self.assertEqual(self.seen_by(self.alice), ["carl: left the chat"])
        self.assert_members("alice", "bob")

    def test_device_that_logs_out_is_a_guest_on_both_servers(self) -> None:
        """The other one stays; the last one gives the nickname back."""
        self.two.log_out(self.phone)
        self.settle()
        guest = self.phone.nick
        self.assertEqual(self.seen_by(self.alice), [f"{guest}: joined the chat"])
        self.assert_members("alice", "bob", "carl", guest)
        self.one.log_out(self.laptop)
        self.settle()
        self.assertEqual(self.owners("carl"), {})
        self.assert_members("alice", "bob", guest, self.laptop.nick)
        third = self.server("three")
        self.settle(2)
        self.assertEqual(len(third.pool), 4)


class ExpiryTests(AccountsCase):
    """One of the servers is taken for gone."""

    def expire(self, name: str) -> None:
        self.redis.expire_server(name)
        self.settle(3)

    def test_member_stays_while_it_has_a_client_elsewhere(self) -> None:
        """Nobody sees it leave or join."""
        self.expire("one")
        for client in (self.alice, self.bob, self.phone):
            self.assertNotIn("carl: left the chat", self.seen_by(client))
        self.assert_members("alice", "bob", "carl")
        for server in self.servers:
            member = server.pool.member("@carl")
            assert member is not None
            self.assertEqual(len(member.clients), 2)
        self.settled(self.laptop, "still here")
        self.assertEqual(self.seen_by(self.phone)[-1], "carl: still here")

    def test_nickname_stays_with_the_member(self) -> None:
        """It is owned on the server where it has a client."""
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        self.redis.expire_server("two")
        self.assertEqual(set(self.owners("carl").values()), {("one", "@carl")})
        self.redis.down = None
        self.settle(5)
        self.assert_members("alice", "bob", "carl")

    def test_member_with_clients_there_only_leaves_and_joins_once(
        self,
    ) -> None:
        """However many it has there."""
        self.phone.leaves()
        tablet = self.device(self.one)
        self.settled(self.laptop, r"\join tea", r"\join lobby")
        self.discard()
        self.seen_by(tablet)
        self.expire("one")
        lines = ["carl: left the chat", "carl: joined the chat"]
        for client in (self.alice, self.bob):
            seen = [line for line in self.seen_by(client) if "carl" in line]
            self.assertEqual(seen, lines)
        self.assert_members("alice", "bob", "carl")
        self.assertEqual(tablet.client.rooms, ("tea", "lobby"))
        self.settled(tablet, "hi")
        self.assertEqual(self.seen_by(self.laptop)[-1], "carl: hi")
        for device in (self.laptop, tablet):
            device.leaves()
        self.settle()
        self.assertEqual(self.seen_by(self.bob)[-1:], ["carl: left the chat"])
        self.assertEqual(self.owners("carl"), {})

    def test_room_that_it_left_meanwhile_is_not_joined_again(self) -> None:
        """The other client has left it for the member."""
        self.settled(self.laptop, r"\join tea")
        self.two.journal.hold()
        self.phone.types(r"\leave tea")
        self.redis.expire_server("one")
        self.two.journal.release()
        self.settle(3)
        for server in self.servers:
            member = server.pool.member("@carl")
            assert member is not None
            self.assertEqual(member.rooms, ("lobby",))


class MovedTests(AccountsCase):
    """A client of an account resumes on the other server."""

    def test_nobody_sees_that(self) -> None:
        """Not even of a member with one client."""
        self.phone.leaves()
        self.discard()
        session = self.laptop.client.session
        again = self.two.client(session=session, account="carl")
        self.settle()
        for client in (self.alice, self.bob):
            self.assertEqual(self.seen_by(client), [])
        self.assertEqual(again.nick, "carl")
        self.assertIs(self.laptop.client.state, ClientState.GONE)
        self.assert_members("alice", "bob", "carl")
        self.laptop.leaves()
        self.settled(again, "here")
        self.assertEqual(self.seen_by(self.alice), ["carl: here"])
        self.assertEqual(set(self.owners("carl").values()), {("two", "@carl")})
        again.leaves()
        self.settle()
        self.assertEqual(self.seen_by(self.alice), ["carl: left the chat"])
        self.assertEqual(self.owners("carl"), {})

    def test_what_its_former_server_still_takes_is_refused(self) -> None:
        """Of a guest, too: its nickname may be free by then."""
        for client, account in ((self.laptop, "carl"), (self.alice, "")):
            self.one.journal.hold()
            client.types("late", r"\me late")
            session = client.client.session
            again = self.two.client(session=session, account=account)
            self.settle()
            self.one.journal.release()
            self.settle()
            self.assertNotIn("late", "".join(self.seen_by(self.bob)))
            self.assertEqual(self.one.committer._in_flight, {})
            self.assertEqual(client.client.pending, 0)
            again.types("new")
            self.assertIn("new", self.seen_by(self.bob)[-1])

    def test_nothing_of_a_client_that_is_gone_is_shown(self) -> None:
        """It resumed on the other server, and has left that."""
        self.one.journal.hold()
        self.alice.types("late")
        again = self.two.client(session=self.alice.client.session)
        self.settle()
        again.types(r"\quit")
        self.settle()
        self.one.journal.release()
        self.assertEqual(self.seen_by(self.bob)[-1], "alice: left the chat")


class AttemptsTests(ServersCase):
    """Alice has an account, whose password others try on both servers."""

    def setUp(self) -> None:
        super().setUp()
        self.alice.types(r"\register correct horse")
        self.settle()
        self.carol = self.connect(self.one, "carol")
        for client in (self.alice, self.bob, self.carol):
            self.seen_by(client)

    def replies(self, client: FakeClient, password: str = "wrong") -> list[str]:
        client.types(rf"\login alice {password}")
        return self.seen_by(client)

    def test_failed_attempts_for_a_name_are_counted_together(self) -> None:
        """Five of them, wherever they were made; the right password waits, too."""
        for client in (self.bob, self.bob, self.carol, self.bob, self.carol):
            self.assertEqual(self.replies(client), ["error: wrong name or password"])
        for client in (self.bob, self.carol):
            seen = self.replies(client, "correct horse")
            self.assertRegex(str(seen), r"error: too many attempts: wait \d+ s")
        self.settle(31)
        self.assertIn("logged in as alice", self.replies(self.bob, "correct horse"))

    def test_no_password_is_checked_while_attempts_cannot_be_counted(self) -> None:
        """Not even the right one; nor does that count."""
        self.redis.errors["attempts"] = "OOM no"
        for _ in range(6):
            (refused,) = self.replies(self.bob, "correct horse")
            self.assertIn("out of memory", refused)
        self.redis.errors.clear()
        self.assertIn("logged in as alice", self.replies(self.bob, "correct horse"))
