"""The guards for those who keep order."""

from __future__ import annotations

from tests.support.moderation import ModerationCase
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation_events import Rank
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.rights import (
    check_readable,
    may_talk,
    operator,
    rank_in_room,
    room_operator,
)
from twisted_chat.testing import FakeClient


class GuardTests(ModerationCase):
    """Each raises why it refuses, or does nothing."""

    def context(self, client: FakeClient, room: str | None = None) -> CommandContext:
        """A request of a client."""
        request = Request("kick", "", room=room)
        return CommandContext(self.chat.chat, client.client, request, ())

    def test_operator_is_one_of_the_server(self) -> None:
        """A room operator is none."""
        operator(self.context(self.oscar))
        refused = self.assertRaises(Refused, operator, self.context(self.alice))
        self.assertEqual(refused.text, r"only operators may use \kick")

    def test_room_operator_is_one_of_that_room(self) -> None:
        """Operators have every right in every room that they are in."""
        room_operator(self.context(self.alice, "tea"))
        room_operator(self.context(self.oscar, "lobby"))
        self.assertRaises(Refused, room_operator, self.context(self.alice, "lobby"))
        refused = self.assertRaises(
            Refused, room_operator, self.context(self.oscar, "tea")
        )
        self.assertEqual(refused.code, "not_in_room")

    def test_higher_right_counts(self) -> None:
        """Of an operator who has opened the room."""
        self.does(self.oscar, r"\join den")
        self.assertIs(rank_in_room(self.context(self.oscar)), Rank.OPERATOR)
        self.assertIs(rank_in_room(self.context(self.alice)), Rank.ROOM_OPERATOR)

    def test_who_is_muted_may_not_talk(self) -> None:
        """In that room."""
        self.does(self.alice, r"\mute bob")
        may_talk(self.context(self.bob, "lobby"))
        self.assertRaises(Refused, may_talk, self.context(self.bob, "tea"))

    def test_who_is_outside_may_not_read(self) -> None:
        """If the room is private."""
        self.does(self.alice, r"\room private")
        check_readable(self.context(self.bob), "tea")
        self.does(self.carol, r"\leave")
        outside = self.context(self.carol)
        self.assertRaises(Refused, check_readable, outside, "tea")
