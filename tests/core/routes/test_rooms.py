r"""Routes about rooms: ``\join``, ``\leave``, ``\rooms`` and ``\topic``."""

from __future__ import annotations

from tests.support.routes import RouteCase
from twisted_chat.core.limits import MAX_ROOMS
from twisted_chat.core.replies import Request
from twisted_chat.testing import FailingJournal


class JoinTests(RouteCase):
    r"""``\join ROOM``"""

    def test_client_talks_in_the_room_that_it_joined_last(self) -> None:
        """It is told so; members of the other room do not see it."""
        self.assert_typed(
            self.alice,
            r"\join tea",
            "alice: joined the chat",
            "now talking in #tea",
        )
        self.assert_sees(self.bob)
        self.assert_typed(self.alice, "only here", "alice: only here")
        self.assert_sees(self.bob)

    def test_events_of_other_rooms_are_shown_with_the_name_of_the_room(self) -> None:
        """Each kind of them."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.bob.types("hi", r"\me waves", r"\nick rob", r"\away", r"\topic cake")
        self.bob.leaves()
        self.assert_sees(
            self.alice,
            "[#lobby] bob: hi",
            "[#lobby] * bob waves",
            "[#lobby] bob: is now known as rob",
            "[#lobby] rob: is away (away)",
            "[#lobby] rob: set the topic to: cake",
            "[#lobby] rob: left the chat",
        )

    def test_room_that_looks_like_another_cannot_be_joined(self) -> None:
        """Neither like the lobby nor like one with members; later it can."""
        self.bob.types(r"\join modern")
        for name, other in (("l0bby", "lobby"), ("modem", "modern")):
            self.assert_typed(
                self.alice,
                rf"\join {name}",
                f"error: #{name} looks like #{other}: join that,"
                " or choose another name",
            )
        self.bob.types(r"\leave")
        self.assert_typed(
            self.alice,
            r"\join modem",
            "alice: joined the chat",
            "now talking in #modem",
        )

    def test_topic_and_history_of_the_room_are_shown_first(self) -> None:
        """With the name of the room."""
        self.bob.types(r"\join tea", r"\topic green", "first", r"\me sips")
        self.assert_typed(
            self.alice,
            r"\join #Tea",
            "topic of #tea: green",
            "[#tea] bob: first",
            "[#tea] * bob sips",
            "alice: joined the chat",
            "now talking in #tea",
        )

    def test_topic_and_history_of_an_empty_room_are_kept(self) -> None:
        """They are stored."""
        self.alice.types(r"\join tea", r"\topic green", "old", r"\leave")
        self.assert_typed(
            self.bob,
            r"\join tea",
            "topic of #tea: green",
            "[#tea] alice: old",
            "bob: joined the chat",
            "now talking in #tea",
        )

    def test_joining_a_room_again_makes_it_the_current_one(self) -> None:
        """The others are shown nothing."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.assert_typed(self.alice, r"\join lobby", "now talking in #lobby")
        self.assert_sees(self.bob)
        self.assert_typed(self.alice, "hi", "alice: hi")
        self.assert_sees(self.bob, "alice: hi")
        self.assertEqual(self.alice.client.rooms, ("tea", "lobby"))

    def test_invalid_room_is_refused(self) -> None:
        """With the usage or the rule."""
        usage = r"(usage: \join ROOM [KEY])"
        self.assert_typed(self.alice, r"\join", f"error: ROOM is missing {usage}")
        spaces = f"error: a key has no spaces {usage}"
        self.assert_typed(self.alice, r"\join the tea room", spaces)
        self.alice.types(r"\join a:b")
        self.assertIn("error: a room name has 1 to 32", self.alice.sees()[0])

    def test_number_of_rooms_is_bounded(self) -> None:
        """The current room may still be changed."""
        for n in range(MAX_ROOMS - 1):
            self.alice.types(rf"\join r{n}")
        self.alice.sees()
        self.assert_typed(
            self.alice,
            r"\join more",
            r"error: you are already in 20 rooms: \leave one first",
        )
        self.assert_typed(self.alice, r"\join lobby", "now talking in #lobby")

    def test_room_that_cannot_be_read_is_not_joined(self) -> None:
        """Nor is one if the arrival is not stored; nothing is left of either."""
        self.chat.journal.fail(what="read")
        self.assert_typed(self.alice, r"\join tea", "error: the disk is full")
        self.chat.journal.fail()
        self.assert_typed(
            self.alice, r"\join tea", "error: not stored: the disk is full"
        )
        self.assertEqual(list(self.chat.pool.rooms), ["lobby"])
        self.alice.types(r"\join tea")
        self.assertIn("alice: joined the chat", self.alice.sees())


class LeaveTests(RouteCase):
    r"""``\leave [ROOM]``"""

    def test_named_room_is_left(self) -> None:
        """Its members see it; those of other rooms do not."""
        self.alice.types(r"\join tea", r"\join milk")
        self.bob.types(r"\join milk")
        self.bob.sees()
        self.alice.sees()
        self.assert_typed(self.alice, r"\leave tea", "[#tea] alice: left the chat")
        self.assert_sees(self.bob)

    def test_current_room_is_left(self) -> None:
        """The client talks in the one that it joined before."""
        self.alice.types(r"\join milk")
        self.bob.types(r"\join milk")
        self.bob.sees()
        self.alice.sees()
        self.assert_typed(
            self.alice,
            r"\leave",
            "[#milk] alice: left the chat",
            "now talking in #lobby",
        )
        self.assert_sees(self.bob, "alice: left the chat")
        self.assert_typed(self.alice, "hi", "alice: hi")
        self.assert_sees(self.bob, "[#lobby] alice: hi")

    def test_room_that_the_client_is_not_in_is_refused(self) -> None:
        """Nobody has to join it to leave it."""
        self.assert_typed(
            self.alice,
            r"\leave tea",
            "error: you are not in #tea",
        )


class NoRoomTests(RouteCase):
    """A client that has left every room."""

    def setUp(self) -> None:
        super().setUp()
        self.assert_typed(
            self.alice,
            r"\leave",
            "[#lobby] alice: left the chat",
            r"you are in no room (\join ROOM)",
        )

    def test_requests_about_the_current_room_are_refused(self) -> None:
        """With the route that helps."""
        error = r"error: you are in no room: \join ROOM first"
        for line in ("hi", r"\leave", r"\who", r"\topic", r"\topic x", r"\history"):
            self.assert_typed(self.alice, line, error)

    def test_direct_messages_are_sent_and_received(self) -> None:
        """They belong to no room."""
        self.assert_typed(self.alice, r"\dm bob hi", "alice (private to bob): hi")
        self.bob.types(r"\dm alice yes")
        self.assert_sees(self.alice, "bob (private): yes")

    def test_client_may_join_a_room(self) -> None:
        """It is shown its own arrival."""
        self.assert_typed(
            self.alice,
            r"\join lobby",
            "alice: joined the chat",
            "now talking in #lobby",
        )


class RoomsTests(RouteCase):
    r"""``\rooms``"""

    def test_rooms_are_listed_by_their_number_of_members(self) -> None:
        """Those with equally many by name."""
        self.bob.types(r"\join tea", r"\join milk")
        self.alice.types(r"\join milk")
        self.alice.sees()
        self.assert_typed(
            self.alice, r"\rooms", "rooms (3): lobby (2), milk (2), tea (1)"
        )

    def test_empty_room_is_not_listed(self) -> None:
        """Though the lobby is always open."""
        for client in (self.alice, self.bob):
            client.types(r"\join tea", r"\leave lobby")
        self.alice.sees()
        self.assert_typed(self.alice, r"\rooms", "rooms (1): tea (2)")

    def test_argument_is_refused(self) -> None:
        """The route takes none."""
        self.assert_typed(
            self.alice, r"\rooms x", r"error: nothing can follow (usage: \rooms)"
        )


class TopicTests(RouteCase):
    r"""``\topic [TEXT]``"""

    def test_topic_is_shown_when_it_is_set(self) -> None:
        """To all members of the room."""
        self.assert_typed(
            self.alice, r"\topic  green tea ", "alice: set the topic to: green tea"
        )
        self.assert_sees(self.bob, "alice: set the topic to: green tea")

    def test_topic_is_shown_on_request(self) -> None:
        """It may be empty."""
        self.assert_typed(self.bob, r"\topic", "#lobby has no topic")
        self.alice.types(r"\topic green tea")
        self.bob.sees()
        self.assert_typed(self.bob, r"\topic", "topic of #lobby: green tea")

    def test_topic_is_shown_to_a_client_that_joins(self) -> None:
        """After its welcome."""
        self.alice.types(r"\topic green tea")
        carol = self.chat.client("carol")
        self.assertEqual(
            carol.sees()[:2], ["Welcome, carol!", "topic of #lobby: green tea"]
        )

    def test_dash_clears_the_topic(self) -> None:
        """The room sees who cleared it."""
        self.alice.types(r"\topic green tea")
        self.alice.sees()
        self.assert_typed(self.alice, r"\topic -", "alice: cleared the topic")
        self.assert_typed(self.alice, r"\topic", "#lobby has no topic")

    def test_topic_without_anything_visible_is_refused(self) -> None:
        """It does not clear the topic."""
        self.assert_typed(self.alice, "\\topic \x07", "error: the message is empty")


class SnapshotTests(RouteCase):
    """The routes for adapters that show a room again."""

    def test_snapshot_shows_the_room_again(self) -> None:
        """Its history, as when the client joined."""
        self.bob.types("hi")
        self.alice.sees()
        self.alice.asks(Request("snapshot", "", internal=True))
        self.assert_sees(self.alice, "bob: hi")

    def test_snapshot_has_older_messages_in_place_of_deleted_ones(self) -> None:
        """They are read; what is said meanwhile is shown once, as the last one."""
        self.bob.types(*(f"message {number}" for number in range(11)), r"\delete")
        self.alice.sees()
        self.chat.journal.hold(FailingJournal.READ)
        self.alice.asks(Request("snapshot", "", internal=True))
        self.bob.types("hi")
        self.assert_sees(self.alice)
        self.chat.journal.release(FailingJournal.READ)
        kept = [f"bob: message {number}" for number in range(1, 10)]
        self.assert_sees(self.alice, *kept, "bob: hi")
