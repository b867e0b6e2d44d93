"""Events of clients that are connected to other servers of the same chat."""

from __future__ import annotations

from tests.support.remote import RemoteCase
from twisted_chat.core.announcers.bulk import BULK_THRESHOLD
from twisted_chat.core.client import ClientState
from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    DirectMessage,
    Joined,
    Left,
    Message,
    Quit,
    Renamed,
    TopicSet,
)


class RemoteMemberTests(RemoteCase):
    """Members on other servers are shown like those on this one."""

    def setUp(self) -> None:
        super().setUp()
        self.arrival = self.announce(Joined("lobby", "bob", "B"))

    def test_arrival_is_shown(self) -> None:
        """The member is in the list."""
        self.assertEqual(self.arrival, ["bob: joined the chat"])
        self.assert_members("here (2): alice, bob")

    def test_message_and_action_are_shown(self) -> None:
        """In order."""
        message = Message("lobby", "bob", "hi", "B")
        action = Action("lobby", "bob", "waves", "B")
        self.assertEqual(self.announce(message, action), ["bob: hi", "* bob waves"])

    def test_nickname_and_away_text_are_shown(self) -> None:
        """The list has the new nickname."""
        self.assertEqual(
            self.announce(Renamed("bob", "rob", "B")), ["bob: is now known as rob"]
        )
        self.assertEqual(
            self.announce(AwaySet("rob", "lunch", "B")), ["rob: is away (lunch)"]
        )
        self.assert_members("here (2): alice, rob (away)")

    def test_topic_is_shown(self) -> None:
        """It is the room's."""
        self.assertEqual(
            self.announce(TopicSet("lobby", "bob", "tea", "B")),
            ["bob: set the topic to: tea"],
        )
        self.assertEqual(self.chat.pool.rooms["lobby"].topic, "tea")

    def test_direct_message_is_shown(self) -> None:
        """To its recipient on this server."""
        event = DirectMessage("bob", "alice", "psst", "B", self.alice.client.id)
        self.assertEqual(self.announce(event), ["bob (private): psst"])

    def test_custom_event_is_not_shown_as_a_line(self) -> None:
        """It has no text."""
        self.assertEqual(self.announce(CustomEvent("lobby", "bob", "[1]", "B")), [])

    def test_member_that_leaves_the_room_is_shown_leaving_once(self) -> None:
        """Its quit is shown in the rooms that it was in."""
        self.assertEqual(
            self.announce(Joined("tea", "bob", "B"), Left("lobby", "bob", "B")),
            ["bob: left the chat"],
        )
        self.assertEqual(self.announce(Quit("bob", "B")), [])
        self.assertEqual(len(self.chat.pool), 1)

    def test_member_that_joins_again_renamed_has_its_new_nickname(self) -> None:
        """Its server was declared gone and rejoined."""
        self.announce(Joined("lobby", "rob", "B"))
        self.assert_members("here (2): alice, rob")


class UnknownMemberTests(RemoteCase):
    """Events whose beginning this server has missed."""

    def test_events_of_unknown_members_are_not_shown(self) -> None:
        """They change nothing."""
        for event in (
            Left("lobby", "x", "X"),
            Quit("x", "X"),
            Renamed("x", "y", "X"),
            AwaySet("x", "", "X"),
            Message("nowhere", "x", "hi", "X"),
            TopicSet("nowhere", "x", "hi", "X"),
            CustomEvent("nowhere", "x", "1", "X"),
            DirectMessage("x", "y", "hi", "X", "Y"),
        ):
            self.assertEqual(self.announce(event), [], event)
        self.assertEqual(list(self.chat.pool.rooms), ["lobby"])

    def test_many_departures_of_unknown_members_are_not_shown(self) -> None:
        """Not even as bulk."""
        left = [Left("lobby", f"x{n}", f"X{n}") for n in range(BULK_THRESHOLD + 1)]
        quits = [Quit(f"x{n}", f"X{n}") for n in range(BULK_THRESHOLD + 1)]
        self.assertEqual(self.announce(*left), [])
        self.assertEqual(self.announce(*quits), [])

    def test_event_that_cannot_be_applied_hides_no_other(self) -> None:
        """The exception is logged."""

        def fail(event: object) -> None:
            raise KeyError(event)

        patch = self.patch(self.chat.pool, "apply", fail)
        with self.assertRaises(KeyError):
            self.announce(
                Joined("lobby", "carol", "N"), Message("lobby", "bob", "hi", "B")
            )
        patch.restore()
        self.assertEqual(self.alice.sees(), ["bob: hi"])
        self.assertEqual(
            self.announce(Message("lobby", "bob", "yes", "B")), ["bob: yes"]
        )


class MovedClientTests(RemoteCase):
    """A client of this server that resumes on another one."""

    def setUp(self) -> None:
        super().setUp()
        (self.bob,) = self.chat.people("bob")
        self.alice.sees()
        self.seen = self.announce(Joined("lobby", "bob", self.bob.client.id))

    def test_former_connection_is_closed(self) -> None:
        """With the reason; the client is gone here."""
        self.assertEqual(self.bob.closed, "another connection has taken its place")
        self.assertIs(self.bob.client.state, ClientState.GONE)

    def test_only_the_arrival_is_shown(self) -> None:
        """The end of the former connection is not."""
        self.assertEqual(self.seen, ["bob: joined the chat"])
        self.assertEqual(self.alice.sees(), [])

    def test_member_is_listed_once(self) -> None:
        """As a member on the other server."""
        self.assert_members("here (2): alice, bob")
        self.assertNotIn(self.bob.client.id, self.chat.pool.clients)

    def test_client_whose_departure_is_not_stored_yet_is_moved_too(self) -> None:
        """Nothing of it is left on this server."""
        (carol,) = self.chat.people("carol")
        self.alice.sees()
        self.chat.journal.hold()
        carol.leaves()
        seen = self.announce(Joined("lobby", "carol", carol.client.id))
        self.assertEqual(seen, ["carol: joined the chat"])
        self.assertIs(carol.client.state, ClientState.GONE)
        self.assertNotIn(carol.client.id, self.chat.pool.clients)


class DeclaredGoneTests(RemoteCase):
    """A client of this server that the other servers have declared gone."""

    def setUp(self) -> None:
        super().setUp()
        (self.bob,) = self.chat.people("bob")
        self.alice.sees()
        self.departure = self.announce(Quit("bob", self.bob.client.id), key="two-1")

    def test_client_is_shown_leaving_and_stays(self) -> None:
        """The journal submits its arrival again."""
        self.assertEqual(self.departure, ["bob: left the chat"])
        self.assertIs(self.bob.client.state, ClientState.PRESENT)
        self.assertIsNone(self.bob.closed)

    def test_client_is_shown_joining_again(self) -> None:
        """It is the same member."""
        seen = self.announce(Joined("lobby", "bob", self.bob.client.id), key="test-x")
        self.assertEqual(seen, ["bob: joined the chat"])
        by_name = self.chat.pool.presence.by_name
        self.assertIs(by_name["bob"], self.bob.client.member)

    def test_client_whose_nickname_was_lost_is_renamed(self) -> None:
        """It sees the new one, and the others see it join under that."""
        seen = self.announce(Joined("lobby", "rob", self.bob.client.id), key="test-y")
        self.assertEqual(seen, ["rob: joined the chat"])
        self.assertIn("bob: is now known as rob", self.bob.sees())
        self.assertEqual(self.bob.nick, "rob")

    def test_quitting_client_leaves_once_in_the_end(self) -> None:
        """It was declared gone while its last message was stored."""
        self.announce(Joined("lobby", "bob", self.bob.client.id), key="test-x")
        self.chat.journal.hold()
        self.bob.types(r"\quit bye")
        seen = self.announce(Quit("bob", self.bob.client.id), key="two-2")
        self.assertEqual(seen, ["bob: left the chat"])
        self.assertIs(self.bob.client.state, ClientState.QUITTING)
        self.chat.journal.release()
        self.assertEqual(self.alice.sees(), ["bob: bye"])
        self.assertIs(self.bob.client.state, ClientState.GONE)
        self.assertNotIn("bob", self.chat.pool.presence.by_name)
