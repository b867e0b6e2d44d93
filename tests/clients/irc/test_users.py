"""Members as IRC shows them."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.users import (
    MAX_EACH,
    MAX_FORMER,
    MAX_REALNAME,
    FormerUsers,
    shown_realname,
    user_of,
)
from twisted_chat.core.names.name_watch import Departed
from twisted_chat.core.presence import Member


class UserTests(IrcCase):
    """What is shown of one."""

    def test_irc_client_has_what_it_has_given(self) -> None:
        """The user name with a tilde, and without what would end it."""
        peer = self.peer()
        peer.sends("NICK alice", "USER a!l@ice:long-user-name 0 * :Alice A.")
        user = user_of(self.room.chat, self.room.chat.pool.named_as("alice"))  # type: ignore[arg-type]
        self.assertEqual((user.user, user.realname), ("~alicelong-user-n", "Alice A."))
        self.assertTrue(user.host.endswith(".chat"))

    def test_other_clients_have_their_nickname(self) -> None:
        """They have given nothing else."""
        user = user_of(self.room.chat, self.room.chat.pool.named_as("eve"))  # type: ignore[arg-type]
        self.assertEqual((user.user, user.realname), ("~chat", "eve"))

    def test_realname_cannot_harm(self) -> None:
        """It is sanitized, masked, and not too long."""
        chat = self.room.chat
        chat.texts.mask = lambda text: text.replace("darn", "****")
        self.assertEqual(shown_realname(chat, "a\x1b[31m darn \u202e"), "a ****")
        self.assertEqual(shown_realname(chat, " \x02 "), "")
        shown = shown_realname(chat, "x" * 999)
        self.assertTrue(shown.startswith("xxx"))
        self.assertLessEqual(len(shown.encode()), MAX_REALNAME)


class FormerUsersTests(IrcCase):
    """Who had a nickname."""

    def former(self, nick: str) -> list[tuple[str, str]]:
        found = self.shared.server.former.find(nick)
        return [(user.user, user.realname) for user, _ in found]

    def test_who_leaves_is_remembered(self) -> None:
        """The last first, by IRC or not."""
        for number in (1, 2):
            peer = self.peer()
            peer.sends("NICK Bob", f"USER b{number} 0 * :Bob {number}")
            peer.goes()
        self.assertEqual(self.former("bob"), [("~b2", "Bob 2"), ("~b1", "Bob 1")])
        self.eve.leaves()
        self.assertEqual(self.former("eve"), [("~chat", "eve")])

    def test_former_nickname_is_remembered(self) -> None:
        """Of a member that is still here."""
        self.irc("alice").sends("NICK carol")
        self.assertEqual(self.former("alice"), [("~alice", "The real alice")])
        self.assertEqual(self.former("carol"), [])

    def test_name_of_a_guest_is_not_remembered(self) -> None:
        """The server assigned it."""
        guest = self.room.client()
        name = guest.client.nick
        self.assertTrue(name.startswith("guest_"))
        guest.leaves()
        self.assertEqual(self.former(name), [])

    def test_memory_is_bounded(self) -> None:
        """For each nickname, for all, and for those that are leaving."""
        former, chat = FormerUsers(), self.room.chat
        member = Member("id", "nick")
        profile = self.irc("alice").protocol.profile
        for number in range(MAX_FORMER + 5):
            former.leaves(f"id{number}", profile)
            former.add(chat, Departed("n", f"n{number}", "id", member))
            former.add(chat, Departed("n", "same", "id", member))
        self.assertEqual(len(former._users), MAX_FORMER)
        self.assertEqual(len(former._leaving), MAX_FORMER)
        self.assertEqual(len(list(former.find("same"))), MAX_EACH)
        self.assertEqual(list(former.find(None)), [])
