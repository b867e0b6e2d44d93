"""Clients of an account that arrive, and rooms that they join."""

from __future__ import annotations

from tests.support.members import MembersCase
from twisted_chat.core.logins import Login


class ArrivalTests(MembersCase):
    """A client that is logged in when it connects."""

    def test_first_one_joins_as_the_member(self) -> None:
        """Under the nickname of the account, in the rooms that it asks for."""
        eve = self.chat.client(account="eve", rooms=("lobby", "tea"))
        self.assertEqual(self.seen(), [["eve: joined the chat"]] * 3)
        self.assertEqual(eve.sees()[0], "Welcome, eve!")
        self.assertEqual(eve.client.rooms, ("lobby", "tea"))
        eve.types("hi")
        self.assertEqual(eve.client.member.account, "eve")

    def test_further_ones_are_not_shown(self) -> None:
        """They are in the rooms of the member, and see what happens there."""
        self.laptop.types(r"\join tea", "milk?")
        self.discard()
        tablet = self.chat.client("other", account="bob", since=None)
        self.assertEqual(self.seen(), [[]] * 3)
        self.assertEqual(tablet.sees()[:2], ["Welcome, bob!", "bob: milk?"])
        self.alice.types("hi")
        self.assertEqual(tablet.sees(), ["[#lobby] alice: hi"])
        self.assertEqual(self.chat.log[-1], "bob joined")

    def test_room_that_it_asks_for_is_joined_by_all(self) -> None:
        """As if one had typed so."""
        self.chat.client(account="bob", rooms=("lobby", "soup"))
        self.assertEqual(self.laptop.client.rooms, ("lobby", "soup"))
        self.assertIn("now talking in #soup", self.laptop.sees())
        self.assertEqual(self.alice.sees(), [])

    def test_client_that_leaves_before_it_has_joined_leaves_the_name(self) -> None:
        """The member is present."""
        self.chat.journal.fail(times=None, what="read")
        self.chat.client(account="bob", rooms=("elsewhere",)).leaves()
        self.chat.journal.recover()
        self.chat.advance(2)
        self.assertNotEqual(self.chat.client("bob").nick, "bob")

    def test_client_that_resumes_is_logged_in_as_before(self) -> None:
        """In the rooms that its member was last in."""

        async def of_session(client_id: str) -> Login | None:
            is_known = client_id == laptop.id
            return Login("@bob", "bob", ("lobby", "tea")) if is_known else None

        self.patch(self.chat.chat.account_logins, "of_session", of_session)
        laptop = self.laptop.client
        self.phone.leaves()
        self.laptop.leaves()
        again = self.chat.client(session=laptop.session)
        self.assertEqual((again.nick, again.client.account), ("bob", "bob"))
        self.assertEqual(again.client.rooms, ("lobby", "tea"))

    def test_missed_direct_messages_are_those_of_the_member(self) -> None:
        """Also those that another device has sent."""
        position = self.chat.pool.position
        self.alice.types(r"\dm bob one")
        self.laptop.types(r"\dm alice two")
        tablet = self.chat.client(account="bob", since=position)
        self.assertEqual(
            tablet.sees()[1:],
            ["alice (private): one", "bob (private to alice): two"],
        )
