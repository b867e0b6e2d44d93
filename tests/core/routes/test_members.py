r"""Routes about members: ``\nick``, ``\who``, ``\away`` and ``\quit``."""

from __future__ import annotations

from tests.support.routes import NAME_RULE, RouteCase
from twisted_chat.core.replies import Request

TAKEN = "error: {}, or a name that looks like it, is in use: choose another"


class NickTests(RouteCase):
    r"""``\nick NAME``"""

    def test_new_nickname_is_shown_to_the_room(self) -> None:
        """Later messages have it."""
        self.alice.types(r"\nick carol", "hi")
        for client in (self.alice, self.bob):
            self.assert_sees(client, "alice: is now known as carol", "carol: hi")

    def test_renamed_member_is_found_by_its_new_nickname_only(self) -> None:
        """The old one is nobody's."""
        self.alice.types(r"\nick carol")
        self.bob.sees()
        self.assert_typed(self.bob, r"\dm carol psst", "bob (private to carol): psst")
        self.assert_typed(
            self.bob,
            r"\dm alice psst",
            r"error: nobody here is called alice (try \who)",
        )

    def test_taken_nickname_is_refused(self) -> None:
        """In any case or width, and one that looks like it."""
        for name in ("bob", "BOB", "ｂｏｂ", "b0b"):
            self.assert_typed(
                self.alice,
                rf"\nick {name}",
                TAKEN.format(name),
            )
        self.assertEqual(self.alice.nick, "alice")
        self.assert_sees(self.bob)

    def test_invalid_nickname_is_refused(self) -> None:
        """With the rule, or with what to do instead."""
        for line, error in (
            (r"\nick", r"NAME is missing (usage: \nick NAME)"),
            (r"\nick a b", r"a nickname has no spaces (usage: \nick NAME)"),
            (r"\nick guest_7", "guest_7 is reserved for guests: choose another"),
            (r"\nick alice", "your nickname is already alice"),
            (r"\nick a:b", NAME_RULE),
        ):
            self.assert_typed(self.alice, line, f"error: {error}")

    def test_member_may_change_the_case_of_its_nickname(self) -> None:
        """It still owns it in every case."""
        self.assert_typed(self.alice, r"\nick Alice", "alice: is now known as Alice")
        self.bob.sees()
        self.assert_typed(
            self.bob,
            r"\nick alice",
            "error: alice, or a name that looks like it, is in use: choose another",
        )

    def test_former_nickname_is_free(self) -> None:
        """After a rename, and after a departure."""
        self.alice.types(r"\nick carol")
        self.bob.types(r"\nick alice")
        self.assertEqual(self.bob.nick, "alice")
        self.alice.leaves()
        self.bob.types(r"\nick carol")
        self.assertEqual(self.bob.nick, "carol")

    def test_first_of_two_claims_gets_the_nickname(self) -> None:
        """The other is refused in the same batch."""
        with self.chat.together():
            self.alice.types(r"\nick zoe")
            self.bob.types(r"\nick Zoe")
        self.assert_sees(
            self.bob,
            "error: Zoe, or a name that looks like it, is in use: choose another",
            "alice: is now known as zoe",
        )

    def test_rename_that_is_not_stored_is_refused(self) -> None:
        """The new nickname is free, and the old one is not."""
        self.chat.journal.fail()
        self.assert_typed(
            self.alice, r"\nick zoe", "error: not stored: the disk is full"
        )
        self.assertEqual(self.alice.nick, "alice")
        self.assert_typed(self.bob, r"\nick zoe", "bob: is now known as zoe")
        self.assert_typed(
            self.bob,
            r"\nick alice",
            "error: alice, or a name that looks like it, is in use: choose another",
        )

    def test_client_in_no_room_sees_its_new_nickname(self) -> None:
        """Nobody else does."""
        self.alice.types(r"\leave")
        self.alice.sees()
        self.bob.sees()
        self.assert_typed(self.alice, r"\nick zoe", "alice: is now known as zoe")
        self.assert_sees(self.bob)


class WhoTests(RouteCase):
    r"""``\who [ROOM]``"""

    def test_members_of_the_current_room_are_listed(self) -> None:
        """With their number."""
        self.assert_typed(self.alice, r"\who", "here (2): alice, bob")

    def test_members_of_another_room_are_listed(self) -> None:
        """With or without ``#``, in any case; nobody is in an unknown one."""
        self.bob.types(r"\join tea")
        self.assert_typed(self.alice, r"\who tea", "here (1): bob")
        self.assert_typed(self.alice, r"\who #TEA", "here (1): bob")
        self.assert_typed(self.alice, r"\who nowhere", "here (0):")

    def test_room_may_be_a_field_of_the_request(self) -> None:
        """Programs send it so."""
        self.alice.asks(Request("who", "", room="tea"))
        self.assert_sees(self.alice, "here (0):")

    def test_members_that_are_away_are_marked(self) -> None:
        """In the list of their room."""
        self.bob.types(r"\away")
        self.assert_typed(
            self.alice, r"\who", "bob: is away (away)", "here (2): alice, bob (away)"
        )

    def test_invalid_room_is_refused(self) -> None:
        """With the usage or the rule."""
        refused = r"error: a room name has no spaces (usage: \who [ROOM])"
        self.assert_typed(self.alice, r"\who a b", refused)
        self.alice.types(r"\who a:b")
        self.assertIn("error: a room name has", self.alice.sees()[0])


class AwayTests(RouteCase):
    r"""``\away [TEXT]``"""

    def test_away_text_is_shown_to_the_room(self) -> None:
        """The member, too."""
        self.assert_typed(
            self.alice, r"\away out for lunch", "alice: is away (out for lunch)"
        )
        self.assert_sees(self.bob, "alice: is away (out for lunch)")

    def test_away_without_a_text_changes_between_away_and_back(self) -> None:
        """The text is ``away`` then."""
        self.assert_typed(self.alice, r"\away", "alice: is away (away)")
        self.assert_typed(self.alice, r"\away", "alice: is back")
        self.assert_typed(self.alice, r"\away", "alice: is away (away)")

    def test_away_text_without_anything_visible_is_refused(self) -> None:
        """Like a message."""
        self.assert_typed(self.alice, "\\away \x07", "error: the message is empty")


class QuitTests(RouteCase):
    r"""``\quit [TEXT]``"""

    def test_client_that_quits_is_disconnected(self) -> None:
        """The others see it leave, and nothing that it sends after that."""
        self.alice.types(r"\quit", "too late")
        self.assertEqual(self.alice.closed, "quit")
        self.assert_sees(self.bob, "alice: left the chat")
        self.assertNotIn("alice", self.chat.pool.presence.by_name)

    def test_last_message_is_posted_first(self) -> None:
        """Then the client is disconnected."""
        self.alice.types(r"\quit good night", "too late")
        self.assertEqual(self.alice.closed, "quit")
        self.assert_sees(self.bob, "alice: good night", "alice: left the chat")

    def test_messages_before_a_quit_are_posted_first(self) -> None:
        """Also if they are in the same batch."""
        with self.chat.together():
            self.alice.types("hi", r"\quit")
        self.assert_sees(self.bob, "alice: hi", "alice: left the chat")

    def test_last_message_without_anything_visible_is_dropped(self) -> None:
        """The client quits all the same."""
        self.alice.types("\\quit \x07")
        self.assertEqual(self.alice.closed, "quit")
        self.assert_sees(self.bob, "alice: left the chat")

    def test_last_message_outside_every_room_is_dropped(self) -> None:
        """The client quits all the same."""
        self.alice.types(r"\leave", r"\quit bye")
        self.assertEqual(self.alice.closed, "quit")
        self.assert_sees(self.bob, "alice: left the chat")

    def test_client_quits_though_its_last_message_is_not_stored(self) -> None:
        """It is sent the error."""
        self.chat.journal.fail()
        self.assert_typed(
            self.alice, r"\quit bye", "error: not stored: the disk is full"
        )
        self.assertEqual(self.alice.closed, "quit")
        self.assert_sees(self.bob, "alice: left the chat")
